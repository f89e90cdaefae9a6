//! JSON values that are kept as text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) mod cursor;
pub(crate) mod error_path;
pub(crate) mod member_index;
pub(crate) mod members;
pub(crate) mod string;

use member_index::MemberIndex;

pub use cursor::for_each_member;
pub use members::Members;
pub use string::{push_json_string, read_json_string};

/// A JSON value that is kept as text, on one line.
///
/// Code that knows the type of the value deserializes it with [`JsonText::decode`] or [`JsonText::decode_owned`]; all other code
/// copies the text.
#[derive(Clone)]
pub struct JsonText(Repr);

#[derive(Clone)]
enum Repr {
    Owned(String),
    Shared(Arc<str>),
    // serde_json copies a `RawValue` into its output without parsing it again.
    Raw(Box<RawValue>),
    SharedRaw(Arc<RawValue>),
    // The members that every call has are found by their position, without parsing the text again.
    Indexed(String, MemberIndex),
}

impl JsonText {
    /// Serializes a value.
    ///
    /// # Errors
    ///
    /// Returns an error if the value's `Serialize` implementation fails, or if a map has keys that are not strings.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self::raw)
    }

    /// Parses JSON text from an untrusted source and keeps the text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not exactly one JSON value.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self::raw)
    }

    /// Wraps text that the caller wrote itself as exactly one JSON value, on one line.
    ///
    /// The text is checked in debug builds only.
    #[doc(hidden)]
    pub fn from_trusted(text: String) -> Self {
        debug_assert!(
            serde_json::from_str::<&RawValue>(&text).is_ok(),
            "the text must be exactly one JSON value: {text}"
        );
        Self(Repr::Owned(text))
    }

    /// Returns an object whose only member is this value.
    #[must_use]
    pub fn wrap_in(&self, member: &str) -> Self {
        Self::encode(&Members::from([(member, self)]))
            .expect("an object of valid JSON text can be serialized")
    }

    fn raw(text: Box<RawValue>) -> Self {
        if has_line_breaks(text.get()) {
            return Self::checked(text.get().to_owned());
        }
        Self(Repr::Raw(text))
    }

    /// Wraps text that has been checked to be exactly one JSON value. Line breaks become spaces.
    pub(crate) fn checked(text: String) -> Self {
        // Strings escape their line breaks, so a raw line break is only found between tokens, where a space means the
        // same.
        if has_line_breaks(&text) {
            return Self(Repr::Owned(text.replace(['\n', '\r'], " ")));
        }
        Self(Repr::Owned(text))
    }

    /// Converts the text so that clones share one allocation.
    #[must_use]
    pub fn into_shared(self) -> Self {
        match self.0 {
            Repr::Owned(text) | Repr::Indexed(text, _) => Self(Repr::Shared(text.into())),
            Repr::Raw(text) => Self(Repr::SharedRaw(text.into())),
            Repr::Shared(_) | Repr::SharedRaw(_) => self,
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Owned(text) | Repr::Indexed(text, _) => text,
            Repr::Shared(text) => text,
            Repr::Raw(text) => text.get(),
            Repr::SharedRaw(text) => text.get(),
        }
    }

    /// Wraps text that has been checked to be an object, with the positions of some of its members.
    pub(crate) fn indexed(text: String, index: MemberIndex) -> Self {
        match Self::checked(text).0 {
            // A line break and the space that replaces it have the same length, so the positions stay valid.
            Repr::Owned(text) => Self(Repr::Indexed(text, index)),
            other => Self(other),
        }
    }

    /// Returns the text of a member, or `None` if the value is not an object or does not have the member.
    pub fn member(&self, name: &str) -> Option<&str> {
        if let Repr::Indexed(text, index) = &self.0
            && let Some(slot) = MemberIndex::slot(name)
        {
            return text.get(index.range(slot)?);
        }
        let members: BTreeMap<Cow<'_, str>, &RawValue> = self.decode().ok()?;
        members.get(name).map(|value| value.get())
    }

    /// Deserializes the text into a type that may borrow from it.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a `T`. The message names the path of the member.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str()).map_err(|error| error_path::with_path(self.as_str(), error))
    }

    /// Deserializes the text into a type that owns its data.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a `T`. The message names the path of the member.
    pub fn decode_owned<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.decode()
    }
}

fn has_line_breaks(text: &str) -> bool {
    memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some()
}

/// Displays the text.
impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Parses JSON text, as [`JsonText::parse`] does.
impl FromStr for JsonText {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Serializes the value, which cannot fail.
impl From<Value> for JsonText {
    fn from(value: Value) -> Self {
        Self::checked(value.to_string())
    }
}

impl AsRef<str> for JsonText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for JsonText {
    /// Compares the values, regardless of white space and the order of members.
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
            || matches!(
                (self.decode_owned::<Value>(), other.decode_owned::<Value>()),
                (Ok(left), Ok(right)) if left == right
            )
    }
}

impl Serialize for JsonText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Raw(text) => text.serialize(serializer),
            Repr::SharedRaw(text) => text.serialize(serializer),
            Repr::Owned(_) | Repr::Shared(_) | Repr::Indexed(..) => {
                let raw: &RawValue = self.decode().map_err(serde::ser::Error::custom)?;
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
