//! Values that a schema lists, found without looking at each of them.

use std::collections::{HashMap, HashSet};

use serde_json::{Number, Value};

use super::number;

/// How deeply a listed value may be nested; a parser accepts no more either.
const DEPTH_LIMIT: usize = 128;

/// Values of any type.
#[derive(Debug)]
pub(super) struct Values {
    values: Vec<Value>,
    canonical: HashSet<String>,
}

/// Texts, which may be looked up without regard to case.
#[derive(Debug)]
pub(super) struct Texts {
    texts: Vec<String>,
    exact: HashSet<String>,
    /// The place of each text by its lower case, unless several share it.
    folded: HashMap<String, Option<usize>>,
}

impl Values {
    pub(super) fn of(values: Vec<Value>) -> Self {
        let canonical = values.iter().filter_map(|value| canonical(value, DEPTH_LIMIT)).collect();
        Self { values, canonical }
    }

    pub(super) fn contain(&self, value: &Value) -> bool {
        canonical(value, DEPTH_LIMIT).is_some_and(|text| self.canonical.contains(&text))
    }

    pub(super) fn contain_number(&self, number: &Number) -> bool {
        self.canonical.contains(&canonical_number(number))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }
}

impl Texts {
    pub(super) fn of(texts: Vec<String>) -> Self {
        let exact = texts.iter().cloned().collect();
        let mut folded = HashMap::new();
        for (place, text) in texts.iter().enumerate() {
            folded.entry(text.to_lowercase()).and_modify(|place| *place = None).or_insert(Some(place));
        }
        Self { texts, exact, folded }
    }

    pub(super) fn contain(&self, text: &str) -> bool {
        self.exact.contains(text)
    }

    /// The one text that differs in case only.
    pub(super) fn in_other_case(&self, text: &str) -> Option<&str> {
        let place = (*self.folded.get(&text.to_lowercase())?)?;
        Some(&self.texts[place])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text, if only one is listed.
    pub(super) fn single(&self) -> Option<&str> {
        if let [text] = self.texts.as_slice() { Some(text) } else { None }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }
}

/// A text that equal values have in common: members in order of their names, and whole numbers without a point. `None` if
/// the value is nested too deeply.
pub(super) fn canonical(value: &Value, depth: usize) -> Option<String> {
    let mut text = String::new();
    write(value, depth, &mut text)?;
    Some(text)
}

fn canonical_number(number: &Number) -> String {
    number::without_point(number).as_ref().unwrap_or(number).to_string()
}

fn write(value: &Value, depth: usize, text: &mut String) -> Option<()> {
    let inner = depth.checked_sub(1)?;
    match value {
        Value::Number(number) => text.push_str(&canonical_number(number)),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, inner, text)?;
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
                write(member, inner, text)?;
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
    fn equal_values_are_found() {
        let values = Values::of(vec![json!(1), json!({"b": [1.0], "a": null}), json!("1"), json!(1e300)]);
        for value in [json!(1.0), json!({"a": null, "b": [1]}), json!("1"), json!(1e300)] {
            assert!(values.contain(&value), "{value}");
        }
        for value in [json!(true), json!({"a": null}), json!([1]), json!(1e299)] {
            assert!(!values.contain(&value), "{value}");
        }
    }

    #[test]
    fn case_is_folded_where_one_text_is_meant() {
        let texts = Texts::of(["Red", "Both", "both"].map(String::from).to_vec());
        assert_eq!(texts.in_other_case("RED"), Some("Red"));
        assert_eq!(texts.in_other_case("BOTH"), None);
        assert_eq!(texts.in_other_case("blue"), None);
    }
}
