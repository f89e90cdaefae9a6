//! `#[tool]`, `#[resource]` and `#[prompt]` where there is no `#[server]` around them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::handler::{Owner, expand, handler_type};
use super::{ours, ours_at};
use crate::ast::{Function, Kind, Method};
use crate::errors::Errors;

/// Expands an attribute on a free function.
///
/// ```text
/// CallArguments:   /// Add two integers.
///          #[tool]
///          pub fn add(a: i64, b: i64) -> i64 { … }
/// Output:  /// Add two integers.
///          pub fn add(a: i64, b: i64) -> i64 { … }
///
///          /// `add` as a handler.
///          #[non_exhaustive]
///          pub enum add {}
///
///          impl add {
///              /// The handler of `add`.
///              pub fn tool() -> ::mcpwright::ToolHandler {
///                  ::mcpwright::ToolHandler::new("add", …)…
///              }
///          }
/// ```
///
/// A type and a function may have the same name, and where one is imported, so is the other. It is a type and not a
/// module, because the types of the parameters mean the same in it as at the function, wherever that is.
pub(crate) fn function(kind: Kind, options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Ok(mut function) = syn::parse2::<Function>(item.clone()) else {
        let attribute = kind.attribute();
        let message = format!(
            "`#[{attribute}]` goes on a function, or on a method of an `impl` block with `#[server]`"
        );
        errors.push(syn::Error::new(Span::call_site(), message));
        return quote_spanned!(ours()=> #item #errors);
    };
    if function.signature.receiver().is_some() {
        let message =
            format!("`#[{}]` on a method needs `#[server]` on the `impl` block around it", kind.attribute());
        // Nothing else is said of this method: it would be said again once there is a server.
        let _ = Method::read(&mut function, Some((kind, options)), &mut errors);
        let error = syn::Error::new(Span::call_site(), message).to_compile_error();
        return quote_spanned!(ours()=> #function #error);
    }
    let method = Method::read(&mut function, Some((kind, options)), &mut errors);
    let handlers = method.filter(|_| errors.is_empty()).map(|method| handlers(&function, &method));
    quote_spanned!(ours()=> #function #handlers #errors)
}

/// The type whose functions return the handlers.
fn handlers(function: &Function, method: &Method) -> TokenStream {
    let Function { visibility, .. } = function;
    let conditions = &method.conditions;
    let ident = &method.ident;
    let mut r#type = ident.clone();
    r#type.set_span(ours_at(ident.span()));
    let functions = method.handlers.iter().map(|handler| {
        let name = Ident::new(handler.builder_method(), ours_at(ident.span()));
        let returned = handler_type(handler);
        let expression = expand(method, handler, &Owner::nobody());
        let docs = format!("The handler of `{ident}`.");
        quote_spanned! {ours()=>
            #[doc = #docs]
            #[must_use]
            #[allow(deprecated)]
            #visibility fn #name() -> ::mcpwright::#returned {
                #expression
            }
        }
    });
    let docs = format!("`{ident}` as a handler.");
    quote_spanned! {ours()=>
        #(#conditions)*
        #[doc = #docs]
        #[allow(non_camel_case_types)]
        #[non_exhaustive]
        #visibility enum #r#type {}

        #(#conditions)*
        impl #r#type {
            #(#functions)*
        }
    }
}
