//! Lines out of a stream, without copying a line that arrived whole.

use std::io::{self, Read};
use std::ops::Range;

/// What a pipe holds at most unless someone asks for more, so a longer read would not bring more.
const CHUNK: usize = 64 * 1024;

/// The bytes read so far and not yet taken as lines.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
    /// What was read and not taken.
    unread: Range<usize>,
    /// Where to look for the next line's end: a long line is not searched again from its start at each read.
    searched: usize,
}

impl Lines {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads once, blocking; returns the number of bytes, 0 at the end of the stream.
    pub fn fill(&mut self, input: &mut impl Read) -> io::Result<usize> {
        self.make_room();
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

    /// The next whole line, without its end.
    pub fn take(&mut self) -> Option<&[u8]> {
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

    /// Moves what is unread to the front when that is all it takes, and grows otherwise.
    fn make_room(&mut self) {
        if self.unread.start > 0 && (self.unread.is_empty() || self.buffer.len() - self.unread.end < CHUNK) {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.searched -= self.unread.start;
            self.unread = 0..self.unread.len();
        }
        if self.buffer.len() - self.unread.end < CHUNK {
            // Doubling, because a long line comes in many reads.
            let length = (self.buffer.len() * 2).max(self.unread.end + CHUNK);
            self.buffer.resize(length, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that hands out `self.1` bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let long = "x".repeat(3 * CHUNK);
        let text = format!("one\n\ntwo\r\n{long}\nthree\n{long}\nlast\n");
        for size in [1, 7, 4096, CHUNK - 1, usize::MAX] {
            let mut input = Drops(text.as_bytes(), size);
            let mut lines = Lines::new();
            let mut found = Vec::new();
            while lines.fill(&mut input).unwrap() > 0 {
                while let Some(line) = lines.take() {
                    found.push(String::from_utf8(line.to_vec()).unwrap());
                }
            }
            assert_eq!(found, ["one", "", "two", &long, "three", &long, "last"], "{size} bytes at a time");
        }
    }
}
