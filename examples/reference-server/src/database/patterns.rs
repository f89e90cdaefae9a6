//! LIKE and GLOB, without going back further than to the last wildcard.

use memchr::memchr2;
use rusqlite::{Error, Result};

use super::guard::Guard;

/// A pattern, read once for all the texts that it is compared with.
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// Whether ASCII letters match in either case.
    fold: bool,
}

/// Characters are numbers here, as texts may hold bytes that are no UTF-8.
enum Part {
    Any,
    One,
    Literal(u32),
    Set {
        inverted: bool,
        ranges: Vec<(u32, u32)>,
    },
    /// What an unfinished pattern ends with: it matches nothing.
    Nothing,
}

/// The work is the length of the text times that of the pattern, so the pattern stays short.
const LONGEST: usize = 200;

/// Comparisons between two looks whether to stop.
const STEPS: u32 = 1 << 16;

impl Pattern {
    /// `%` is any text, `_` any character.
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
        let mut parts = Vec::new();
        let mut rest = characters(pattern).into_iter();
        while let Some(character) = rest.next() {
            parts.push(if Some(character) == escape {
                rest.next().map_or(Part::Nothing, |literal| Part::Literal(lower(literal)))
            } else if character == u32::from('%') {
                Part::Any
            } else if character == u32::from('_') {
                Part::One
            } else {
                Part::Literal(lower(character))
            });
        }
        Ok(Self { parts, fold: true })
    }

    /// `*` is any text, `?` any character, `[a-z]` and `[^a-z]` one of some.
    pub(super) fn glob(pattern: &[u8]) -> Result<Self> {
        check_length(pattern)?;
        let pattern = characters(pattern);
        let mut parts = Vec::new();
        let mut rest = &pattern[..];
        while let [first, after @ ..] = rest {
            rest = after;
            parts.push(match char::from_u32(*first) {
                Some('*') => Part::Any,
                Some('?') => Part::One,
                Some('[') => match set(after) {
                    Some((set, behind)) => {
                        rest = behind;
                        set
                    }
                    None => Part::Nothing,
                },
                _ => Part::Literal(*first),
            });
        }
        Ok(Self { parts, fold: false })
    }

    /// Goes through the text once; after a mismatch it goes on one character behind where the last wildcard began.
    pub(super) fn matches(&self, text: &[u8], guard: &Guard) -> Result<bool> {
        let (mut at, mut part) = (0, 0);
        let mut wildcard: Option<(usize, usize)> = None;
        let mut steps = 0_u32;
        while at < text.len() {
            steps += 1;
            if steps.is_multiple_of(STEPS) {
                guard.check()?;
            }
            let (character, length) = self.character(text, at);
            let next = match self.parts.get(part) {
                Some(Part::Any) => Some((part + 1, at)),
                Some(other) if other.accepts(character) => {
                    (at, part) = (at + length, part + 1);
                    continue;
                }
                _ => wildcard.map(|(behind, start)| (behind, start + self.character(text, start).1)),
            };
            let Some((behind, from)) = next else { return Ok(false) };
            let Some(start) = self.start(text, from, behind) else { return Ok(false) };
            wildcard = Some((behind, start));
            (at, part) = (start, behind);
        }
        Ok(self.parts[part..].iter().all(|part| matches!(part, Part::Any)))
    }

    /// The first place from which on the part behind a wildcard can match.
    fn start(&self, text: &[u8], from: usize, behind: usize) -> Option<usize> {
        match self.parts.get(behind) {
            None => Some(text.len()),
            Some(Part::Literal(literal)) if *literal < 0x80 => {
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

impl Part {
    fn accepts(&self, character: u32) -> bool {
        match self {
            Self::Any | Self::Nothing => false,
            Self::One => true,
            Self::Literal(literal) => *literal == character,
            Self::Set { inverted, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *inverted
            }
        }
    }
}

/// The set behind an opening bracket, and what follows its closing one. A `]` that comes first is one of the set.
fn set(pattern: &[u32]) -> Option<(Part, &[u32])> {
    const CLOSE: u32 = ']' as u32;
    const DASH: u32 = '-' as u32;
    let inverted = pattern.first() == Some(&u32::from('^'));
    let first = usize::from(inverted);
    let mut at = first;
    let mut ranges = Vec::new();
    loop {
        match (*pattern.get(at)?, pattern.get(at + 1), pattern.get(at + 2)) {
            (CLOSE, ..) if at > first => return Some((Part::Set { inverted, ranges }, &pattern[at + 1..])),
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

/// The first character and its length: a byte, and behind a leading byte its continuation bytes.
fn decode(text: &[u8]) -> (u32, usize) {
    let Some((&first, after)) = text.split_first() else { return (0, 1) };
    if first < 0xc0 {
        return (u32::from(first), 1);
    }
    let more = after.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
    let character =
        after[..more].iter().fold(u32::from(first), |all, byte| all << 6 | u32::from(byte & 0x3f));
    // The leading byte keeps its marks: what matters is that equal characters are equal numbers in the right order.
    (character, 1 + more)
}

fn check_length(pattern: &[u8]) -> Result<()> {
    match pattern.len() {
        0..=LONGEST => Ok(()),
        _ => Err(failure("LIKE or GLOB pattern too complex")),
    }
}

fn failure(message: &str) -> Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR);
    Error::SqliteFailure(code, Some(message.to_owned()))
}
