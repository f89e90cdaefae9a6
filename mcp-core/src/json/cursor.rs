//! A cursor over JSON text that is known to be valid.

use std::borrow::Cow;

use crate::json::string::read_json_string;

/// A position in JSON text. It builds no values.
///
/// The text must be valid JSON. With other text, positions are unspecified, but nothing panics and every loop ends.
#[derive(Clone, Debug)]
pub(crate) struct TextCursor<'a> {
    text: &'a str,
    at: usize,
}

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonKind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl JsonKind {
    /// Returns the kind of the value that a text starts with.
    pub(crate) fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'n') | None => Self::Null,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'"') => Self::String,
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            Some(_) => Self::Number,
        }
    }
}

impl<'a> TextCursor<'a> {
    /// Returns a cursor at the value that the text contains.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut cursor = Self { text, at: 0 };
        cursor.skip_space();
        cursor
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn set_position(&mut self, position: usize) {
        self.at = position;
    }

    pub(crate) fn kind(&self) -> JsonKind {
        JsonKind::of(self.text.get(self.at..).unwrap_or_default())
    }

    /// Moves past the current value, and returns its text.
    pub(crate) fn skip(&mut self) -> &'a str {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.byte() {
                None => break,
                Some(b'"') => self.skip_string(),
                Some(b'[' | b'{') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b']' | b'}') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(b',' | b':' | b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(_) => self.skip_literal(),
            }
            if depth == 0 {
                break;
            }
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Moves into the array or the object at the current position: to its first part. Returns `false`, and moves past it, if
    /// it is empty.
    pub(crate) fn enter(&mut self) -> bool {
        self.at += 1;
        self.skip_space();
        let is_empty = matches!(self.byte(), Some(b']' | b'}') | None);
        self.at += usize::from(is_empty);
        !is_empty
    }

    /// Moves from the end of a part to the next one. Returns `false`, and moves past the array or the object, if it was the
    /// last one.
    pub(crate) fn advance(&mut self) -> bool {
        self.skip_space();
        let has_next = self.byte() == Some(b',');
        self.at += 1;
        if has_next {
            self.skip_space();
        }
        has_next && self.at < self.text.len()
    }

    /// Returns the position of the comma after the current position, which is the end of a part.
    pub(crate) fn comma(&self) -> Option<usize> {
        let mut ahead = self.clone();
        ahead.skip_space();
        (ahead.byte() == Some(b',')).then_some(ahead.at)
    }

    /// Moves past the name of a member, to its value. Returns the name as it is written: a JSON string.
    pub(crate) fn name(&mut self) -> &'a str {
        let start = self.at;
        self.skip_string();
        let name = self.text.get(start..self.at).unwrap_or_default();
        self.skip_space();
        self.at += 1;
        self.skip_space();
        name
    }

    /// Calls `visit` with the name, as it is written, and the text of each member of the object at the current position, until
    /// it returns `false`.
    pub(crate) fn for_each_member(mut self, mut visit: impl FnMut(&'a str, &'a str) -> bool) {
        let mut has_part = self.enter();
        while has_part {
            let name = self.name();
            if !visit(name, self.skip()) {
                return;
            }
            has_part = self.advance();
        }
    }

    /// Calls `visit` with the text of each item of the array at the current position, until it returns `false`.
    pub(crate) fn for_each_item(mut self, mut visit: impl FnMut(&'a str) -> bool) {
        let mut has_part = self.enter();
        while has_part {
            if !visit(self.skip()) {
                return;
            }
            has_part = self.advance();
        }
    }

    /// Calls `visit` with the text of each scalar and each name of a member, and with each bracket that opens a container.
    pub(crate) fn for_each_token(mut self, mut visit: impl FnMut(&'a str)) {
        while let Some(byte) = self.byte() {
            let start = self.at;
            match byte {
                b'"' => self.skip_string(),
                b'[' | b'{' => self.at += 1,
                b']' | b'}' | b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                _ => self.skip_literal(),
            }
            visit(self.text.get(start..self.at).unwrap_or_default());
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip_literal(&mut self) {
        let is_end = |byte: &u8| matches!(byte, b',' | b':' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(is_end).unwrap_or(rest.len());
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(rest) = self.text.as_bytes().get(self.at..) {
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(offset) if rest[offset] == b'"' => {
                    self.at += offset + 1;
                    return;
                }
                Some(offset) => self.at += offset + 2,
                None => self.at = self.text.len() + 1,
            }
        }
        self.at = self.text.len();
    }
}

/// Calls `visit` with each member of the object with this JSON text: its name as it is written, its name, and the text of its
/// value. The values are not parsed.
///
/// The text must be valid JSON.
#[doc(hidden)]
pub fn for_each_member<'a>(text: &'a str, mut visit: impl FnMut(&'a str, &str, &'a str)) {
    TextCursor::new(text).for_each_member(|written, value| {
        if let Some(name) = unescape(written) {
            visit(written, &name, value);
        }
        true
    });
}

/// Returns the characters of a JSON string. Returns `None` if they are not Unicode: half of a surrogate pair.
pub(crate) fn unescape(string: &str) -> Option<Cow<'_, str>> {
    read_json_string(string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_skipped_whole() {
        for (text, expected) in [
            ("5,", "5"),
            (r#""a\"]" ]"#, r#""a\"]""#),
            (r#"{"a":[1,{"b":"}"}]} ,"#, r#"{"a":[1,{"b":"}"}]}"#),
            ("  [ ] ", "[ ]"),
            ("true}", "true"),
        ] {
            assert_eq!(TextCursor::new(text).skip(), expected, "{text}");
        }
    }

    #[test]
    fn members_are_visited() {
        let mut members = Vec::new();
        TextCursor::new(r#" { "a" : 1 , "b\n":[2, 3],"c":{} } "#).for_each_member(|name, value| {
            members.push((name, value));
            true
        });
        assert_eq!(members, [(r#""a""#, "1"), (r#""b\n""#, "[2, 3]"), (r#""c""#, "{}")]);
    }

    #[test]
    fn invalid_text_does_not_panic() {
        for text in [
            "",
            "{",
            "[",
            "\"",
            "\"\\",
            "{\"a",
            "{\"a\"",
            "{\"a\":",
            "[1,",
            "[,",
            "]}",
            "{,}",
            "ä",
            "{\"a\":ä",
        ] {
            let mut cursor = TextCursor::new(text);
            cursor.skip();
            TextCursor::new(text).for_each_member(|_, _| true);
            TextCursor::new(text).for_each_item(|_| true);
        }
    }
}
