//! What the macros need besides the public interface. No promise is made about it.

use mcpwright_server::{AsExtractor, Parameter};

/// What a handler with a parameter of type `&Self` takes, and lends to its function.
pub trait Referent {
    /// The type of what is taken.
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

/// A parameter that needs no name.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` has no name",
    label = "what do clients call it?",
    note = "write a plain name, as in `query: {Self}`, or put `#[arg(name = \"…\")]` before the parameter",
    note = "only `&Context`, `Caller`, `Ext<T>` and other extractors do without"
)]
pub trait Unnamed {}

#[diagnostic::do_not_recommend]
impl<T: Parameter<AsExtractor>> Unnamed for T {}

/// A parameter that is not in the URI of its resource.
#[diagnostic::on_unimplemented(
    message = "the URI has no variable of this name",
    label = "not in the URI",
    note = "write the name in braces there, as in `note://{{id}}`, or give the parameter the name of a variable",
    note = "only `&Context`, `Caller`, `Ext<T>` and other extractors do without"
)]
pub trait OutsideOfUri {}

#[diagnostic::do_not_recommend]
impl<T: Parameter<AsExtractor>> OutsideOfUri for T {}

/// Asserts that a parameter needs no name.
pub fn unnamed<T: Unnamed>() {}

/// Asserts that a parameter does not come from the URI.
pub fn outside_of_uri<T: OutsideOfUri>() {}
