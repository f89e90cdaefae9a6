//! The members of a JSON object, all of one type, in the order in which they were written.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The members of a JSON object, all of one type, in the order in which they were written.
///
/// There are few of them: looking one up goes through the list.
#[derive(Clone, PartialEq)]
pub struct Members<T>(Vec<(String, T)>);

impl<T> Members<T> {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a member, or replaces the one of this name.
    pub fn insert(&mut self, name: impl Into<String>, value: T) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All members, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Members<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> IntoIterator for Members<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<N: Into<String>, T> FromIterator<(N, T)> for Members<T> {
    /// Of two members of one name, the later one holds.
    fn from_iter<I: IntoIterator<Item = (N, T)>>(members: I) -> Self {
        let mut all = Self::new();
        members.into_iter().for_each(|(name, value)| all.insert(name, value));
        all
    }
}

impl<N: Into<String>, T, const SIZE: usize> From<[(N, T); SIZE]> for Members<T> {
    fn from(members: [(N, T); SIZE]) -> Self {
        members.into_iter().collect()
    }
}

impl<T: Serialize> Serialize for Members<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    /// Two members of one name are refused: peers disagree on which of them holds.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members<T>, A::Error> {
                let mut members = Vec::<(String, T)>::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                let mut names = HashSet::with_capacity(members.len());
                match members.iter().find(|(name, _)| !names.insert(name.as_str())) {
                    Some((twice, _)) => Err(A::Error::custom(format_args!("duplicate member `{twice}`"))),
                    None => Ok(Members(members)),
                }
            }
        }
        deserializer.deserialize_map(Object(PhantomData))
    }
}
