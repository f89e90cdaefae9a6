//! Expansion of `#[derive(Form)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use crate::ast::form::{Form, FormField};
use crate::ast::options::setting::Setting;
use crate::errors::Errors;
use crate::expand::span::{hygienic, hygienic_at};

/// Expands `#[derive(Form)]`.
///
/// ```text
/// Input:   struct Guest {
///              /// The guest's name.
///              #[form(length = 1..=80)] name: String,
///          }
/// Output:  impl ::mcpwright::Form for Guest {
///              fn schema() -> ::mcpwright::types::FormSchema {
///                  let mut schema = ::mcpwright::types::FormSchema::default();
///                  ::mcpwright::FormField::<String>::new("name").length(1..=80).description("The guest's name.")
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
/// After a mistake, the output is a form without fields, so that nothing else fails to compile.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.ok(syn::parse2::<DeriveInput>(item)) else {
        return quote!(#errors);
    };
    let form = Form::read(&input, &mut errors);
    let (schema, read) = if errors.is_empty() { bodies(&form) } else { empty_bodies() };
    let ident = &input.ident;
    let (generics, arguments, predicates) = input.generics.split_for_impl();
    quote_spanned! {hygienic()=>
        #[automatically_derived]
        #[allow(deprecated, unused_mut, unused_variables)]
        impl #generics ::mcpwright::Form for #ident #arguments #predicates {
            fn schema() -> ::mcpwright::types::FormSchema {
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
fn bodies(form: &Form) -> (TokenStream, TokenStream) {
    let added = form.fields.iter().map(|field| {
        let (new, settings) = (new(field), field.settings.iter().map(call));
        quote_spanned!(hygienic()=> #new #(#settings)* .add_to(&mut schema);)
    });
    let schema = quote_spanned! {hygienic()=>
        let mut schema = <::mcpwright::types::FormSchema as ::core::default::Default>::default();
        #(#added)*
        schema
    };
    let fields = form.fields.iter().map(|field| {
        let (ident, new) = (&field.ident, new(field));
        quote_spanned!(hygienic()=> #ident: #new.read(&schema, &mut content)?)
    });
    let read = quote_spanned! {hygienic()=>
        let schema = <Self as ::mcpwright::Form>::schema();
        if let ::core::result::Result::Err(error) = schema.validate(&content) {
            return ::core::result::Result::Err(::std::string::ToString::to_string(&error));
        }
        ::core::result::Result::Ok(Self { #(#fields),* })
    };
    (schema, read)
}

/// The expression of a field. The compiler reports a type that cannot be a field at the type; the text is the same in
/// both bodies, so it is reported once.
fn new(field: &FormField) -> TokenStream {
    let FormField { r#type, name, .. } = field;
    let name = &name.tokens;
    quote_spanned!(hygienic_at(r#type.span())=> ::mcpwright::FormField::<#r#type>::new(#name))
}

/// The call of an option. The compiler reports an option that the type does not have at the option.
fn call(setting: &Setting) -> TokenStream {
    let Setting { method, arguments } = setting;
    let at = hygienic_at(method.span());
    let mut method = method.clone();
    method.set_span(at);
    quote_spanned!(at=> .#method(#arguments))
}

fn empty_bodies() -> (TokenStream, TokenStream) {
    let schema = quote_spanned!(hygienic()=> ::core::default::Default::default());
    let read = quote_spanned!(hygienic()=> ::core::result::Result::Err(::std::string::String::new()));
    (schema, read)
}
