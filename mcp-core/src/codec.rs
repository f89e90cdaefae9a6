//! How members are read and written where serde's derive does not suffice.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Map, Value};

use crate::JsonText;

/// Reads an object, and makes of its members whatever they are.
pub(crate) fn object<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: impl FnOnce(Map<String, Value>) -> Result<T, Error>,
) -> Result<T, D::Error> {
    struct Object<F, T>(F, PhantomData<T>);
    impl<'de, T, F: FnOnce(Map<String, Value>) -> Result<T, Error>> Visitor<'de> for Object<F, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        // An error that is returned from in here belongs to this object, and one from behind it to the whole around it.
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            let members = Map::deserialize(MapAccessDeserializer::new(members))?;
            (self.0)(members).map_err(A::Error::custom)
        }
    }
    deserializer.deserialize_map(Object(make, PhantomData))
}

/// Reads an object, of which one member says of which type the others are.
pub(crate) fn tagged<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    tag: &'static str,
    make: impl FnOnce(String, Value) -> Result<T, Error>,
) -> Result<T, D::Error> {
    object(deserializer, |mut members| match members.shift_remove(tag) {
        Some(Value::String(name)) => make(name, Value::Object(members)),
        Some(_) => Err(Error::custom(format_args!("`{tag}`: expected a string"))),
        None => Err(Error::missing_field(tag)),
    })
}

/// Puts the member back that [`tagged`] took.
pub(crate) fn retagged(tag: &str, name: String, mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.shift_insert(0, tag.to_owned(), Value::String(name));
    }
    value
}

/// Reads a value as a type; an error names the member.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    // A value knows no places, so what went wrong is looked up in its text.
    T::deserialize(value).or_else(|_| JsonText::of(value)?.to())
}

/// Reads a member whose `null` is a value like any other.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A `number` of the specification: an integer is written as one, `50` and not `50.0`.
pub(crate) mod number {
    use serde::ser::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Every integer up to here has an `f64` of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if !number.is_finite() {
            return Err(S::Error::custom(format_args!("JSON has no number {number}")));
        }
        if number.fract() == 0.0 && number.abs() <= EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "it is an integer of at most 54 bits")]
            return serializer.serialize_i64(*number as i64);
        }
        serializer.serialize_f64(*number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        f64::deserialize(deserializer)
    }
}

/// A [`number`] that may be absent.
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

/// One or many: an object and a list of one say the same.
pub(crate) mod one_or_many {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
    use serde::de::{MapAccess, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    // Peers before 2025-11-25 know only the single one.
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
                f.write_str("an object or a list of objects")
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
