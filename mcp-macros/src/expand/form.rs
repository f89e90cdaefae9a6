//! `#[derive(Form)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use super::{ours, ours_at};
use crate::ast::{Form, FormField, Setting};
use crate::errors::Errors;

/// Expands `#[derive(Form)]`.
///
/// ```text
/// CallArguments:   struct Guest {
///              /// Who comes.
///              #[form(length = 1..=80)] name: String,
///          }
/// Output:  impl ::mcpwright::Form for Guest {
///              fn schema() -> ::mcpwright::core::FormSchema {
///                  let mut schema = ::mcpwright::core::FormSchema::default();
///                  ::mcpwright::FormField::<String>::new("name").length(1..=80).description("Who comes.")
///                      .add_to(&mut schema);
///                  schema
///              }
///
///              fn read(mut content: Map<String, Value>) -> Result<Self, String> {
///                  let schema = <Self as ::mcpwright::Form>::schema();
///                  if let Err(error) = schema.validate(&content) {
///                      return Err(ToString::to_string(&error));
///                  }
///                  Ok(Self { name: ::mcpwright::FormField::<String>::new("name").read(&schema, &mut content)? })
///              }
///          }
/// ```
///
/// With mistakes, it is a form without fields that nobody can fill in: nothing else fails because of them.
pub(crate) fn form(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.ok(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let form = Form::read(&input, &mut errors);
    let (schema, read) = if errors.is_empty() { functions(&form) } else { nothing() };
    let ident = &input.ident;
    let (generics, arguments, predicates) = input.generics.split_for_impl();
    quote_spanned! {ours()=>
        #[automatically_derived]
        #[allow(deprecated, unused_mut, unused_variables)]
        impl #generics ::mcpwright::Form for #ident #arguments #predicates {
            fn schema() -> ::mcpwright::core::FormSchema {
                #schema
            }

            fn read(
                mut content: ::mcpwright::serde_json::Map<::std::string::String, ::mcpwright::serde_json::Value>,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                #read
            }
        }
        #errors
    }
}

/// The bodies of `schema` and `read`.
fn functions(form: &Form) -> (TokenStream, TokenStream) {
    let declared = form.fields.iter().map(|field| {
        let (new, settings) = (new(field), field.settings.iter().map(call));
        quote_spanned!(ours()=> #new #(#settings)* .add_to(&mut schema);)
    });
    let schema = quote_spanned! {ours()=>
        let mut schema = <::mcpwright::core::FormSchema as ::core::default::Default>::default();
        #(#declared)*
        schema
    };
    let taken = form.fields.iter().map(|field| {
        let (ident, new) = (&field.ident, new(field));
        quote_spanned!(ours()=> #ident: #new.read(&schema, &mut content)?)
    });
    let read = quote_spanned! {ours()=>
        let schema = <Self as ::mcpwright::Form>::schema();
        if let ::core::result::Result::Err(error) = schema.validate(&content) {
            return ::core::result::Result::Err(::std::string::ToString::to_string(&error));
        }
        ::core::result::Result::Ok(Self { #(#taken),* })
    };
    (schema, read)
}

/// Where the type can be no field, the compiler says it at the type, in the same words for both functions and therefore
/// once.
fn new(field: &FormField) -> TokenStream {
    let FormField { r#type, name, .. } = field;
    let name = &name.tokens;
    quote_spanned!(ours_at(r#type.span())=> ::mcpwright::FormField::<#r#type>::new(#name))
}

/// Where the type does not have an option, the compiler says it at the type and at the option: both are ours, shown there.
fn call(setting: &Setting) -> TokenStream {
    let Setting { method, arguments } = setting;
    let at = ours_at(method.span());
    let mut method = method.clone();
    method.set_span(at);
    quote_spanned!(at=> .#method(#arguments))
}

fn nothing() -> (TokenStream, TokenStream) {
    let schema = quote_spanned!(ours()=> ::core::default::Default::default());
    let read = quote_spanned!(ours()=> ::core::result::Result::Err(::std::string::String::new()));
    (schema, read)
}
