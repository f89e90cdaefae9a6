//! Checks of defaults and limits against the type of their argument.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::ast::literal::{Literal, Number};
use crate::ast::options::setting::{Setting, Settings};
use crate::expand::span::{hygienic, hygienic_at};

/// The settings of an argument as calls, where the compiler checks the values against the type of the argument.
///
/// ```text
/// Input:   #[arg(default = 10, range = 1..=100)] limit: u32
/// Output:  .default(match 10 { value => {
///              #[allow(unused_imports)]
///              use ::mcpwright::__private::kinds::UnknownKind as _;
///              ::mcpwright::__private::kinds::check_value(
///                  ::mcpwright::__private::kinds::Probe::<u32>::of_type().kind(),
///                  ::mcpwright::__private::kinds::Probe::of_value(&value).kind(),
///              );
///              value
///          } })
///          .range(match 1..=100 { value => { … check_range(…); value } })
/// ```
pub(super) fn checked(settings: &Settings, r#type: &TokenStream) -> TokenStream {
    settings.iter().map(|setting| check(setting, r#type)).collect()
}

fn check(setting: &Setting, r#type: &TokenStream) -> TokenStream {
    let Setting { method, arguments } = setting;
    // A value is reported itself, and a limit by its name.
    let at = hygienic_at(if is_value(method) { arguments.span() } else { method.span() });
    let kinds = quote_spanned!(at=> ::mcpwright::__private::kinds);
    let argument = quote_spanned!(at=> #kinds::Probe::<#r#type>::of_type().kind());
    let call = |name: &str, more: Option<TokenStream>| {
        let more = more.iter();
        let name = Ident::new(name, at);
        quote_spanned!(at=> #kinds::#name(#argument #(, #more)*);)
    };
    // The type of a number without a suffix is not known yet when its kind is looked up.
    let of_value = |literal: Option<Literal>, value: &TokenStream| match literal {
        Some(Literal::Number(Number::Integer(_))) => {
            quote_spanned!(at=> #kinds::Probe::<i64>::of_type().kind())
        }
        Some(Literal::Number(Number::Float(_))) => {
            quote_spanned!(at=> #kinds::Probe::<f64>::of_type().kind())
        }
        _ => quote_spanned!(at=> #kinds::Probe::of_value(&#value).kind()),
    };
    let value = Ident::new("value", hygienic());
    let checks = match method.to_string().as_str() {
        "default" | "example" => {
            let literal = syn::parse2(arguments.clone()).ok().as_ref().and_then(Literal::of);
            let is_negative = literal.as_ref().is_some_and(Literal::is_negative);
            let check = call("check_value", Some(of_value(literal, &quote_spanned!(at=> #value))));
            let negative = is_negative.then(|| call("check_negative", None));
            quote_spanned!(at=> #check #negative)
        }
        "one_of" => match syn::parse2(arguments.clone()) {
            // All items have the type of the first one.
            Ok(Expr::Array(items)) if !items.elems.is_empty() => {
                let literal = items.elems.first().and_then(Literal::of);
                call("check_value", Some(of_value(literal, &quote_spanned!(at=> #value[0]))))
            }
            _ => TokenStream::new(),
        },
        "range" => call("check_range", None),
        "length" => call("check_length", None),
        "pattern" => call("check_pattern", None),
        _ => TokenStream::new(),
    };
    let site = Span::mixed_site().located_at(method.span());
    if checks.is_empty() {
        return quote_spanned!(site=> .#method(#arguments));
    }
    quote_spanned! {site=>
        .#method(match #arguments {
            #value => {
                #[allow(unused_imports)]
                use ::mcpwright::__private::kinds::UnknownKind as _;
                #checks
                #value
            }
        })
    }
}

/// Returns `true` for an option whose value is a value of the argument.
fn is_value(option: &Ident) -> bool {
    ["default", "example", "one_of"].iter().any(|value| option == value)
}
