//! Expansion of `#[arg]` outside of a handler, which is always an error.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::expand::span::hygienic;

/// Returns the item and the error. In a handler, the attribute of the handler reads and removes `#[arg]`.
pub(crate) fn expand(item: &TokenStream) -> TokenStream {
    let message =
        "`#[arg]` must be on a parameter of a function with `#[tool]`, `#[resource]` or `#[prompt]`";
    let error = syn::Error::new(Span::call_site(), message).to_compile_error();
    quote_spanned!(hygienic()=> #item #error)
}
