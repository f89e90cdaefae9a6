//! Ids of requests.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Maximum length of a string id, in bytes.
pub const MAX_STRING_ID_LEN: usize = 1024;

/// The id of a request and of its response: an integer or a string.
///
/// The integer `1` and the string `"1"` are different ids. Progress tokens and subscription ids have this type too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestId {
    /// An integer from [`i64::MIN`] to [`u64::MAX`].
    Integer(i128),
    /// A string.
    String(Box<str>),
}

impl RequestId {
    /// Parses a JSON number. Returns `None` if it is not an integer from [`i64::MIN`] to [`u64::MAX`].
    pub(crate) fn from_number(text: &str) -> Option<Self> {
        if let Ok(small) = text.parse::<i64>() {
            return Some(Self::Integer(small.into()));
        }
        text.parse::<u64>().ok().map(|large| Self::Integer(large.into()))
    }

    /// Returns an estimate of the length as JSON, in bytes. Exact for non-negative integers and for strings without
    /// escapes.
    pub(crate) fn encoded_len(&self) -> usize {
        match self {
            Self::Integer(number) => {
                let log = u64::try_from(*number).ok().and_then(u64::checked_ilog10);
                log.map_or(1, |log| log as usize + 1)
            }
            Self::String(text) => text.len() + 2,
        }
    }

    /// Appends the id as JSON.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Writing to a vector cannot fail.
        let _ = match self {
            // Most ids fit an `i64`, and formatting a 128-bit integer is slow.
            Self::Integer(number) => match i64::try_from(*number) {
                Ok(small) => serde_json::to_writer(out, &small),
                Err(_) => serde_json::to_writer(out, number),
            },
            Self::String(text) => serde_json::to_writer(out, text),
        };
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::String(text) => text.fmt(f),
        }
    }
}

impl From<i64> for RequestId {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<&str> for RequestId {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for RequestId {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::String(text) => serializer.serialize_str(text),
            Self::Integer(number) => match i64::try_from(*number) {
                Ok(small) => serializer.serialize_i64(small),
                Err(_) => serializer.serialize_i128(*number),
            },
        }
    }
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RequestIdVisitor;
        impl Visitor<'_> for RequestIdVisitor {
            type Value = RequestId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer or a string of at most 1024 bytes")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<RequestId, E> {
                Ok(RequestId::Integer(number.into()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RequestId, E> {
                Ok(RequestId::Integer(number.into()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RequestId, E> {
                if text.len() > MAX_STRING_ID_LEN {
                    return Err(E::invalid_length(text.len(), &self));
                }
                Ok(RequestId::String(text.into()))
            }
        }
        deserializer.deserialize_any(RequestIdVisitor)
    }
}
