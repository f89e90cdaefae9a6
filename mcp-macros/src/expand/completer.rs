//! Expansion of `#[arg(complete = …)]`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::ast::function::own_function;
use crate::expand::owner::Owner;
use crate::expand::span::{hygienic, hygienic_at};

/// The expression of a completer. A function of the same `impl` block may take `&self`, and need not be `async`.
///
/// ```text
/// Input:   Self::titles
/// Output:  ::mcpwright::Completer::new({
///              let this = ::std::sync::Arc::clone(&this);
///              move |completing| {
///                  let this = ::std::sync::Arc::clone(&this);
///                  async move { Self::titles(&this, completing).await }
///              }
///          })
/// ```
pub(crate) fn completer(complete: &TokenStream, owner: &Owner<'_>) -> TokenStream {
    let at = hygienic_at(complete.span());
    let Some(function) = own_function(complete).and_then(|name| owner.function(&name)) else {
        return quote_spanned!(at=> ::mcpwright::Completer::new(#complete));
    };
    let has_self = function.has_self;
    let this = has_self.then(|| quote_spanned!(hygienic()=> let this = ::std::sync::Arc::clone(&this);));
    let receiver = has_self.then(|| quote_spanned!(hygienic()=> &this,));
    let wait = function.is_async.then(|| quote_spanned!(hygienic()=> .await));
    quote_spanned! {at=>
        ::mcpwright::Completer::new({
            #this
            move |completing| {
                #this
                async move { #complete(#receiver completing) #wait }
            }
        })
    }
}
