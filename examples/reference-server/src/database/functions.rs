//! Replacements for functions of SQLite that may run for seconds within one instruction, without a call of the progress
//! handler.
//!
//! `x LIKE y`, `x GLOB y`, `instr`, `replace` and `trim` take quadratic time in SQLite. The replacements return the same
//! results in less time, and check whether the statement must stop before long computations.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

use super::guard::Guard;
use super::patterns::Pattern;

/// Registers the replacements on a connection.
pub(super) fn replace(connection: &Connection, guard: &Arc<Guard>) -> Result<()> {
    for (name, arguments, function) in FUNCTIONS {
        let guard = Arc::clone(guard);
        let flags = FunctionFlags::SQLITE_UTF8
            | FunctionFlags::SQLITE_DETERMINISTIC
            | FunctionFlags::SQLITE_INNOCUOUS;
        connection.create_scalar_function(name, arguments, flags, move |context| {
            let is_null = |index| matches!(context.get_raw(index), ValueRef::Null);
            // As in SQLite, `replace` ignores its third argument if the second is empty.
            let used = if name == "replace" && size(context.get_raw(1)) == 0 { 2 } else { context.len() };
            if (0..used).any(is_null) {
                return Ok(Value::Null);
            }
            let length: usize = (0..context.len()).map(|index| size(context.get_raw(index))).sum();
            if length > LONG_ARGUMENTS {
                guard.check()?;
            }
            function(context, &guard)
        })?;
    }
    Ok(())
}

type Function = fn(&Context<'_>, &Guard) -> Result<Value>;

const FUNCTIONS: [(&str, i32, Function); 8] = [
    ("like", 2, |context, guard| compare(context, guard, |pattern| Pattern::like(pattern, None))),
    ("like", 3, |context, guard| {
        let escape = bytes(context.get_raw(2));
        compare(context, guard, |pattern| Pattern::like(pattern, Some(&escape)))
    }),
    ("glob", 2, |context, guard| compare(context, guard, Pattern::glob)),
    ("instr", 2, |context, _| instr(context)),
    ("replace", 3, |context, _| substitute(context)),
    ("trim", 2, |context, _| trim(context, true, true)),
    ("ltrim", 2, |context, _| trim(context, true, false)),
    ("rtrim", 2, |context, _| trim(context, false, true)),
];

/// Total length of arguments, in bytes, above which the cost of a check is negligible.
const LONG_ARGUMENTS: usize = 4 << 10;

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        ValueRef::Null => 1,
        ValueRef::Integer(_) | ValueRef::Real(_) => 8,
    }
}

/// Matches a text against a pattern. SQLite passes the pattern as the first argument.
fn compare(
    context: &Context<'_>,
    guard: &Guard,
    parse: impl FnOnce(&[u8]) -> Result<Pattern>,
) -> Result<Value> {
    // A pattern that is the same for all rows is parsed once. A pattern with ESCAPE is not cached, since the escape
    // character may differ by row.
    let pattern = match context.len() {
        2 => context.get_or_create_aux(0, |pattern| parse(&bytes(pattern)))?,
        _ => Arc::new(parse(&text(context, 0))?),
    };
    Ok(Value::Integer(i64::from(pattern.matches(&text(context, 1), guard)?)))
}

fn text<'a>(context: &'a Context<'_>, index: usize) -> Cow<'a, [u8]> {
    bytes(context.get_raw(index))
}

/// Converts a value to text as SQLite does.
fn bytes(value: ValueRef<'_>) -> Cow<'_, [u8]> {
    match value {
        ValueRef::Null => Cow::Borrowed(&[]),
        ValueRef::Integer(integer) => Cow::Owned(integer.to_string().into_bytes()),
        ValueRef::Real(real) => Cow::Owned(format!("{real:?}").into_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cow::Borrowed(bytes),
    }
}

fn instr(context: &Context<'_>) -> Result<Value> {
    let (haystack, needle) = (text(context, 0), text(context, 1));
    let found = memmem::find(&haystack, &needle);
    let bytes = matches!((context.get_raw(0), context.get_raw(1)), (ValueRef::Blob(_), ValueRef::Blob(_)));
    Ok(Value::Integer(match found {
        None => 0,
        Some(at) if bytes => at as i64 + 1,
        Some(at) => characters(&haystack[..at]).count() as i64 + 1,
    }))
}

fn substitute(context: &Context<'_>) -> Result<Value> {
    let (whole, old, new) = (text(context, 0), text(context, 1), text(context, 2));
    if old.is_empty() {
        return Ok(value(&whole));
    }
    let mut replaced = Vec::with_capacity(whole.len());
    let mut rest = 0;
    for at in memmem::find_iter(&whole, &*old) {
        replaced.extend_from_slice(&whole[rest..at]);
        replaced.extend_from_slice(&new);
        rest = at + old.len();
        if replaced.len() > MAX_REPLACED_LEN {
            return Err(Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_TOOBIG), None));
        }
    }
    replaced.extend_from_slice(&whole[rest..]);
    Ok(value(&replaced))
}

/// Maximum length of the result of `replace`, in bytes. SQLite rejects shorter texts already; this bounds the memory.
const MAX_REPLACED_LEN: usize = 1 << 20;

fn trim(context: &Context<'_>, left: bool, right: bool) -> Result<Value> {
    let (whole, set) = (text(context, 0), text(context, 1));
    let set: std::collections::HashSet<&[u8]> = characters(&set).collect();
    let all: Vec<&[u8]> = characters(&whole).collect();
    let mut rest = &all[..];
    while let [first, tail @ ..] = rest
        && left
        && set.contains(first)
    {
        rest = tail;
    }
    while let [head @ .., last] = rest
        && right
        && set.contains(last)
    {
        rest = head;
    }
    Ok(value(&rest.concat()))
}

/// Splits UTF-8 into characters as SQLite does: a byte and the continuation bytes that follow a lead byte.
fn characters(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        let continuation =
            if *first >= 0xc0 { after.iter().take_while(|byte| **byte & 0xc0 == 0x80).count() } else { 0 };
        let (character, tail) = rest.split_at(1 + continuation);
        rest = tail;
        Some(character)
    })
}

fn value(bytes: &[u8]) -> Value {
    Value::Text(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use rusqlite::Connection;
    use rusqlite::types::Value;

    use super::replace;
    use crate::database::guard::Guard;

    /// Evaluates a call with SQLite's function and with the replacement.
    fn both(call: &str, arguments: &[Value]) -> [Result<Value, String>; 2] {
        let original = Connection::open_in_memory().unwrap();
        let replaced = Connection::open_in_memory().unwrap();
        replace(&replaced, &Guard::new(HashSet::new(), HashSet::new(), 0)).unwrap();
        [original, replaced].map(|connection| {
            let result = connection.query_row(
                &format!("SELECT {call}"),
                rusqlite::params_from_iter(arguments),
                |row| row.get(0),
            );
            result.map_err(|error| error.to_string())
        })
    }

    fn check_equal(call: &str, arguments: &[Value]) -> Result<(), TestCaseError> {
        let [original, replaced] = both(call, arguments);
        prop_assert_eq!(replaced, original, "{} of {:?}", call, arguments);
        Ok(())
    }

    /// Generates texts over a small alphabet, so that matches are frequent, and sometimes other values.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            8 => "[aAbBé%_*?\\[\\]^\\-\u{1F600}]{0,8}".prop_map(Value::Text),
            1 => Just(Value::Null),
            1 => any::<i16>().prop_map(|number| Value::Integer(number.into())),
            1 => (-999_i32..999).prop_map(|number| Value::Real(f64::from(number) / 8.0)),
        ]
    }

    proptest! {
        #[test]
        fn replacements_return_the_same_results(one in value(), other in value(), third in value()) {
            let two = [one.clone(), other.clone()];
            for call in ["?1 LIKE ?2", "?1 GLOB ?2", "instr(?1, ?2)", "trim(?1, ?2)", "ltrim(?1, ?2)", "rtrim(?1, ?2)"] {
                check_equal(call, &two)?;
            }
            check_equal("replace(?1, ?2, ?3)", &[one, other, third])?;
        }

        #[test]
        fn escapes_match_in_the_same_way(text in "[ab%_é]{0,6}", pattern in "[ab%_é!]{0,6}") {
            check_equal("?1 LIKE ?2 ESCAPE '!'", &[Value::Text(text.clone()), Value::Text(pattern.clone())])?;
            check_equal("?1 LIKE ?2 ESCAPE '%'", &[Value::Text(text.clone()), Value::Text(pattern.clone())])?;
            check_equal("?1 LIKE ?2 ESCAPE 'é'", &[Value::Text(text), Value::Text(pattern)])?;
        }
    }

    #[test]
    fn blobs_are_searched_by_bytes() {
        let blob = |bytes: &[u8]| Value::Blob(bytes.to_vec());
        let [original, replaced] = both("instr(?1, ?2)", &[blob(&[0xc3, 0xa9, 1]), blob(&[1])]);
        assert_eq!((&replaced, &original), (&Ok(Value::Integer(3)), &Ok(Value::Integer(3))));
    }
}
