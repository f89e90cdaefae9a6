//! Expansion of `#[tool]`, `#[resource]` and `#[prompt]` on a free function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ItemImpl;

use crate::ast::function::Function;
use crate::ast::handler::HandlerKind;
use crate::ast::method::Method;
use crate::errors::Errors;
use crate::expand::handler::{expression, type_name};
use crate::expand::owner::Owner;
use crate::expand::span::{hygienic, hygienic_at};

/// Expands an attribute on a free function.
///
/// ```text
/// Input:   /// Add two integers.
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
/// A type and a function may have the same name, and one `use` imports both. The handler is in a type and not in a
/// module, because in a module the types of the parameters would need other paths.
pub(crate) fn expand(kind: HandlerKind, options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let attribute = kind.attribute();
    let Ok(mut function) = syn::parse2::<Function>(item.clone()) else {
        let is_block = syn::parse2::<ItemImpl>(item.clone()).is_ok();
        let rule = match is_block {
            true => "must be on a method of this `impl` block: write `#[server]` above the block",
            false => "must be on a function, or on a method of an `impl` block with `#[server]`",
        };
        errors.push(syn::Error::new(Span::call_site(), format!("`#[{attribute}]` {rule}")));
        return quote_spanned!(hygienic()=> #item #errors);
    };
    let method = Method::read(&mut function, Some((kind, options)), &mut errors);
    if function.signature.receiver().is_some() {
        // Other mistakes of this method are not reported: they are reported once there is `#[server]`.
        let fix = "put it on the `impl` block around it";
        let message = format!("`#[{attribute}]` on a method must have `#[server]`: {fix}");
        let error = syn::Error::new(Span::call_site(), message).to_compile_error();
        return quote_spanned!(hygienic()=> #function #error);
    }
    let handlers = method.filter(|_| errors.is_empty()).map(|method| handlers(&function, &method));
    quote_spanned!(hygienic()=> #function #handlers #errors)
}

/// The type whose functions return the handlers.
fn handlers(function: &Function, method: &Method) -> TokenStream {
    let Function { visibility, .. } = function;
    let conditions = &method.conditions;
    let ident = &method.ident;
    let mut r#type = ident.clone();
    r#type.set_span(hygienic_at(ident.span()));
    let functions = method.handlers.iter().map(|handler| {
        let name = Ident::new(handler.builder_method(), hygienic_at(ident.span()));
        let returned = type_name(handler);
        let expression = expression(method, handler, &Owner::none());
        let docs = format!("The handler of `{ident}`.");
        quote_spanned! {hygienic()=>
            #[doc = #docs]
            #[must_use]
            #[allow(deprecated)]
            #visibility fn #name() -> ::mcpwright::#returned {
                #expression
            }
        }
    });
    let docs = format!("`{ident}` as a handler.");
    quote_spanned! {hygienic()=>
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
