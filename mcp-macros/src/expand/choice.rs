//! Expansion of `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use crate::ast::choice::Choice;
use crate::errors::Errors;
use crate::expand::span::hygienic;

/// Expands `#[derive(Choice)]`.
///
/// ```text
/// Input:   #[choice(rename_all = "snake_case")]
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
/// `from_value` compares and does not match, because a name may be any expression. After a mistake, the output is a
/// choice without options, so that nothing else fails to compile.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.ok(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let mut choice = Choice::read(&input, &mut errors);
    let value = if errors.is_empty() {
        let variants = choice.options.iter().map(|option| &option.ident);
        let names = choice.options.iter().map(|option| &option.name.tokens);
        quote_spanned!(hygienic()=> match self { #(Self::#variants => #names),* })
    } else {
        choice.options.clear();
        quote_spanned!(hygienic()=> "")
    };
    let options = choice.options.iter().map(|option| {
        let name = &option.name.tokens;
        let title = match &option.title {
            Some(title) => quote_spanned!(hygienic()=> ::core::option::Option::Some(#title)),
            None => quote_spanned!(hygienic()=> ::core::option::Option::None),
        };
        quote_spanned!(hygienic()=> (#name, #title))
    });
    let variants = choice.options.iter().map(|option| &option.ident);
    let names = choice.options.iter().map(|option| &option.name.tokens);
    let ident = &input.ident;
    let (generics, arguments, predicates) = input.generics.split_for_impl();
    quote_spanned! {hygienic()=>
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
