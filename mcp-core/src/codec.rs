//! Serialization that serde's derive macros cannot express.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Map, Value};

use crate::json::JsonText;

/// Deserializes an object and converts its members with `convert`.
pub(crate) fn object<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    convert: impl FnOnce(Map<String, Value>) -> Result<T, Error>,
) -> Result<T, D::Error> {
    struct ObjectVisitor<F, T>(F, PhantomData<T>);
    impl<'de, T, F: FnOnce(Map<String, Value>) -> Result<T, Error>> Visitor<'de> for ObjectVisitor<F, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        // serde_json gives an error the position at which it is returned. It must be returned from within this
        // object: after it, the position would be that of the enclosing value.
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            let members = Map::deserialize(MapAccessDeserializer::new(members))?;
            (self.0)(members).map_err(A::Error::custom)
        }
    }
    deserializer.deserialize_map(ObjectVisitor(convert, PhantomData))
}

/// Deserializes an internally tagged object: `convert` gets the value of the member `tag` and the other members.
pub(crate) fn tagged<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    tag: &'static str,
    convert: impl FnOnce(String, Value) -> Result<T, Error>,
) -> Result<T, D::Error> {
    object(deserializer, |mut members| match members.shift_remove(tag) {
        Some(Value::String(name)) => convert(name, Value::Object(members)),
        Some(_) => Err(Error::custom(format_args!("`{tag}`: must be a string"))),
        None => Err(Error::missing_field(tag)),
    })
}

/// Inserts the member that [`tagged`] removed.
pub(crate) fn with_tag(tag: &str, name: String, mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.shift_insert(0, tag.to_owned(), Value::String(name));
    }
    value
}

/// Converts a value into `T`. The error message names the member.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    // Errors from a `Value` have no position. Parsing its text again finds the position, and so the member.
    T::deserialize(value).or_else(|_| JsonText::encode(value)?.decode_owned())
}

/// Deserializes a member for which `null` is a value: only an absent member is `None`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Serialization of a `number` of the specification: integers without a fraction, `50` and not `50.0`.
pub(crate) mod number {
    use serde::ser::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Largest magnitude up to which an `f64` represents every integer exactly: 2^53.
    const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

    pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if !number.is_finite() {
            return Err(S::Error::custom(format_args!(
                "a number must be finite to be written as JSON, got {number}"
            )));
        }
        if number.fract() == 0.0 && number.abs() <= MAX_EXACT_INTEGER {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the number has no fraction and at most 54 bits"
            )]
            return serializer.serialize_i64(*number as i64);
        }
        serializer.serialize_f64(*number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        f64::deserialize(deserializer)
    }
}

/// Serialization of a [`number`] that may be absent.
pub(crate) mod optional_number {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => super::number::serialize(number, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// Serialization of a list as one object or an array of objects. A single object stands for a list of one item.
pub(crate) mod one_or_many {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
    use serde::de::{MapAccess, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    // Revisions before 2025-11-25 allow only a single object.
    pub(crate) fn serialize<S: Serializer, T: Serialize>(
        list: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match list {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        struct OneOrMany<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or an array of objects")
            }

            fn visit_map<A: MapAccess<'de>>(self, one: A) -> Result<Vec<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(one)).map(|one| vec![one])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Vec<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(many))
            }
        }
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}
