//! LIKE and GLOB that backtrack to the last wildcard only.

use memchr::memchr2;
use rusqlite::{Error, Result};

use super::guard::Guard;

/// A parsed pattern.
pub(super) struct Pattern {
    tokens: Vec<Token>,
    /// `true` if ASCII letters match in either case.
    fold: bool,
}

/// An element of a pattern. Characters are numbers, because texts may contain bytes that are not UTF-8.
enum Token {
    /// Any text, also an empty one.
    AnyText,
    /// Any single character.
    AnyCharacter,
    Literal(u32),
    Set {
        inverted: bool,
        ranges: Vec<(u32, u32)>,
    },
    /// The end of an incomplete pattern, which matches nothing.
    Never,
}

/// Maximum length of a pattern, in bytes. Matching takes time proportional to the product of both lengths.
const MAX_PATTERN_LEN: usize = 200;

/// Number of comparisons between two checks whether the statement must stop.
const CHECK_INTERVAL: u32 = 1 << 16;

impl Pattern {
    /// Parses a LIKE pattern: `%` is any text, `_` is any character.
    pub(super) fn like(pattern: &[u8], escape: Option<&[u8]>) -> Result<Self> {
        let escape = escape.map(|escape| match characters(escape)[..] {
            [one] => Ok(one),
            _ => Err(failure("ESCAPE expression must be a single character")),
        });
        let escape = escape.transpose()?;
        check_length(pattern)?;
        let lower = |character: u32| {
            if character < 0x80 { u32::from((character as u8).to_ascii_lowercase()) } else { character }
        };
        let mut tokens = Vec::new();
        let mut rest = characters(pattern).into_iter();
        while let Some(character) = rest.next() {
            tokens.push(if Some(character) == escape {
                rest.next().map_or(Token::Never, |literal| Token::Literal(lower(literal)))
            } else if character == u32::from('%') {
                Token::AnyText
            } else if character == u32::from('_') {
                Token::AnyCharacter
            } else {
                Token::Literal(lower(character))
            });
        }
        Ok(Self { tokens, fold: true })
    }

    /// Parses a GLOB pattern: `*` is any text, `?` is any character, `[a-z]` and `[^a-z]` are sets of characters.
    pub(super) fn glob(pattern: &[u8]) -> Result<Self> {
        check_length(pattern)?;
        let pattern = characters(pattern);
        let mut tokens = Vec::new();
        let mut rest = &pattern[..];
        while let [first, after @ ..] = rest {
            rest = after;
            tokens.push(match char::from_u32(*first) {
                Some('*') => Token::AnyText,
                Some('?') => Token::AnyCharacter,
                Some('[') => match set(after) {
                    Some((set, tail)) => {
                        rest = tail;
                        set
                    }
                    None => Token::Never,
                },
                _ => Token::Literal(*first),
            });
        }
        Ok(Self { tokens, fold: false })
    }

    /// Returns `true` if the whole text matches. After a mismatch, the last wildcard is extended by one character.
    pub(super) fn matches(&self, text: &[u8], guard: &Guard) -> Result<bool> {
        let (mut at, mut token) = (0, 0);
        // The token after the last wildcard, and the position in the text where it is tried.
        let mut wildcard: Option<(usize, usize)> = None;
        let mut steps = 0_u32;
        while at < text.len() {
            steps += 1;
            if steps.is_multiple_of(CHECK_INTERVAL) {
                guard.check()?;
            }
            let (character, length) = self.character(text, at);
            let next = match self.tokens.get(token) {
                Some(Token::AnyText) => Some((token + 1, at)),
                Some(other) if other.accepts(character) => {
                    (at, token) = (at + length, token + 1);
                    continue;
                }
                _ => wildcard.map(|(after, start)| (after, start + self.character(text, start).1)),
            };
            let Some((after, from)) = next else { return Ok(false) };
            let Some(start) = self.start(text, from, after) else { return Ok(false) };
            wildcard = Some((after, start));
            (at, token) = (start, after);
        }
        Ok(self.tokens[token..].iter().all(|token| matches!(token, Token::AnyText)))
    }

    /// Returns the first position at which the token after a wildcard can match.
    fn start(&self, text: &[u8], from: usize, after: usize) -> Option<usize> {
        match self.tokens.get(after) {
            None => Some(text.len()),
            Some(Token::Literal(literal)) if *literal < 0x80 => {
                let (one, other) = (*literal as u8, *literal as u8);
                let other = if self.fold { other.to_ascii_uppercase() } else { other };
                memchr2(one, other, &text[from..]).map(|found| from + found)
            }
            Some(_) => Some(from),
        }
    }

    fn character(&self, text: &[u8], at: usize) -> (u32, usize) {
        match text.get(at) {
            Some(byte) if *byte < 0x80 => {
                (u32::from(if self.fold { byte.to_ascii_lowercase() } else { *byte }), 1)
            }
            Some(_) => decode(&text[at..]),
            None => (0, 1),
        }
    }
}

impl Token {
    fn accepts(&self, character: u32) -> bool {
        match self {
            Self::AnyText | Self::Never => false,
            Self::AnyCharacter => true,
            Self::Literal(literal) => *literal == character,
            Self::Set { inverted, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *inverted
            }
        }
    }
}

/// Parses the set after an opening bracket, and returns it with the rest of the pattern. A leading `]` is a member of the
/// set.
fn set(pattern: &[u32]) -> Option<(Token, &[u32])> {
    const CLOSE: u32 = ']' as u32;
    const DASH: u32 = '-' as u32;
    let inverted = pattern.first() == Some(&u32::from('^'));
    let first = usize::from(inverted);
    let mut at = first;
    let mut ranges = Vec::new();
    loop {
        match (*pattern.get(at)?, pattern.get(at + 1), pattern.get(at + 2)) {
            (CLOSE, ..) if at > first => return Some((Token::Set { inverted, ranges }, &pattern[at + 1..])),
            (from, Some(&DASH), Some(to)) if *to != CLOSE => {
                ranges.push((from, *to));
                at += 3;
            }
            (one, ..) => {
                ranges.push((one, one));
                at += 1;
            }
        }
    }
}

fn characters(text: &[u8]) -> Vec<u32> {
    let mut characters = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (character, length) = decode(rest);
        characters.push(character);
        rest = &rest[length..];
    }
    characters
}

/// Decodes the first character, and returns it with its length: a byte, or a lead byte with its continuation bytes.
fn decode(text: &[u8]) -> (u32, usize) {
    let Some((&first, after)) = text.split_first() else { return (0, 1) };
    if first < 0xc0 {
        return (u32::from(first), 1);
    }
    let continuation = after.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
    let character =
        after[..continuation].iter().fold(u32::from(first), |all, byte| all << 6 | u32::from(byte & 0x3f));
    // The lead byte keeps its marker bits: the numbers need only be distinct and in the order of the characters.
    (character, 1 + continuation)
}

fn check_length(pattern: &[u8]) -> Result<()> {
    match pattern.len() {
        0..=MAX_PATTERN_LEN => Ok(()),
        _ => Err(failure("LIKE or GLOB pattern too complex")),
    }
}

fn failure(message: &str) -> Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR);
    Error::SqliteFailure(code, Some(message.to_owned()))
}
