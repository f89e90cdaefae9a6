//! What a handler may take: arguments, which clients send, and what is found around a call.

use std::sync::Arc;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::handler::arguments::CallArguments;
use crate::handler::context::Context;

/// What a handler may take: an argument, or an extractor such as [`Context`], [`Caller`] and [`Ext`].
///
/// An argument is any type that implements `serde::Deserialize` and `schemars::JsonSchema`. `Kind` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a handler",
    label = "neither an argument nor an extractor",
    note = "an argument is a type that owns its parts: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "an extractor is `&Context`, `Caller` or `Ext<T>`"
)]
pub trait Parameter<Kind>: Sized {
    /// The schema of an argument; nothing for an extractor.
    fn schema() -> Option<schemars::Schema>;

    /// Takes the value at its place among the handler's parameters.
    ///
    /// `None` means that the input has noted what is wrong.
    fn take(input: &mut CallArguments<'_>, place: usize) -> Option<Self>;

    /// Whether a JSON text is a value of the type; nothing can be said of an extractor.
    fn accepts(text: &str) -> bool;
}

/// The kind of a parameter that the client sends.
#[derive(Debug)]
pub enum AsArgument {}

/// The kind of a parameter that is found around a call.
#[derive(Debug)]
pub enum AsExtractor {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Parameter<AsArgument> for T {
    fn schema() -> Option<schemars::Schema> {
        Some(generate::<T>())
    }

    fn take(input: &mut CallArguments<'_>, place: usize) -> Option<Self> {
        input.argument(place)
    }

    fn accepts(text: &str) -> bool {
        serde_json::from_str::<T>(text).is_ok()
    }
}

impl Parameter<AsExtractor> for Context {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut CallArguments<'_>, _: usize) -> Option<Self> {
        Some(input.context().clone())
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

impl Parameter<AsExtractor> for Caller {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut CallArguments<'_>, _: usize) -> Option<Self> {
        Some(input.context().caller().clone())
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

/// The value of a type that the server shares, or that a middleware or a transport gave to the call.
///
/// A call for which there is no such value is answered with an internal error, and the log names the type.
#[derive(Debug)]
pub struct Ext<T>(pub Arc<T>);

impl<T> Clone for Ext<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> std::ops::Deref for Ext<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> Parameter<AsExtractor> for Ext<T> {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut CallArguments<'_>, _: usize) -> Option<Self> {
        let found = input.context().extension().map(Self);
        if found.is_none() {
            input.missing_extension::<T>();
        }
        found
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

/// The schema of what a type is read from, before it is made portable.
fn generate<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// The schema of what a type is written as, before it is made portable.
pub(crate) fn generate_output<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
