//! Expansion of a parameter: its declaration, its extraction from the input, and its use in the call.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::handler::{Handler, HandlerKind};
use crate::ast::name::Name;
use crate::ast::parameter::Parameter;
use crate::expand::completer::completer;
use crate::expand::kinds::checked;
use crate::expand::owner::Owner;
use crate::expand::span::{hygienic, hygienic_at};

/// The builder's call that declares a parameter.
///
/// ```text
/// Input:   /// Maximum number of notes.
///          #[arg(default = 10, range = 1..=100)] limit: u32
/// Output:  .parameter::<u32, _>(
///              ::mcpwright::Argument::new("limit").default(10).range(1..=100).description("Maximum number of notes."),
///          )
/// ```
pub(crate) fn declare(parameter: &Parameter, handler: &Handler, owner: &Owner<'_>) -> TokenStream {
    let Parameter { name, settings, header, completer: complete, .. } = parameter;
    let taken = taken_type(parameter);
    let Some(Name { tokens: name, .. }) = name else {
        // An extractor has no settings, and a struct whose fields are the arguments needs no name.
        let unnamed = quote_spanned!(hygienic()=> ::mcpwright::Argument::new("") #settings);
        return quote_spanned!(hygienic_at(taken.span())=> .parameter::<#taken, _>(#unnamed));
    };
    let header = header.iter().filter(|_| handler.kind == HandlerKind::Tool);
    let complete = complete.iter().filter(|_| handler.has_completion());
    let complete = complete.map(|complete| completer(complete, owner));
    let settings = checked(settings, &value_type(parameter));
    let argument = quote_spanned! {hygienic()=>
        ::mcpwright::Argument::new(#name) #settings #(.header(#header))* #(.complete(#complete))*
    };
    let argument =
        if parameter.has_type_default { with_type_default(parameter, &argument) } else { argument };
    quote_spanned!(hygienic_at(name.span())=> .parameter::<#taken, _>(#argument))
}

/// An assertion that a parameter is an extractor, if an argument would have no name or no variable in the URI.
///
/// ```text
/// Input:   _pool: Ext<Pool>
/// Output:  ::mcpwright::__private::unnamed::<Ext<Pool>, _>();
/// ```
pub(crate) fn assert_extractor(parameter: &Parameter, handler: &Handler) -> Option<TokenStream> {
    let taken = taken_type(parameter);
    if parameter.is_flattened {
        return None;
    }
    let Some(name) = &parameter.name else {
        return Some(quote_spanned!(hygienic()=> ::mcpwright::__private::unnamed::<#taken, _>();));
    };
    let ((_, variables), text) = (handler.uri.as_ref()?, name.text.as_ref()?);
    if variables.contains(text) {
        return None;
    }
    let taken = relocate(taken, name.tokens.span());
    Some(quote_spanned!(hygienic()=> ::mcpwright::__private::outside_of_uri::<#taken, _>();))
}

/// An assertion that a type can be borrowed from the value that is extracted.
///
/// ```text
/// Input:   path: &Path
/// Output:  ::mcpwright::__private::borrowable::<Path>();
/// ```
pub(crate) fn assert_borrowable(parameter: &Parameter) -> Option<TokenStream> {
    let r#type = &parameter.r#type;
    parameter
        .by_reference
        .then(|| quote_spanned!(hygienic()=> ::mcpwright::__private::borrowable::<#r#type>();))
}

/// The statement that takes a parameter from the input.
///
/// ```text
/// Input:   limit: u32, context: &Context
/// Output:  let argument_0 = input.extract::<u32, _>(0usize);
///          let argument_1 = input.extract::<<Context as ::mcpwright::__private::Referent>::Extracted, _>(1usize);
/// ```
pub(crate) fn take(index: usize, parameter: &Parameter) -> TokenStream {
    let (variable, taken) = (variable(index), taken_type(parameter));
    quote_spanned!(hygienic()=> let #variable = input.extract::<#taken, _>(#index);)
}

/// The expression that passes a parameter to the function.
///
/// ```text
/// Output:  argument_0.value(), &argument_1.value()
/// ```
pub(crate) fn pass(index: usize, parameter: &Parameter) -> TokenStream {
    let variable = variable(index);
    let reference = parameter.by_reference.then(|| quote_spanned!(hygienic()=> &));
    let default = parameter.has_type_default.then(|| {
        let default = type_default(parameter);
        quote_spanned!(hygienic()=> .unwrap_or_else(|| #default))
    });
    quote_spanned!(hygienic()=> #reference #variable.value()#default)
}

/// The settings of an argument whose default is that of its type, which is published if it can be serialized.
///
/// ```text
/// Input:   #[arg(default)] filter: Filter
/// Output:  ::mcpwright::__private::with_default(::mcpwright::Argument::new("filter"), {
///              #[allow(unused_imports)]
///              use ::mcpwright::__private::NotSerialize as _;
///              ::mcpwright::__private::MaybeSerialize(<Filter as ::core::default::Default>::default()).to_json()
///          })
/// ```
fn with_type_default(parameter: &Parameter, argument: &TokenStream) -> TokenStream {
    let default = type_default(parameter);
    quote_spanned! {hygienic()=>
        ::mcpwright::__private::with_default(#argument, {
            #[allow(unused_imports)]
            use ::mcpwright::__private::NotSerialize as _;
            ::mcpwright::__private::MaybeSerialize(#default).to_json()
        })
    }
}

/// The default of an argument's type. The compiler reports a type that has none once, although the expression occurs twice.
fn type_default(parameter: &Parameter) -> TokenStream {
    let value = value_type(parameter);
    quote_spanned!(value.span()=> <#value as ::core::default::Default>::default())
}

/// The type that is taken from the input. An argument with the default of its type may be missing.
fn taken_type(parameter: &Parameter) -> TokenStream {
    let value = value_type(parameter);
    if parameter.has_type_default {
        quote_spanned!(value.span()=> ::core::option::Option<#value>)
    } else {
        value
    }
}

/// The type of the value: a `String` for `&str`, and a `Vec<T>` for `&[T]`.
fn value_type(parameter: &Parameter) -> TokenStream {
    let Parameter { r#type, .. } = parameter;
    if parameter.by_reference {
        quote_spanned!(r#type.span()=> <#r#type as ::mcpwright::__private::Referent>::Extracted)
    } else {
        r#type.clone()
    }
}

/// The local variable of a parameter.
fn variable(index: usize) -> Ident {
    format_ident!("argument_{index}", span = hygienic())
}

/// The same tokens, reported by the compiler at another position.
fn relocate(tokens: TokenStream, span: Span) -> TokenStream {
    let relocated = |mut token: TokenTree| {
        let span = token.span().located_at(span);
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), relocate(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(relocated).collect()
}
