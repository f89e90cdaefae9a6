//! JSON objects whose members have one type and keep their order.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JSON object whose members have one type and keep their order.
///
/// Members are stored in a vector and looked up with a linear search, so this type is meant for small objects.
#[derive(Clone, PartialEq)]
pub struct Members<T>(Vec<(String, T)>);

impl<T> Members<T> {
    /// Creates an empty object.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a member, or replaces the value of the member with this name.
    pub fn insert(&mut self, name: impl Into<String>, value: T) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Returns the value of the member with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns an iterator over the members, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are no members.
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

impl<N: Into<String>, T> Extend<(N, T)> for Members<T> {
    fn extend<I: IntoIterator<Item = (N, T)>>(&mut self, members: I) {
        members.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<N: Into<String>, T> FromIterator<(N, T)> for Members<T> {
    /// Collects members. If a name occurs several times, the last value replaces the earlier ones.
    fn from_iter<I: IntoIterator<Item = (N, T)>>(members: I) -> Self {
        let mut object = Self::new();
        object.extend(members);
        object
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
    /// Deserializes an object. Duplicate names are an error, because JSON parsers differ in the value they keep.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
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
                    Some((name, _)) => Err(A::Error::custom(format_args!("duplicate member `{name}`"))),
                    None => Ok(Members(members)),
                }
            }
        }
        deserializer.deserialize_map(MembersVisitor(PhantomData))
    }
}
