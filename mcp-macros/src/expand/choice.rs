//! `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use super::ours;
use crate::ast::Choice;
use crate::errors::Errors;

/// Expands `#[derive(Choice)]`.
///
/// ```text
/// CallArguments:   #[choice(rename_all = "snake_case")]
///          enum Size {
///              /// Fits into a bag.
///              Small,
///              VeryLarge,
///          }
/// Output:  impl ::mcpwright::Choice for Size {
///              const OPTIONS: &'static [(&'static str, Option<&'static str>)] =
///                  &[("small", Some("Fits into a bag.")), ("very_large", None)];
///
///              fn value(&self) -> &'static str {
///                  match self { Self::Small => "small", Self::VeryLarge => "very_large" }
///              }
///
///              fn from_value(value: &str) -> Option<Self> {
///                  if value == "small" { return Some(Self::Small); }
///                  if value == "very_large" { return Some(Self::VeryLarge); }
///                  None
///              }
///          }
/// ```
///
/// The values are compared and not matched, since a name may be any expression. With mistakes, there is nothing to choose
/// from, and nothing else fails because of them.
pub(crate) fn choice(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.ok(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let mut choice = Choice::read(&input, &mut errors);
    let value = if errors.is_empty() {
        let variants = choice.options.iter().map(|option| &option.ident);
        let names = choice.options.iter().map(|option| &option.name.tokens);
        quote_spanned!(ours()=> match self { #(Self::#variants => #names),* })
    } else {
        choice.options.clear();
        quote_spanned!(ours()=> "")
    };
    let options = choice.options.iter().map(|option| {
        let name = &option.name.tokens;
        let title = match &option.title {
            Some(title) => quote_spanned!(ours()=> ::core::option::Option::Some(#title)),
            None => quote_spanned!(ours()=> ::core::option::Option::None),
        };
        quote_spanned!(ours()=> (#name, #title))
    });
    let variants = choice.options.iter().map(|option| &option.ident);
    let names = choice.options.iter().map(|option| &option.name.tokens);
    let ident = &input.ident;
    let (generics, arguments, predicates) = input.generics.split_for_impl();
    quote_spanned! {ours()=>
        #[automatically_derived]
        #[allow(deprecated)]
        impl #generics ::mcpwright::Choice for #ident #arguments #predicates {
            const OPTIONS: &'static [(&'static str, ::core::option::Option<&'static str>)] = &[#(#options),*];

            fn value(&self) -> &'static str {
                #value
            }

            fn from_value(value: &str) -> ::core::option::Option<Self> {
                #(if value == #names { return ::core::option::Option::Some(Self::#variants); })*
                ::core::option::Option::None
            }
        }
        #errors
    }
}
