//! Items that the macros use in generated code. They are not part of the public interface.

use std::ffi::{CStr, OsStr};
use std::path::{Path, PathBuf};

use mcpwright_server::{Argument, AsAsyncExtractor, AsExtractor, AsyncFromContext, Builder, FromContext};
use serde::Serialize;
use serde_json::Value;

#[path = "kinds.rs"]
pub mod kinds;

/// A type that handlers take by reference: the value that is extracted, and then borrowed by the function.
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

/// A type that a parameter may be a reference to.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be a parameter of a handler",
    label = "write the type that owns the value",
    note = "the owner of a `Path` is a `PathBuf`: write `PathBuf` or `&PathBuf`; for `OsStr` and `CStr`, write `String` or \
            `&str`"
)]
pub trait Borrowable {}

#[diagnostic::do_not_recommend]
impl<T> Borrowable for T {}

impl Borrowable for str {}

impl<T> Borrowable for [T] {}

/// A reference that clients could send, which there are none of.
pub trait Sent {}

macro_rules! not_borrowable {
    ($($type:ty: $owner:ty),*) => {$(
        // After the error about `Borrowable`, the compiler reports nothing else.
        impl Referent for $type {
            type Extracted = $owner;
        }

        // The bound is never met. Without this, the compiler would report that the size of the type is unknown.
        #[diagnostic::do_not_recommend]
        impl Borrowable for $type where for<'a> &'a Self: Sent {}
    )*};
}

not_borrowable!(Path: PathBuf, OsStr: PathBuf, CStr: PathBuf);

/// Asserts that a parameter may be a reference to the type.
pub fn borrowable<T: Borrowable + ?Sized>() {}

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
