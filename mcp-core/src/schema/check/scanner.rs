//! A scanner of text that is valid JSON.

use std::borrow::Cow;

use crate::json::string::plain_end;

/// A position in the text of a JSON value. Text that is not JSON gives wrong values, and neither panics nor endless loops.
#[derive(Clone, Copy)]
pub(super) struct TextScanner<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// A string as it is written.
pub(super) struct WrittenString<'a> {
    /// The text with its quotes.
    json: &'a str,
    has_escapes: bool,
}

impl<'a> WrittenString<'a> {
    /// Returns the characters, or `None` if they are not valid.
    pub(super) fn decode(&self) -> Option<Cow<'a, str>> {
        if self.has_escapes {
            return serde_json::from_str(self.json).ok().map(Cow::Owned);
        }
        self.json.strip_prefix('"')?.strip_suffix('"').map(Cow::Borrowed)
    }
}

impl<'a> TextScanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0 };
        scanner.skip_whitespace();
        scanner
    }

    /// Returns the first byte of the value at the position.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Returns the text from `start` to the position.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Enters an array or an object. Returns `true` if it is not empty; otherwise the position is then behind it.
    pub(super) fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        self.skip_whitespace();
        let is_empty = self.peek().is_none_or(|byte| byte == close);
        self.at += usize::from(is_empty);
        !is_empty
    }

    /// Moves to the next item or member. Returns `false` if there is none; the position is then behind the container.
    pub(super) fn next(&mut self, close: u8) -> bool {
        self.skip_whitespace();
        let is_last = self.peek().is_none_or(|byte| byte == close);
        self.at += 1;
        if !is_last {
            self.skip_whitespace();
        }
        !is_last
    }

    /// Reads the name of a member, and moves to its value.
    pub(super) fn member_name(&mut self) -> Option<Cow<'a, str>> {
        let name = self.string().decode();
        self.skip_whitespace();
        self.at += 1;
        self.skip_whitespace();
        name
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> WrittenString<'a> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut has_escapes = false;
        let mut at = start + 1;
        loop {
            at = plain_end(bytes, at);
            match bytes.get(at) {
                Some(b'\\') => {
                    has_escapes = true;
                    at += 2;
                }
                Some(b'"') | None => break,
                Some(_) => at += 1,
            }
        }
        self.at = (at + 1).min(bytes.len());
        WrittenString { json: self.since(start), has_escapes }
    }

    /// Reads a number, as it is written.
    pub(super) fn number(&mut self) -> &'a str {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        self.since(start)
    }

    /// Moves behind the value. Always returns `true`.
    pub(super) fn skip_value(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return true,
                Some(b'"') => drop(self.string()),
                Some(b'[' | b'{') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(b',' | b':' | b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(_) => self.skip_word(),
            }
            if depth == 0 {
                return true;
            }
        }
    }

    /// Moves behind a number or a literal.
    fn skip_word(&mut self) {
        self.at += 1;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}
