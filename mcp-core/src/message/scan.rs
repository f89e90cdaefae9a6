//! A single pass over the text of a message.
//!
//! The pass checks that the text is JSON, limits the nesting depth, detects duplicate members of objects, and records
//! the positions of the members of the envelope. `serde_json` does none of the last three for a value that it keeps
//! as text.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::member_index::MemberIndex;
use crate::json::string::plain_end;

/// Maximum nesting depth of a message, in levels.
pub(super) const MAX_DEPTH: usize = 127;

/// A byte range of the text.
pub(super) type Span = Range<usize>;

/// Positions of the members of the outermost object.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) jsonrpc: Option<Span>,
    pub(super) id: Option<Span>,
    pub(super) method: Option<Span>,
    pub(super) params: Option<Span>,
    /// The object has a `result` or an `error`.
    pub(super) is_response: bool,
    pub(super) duplicate: Option<Duplicate>,
    /// Positions of members of the parameters, relative to the start of the text.
    pub(super) index: MemberIndex,
}

/// The location of duplicate members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duplicate {
    /// Any object outside of the arguments of a call.
    Envelope,
    /// The arguments of a call.
    Arguments,
}

/// An error found by the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanError {
    Syntax,
    TooDeep,
    LoneSurrogate,
}

/// The part of a message that a value belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Envelope,
    Params,
    Arguments,
    Other,
}

impl Scope {
    /// Returns the scope of the value of a member in this scope.
    fn of_member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Envelope, "params") => Self::Params,
            (Self::Params, "arguments") | (Self::Arguments, _) => Self::Arguments,
            _ => Self::Other,
        }
    }
}

/// A scanner that reuses its memory from one message to the next.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// Keys of the open objects, outermost first, without their quotes.
    keys: Vec<Span>,
}

impl Scanner {
    /// Scans one value. Records the positions of its members if it is an object.
    pub(super) fn scan_envelope(&mut self, text: &str) -> Result<Envelope, ScanError> {
        self.keys.clear();
        // Enough for a typical call, because most decoders decode only one message.
        self.keys.reserve(32);
        let mut cursor = Cursor { text, at: 0, keys: &mut self.keys, envelope: Envelope::default() };
        cursor.scan_value(Scope::Envelope, 0)?;
        cursor.skip_whitespace();
        if cursor.at < text.len() {
            return Err(ScanError::Syntax);
        }
        Ok(cursor.envelope)
    }

    /// Scans one array and returns the positions of its elements, or `None` if there are more than `max_elements`.
    pub(super) fn scan_elements(
        &mut self,
        text: &str,
        max_elements: usize,
    ) -> Result<Option<Vec<Span>>, ScanError> {
        self.scan_envelope(text)?;
        let mut cursor = Cursor { text, at: 0, keys: &mut self.keys, envelope: Envelope::default() };
        cursor.skip_whitespace();
        cursor.at += 1;
        let mut elements = Vec::new();
        cursor.skip_whitespace();
        while cursor.peek() != Some(b']') {
            let start = cursor.at;
            cursor.scan_value(Scope::Other, 1)?;
            elements.push(start..cursor.at);
            if elements.len() > max_elements {
                return Ok(None);
            }
            cursor.skip_whitespace();
            if cursor.peek() == Some(b',') {
                cursor.at += 1;
                cursor.skip_whitespace();
            }
        }
        Ok(Some(elements))
    }
}

/// The position in the text, and the results so far.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    keys: &'a mut Vec<Span>,
    envelope: Envelope,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ScanError> {
        if self.peek() != Some(byte) {
            return Err(ScanError::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// Scans one value and the white space before it. `depth` is the number of containers around the value.
    fn scan_value(&mut self, scope: Scope, depth: usize) -> Result<(), ScanError> {
        self.skip_whitespace();
        match self.peek().ok_or(ScanError::Syntax)? {
            b'{' | b'[' if depth >= MAX_DEPTH => Err(ScanError::TooDeep),
            b'{' => self.scan_object(scope, depth + 1),
            b'[' => self.scan_array(scope, depth + 1),
            b'"' => self.scan_string().map(drop),
            b'-' | b'0'..=b'9' => self.scan_number(),
            b't' => self.scan_literal("true"),
            b'f' => self.scan_literal("false"),
            b'n' => self.scan_literal("null"),
            _ => Err(ScanError::Syntax),
        }
    }

    fn scan_array(&mut self, scope: Scope, depth: usize) -> Result<(), ScanError> {
        let scope = if scope == Scope::Arguments { scope } else { Scope::Other };
        self.at += 1;
        self.skip_whitespace();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.scan_value(scope, depth)?;
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b']'),
            }
        }
    }

    fn scan_object(&mut self, scope: Scope, depth: usize) -> Result<(), ScanError> {
        self.at += 1;
        let first_key = self.keys.len();
        let mut escaped = false;
        self.skip_whitespace();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            escaped |= self.scan_member(scope, depth)?;
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.expect(b'}')?;
                    break;
                }
            }
        }
        self.end_object(scope, first_key, escaped);
        Ok(())
    }

    /// Scans one member of an object. Returns `true` if its key contains an escape.
    fn scan_member(&mut self, scope: Scope, depth: usize) -> Result<bool, ScanError> {
        self.skip_whitespace();
        let quote = self.at;
        let escaped = self.scan_string()?;
        self.keys.push(quote + 1..self.at - 1);
        let text = self.text;
        let key = if escaped {
            Cow::Owned(serde_json::from_str(&text[quote..self.at]).map_err(|_| ScanError::Syntax)?)
        } else {
            Cow::Borrowed(&text[quote + 1..self.at - 1])
        };
        self.skip_whitespace();
        self.expect(b':')?;
        self.skip_whitespace();
        let start = self.at;
        self.scan_value(scope.of_member(&key), depth)?;
        match scope {
            Scope::Envelope => self.record_member(&key, start..self.at),
            Scope::Params => self.envelope.index.record(&key, start..self.at),
            Scope::Arguments | Scope::Other => {}
        }
        Ok(escaped)
    }

    fn record_member(&mut self, key: &str, value: Span) {
        let envelope = &mut self.envelope;
        match key {
            "jsonrpc" => envelope.jsonrpc = Some(value),
            "id" => envelope.id = Some(value),
            "method" => envelope.method = Some(value),
            "params" => envelope.params = Some(value),
            "result" | "error" => envelope.is_response = true,
            _ => {}
        }
    }

    /// Ends an object: checks its keys for duplicates and removes them from the list.
    fn end_object(&mut self, scope: Scope, first_key: usize, escaped: bool) {
        let keys = &mut self.keys[first_key..];
        if self.envelope.duplicate != Some(Duplicate::Envelope) && has_duplicates(self.text, keys, escaped) {
            let arguments = scope == Scope::Arguments;
            self.envelope.duplicate =
                Some(if arguments { Duplicate::Arguments } else { Duplicate::Envelope });
        }
        self.keys.truncate(first_key);
    }

    /// Scans one string with its quotes. Returns `true` if it contains an escape.
    fn scan_string(&mut self) -> Result<bool, ScanError> {
        self.expect(b'"')?;
        let mut escaped = false;
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 1;
                    self.scan_escape()?;
                }
                _ => return Err(ScanError::Syntax),
            }
        }
    }

    fn scan_escape(&mut self) -> Result<(), ScanError> {
        let kind = self.peek().ok_or(ScanError::Syntax)?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.scan_code_unit()? {
                0xD800..=0xDBFF => match (self.expect(b'\\'), self.expect(b'u')) {
                    (Ok(()), Ok(())) if (0xDC00..=0xDFFF).contains(&self.scan_code_unit()?) => Ok(()),
                    _ => Err(ScanError::LoneSurrogate),
                },
                0xDC00..=0xDFFF => Err(ScanError::LoneSurrogate),
                _ => Ok(()),
            },
            _ => Err(ScanError::Syntax),
        }
    }

    fn scan_code_unit(&mut self) -> Result<u16, ScanError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit =
                self.peek().and_then(|byte| char::from(byte).to_digit(16)).ok_or(ScanError::Syntax)?;
            // Lossless: a hexadecimal digit is less than 16.
            unit = unit << 4 | digit as u16;
            self.at += 1;
        }
        Ok(unit)
    }

    fn scan_number(&mut self) -> Result<(), ScanError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.scan_digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.scan_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.scan_digits()?;
        }
        Ok(())
    }

    fn scan_digits(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(ScanError::Syntax) } else { Ok(()) }
    }

    fn scan_literal(&mut self, literal: &str) -> Result<(), ScanError> {
        if !self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()) {
            return Err(ScanError::Syntax);
        }
        self.at += literal.len();
        Ok(())
    }
}

/// Returns `true` if two keys are equal after decoding their escapes.
fn has_duplicates(text: &str, keys: &mut [Span], escaped: bool) -> bool {
    /// Maximum number of keys that are compared pairwise, which is faster than sorting for small objects.
    const MAX_PAIRWISE: usize = 8;
    if escaped {
        let mut names: Vec<Option<String>> =
            keys.iter().map(|key| serde_json::from_str(&text[key.start - 1..=key.end]).ok()).collect();
        names.sort_unstable();
        return names.windows(2).any(|pair| pair[0] == pair[1]);
    }
    let name = |key: &Span| &text[key.clone()];
    if keys.len() <= MAX_PAIRWISE {
        return keys
            .iter()
            .enumerate()
            .any(|(index, key)| keys[..index].iter().any(|other| name(other) == name(key)));
    }
    keys.sort_unstable_by(|left, right| name(left).cmp(name(right)));
    keys.windows(2).any(|pair| name(&pair[0]) == name(&pair[1]))
}
