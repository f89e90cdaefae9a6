//! Lines out of bytes that arrive in any pieces.

/// Cuts bytes that arrive in any pieces into lines.
///
/// See [stdio](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio).
#[derive(Debug)]
pub(crate) struct Frames {
    /// The beginning of a line whose end has not arrived.
    partial: Vec<u8>,
    most: usize,
    /// The line is too long: its rest is dropped.
    is_skipping: bool,
    is_first: bool,
}

/// What was cut off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// A line that is not blank, without its end.
    Line(&'a [u8]),
    /// A line longer than the limit.
    TooLong,
}

impl Frames {
    /// Lines of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { partial: Vec::new(), most, is_skipping: false, is_first: true }
    }

    /// Takes what arrived, and hands on each line that it completes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut hand_on: impl FnMut(Frame<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if self.is_skipping {
                self.is_skipping = false;
            } else if self.partial.len() + line.len() > self.most {
                self.partial = Vec::new();
                hand_on(Frame::TooLong);
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
            hand_on(Frame::TooLong);
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }

    /// What is left when the bytes end: a last line needs no end if it is whole.
    pub(crate) fn finish(&mut self, mut hand_on: impl FnMut(Frame<'_>)) {
        let rest = std::mem::take(&mut self.partial);
        self.line(&rest, &mut hand_on);
    }

    fn line(&mut self, line: &[u8], hand_on: &mut impl FnMut(Frame<'_>)) {
        let line = if std::mem::take(&mut self.is_first) {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_ascii();
        if !line.is_empty() {
            hand_on(Frame::Line(line));
        }
    }
}
