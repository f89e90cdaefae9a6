//! Lines out of bytes that arrive in any pieces.

/// Cuts bytes that arrive in any pieces into lines.
///
/// See [stdio](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio).
#[derive(Debug)]
pub(crate) struct LineDecoder {
    /// The beginning of a line whose end has not arrived.
    partial: Vec<u8>,
    most: usize,
    /// The line is too long: its rest is dropped.
    is_skipping: bool,
    is_first: bool,
}

/// What was cut off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A line that is not blank, without its end.
    Complete(&'a [u8]),
    /// A line longer than the limit.
    TooLong,
}

impl LineDecoder {
    /// Lines of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { partial: Vec::new(), most, is_skipping: false, is_first: true }
    }

    /// Takes what arrived, and hands on each line that it completes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut hand_on: impl FnMut(Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if self.is_skipping {
                self.is_skipping = false;
            } else if self.partial.len() + line.len() > self.most {
                self.partial = Vec::new();
                hand_on(Line::TooLong);
            } else if self.partial.is_empty() {
                self.line(line, &mut hand_on);
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole, &mut hand_on);
            }
        }
        if self.is_skipping {
            return;
        }
        // The limit holds before anything is kept, and what was kept is given back at once.
        if self.partial.len() + bytes.len() > self.most {
            self.partial = Vec::new();
            self.is_skipping = true;
            hand_on(Line::TooLong);
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }

    /// What is left when the bytes end: a last line needs no end if it is whole.
    pub(crate) fn finish(&mut self, mut hand_on: impl FnMut(Line<'_>)) {
        let rest = std::mem::take(&mut self.partial);
        self.line(&rest, &mut hand_on);
    }

    fn line(&mut self, line: &[u8], hand_on: &mut impl FnMut(Line<'_>)) {
        let line = if std::mem::take(&mut self.is_first) {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_ascii();
        if !line.is_empty() {
            hand_on(Line::Complete(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(pieces: &[&[u8]], most: usize) -> Vec<Option<Vec<u8>>> {
        let mut decoder = LineDecoder::new(most);
        let mut lines = Vec::new();
        let mut keep = |line: Line<'_>| match line {
            Line::Complete(line) => lines.push(Some(line.to_vec())),
            Line::TooLong => lines.push(None),
        };
        for piece in pieces {
            decoder.feed(piece, &mut keep);
        }
        decoder.finish(&mut keep);
        assert!(decoder.partial.capacity() == 0, "memory is given back");
        lines
    }

    #[test]
    fn blanks_line_ends_and_a_byte_order_mark_are_no_part_of_a_line() {
        let lines = cut(&[b"\xEF\xBB\xBF one\r\n\n  \r\n\ttwo \n", b"three"], 100);
        assert_eq!(lines, [Some(b"one".to_vec()), Some(b"two".to_vec()), Some(b"three".to_vec())]);
    }

    #[test]
    fn a_long_line_is_dropped_to_its_end() {
        let lines = cut(&[b"12345", b"6", b"789\nabc\n", b"1234567\nx\n"], 5);
        assert_eq!(lines, [None, Some(b"abc".to_vec()), None, Some(b"x".to_vec())]);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[a-z \\r\\n]{0,80}", cuts in prop::collection::vec(0_usize..80, 0..8), most in 1_usize..20) {
            let whole = cut(&[text.as_bytes()], most);
            let mut places: Vec<_> = cuts.into_iter().map(|place| place.min(text.len())).collect();
            places.extend([0, text.len()]);
            places.sort_unstable();
            let pieces: Vec<_> = places.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
            prop_assert_eq!(cut(&pieces, most), whole);
        }
    }
}
