//! The text of a call's arguments.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Maximum number of arguments that are kept one by one. A handler has fewer, and each costs more memory than text.
const MAX_NAMED: usize = 64;

/// Arguments of a call: their names, and their values as JSON text.
#[derive(Debug)]
pub(crate) struct ArgumentText<'a> {
    named: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The text of the object; `None` if `named` has all arguments.
    text: Option<Cow<'a, str>>,
    /// There are more arguments than those in `named`.
    has_more: bool,
}

impl<'a> ArgumentText<'a> {
    /// Parses the JSON text of an object; the values are not parsed.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let arguments = deserializer.deserialize_map(ArgumentVisitor)?;
        deserializer.end()?;
        Ok(Self { text: Some(Cow::Borrowed(text)), ..arguments })
    }

    /// Returns the names of all arguments with the texts of their values; `None` if there are too many.
    pub(crate) fn named(&self) -> Option<&[(Cow<'a, str>, Cow<'a, str>)]> {
        (!self.has_more).then_some(&self.named)
    }

    /// Returns the text of all arguments: an object.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.text {
            Some(text) => Cow::Borrowed(text),
            None => {
                let mut object = ObjectText::default();
                for (name, value) in &self.named {
                    object.push(&Value::from(&**name).to_string(), value);
                }
                Cow::Owned(object.finish())
            }
        }
    }

    /// Returns arguments that borrow nothing.
    pub(crate) fn to_owned(&self) -> ArgumentText<'static> {
        let to_owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
        ArgumentText {
            named: self.named.iter().map(|(name, value)| (to_owned(name), to_owned(value))).collect(),
            text: self.text.as_ref().map(to_owned),
            has_more: self.has_more,
        }
    }

    /// Returns arguments whose values are strings: those of a prompt, or the variables of a URI.
    pub(crate) fn from_strings(strings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let to_json = |(name, text)| (Cow::Borrowed(name), Cow::Owned(Value::from(text).to_string()));
        Self { named: strings.into_iter().map(to_json).collect(), text: None, has_more: false }
    }

    /// Returns the arguments as a map.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        serde_json::from_str(&self.text()).unwrap_or_default()
    }
}

/// The text of an object that is written member by member.
#[derive(Debug, Default)]
pub(crate) struct ObjectText(String);

impl ObjectText {
    /// Adds a member. The name is a JSON string, the value any JSON text.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(name);
        self.0.push(':');
        self.0.push_str(value);
    }

    pub(crate) fn finish(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

struct ArgumentVisitor;

impl<'de> Visitor<'de> for ArgumentVisitor {
    type Value = ArgumentText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ArgumentText<'de>, A::Error> {
        let mut named = Vec::with_capacity(4);
        while named.len() < MAX_NAMED {
            let Some((ArgumentName(name), value)) = map.next_entry::<ArgumentName<'de>, &RawValue>()? else {
                return Ok(ArgumentText { named, text: None, has_more: false });
            };
            named.push((name, Cow::Borrowed(value.get())));
        }
        let mut has_more = false;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(ArgumentText { named, text: None, has_more })
    }
}

#[derive(Deserialize)]
struct ArgumentName<'a>(#[serde(borrow)] Cow<'a, str>);
