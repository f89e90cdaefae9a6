//! Decoding of lines from chunks of bytes.

/// Decodes lines from chunks of bytes of any size.
///
/// See [stdio](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio).
#[derive(Debug)]
pub(crate) struct LineDecoder {
    /// The start of a line whose end has not arrived.
    partial: Vec<u8>,
    max_bytes: usize,
    /// The current line is too long: its rest is dropped.
    is_skipping: bool,
    is_first: bool,
}

/// A decoded line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A line that is not blank, without its line end.
    Complete(&'a [u8]),
    /// A line longer than the limit.
    TooLong,
}

impl LineDecoder {
    /// Creates a decoder for lines of at most `max_bytes`.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { partial: Vec::new(), max_bytes, is_skipping: false, is_first: true }
    }

    /// Decodes a chunk, and passes each line that it completes to `handle`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut handle: impl FnMut(Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if self.is_skipping {
                self.is_skipping = false;
            } else if self.partial.len() + line.len() > self.max_bytes {
                self.partial = Vec::new();
                handle(Line::TooLong);
            } else if self.partial.is_empty() {
                self.line(line, &mut handle);
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole, &mut handle);
            }
        }
        if self.is_skipping {
            return;
        }
        // The limit is checked before anything is buffered, and the buffer of a line that is too long is freed at once.
        if self.partial.len() + bytes.len() > self.max_bytes {
            self.partial = Vec::new();
            self.is_skipping = true;
            handle(Line::TooLong);
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }

    /// Decodes the rest at the end of the bytes: the last line needs no line end.
    pub(crate) fn finish(&mut self, mut handle: impl FnMut(Line<'_>)) {
        let rest = std::mem::take(&mut self.partial);
        self.line(&rest, &mut handle);
    }

    fn line(&mut self, line: &[u8], handle: &mut impl FnMut(Line<'_>)) {
        let line = if std::mem::take(&mut self.is_first) {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_ascii();
        if !line.is_empty() {
            handle(Line::Complete(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode_chunks(chunks: &[&[u8]], max_bytes: usize) -> Vec<Option<Vec<u8>>> {
        let mut decoder = LineDecoder::new(max_bytes);
        let mut lines = Vec::new();
        let mut keep = |line: Line<'_>| match line {
            Line::Complete(line) => lines.push(Some(line.to_vec())),
            Line::TooLong => lines.push(None),
        };
        for chunk in chunks {
            decoder.feed(chunk, &mut keep);
        }
        decoder.finish(&mut keep);
        assert!(decoder.partial.capacity() == 0, "memory is freed");
        lines
    }

    #[test]
    fn white_space_line_ends_and_a_byte_order_mark_are_removed() {
        let lines = decode_chunks(&[b"\xEF\xBB\xBF one\r\n\n  \r\n\ttwo \n", b"three"], 100);
        assert_eq!(lines, [Some(b"one".to_vec()), Some(b"two".to_vec()), Some(b"three".to_vec())]);
    }

    #[test]
    fn a_long_line_is_dropped_to_its_end() {
        let lines = decode_chunks(&[b"12345", b"6", b"789\nabc\n", b"1234567\nx\n"], 5);
        assert_eq!(lines, [None, Some(b"abc".to_vec()), None, Some(b"x".to_vec())]);
    }

    proptest! {
        #[test]
        fn decoding_is_independent_of_chunk_sizes(text in "[a-z \\r\\n]{0,80}", cuts in prop::collection::vec(0_usize..80, 0..8), max_bytes in 1_usize..20) {
            let whole = decode_chunks(&[text.as_bytes()], max_bytes);
            let mut bounds: Vec<_> = cuts.into_iter().map(|bound| bound.min(text.len())).collect();
            bounds.extend([0, text.len()]);
            bounds.sort_unstable();
            let chunks: Vec<_> = bounds.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode_chunks(&chunks, max_bytes), whole);
        }
    }
}
