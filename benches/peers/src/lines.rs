//! A line decoder that does not copy complete lines.

use std::io::{self, Read};
use std::ops::Range;

/// Maximum size of a read. It is the default capacity of a pipe, so longer reads would not return more.
const CHUNK: usize = 64 * 1024;

/// A buffer that splits a stream into lines.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
    /// The bytes that are not part of a returned line.
    unread: Range<usize>,
    /// Start of the search for the next line end, so that a long line is not searched again after each read.
    searched: usize,
}

impl Lines {
    /// Creates an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads once, and returns the number of bytes, which is 0 at the end of the stream. May block.
    pub fn fill(&mut self, input: &mut impl Read) -> io::Result<usize> {
        self.reserve();
        loop {
            match input.read(&mut self.buffer[self.unread.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.unread.end += count;
                    return Ok(count);
                }
            }
        }
    }

    /// Returns the next complete line, without its end.
    pub fn next_line(&mut self) -> Option<&[u8]> {
        let length = memchr::memchr(b'\n', &self.buffer[self.searched..self.unread.end]);
        let Some(length) = length else {
            self.searched = self.unread.end;
            return None;
        };
        let end = self.searched + length;
        let line = &self.buffer[self.unread.start..end];
        self.unread.start = end + 1;
        self.searched = end + 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Ensures space for a read, by moving the unread bytes to the front or by growing the buffer.
    fn reserve(&mut self) {
        if self.unread.start > 0 && (self.unread.is_empty() || self.buffer.len() - self.unread.end < CHUNK) {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.searched -= self.unread.start;
            self.unread = 0..self.unread.len();
        }
        if self.buffer.len() - self.unread.end < CHUNK {
            // The size is doubled, since a long line needs many reads.
            let length = (self.buffer.len() * 2).max(self.unread.end + CHUNK);
            self.buffer.resize(length, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that returns at most `self.1` bytes at a time.
    struct ShortReads<'a>(&'a [u8], usize);

    impl Read for ShortReads<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn lines_do_not_depend_on_read_sizes() {
        let long = "x".repeat(3 * CHUNK);
        let text = format!("one\n\ntwo\r\n{long}\nthree\n{long}\nlast\n");
        for size in [1, 7, 4096, CHUNK - 1, usize::MAX] {
            let mut input = ShortReads(text.as_bytes(), size);
            let mut lines = Lines::new();
            let mut result = Vec::new();
            while lines.fill(&mut input).unwrap() > 0 {
                while let Some(line) = lines.next_line() {
                    result.push(String::from_utf8(line.to_vec()).unwrap());
                }
            }
            assert_eq!(result, ["one", "", "two", &long, "three", &long, "last"], "{size} bytes at a time");
        }
    }
}
