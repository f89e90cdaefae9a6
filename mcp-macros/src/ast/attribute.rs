//! Attributes of this crate, recognized and taken off an item.

use proc_macro2::TokenStream;
use syn::{Attribute, Meta, Path};

use crate::errors::Errors;

/// Returns `true` if a path is the attribute `name` of this crate: imported (`tool`) or in full (`mcpwright::tool`).
pub(crate) fn is_ours(path: &Path, name: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|segment| segment.ident == name)
        && segments.next().is_none_or(|segment| segment.ident == "mcpwright")
        && segments.next().is_none()
}

/// Removes the `#[arg(…)]` attributes, which the compiler would not understand, and returns them.
pub(crate) fn take_arg(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    attributes.extract_if(.., |attribute| is_ours(attribute.path(), "arg")).collect()
}

/// The tokens between the parentheses of an attribute; empty without parentheses.
pub(crate) fn option_tokens(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.report(&pair.value, "options must be in parentheses, as in `#[tool(title = \"…\")]`");
            TokenStream::new()
        }
    }
}
