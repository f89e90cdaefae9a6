//! The values of an `enum`, with lookup in constant time.

use std::collections::{HashMap, HashSet};

use serde_json::{Number, Value};

use crate::schema::number;
use crate::schema::suggestion::normalize;

/// Maximum nesting depth of an enumerated value. The limit of the JSON parser is the same.
const MAX_DEPTH: usize = 128;

/// The number of bytes in which a byte of a string can be written in JSON, at most: `\\u0061`.
const MAX_BYTES_PER_BYTE: usize = 6;

/// The number of bytes of white space in the text of an enumerated value, at most.
const MAX_SPACE: usize = 4096;

/// Enumerated values of any type.
#[derive(Debug)]
pub(super) struct EnumValues {
    values: Vec<Value>,
    /// The length of the longest text in JSON that a value may have.
    max_len: usize,
    /// The canonical text of each value.
    canonical: HashSet<String>,
}

/// Enumerated strings, with lookup by exact or by case-insensitive text.
#[derive(Debug)]
pub(super) struct EnumStrings {
    strings: Vec<String>,
    exact: HashSet<String>,
    /// The index of each string by its lower case, or `None` if several strings share it.
    lower_case: HashMap<String, Option<usize>>,
    /// The same, without separators.
    similar: HashMap<Vec<char>, Option<usize>>,
}

impl EnumValues {
    pub(super) fn new(values: Vec<Value>) -> Self {
        let canonical: HashSet<_> = values.iter().filter_map(|value| canonical(value, MAX_DEPTH)).collect();
        let longest = canonical.iter().map(String::len).max().unwrap_or(0);
        Self { values, max_len: longest * MAX_BYTES_PER_BYTE + MAX_SPACE, canonical }
    }

    pub(super) fn contains(&self, value: &Value) -> bool {
        canonical(value, MAX_DEPTH).is_some_and(|text| self.canonical.contains(&text))
    }

    /// Returns `true` if the JSON text is that of a value. Only text that is short enough is parsed.
    pub(super) fn contains_text(&self, text: &str) -> bool {
        text.len() <= self.max_len
            && serde_json::from_str(text).is_ok_and(|value: Value| self.contains(&value))
    }

    pub(super) fn contains_number(&self, number: &Number) -> bool {
        self.canonical.contains(&canonical_number(number))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }
}

impl EnumStrings {
    pub(super) fn new(strings: Vec<String>) -> Self {
        let exact = strings.iter().cloned().collect();
        let mut lower_case = HashMap::new();
        let mut similar = HashMap::new();
        for (index, string) in strings.iter().enumerate() {
            lower_case.entry(string.to_lowercase()).and_modify(|index| *index = None).or_insert(Some(index));
            similar.entry(normalize(string)).and_modify(|index| *index = None).or_insert(Some(index));
        }
        Self { strings, exact, lower_case, similar }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.exact.contains(text)
    }

    /// Returns the string that differs from `text` only in case, or else only in case and in separators, or `None` if there are
    /// several or none.
    pub(super) fn get_ignoring_case(&self, text: &str) -> Option<&str> {
        if text.len() > self.max_len() {
            return None;
        }
        let index = match self.lower_case.get(&text.to_lowercase()) {
            Some(index) => *index,
            None => self.similar.get(&normalize(text)).copied().flatten(),
        };
        Some(&self.strings[index?])
    }

    /// Returns the length of the longest text that is compared without its case and its separators, in bytes.
    fn max_len(&self) -> usize {
        2 * self.strings.iter().map(String::len).max().unwrap_or(0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// Returns the string if there is exactly one.
    pub(super) fn single(&self) -> Option<&str> {
        if let [string] = self.strings.as_slice() { Some(string) } else { None }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.strings.iter().map(String::as_str)
    }
}

/// Returns a text that is the same for equal values: members are sorted by name, and integers have no decimal point.
///
/// Returns `None` if the value is nested deeper than `max_depth` levels.
pub(super) fn canonical(value: &Value, max_depth: usize) -> Option<String> {
    let mut text = String::new();
    write_canonical(value, max_depth, &mut text)?;
    Some(text)
}

fn canonical_number(number: &Number) -> String {
    number::to_integer(number).as_ref().unwrap_or(number).to_string()
}

fn write_canonical(value: &Value, max_depth: usize, text: &mut String) -> Option<()> {
    let max_depth = max_depth.checked_sub(1)?;
    match value {
        Value::Number(number) => text.push_str(&canonical_number(number)),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, max_depth, text)?;
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, member) in members {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(member, max_depth, text)?;
                text.push(',');
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_are_contained() {
        let values =
            EnumValues::new(vec![json!(1), json!({"b": [1.0], "a": null}), json!("1"), json!(1e300)]);
        for value in [json!(1.0), json!({"a": null, "b": [1]}), json!("1"), json!(1e300)] {
            assert!(values.contains(&value), "{value}");
        }
        for value in [json!(true), json!({"a": null}), json!([1]), json!(1e299)] {
            assert!(!values.contains(&value), "{value}");
        }
    }

    #[test]
    fn case_is_ignored_unless_it_is_ambiguous() {
        let colors = EnumStrings::new(["Red", "Both", "both"].map(String::from).to_vec());
        assert_eq!(colors.get_ignoring_case("RED"), Some("Red"));
        assert_eq!(colors.get_ignoring_case("BOTH"), None);
        assert_eq!(colors.get_ignoring_case("blue"), None);
        let levels = EnumStrings::new(["very_high", "low", "a_b", "a-b"].map(String::from).to_vec());
        assert_eq!(levels.get_ignoring_case("VeryHigh"), Some("very_high"));
        assert_eq!(levels.get_ignoring_case("very high"), Some("very_high"));
        assert_eq!(levels.get_ignoring_case("A-B"), Some("a-b"));
        assert_eq!(levels.get_ignoring_case("ab"), None);
    }
}
