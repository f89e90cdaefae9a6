//! LIKE and GLOB, without going back further than to the last wildcard.

use rusqlite::types::Value;
use rusqlite::{Error, Result};

use super::guard::Guard;

/// `text LIKE pattern`: `%` is any text, `_` any character; ASCII letters match in either case.
pub(super) fn like(text: &[u8], pattern: &[u8], escape: Option<&[u8]>, guard: &Guard) -> Result<Value> {
    let escape = match escape.map(|escape| String::from_utf8_lossy(escape).into_owned()) {
        None => None,
        Some(escape) => {
            let mut characters = escape.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) => Some(one),
                _ => return Err(failure("ESCAPE expression must be a single character")),
            }
        }
    };
    check_length(pattern)?;
    let mut parts = Vec::new();
    let pattern = String::from_utf8_lossy(pattern);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            _ if Some(character) == escape => match characters.next() {
                Some(literal) => Part::Literal(literal.to_ascii_lowercase()),
                None => return Ok(Value::Integer(0)),
            },
            '%' => Part::Any,
            '_' => Part::One,
            _ => Part::Literal(character.to_ascii_lowercase()),
        });
    }
    matches(text, &parts, |character| character.to_ascii_lowercase(), guard)
}

/// `text GLOB pattern`: `*` is any text, `?` any character, `[a-z]` and `[^a-z]` one of some.
pub(super) fn glob(text: &[u8], pattern: &[u8], guard: &Guard) -> Result<Value> {
    check_length(pattern)?;
    let pattern: Vec<char> = String::from_utf8_lossy(pattern).chars().collect();
    let mut parts = Vec::new();
    let mut rest = &pattern[..];
    while let [first, after @ ..] = rest {
        rest = after;
        parts.push(match first {
            '*' => Part::Any,
            '?' => Part::One,
            '[' => match set(after) {
                Some((set, behind)) => {
                    rest = behind;
                    set
                }
                // A set that is never closed matches nothing.
                None => return Ok(Value::Integer(0)),
            },
            literal => Part::Literal(*literal),
        });
    }
    matches(text, &parts, |character| character, guard)
}

enum Part {
    Any,
    One,
    Literal(char),
    Set { inverted: bool, ranges: Vec<(char, char)> },
}

impl Part {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Literal(literal) => *literal == character,
            Self::Set { inverted, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *inverted
            }
        }
    }
}

/// The set behind an opening bracket, and what follows its closing one. A `]` that comes first is one of the set.
fn set(pattern: &[char]) -> Option<(Part, &[char])> {
    let inverted = pattern.first() == Some(&'^');
    let mut at = usize::from(inverted);
    let mut ranges = Vec::new();
    let first = at;
    loop {
        match (pattern.get(at)?, pattern.get(at + 1), pattern.get(at + 2)) {
            (']', ..) if at > first => return Some((Part::Set { inverted, ranges }, &pattern[at + 1..])),
            (from, Some('-'), Some(to)) if *to != ']' => {
                ranges.push((*from, *to));
                at += 3;
            }
            (one, ..) => {
                ranges.push((*one, *one));
                at += 1;
            }
        }
    }
}

/// Goes through the text once; after a mismatch it goes on one character behind where the last wildcard began.
fn matches(text: &[u8], parts: &[Part], fold: fn(char) -> char, guard: &Guard) -> Result<Value> {
    let text: Vec<char> = String::from_utf8_lossy(text).chars().map(fold).collect();
    let (mut at, mut part) = (0, 0);
    let mut wildcard: Option<(usize, usize)> = None;
    let mut steps = 0_u32;
    while at < text.len() {
        steps += 1;
        if steps.is_multiple_of(STEPS) {
            guard.check()?;
        }
        match parts.get(part) {
            Some(Part::Any) => {
                part += 1;
                wildcard = Some((part, at));
            }
            Some(other) if other.accepts(text[at]) => {
                at += 1;
                part += 1;
            }
            _ => match &mut wildcard {
                Some((behind, start)) => {
                    *start += 1;
                    (at, part) = (*start, *behind);
                }
                None => return Ok(Value::Integer(0)),
            },
        }
    }
    Ok(Value::Integer(i64::from(parts[part..].iter().all(|part| matches!(part, Part::Any)))))
}

/// Comparisons between two looks whether to stop.
const STEPS: u32 = 1 << 16;

/// The work is the length of the text times that of the pattern, so the pattern stays short.
const LONGEST_PATTERN: usize = 200;

fn check_length(pattern: &[u8]) -> Result<()> {
    match pattern.len() {
        0..=LONGEST_PATTERN => Ok(()),
        _ => Err(failure("LIKE or GLOB pattern too complex")),
    }
}

fn failure(message: &str) -> Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR);
    Error::SqliteFailure(code, Some(message.to_owned()))
}
