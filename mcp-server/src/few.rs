//! A list that is short: it needs no memory of its own for one element.

use std::iter::Chain;
use std::{option, vec};

/// A list that is short: it needs no memory of its own for one element.
#[derive(Clone, Debug)]
pub struct Few<T> {
    first: Option<T>,
    rest: Vec<T>,
}

impl<T> Few<T> {
    /// A list of nothing.
    pub fn none() -> Self {
        Self { first: None, rest: Vec::new() }
    }

    /// A list of one element.
    pub fn one(element: T) -> Self {
        Self { first: Some(element), rest: Vec::new() }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.rest.len() + usize::from(self.first.is_some())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The first element.
    pub fn first(&self) -> Option<&T> {
        self.first.as_ref()
    }

    /// The first element, without the others.
    pub fn into_first(self) -> Option<T> {
        self.first
    }

    /// The elements.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    /// The elements, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(&mut self.rest)
    }

    /// Adds an element.
    pub fn push(&mut self, element: T) {
        match self.first {
            None => self.first = Some(element),
            Some(_) => self.rest.push(element),
        }
    }

    /// Takes out the first element of which this is true, and may put the last one in its place.
    pub fn take(&mut self, is_it: impl Fn(&T) -> bool) -> Option<T> {
        if self.first.as_ref().is_some_and(&is_it) {
            return std::mem::replace(&mut self.first, self.rest.pop());
        }
        let place = self.rest.iter().position(is_it)?;
        Some(self.rest.swap_remove(place))
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T> From<Option<T>> for Few<T> {
    fn from(first: Option<T>) -> Self {
        Self { first, rest: Vec::new() }
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| self.push(element));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut few = Self::none();
        few.extend(elements);
        few
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = Chain<option::IntoIter<T>, vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_and_go() {
        let mut few: Few<_> = (0..4).collect();
        assert_eq!((few.len(), few.first()), (4, Some(&0)));
        assert_eq!(few.take(|element| *element == 9), None);
        assert_eq!(few.take(|element| *element == 1), Some(1));
        assert_eq!(few.take(|element| *element == 0), Some(0));
        few.push(7);
        let mut left: Vec<_> = few.iter().copied().collect();
        left.sort_unstable();
        assert_eq!(left, [2, 3, 7]);
        assert_eq!(
            few.take(|_| true).and(few.take(|_| true)).and(few.take(|_| true)).and(few.take(|_| true)),
            None
        );
        assert!(few.is_empty() && few.into_iter().next().is_none());
    }
}
