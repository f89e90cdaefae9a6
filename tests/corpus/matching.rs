//! Comparison of whole messages, with names for values that are known only at run time.

use std::collections::BTreeMap;

use serde_json::Value;

/// The values of the names of a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeMap<String, Value>);

impl Names {
    /// Gives a value a name.
    pub(crate) fn define(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// The names and their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Replaces names by their values.
    ///
    /// # Errors
    ///
    /// Returns an error if a name has no value yet.
    pub(crate) fn insert_into(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = split_at_name(rest) {
            let value = self.0.get(name).ok_or_else(|| format!("`${name}` has no value yet"))?;
            let is_whole = before.ends_with('"') && after.starts_with('"');
            if is_whole {
                out.push_str(&before[..before.len() - 1]);
                out.push_str(&value.to_string());
                rest = &after[1..];
            } else {
                out.push_str(before);
                out.push_str(&in_text(value));
                rest = after;
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Compares a value with the expected one. Names without a value get theirs.
    ///
    /// # Errors
    ///
    /// Returns the first difference. No name gets a value then.
    pub(crate) fn compare(&mut self, expected: &Value, received: &Value) -> Result<(), String> {
        let mut names = self.clone();
        match (expected, received) {
            (Value::Array(expected), Value::Array(received)) => names.compare_batches(expected, received)?,
            _ => names.compare_at("", expected, received)?,
        }
        *self = names;
        Ok(())
    }

    /// Compares the responses of a batch, which have no order.
    fn compare_batches(&mut self, expected: &[Value], received: &[Value]) -> Result<(), String> {
        let mut left: Vec<_> = received.iter().collect();
        for expected in expected {
            let found = left.iter().position(|received| self.compare(expected, received).is_ok());
            left.remove(found.ok_or_else(|| format!("{expected}: missing"))?);
        }
        left.first().map_or(Ok(()), |received| Err(format!("{received}: not expected")))
    }

    fn compare_at(&mut self, path: &str, expected: &Value, received: &Value) -> Result<(), String> {
        match (expected, received) {
            (Value::String(text), _) if whole_name(text).is_some() => {
                self.compare_named(path, whole_name(text).unwrap_or_default(), received)
            }
            (Value::String(pattern), Value::String(text)) => self.compare_texts(path, pattern, text),
            (Value::Object(expected), Value::Object(received)) => {
                for (key, received) in received {
                    let at = format!("{path}/{key}");
                    let expected = expected.get(key).ok_or_else(|| format!("{at}: not expected"))?;
                    self.compare_at(&at, expected, received)?;
                }
                let missing = expected.keys().find(|key| !received.contains_key(*key));
                missing.map_or(Ok(()), |key| Err(format!("{path}/{key}: missing")))
            }
            (Value::Array(expected), Value::Array(received)) if expected.len() == received.len() => {
                let mut pairs = expected.iter().zip(received).enumerate();
                pairs.try_for_each(|(index, (expected, received))| {
                    self.compare_at(&format!("{path}/{index}"), expected, received)
                })
            }
            _ if expected == received => Ok(()),
            _ => Err(format!("{path}: expected {expected}, received {received}")),
        }
    }

    fn compare_named(&mut self, path: &str, name: &str, received: &Value) -> Result<(), String> {
        let is_plain = received.is_number() || received.as_str().is_some_and(|text| !text.is_empty());
        let is_time = || received.as_str().is_some_and(is_timestamp);
        match self.0.get(name) {
            Some(value) if value == received => Ok(()),
            Some(value) => Err(format!("{path}: expected `${name}`, {value}, received {received}")),
            None if !is_plain || name.contains("time") && !is_time() => {
                Err(format!("{path}: {received} cannot be the value of `${name}`"))
            }
            None => {
                if !name.starts_with('_') {
                    self.define(name, received.clone());
                }
                Ok(())
            }
        }
    }

    /// Compares a text with one that may contain names.
    fn compare_texts(&mut self, path: &str, pattern: &str, text: &str) -> Result<(), String> {
        let differs = || format!("{path}: expected {pattern:?}, received {text:?}");
        let (mut pattern_rest, mut rest) = (pattern, text);
        while let Some((before, name, after)) = split_at_name(pattern_rest) {
            rest = rest.strip_prefix(before).ok_or_else(differs)?;
            let length = match self.0.get(name).map(in_text) {
                Some(value) if rest.starts_with(&value) => value.len(),
                Some(_) => return Err(differs()),
                None => {
                    let literal = split_at_name(after).map_or(after, |(before, ..)| before);
                    let end = if literal.is_empty() { Some(rest.len()) } else { rest.find(literal) };
                    end.filter(|end| *end > 0).ok_or_else(differs)?
                }
            };
            self.compare_named(path, name, &rest[..length].into())?;
            (pattern_rest, rest) = (after, &rest[length..]);
        }
        if pattern_rest == rest { Ok(()) } else { Err(differs()) }
    }
}

/// Returns the name if the text consists of one only.
pub(crate) fn whole_name(text: &str) -> Option<&str> {
    split_at_name(text)
        .filter(|(before, _, after)| before.is_empty() && after.is_empty())
        .map(|(_, name, _)| name)
}

/// The text before the first name, the name, and the text after it.
fn split_at_name(text: &str) -> Option<(&str, &str, &str)> {
    let is_start = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_name = |byte: u8| is_start(byte) || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let start = (0..bytes.len())
        .find(|index| bytes[*index] == b'$' && bytes.get(index + 1).copied().is_some_and(is_start))?;
    let length = bytes[start + 1..].iter().take_while(|byte| is_name(**byte)).count();
    let end = start + 1 + length;
    Some((&text[..start], &text[start + 1..end], &text[end..]))
}

fn in_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns `true` for a timestamp of ISO 8601 in UTC, such as `2026-07-28T10:50:00.000Z`.
fn is_timestamp(text: &str) -> bool {
    let Some((seconds, fraction)) = text.strip_suffix('Z').map(|text| text.split_at(text.len().min(19)))
    else {
        return false;
    };
    let fits =
        |(byte, pattern): (u8, u8)| if pattern == b'0' { byte.is_ascii_digit() } else { byte == pattern };
    let is_whole = seconds.len() == 19 && seconds.bytes().zip(*b"0000-00-00T00:00:00").all(fits);
    let digits = fraction.strip_prefix('.');
    is_whole
        && (fraction.is_empty() || digits.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_get_a_value_once() {
        let mut names = Names::default();
        names.compare(&json!({ "a": "$x", "b": ["$x"] }), &json!({ "a": 1, "b": [1] })).unwrap();
        assert!(names.compare(&json!("$x"), &json!(2)).is_err());
        assert!(names.compare(&json!({ "a": "$y", "b": 1 }), &json!({ "a": "y", "b": 2 })).is_err());
        assert!(
            names.compare(&json!("$y"), &json!("other")).is_ok(),
            "a difference must not give names values"
        );
        assert!(
            names.compare(&json!("$_"), &json!("a")).is_ok()
                && names.compare(&json!("$_"), &json!("b")).is_ok()
        );
        for wrong in [json!(null), json!({}), json!(""), json!(true)] {
            assert!(names.compare(&json!("$z"), &wrong).is_err(), "{wrong}");
        }
        assert!(names.compare(&json!("$_time"), &json!("2026-07-28T10:50:00.001Z")).is_ok());
        assert!(names.compare(&json!("$_time"), &json!("2026-07-28 10:50:00")).is_err());
    }

    #[test]
    fn texts_can_contain_names() {
        let mut names = Names::default();
        names.compare(&json!("number $n of it"), &json!("number 7a of it")).unwrap();
        assert!(names.compare(&json!("$n!"), &json!("7a!")).is_ok());
        assert!(names.compare(&json!("$n!"), &json!("7b!")).is_err());
        assert!(names.compare(&json!("in $$"), &json!("in $$")).is_ok());
        names.define("meta", json!({ "a": 1 }));
        assert_eq!(names.insert_into(r#"{"m":"$meta","s":"$n-x"}"#).unwrap(), r#"{"m":{"a":1},"s":"7a-x"}"#);
        assert!(names.insert_into(r#""$other""#).is_err());
    }

    #[test]
    fn the_responses_of_a_batch_have_no_order() {
        let mut names = Names::default();
        assert!(
            names.compare(&json!([{ "id": 1 }, { "id": 2 }]), &json!([{ "id": 2 }, { "id": 1 }])).is_ok()
        );
        assert!(names.compare(&json!([{ "id": 1 }, { "id": 2 }]), &json!([{ "id": 1 }])).is_err());
        assert!(names.compare(&json!([{ "id": 1 }]), &json!([{ "id": 1 }, { "id": 1 }])).is_err());
    }

    #[test]
    fn every_difference_is_detected() {
        let mut names = Names::default();
        for (expected, received) in [
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
            (json!({ "a": 1, "b": 2 }), json!({ "a": 1 })),
            (json!([1]), json!([1, 2])),
            (json!({ "a": [1, 2] }), json!({ "a": [2, 1] })),
            (json!(1), json!(1.5)),
            (json!("a"), json!("a ")),
            (json!(null), json!({})),
        ] {
            assert!(names.compare(&expected, &received).is_err(), "{expected} is not {received}");
        }
    }
}
