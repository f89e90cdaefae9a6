//! Kinds of arguments and of values, so that a default or a limit of another kind does not compile.
//!
//! The types of the standard library have a kind. Every other type is [`Unknown`], and the builder checks its values when the
//! server starts.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// A type that has a kind.
pub trait HasKind {
    /// The kind: one of the types of this module.
    type Kind;
}

/// The kind of integers of at least 0.
#[derive(Debug)]
pub enum Unsigned {}

/// The kind of integers.
#[derive(Debug)]
pub enum Signed {}

/// The kind of floating-point numbers.
#[derive(Debug)]
pub enum Float {}

/// The kind of `bool`.
#[derive(Debug)]
pub enum Boolean {}

/// The kind of strings.
#[derive(Debug)]
pub enum Text {}

/// The kind of lists.
#[derive(Debug)]
pub enum List {}

/// The kind of types of which nothing is known.
#[derive(Debug)]
pub enum Unknown {}

macro_rules! known {
    ($($kind:ident: $($type:ty),*;)*) => {$($(
        impl HasKind for $type {
            type Kind = $kind;
        }
    )*)*};
}

known! {
    Unsigned: u8, u16, u32, u64, u128, usize;
    Signed: i8, i16, i32, i64, i128, isize;
    Float: f32, f64;
    Boolean: bool;
    Text: str, String, char, Path, PathBuf;
}

impl<T> HasKind for [T] {
    type Kind = List;
}

impl<T, const N: usize> HasKind for [T; N] {
    type Kind = List;
}

impl<T> HasKind for Vec<T> {
    type Kind = List;
}

impl<T> HasKind for VecDeque<T> {
    type Kind = List;
}

impl<T, S> HasKind for HashSet<T, S> {
    type Kind = List;
}

impl<T> HasKind for BTreeSet<T> {
    type Kind = List;
}

impl<T: HasKind> HasKind for Option<T> {
    type Kind = T::Kind;
}

impl<T: HasKind + ?Sized> HasKind for &T {
    type Kind = T::Kind;
}

impl<T: HasKind + ?Sized> HasKind for Box<T> {
    type Kind = T::Kind;
}

impl<T: HasKind + ToOwned + ?Sized> HasKind for Cow<'_, T> {
    type Kind = T::Kind;
}

/// A type whose kind is looked up.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

/// A kind, without a value.
#[derive(Debug)]
pub struct Kind<K>(PhantomData<K>);

impl<T: ?Sized> Probe<T> {
    /// Creates a probe of a type.
    pub fn of_type() -> Self {
        Self(PhantomData)
    }

    /// Creates a probe of the type of a value.
    pub fn of_value(_: &T) -> Self {
        Self::of_type()
    }
}

impl<T: HasKind + ?Sized> Probe<T> {
    /// Returns the kind. The compiler prefers this method to that of [`UnknownKind`] if the type has a kind.
    pub fn kind(&self) -> Kind<T::Kind> {
        Kind(PhantomData)
    }
}

/// The kind of all types, also of those of which nothing is known.
pub trait UnknownKind {
    /// Returns [`Unknown`].
    fn kind(&self) -> Kind<Unknown> {
        Kind(PhantomData)
    }
}

impl<T: ?Sized> UnknownKind for Probe<T> {}

/// A kind of arguments whose values may be of the kind `V`.
pub trait Takes<V> {}

/// A kind of values for an argument whose values are integers.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be an integer",
    label = "not an integer",
    note = "a default, an example and the values of `one_of` have the type of the argument"
)]
pub trait Integers {}

/// A kind of values for an argument whose values are numbers.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be a number",
    label = "not a number",
    note = "a default, an example and the values of `one_of` have the type of the argument"
)]
pub trait Numbers {}

/// A kind of values for an argument whose values are booleans.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be `true` or `false`",
    label = "not `true` or `false`",
    note = "a default, an example and the values of `one_of` have the type of the argument"
)]
pub trait Booleans {}

/// A kind of values for an argument whose values are strings.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be a string",
    label = "not a string",
    note = "a default, an example and the values of `one_of` have the type of the argument"
)]
pub trait Strings {}

/// A kind of values for an argument whose values are lists.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be a list",
    label = "not a list",
    note = "a default, an example and the values of `one_of` have the type of the argument"
)]
pub trait Lists {}

impl<V: Integers> Takes<V> for Unsigned {}
impl<V: Integers> Takes<V> for Signed {}
impl<V: Numbers> Takes<V> for Float {}
impl<V: Booleans> Takes<V> for Boolean {}
impl<V: Strings> Takes<V> for Text {}
impl<V: Lists> Takes<V> for List {}
impl<V> Takes<V> for Unknown {}

/// A kind of arguments that `range` can limit.
#[diagnostic::on_unimplemented(
    message = "`range` must be on an argument that is a number",
    label = "no range",
    note = "for the length of a string or a list, write `length = 1..=80`; for the values of a string, `one_of` or `pattern`"
)]
pub trait Ranged {}

/// A kind of arguments that `length` can limit.
#[diagnostic::on_unimplemented(
    message = "`length` must be on an argument that is a string, a list or a map",
    label = "no length",
    note = "for the value of a number, write `range = 1..=100`"
)]
pub trait Measured {}

/// A kind of arguments that `pattern` can limit.
#[diagnostic::on_unimplemented(
    message = "`pattern` must be on an argument that is a string",
    label = "no string",
    note = "for the value of a number, write `range = 1..=100`; for the strings of a list, a type of your own with a pattern"
)]
pub trait Matched {}

/// A kind of arguments that can be less than 0.
#[diagnostic::on_unimplemented(
    message = "a value of this argument must be at least 0",
    label = "less than 0",
    note = "the type of the argument is unsigned"
)]
pub trait Negatable {}

macro_rules! kinds_of {
    ($($name:ident: $($kind:ident),*;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl $name for $kind {}
    )*)*};
}

kinds_of! {
    Integers: Unsigned, Signed, Unknown;
    Numbers: Unsigned, Signed, Float, Unknown;
    Booleans: Boolean, Unknown;
    Strings: Text, Unknown;
    Lists: List, Unknown;
    Ranged: Unsigned, Signed, Float, Unknown;
    Measured: Text, List, Unknown;
    Matched: Text, Unknown;
    Negatable: Signed, Float, Boolean, Text, List, Unknown;
}

/// Asserts that a value can be one of the argument.
pub fn check_value<K: Takes<V>, V>(_: Kind<K>, _: Kind<V>) {}

/// Asserts that the argument can be less than 0.
pub fn check_negative<K: Negatable>(_: Kind<K>) {}

/// Asserts that `range` can limit the argument.
pub fn check_range<K: Ranged>(_: Kind<K>) {}

/// Asserts that `length` can limit the argument.
pub fn check_length<K: Measured>(_: Kind<K>) {}

/// Asserts that `pattern` can limit the argument.
pub fn check_pattern<K: Matched>(_: Kind<K>) {}
