//! The text of a call's arguments.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Arguments of a call: their names, and their values as JSON text.
#[derive(Debug)]
pub(crate) struct ArgumentText<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> ArgumentText<'a> {
    /// Parses the JSON text of an object; the values are not parsed.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let arguments = deserializer.deserialize_map(ArgumentVisitor)?;
        deserializer.end()?;
        Ok(arguments)
    }

    /// Returns arguments that borrow nothing.
    pub(crate) fn to_owned(&self) -> ArgumentText<'static> {
        let to_owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
        ArgumentText(self.0.iter().map(|(name, value)| (to_owned(name), to_owned(value))).collect())
    }

    /// Returns arguments whose values are strings: those of a prompt, or the variables of a URI.
    pub(crate) fn from_strings(strings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let to_json = |(name, text)| (Cow::Borrowed(name), Cow::Owned(Value::from(text).to_string()));
        Self(strings.into_iter().map(to_json).collect())
    }

    /// Returns the arguments as a map.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        let parse = |value: &str| serde_json::from_str(value).unwrap_or_default();
        self.0.iter().map(|(name, value)| (name.clone().into_owned(), parse(value))).collect()
    }
}

struct ArgumentVisitor;

impl<'de> Visitor<'de> for ArgumentVisitor {
    type Value = ArgumentText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ArgumentText<'de>, A::Error> {
        let mut arguments = Vec::with_capacity(4);
        while let Some((ArgumentName(name), value)) = map.next_entry::<ArgumentName<'de>, &RawValue>()? {
            arguments.push((name, Cow::Borrowed(value.get())));
        }
        Ok(ArgumentText(arguments))
    }
}

#[derive(Deserialize)]
struct ArgumentName<'a>(#[serde(borrow)] Cow<'a, str>);
