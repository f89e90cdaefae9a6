//! Items that the macros' output uses besides the public interface. Not covered by semantic versioning.

use mcpwright_server::{AsExtractor, Parameter};

/// The owned type that a handler extracts for a parameter of type `&Self`, and passes to its function by reference.
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

/// A parameter that needs no name: an extractor.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` has no name",
    label = "needs a name that clients use",
    note = "write a plain name, as in `query: {Self}`, or put `#[arg(name = \"…\")]` before the parameter",
    note = "only extractors such as `&Context`, `Caller` and `Ext<T>` need no name"
)]
pub trait Unnamed {}

#[diagnostic::do_not_recommend]
impl<T: Parameter<AsExtractor>> Unnamed for T {}

/// A parameter that has no variable in the URI of its resource: an extractor.
#[diagnostic::on_unimplemented(
    message = "the URI has no variable of this name",
    label = "not in the URI",
    note = "write the name in braces in the URI, as in `note://{{id}}`, or give the parameter the name of a variable",
    note = "only extractors such as `&Context`, `Caller` and `Ext<T>` need no variable"
)]
pub trait OutsideOfUri {}

#[diagnostic::do_not_recommend]
impl<T: Parameter<AsExtractor>> OutsideOfUri for T {}

/// Asserts that a parameter needs no name.
pub fn unnamed<T: Unnamed>() {}

/// Asserts that a parameter does not come from the URI.
pub fn outside_of_uri<T: OutsideOfUri>() {}
