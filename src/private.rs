//! Items that the macros use in generated code. They are not part of the public interface.

use std::path::{Path, PathBuf};

use mcpwright_server::{Argument, AsAsyncExtractor, AsExtractor, AsyncFromContext, Builder, FromContext};
use serde::Serialize;
use serde_json::Value;

#[path = "kinds.rs"]
pub mod kinds;

/// A type that handlers take by reference: the value that is extracted, and then borrowed by the function.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be a parameter of a handler",
    label = "not a type that is extracted and then borrowed",
    note = "write the type that owns the value, by reference or by value: `&PathBuf` or `PathBuf` for `&Path`",
    note = "only `&str` and `&[T]` have an owner that is found by itself: a `String` and a `Vec<T>`"
)]
pub trait Referent {
    /// The type that is extracted.
    type Extracted;
}

impl<T> Referent for T {
    type Extracted = T;
}

impl Referent for str {
    type Extracted = String;
}

impl<T> Referent for [T] {
    type Extracted = Vec<T>;
}

/// A type that cannot be extracted.
pub trait Extractable {}

// Never true, so that the compiler reports the type and the owner, and not that the size is unknown.
impl Referent for Path
where
    for<'a> &'a Self: Extractable,
{
    type Extracted = PathBuf;
}

/// A type of parameters that need no name: an extractor.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` must have a name",
    label = "missing name",
    note = "write a plain name, as in `query: {Self}`, or put `#[arg(name = \"…\")]` before the parameter",
    note = "only extractors need no name: `&Context`, `Caller`, `Ext<T>`, and types that implement `FromContext`"
)]
pub trait Unnamed<Kind> {}

#[diagnostic::do_not_recommend]
impl<T: FromContext> Unnamed<AsExtractor> for T {}

#[diagnostic::do_not_recommend]
impl<T: AsyncFromContext> Unnamed<AsAsyncExtractor> for T {}

/// A type of parameters that need no variable in the URI of their resource: an extractor.
#[diagnostic::on_unimplemented(
    message = "the URI must have a variable of this name",
    label = "not in the URI",
    note = "write the name in braces in the URI, as in `note://{{id}}`, or give the parameter the name of a variable",
    note = "only extractors need no variable: `&Context`, `Caller`, `Ext<T>`, and types that implement `FromContext`"
)]
pub trait OutsideOfUri<Kind> {}

#[diagnostic::do_not_recommend]
impl<T: FromContext> OutsideOfUri<AsExtractor> for T {}

#[diagnostic::do_not_recommend]
impl<T: AsyncFromContext> OutsideOfUri<AsAsyncExtractor> for T {}

/// Asserts that a parameter needs no name.
pub fn unnamed<T: Unnamed<Kind>, Kind>() {}

/// Asserts that a parameter needs no variable in the URI.
pub fn outside_of_uri<T: OutsideOfUri<Kind>, Kind>() {}

/// Extends the builder of a server by a function.
pub fn extend(builder: Builder, with: impl FnOnce(Builder) -> Builder) -> Builder {
    with(builder)
}

/// A value that can be serialized, if its type can.
#[derive(Debug)]
pub struct MaybeSerialize<T>(pub T);

impl<T: Serialize> MaybeSerialize<T> {
    /// Returns the value as JSON. The compiler prefers this method to that of [`NotSerialize`] if the type has it.
    pub fn to_json(&self) -> Option<Value> {
        serde_json::to_value(&self.0).ok()
    }
}

/// The values of all types, also of those that cannot be serialized.
pub trait NotSerialize {
    /// Returns `None`.
    fn to_json(&self) -> Option<Value> {
        None
    }
}

impl<T> NotSerialize for MaybeSerialize<T> {}

/// Sets the default of an argument, if there is one to publish.
pub fn with_default(argument: Argument, default: Option<Value>) -> Argument {
    match default {
        Some(default) => argument.default(default),
        None => argument,
    }
}
