//! One pass over the text of a message: is it JSON, how deep, does an object say anything twice,
//! and where do the members of the envelope stand?
//!
//! `serde_json` answers none of the last three for text that it keeps as text.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::Index;

/// The deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 127;

/// A place in the text.
pub(super) type Span = Range<usize>;

/// What stands in the outermost object.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) jsonrpc: Option<Span>,
    pub(super) id: Option<Span>,
    pub(super) method: Option<Span>,
    pub(super) params: Option<Span>,
    /// There is a `result` or an `error`.
    pub(super) answers: bool,
    pub(super) duplicate: Option<Duplicate>,
    /// Where members of the parameters stand, in the whole text.
    pub(super) index: Index,
}

/// Where an object says something twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duplicate {
    /// In the envelope or the parameters.
    Envelope,
    /// In the arguments of a call.
    Arguments,
}

/// Why the text is not JSON that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Syntax,
    TooDeep,
    LoneSurrogate,
}

/// What an object is, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Envelope,
    Params,
    Arguments,
    Elsewhere,
}

impl Place {
    /// What the value of this key is.
    fn inside(self, key: &str) -> Self {
        match (self, key) {
            (Self::Envelope, "params") => Self::Params,
            (Self::Params, "arguments") | (Self::Arguments, _) => Self::Arguments,
            _ => Self::Elsewhere,
        }
    }
}

/// Keeps its memory from one message to the next.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// The keys of the objects that are open, outermost first, without their quotes.
    keys: Vec<Span>,
}

impl Scanner {
    /// Reads one value; members are recorded where it is an object.
    pub(super) fn envelope(&mut self, text: &str) -> Result<Envelope, Fault> {
        self.keys.clear();
        // About as many as a call has: most decoders read one message only.
        self.keys.reserve(32);
        let mut scan = Scan { text, at: 0, keys: &mut self.keys, envelope: Envelope::default() };
        scan.value(Place::Envelope, 0)?;
        scan.blanks();
        if scan.at < text.len() {
            return Err(Fault::Syntax);
        }
        Ok(scan.envelope)
    }

    /// Reads one array and returns where its elements stand, or nothing if there are more than `most`.
    pub(super) fn elements(&mut self, text: &str, most: usize) -> Result<Option<Vec<Span>>, Fault> {
        self.envelope(text)?;
        let mut scan = Scan { text, at: 0, keys: &mut self.keys, envelope: Envelope::default() };
        scan.blanks();
        scan.at += 1;
        let mut elements = Vec::new();
        scan.blanks();
        while scan.peek() != Some(b']') {
            let start = scan.at;
            scan.value(Place::Elsewhere, 1)?;
            elements.push(start..scan.at);
            if elements.len() > most {
                return Ok(None);
            }
            scan.blanks();
            if scan.peek() == Some(b',') {
                scan.at += 1;
                scan.blanks();
            }
        }
        Ok(Some(elements))
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    keys: &'a mut Vec<Span>,
    envelope: Envelope,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(Fault::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// One value, with the blanks before it. `depth` counts the containers around it.
    fn value(&mut self, place: Place, depth: usize) -> Result<(), Fault> {
        self.blanks();
        match self.peek().ok_or(Fault::Syntax)? {
            b'{' | b'[' if depth >= MAX_DEPTH => Err(Fault::TooDeep),
            b'{' => self.object(place, depth + 1),
            b'[' => self.array(place, depth + 1),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => Err(Fault::Syntax),
        }
    }

    fn array(&mut self, place: Place, depth: usize) -> Result<(), Fault> {
        let inside = if place == Place::Arguments { place } else { Place::Elsewhere };
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(inside, depth)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b']'),
            }
        }
    }

    fn object(&mut self, place: Place, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        let first_key = self.keys.len();
        let mut escaped = false;
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            escaped |= self.member(place, depth)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.expect(b'}')?;
                    break;
                }
            }
        }
        self.close(place, first_key, escaped);
        Ok(())
    }

    /// One member of an object; tells whether there is an escape in its key.
    fn member(&mut self, place: Place, depth: usize) -> Result<bool, Fault> {
        self.blanks();
        let quote = self.at;
        let escaped = self.string()?;
        self.keys.push(quote + 1..self.at - 1);
        let text = self.text;
        let key = if escaped {
            Cow::Owned(serde_json::from_str(&text[quote..self.at]).map_err(|_| Fault::Syntax)?)
        } else {
            Cow::Borrowed(&text[quote + 1..self.at - 1])
        };
        self.blanks();
        self.expect(b':')?;
        self.blanks();
        let start = self.at;
        self.value(place.inside(&key), depth)?;
        match place {
            Place::Envelope => self.record(&key, start..self.at),
            Place::Params => self.envelope.index.keep(&key, start..self.at),
            Place::Arguments | Place::Elsewhere => {}
        }
        Ok(escaped)
    }

    fn record(&mut self, key: &str, value: Span) {
        let envelope = &mut self.envelope;
        match key {
            "jsonrpc" => envelope.jsonrpc = Some(value),
            "id" => envelope.id = Some(value),
            "method" => envelope.method = Some(value),
            "params" => envelope.params = Some(value),
            "result" | "error" => envelope.answers = true,
            _ => {}
        }
    }

    /// Looks for equal keys among those of the object that ends here, and forgets them.
    fn close(&mut self, place: Place, first_key: usize, escaped: bool) {
        let keys = &mut self.keys[first_key..];
        if self.envelope.duplicate != Some(Duplicate::Envelope) && repeats(self.text, keys, escaped) {
            let arguments = place == Place::Arguments;
            self.envelope.duplicate =
                Some(if arguments { Duplicate::Arguments } else { Duplicate::Envelope });
        }
        self.keys.truncate(first_key);
    }

    /// One string with its quotes; tells whether there is an escape in it.
    fn string(&mut self) -> Result<bool, Fault> {
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
                    self.escape()?;
                }
                _ => return Err(Fault::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let kind = self.peek().ok_or(Fault::Syntax)?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.code_unit()? {
                0xD800..=0xDBFF => match (self.expect(b'\\'), self.expect(b'u')) {
                    (Ok(()), Ok(())) if (0xDC00..=0xDFFF).contains(&self.code_unit()?) => Ok(()),
                    _ => Err(Fault::LoneSurrogate),
                },
                0xDC00..=0xDFFF => Err(Fault::LoneSurrogate),
                _ => Ok(()),
            },
            _ => Err(Fault::Syntax),
        }
    }

    fn code_unit(&mut self) -> Result<u16, Fault> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16)).ok_or(Fault::Syntax)?;
            // A hexadecimal digit fits into any integer.
            unit = unit << 4 | digit as u16;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(Fault::Syntax) } else { Ok(()) }
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Fault::Syntax);
        }
        self.at += word.len();
        Ok(())
    }
}

/// Where the text of a string goes on no longer as it is: at a quote, a backslash, a control character or the end.
pub(crate) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    // Eight bytes at a time: most of a message is text, and most of a long one is one string.
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// Marks the high bit of each byte that ends the plain part of a string. The lowest mark is exact.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word;
    let below_blank = word.wrapping_sub(ONES * 0x20) & !word;
    (zero_in(word ^ (ONES * u64::from(b'"'))) | zero_in(word ^ (ONES * u64::from(b'\\'))) | below_blank)
        & HIGHS
}

/// Whether two of the keys are equal once their escapes are undone.
fn repeats(text: &str, keys: &mut [Span], escaped: bool) -> bool {
    const FEW: usize = 8;
    if escaped {
        let mut names: Vec<Option<String>> =
            keys.iter().map(|key| serde_json::from_str(&text[key.start - 1..=key.end]).ok()).collect();
        names.sort_unstable();
        return names.windows(2).any(|pair| pair[0] == pair[1]);
    }
    let name = |key: &Span| &text[key.clone()];
    if keys.len() <= FEW {
        return keys
            .iter()
            .enumerate()
            .any(|(place, key)| keys[..place].iter().any(|other| name(other) == name(key)));
    }
    keys.sort_unstable_by(|one, other| name(one).cmp(name(other)));
    keys.windows(2).any(|pair| name(&pair[0]) == name(&pair[1]))
}
