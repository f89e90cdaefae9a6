//! JSON that stays the text it was.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

mod members;
mod place;
mod string;

pub use members::Members;
pub use string::push_string;

/// One JSON value as text, on one line.
///
/// It is read by whoever knows its type, and copied by everybody else.
#[derive(Clone)]
pub struct JsonText(Text);

#[derive(Clone)]
enum Text {
    Owned(String),
    Shared(Arc<str>),
    // What serde_json has seen to be JSON, it writes again without another look.
    Raw(Box<RawValue>),
    SharedRaw(Arc<RawValue>),
    // What was looked through when it arrived is not looked through again for the members that every call has.
    Indexed(String, Index),
}

/// Where some members of an object stand in its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Index([Option<(u32, u32)>; Index::NAMES.len()]);

impl Index {
    /// The members whose places are kept.
    const NAMES: [&str; 5] = ["_meta", "name", "arguments", "inputResponses", "requestState"];

    /// Keeps the place of a member, if it is one of those.
    pub(crate) fn keep(&mut self, name: &str, place: Range<usize>) {
        if let Some(index) = Self::NAMES.iter().position(|known| *known == name) {
            self.0[index] = u32::try_from(place.start).ok().zip(u32::try_from(place.end).ok());
        }
    }

    /// The same places, counted from here.
    pub(crate) fn from(self, start: usize) -> Self {
        let start = u32::try_from(start).unwrap_or_default();
        Self(self.0.map(|place| place.map(|(from, to)| (from - start, to - start))))
    }
}

impl JsonText {
    /// The text of a value.
    ///
    /// # Errors
    ///
    /// What the value's own `Serialize` fails with, and keys of maps that are not strings.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self::raw)
    }

    /// Text that somebody else wrote.
    ///
    /// # Errors
    ///
    /// The text is not exactly one JSON value.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self::raw)
    }

    /// Text that the caller knows to be one JSON value: what it writes itself.
    #[doc(hidden)]
    pub fn trusted(text: String) -> Self {
        debug_assert!(serde_json::from_str::<&RawValue>(&text).is_ok(), "not one JSON value: {text}");
        Self(Text::Owned(text))
    }

    /// The value as the only member of an object.
    #[must_use]
    pub fn wrapped(&self, member: &str) -> Self {
        Self::of(&Members::from([(member, self)])).expect("what is JSON already can be written")
    }

    fn raw(text: Box<RawValue>) -> Self {
        if has_line_breaks(text.get()) {
            return Self::checked(text.get().to_owned());
        }
        Self(Text::Raw(text))
    }

    /// Text that is known to be one JSON value.
    pub(crate) fn checked(text: String) -> Self {
        // A line break can only stand between tokens, where a blank says the same: in strings it is escaped.
        if has_line_breaks(&text) {
            return Self(Text::Owned(text.replace(['\n', '\r'], " ")));
        }
        Self(Text::Owned(text))
    }

    /// The same text, which many may now hold at once.
    #[must_use]
    pub fn shared(self) -> Self {
        match self.0 {
            Text::Owned(text) | Text::Indexed(text, _) => Self(Text::Shared(text.into())),
            Text::Raw(text) => Self(Text::SharedRaw(text.into())),
            Text::Shared(_) | Text::SharedRaw(_) => self,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Owned(text) | Text::Indexed(text, _) => text,
            Text::Shared(text) => text,
            Text::Raw(text) => text.get(),
            Text::SharedRaw(text) => text.get(),
        }
    }

    /// Text that is known to be an object, with the places of some of its members.
    pub(crate) fn indexed(text: String, index: Index) -> Self {
        match Self::checked(text).0 {
            // A blank stands where a line break stood: the places are the same.
            Text::Owned(text) => Self(Text::Indexed(text, index)),
            other => Self(other),
        }
    }

    /// The text of a member, if the value is an object that has it.
    pub fn member(&self, name: &str) -> Option<&str> {
        if let Text::Indexed(text, index) = &self.0
            && let Some(place) = Index::NAMES.iter().position(|known| *known == name)
        {
            let (from, to) = index.0[place]?;
            return text.get(from as usize..to as usize);
        }
        let members: BTreeMap<Cow<'_, str>, &RawValue> = self.read().ok()?;
        members.get(name).map(|value| value.get())
    }

    /// Reads the text as a type that may borrow from it.
    ///
    /// # Errors
    ///
    /// The value is not of that type; the message names the member.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str()).map_err(|error| place::named(self.as_str(), error))
    }

    /// Reads the text as a type that owns its parts.
    ///
    /// # Errors
    ///
    /// The value is not of that type; the message names the member.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.read()
    }
}

fn has_line_breaks(text: &str) -> bool {
    memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some()
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for JsonText {
    /// Texts are equal when they say the same, whatever the blanks and the order of members.
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
            || matches!(
                (self.to::<Value>(), other.to::<Value>()),
                (Ok(one), Ok(two)) if one == two
            )
    }
}

impl Serialize for JsonText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Text::Raw(text) => text.serialize(serializer),
            Text::SharedRaw(text) => text.serialize(serializer),
            Text::Owned(_) | Text::Shared(_) | Text::Indexed(..) => {
                let raw: &RawValue = self.read().map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self::raw)
    }
}
