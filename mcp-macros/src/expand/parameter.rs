//! A parameter of a handler: declared, taken, and handed on.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::handler::Owner;
use super::{ours, ours_at};
use crate::ast::{Handler, Kind, Name, Parameter};

/// Declares a parameter.
///
/// ```text
/// CallArguments:   /// At most this many.
///          #[arg(default = 10, range = 1..=100)] limit: u32
/// Output:  .parameter::<u32, _>(
///              ::mcpwright::Argument::new("limit").default(10).range(1..=100).description("At most this many."),
///          )
/// ```
pub(crate) fn declare(parameter: &Parameter, handler: &Handler, owner: &Owner<'_>) -> TokenStream {
    let Parameter { name, settings, header, completer, .. } = parameter;
    let taken = taken(parameter);
    let Some(Name { tokens: name, .. }) = name else {
        let extractor = quote_spanned!(ours()=> ::mcpwright::Argument::new(""));
        return quote_spanned!(ours_at(taken.span())=> .parameter::<#taken, _>(#extractor));
    };
    let header = header.iter().filter(|_| handler.kind == Kind::Tool);
    let completer = completer.iter().filter(|_| handler.completes());
    let completer = completer.map(|completer| self::completer(completer, owner));
    let argument = quote_spanned! {ours()=>
        ::mcpwright::Argument::new(#name) #settings #(.header(#header))* #(.complete(#completer))*
    };
    quote_spanned!(ours_at(name.span())=> .parameter::<#taken, _>(#argument))
}

/// Has the compiler see that a parameter is an extractor, where an argument would come from nowhere.
///
/// ```text
/// CallArguments:   _pool: Ext<Pool>
/// Output:  ::mcpwright::__private::unnamed::<Ext<Pool>>();
/// ```
pub(crate) fn assert_extractor(parameter: &Parameter, handler: &Handler) -> Option<TokenStream> {
    let taken = taken(parameter);
    let Some(name) = &parameter.name else {
        return Some(quote_spanned!(ours()=> ::mcpwright::__private::unnamed::<#taken>();));
    };
    let ((_, variables), text) = (handler.uri.as_ref()?, name.text.as_ref()?);
    if variables.contains(text) {
        return None;
    }
    let taken = shown_at(taken, name.tokens.span());
    Some(quote_spanned!(ours()=> ::mcpwright::__private::outside_of_uri::<#taken>();))
}

/// Takes a parameter from the input.
///
/// ```text
/// CallArguments:   limit: u32, context: &Context
/// Output:  let argument_0 = input.extract::<u32, _>(0usize);
///          let argument_1 = input.extract::<<Context as ::mcpwright::__private::Referent>::Extracted, _>(1usize);
/// ```
pub(crate) fn take(place: usize, parameter: &Parameter) -> TokenStream {
    let (argument, taken) = (argument(place), taken(parameter));
    quote_spanned!(ours()=> let #argument = input.extract::<#taken, _>(#place);)
}

/// Hands a parameter to the function.
///
/// ```text
/// Output:  argument_0.value(), &argument_1.value()
/// ```
pub(crate) fn value(place: usize, parameter: &Parameter) -> TokenStream {
    let argument = argument(place);
    let reference = parameter.by_reference.then(|| quote_spanned!(ours()=> &));
    quote_spanned!(ours()=> #reference #argument.value())
}

/// The type that is taken; of `&str` that is a `String`, and of `&[T]` a `Vec<T>`.
fn taken(parameter: &Parameter) -> TokenStream {
    let Parameter { r#type, .. } = parameter;
    if parameter.by_reference {
        quote_spanned!(r#type.span()=> <#r#type as ::mcpwright::__private::Referent>::Extracted)
    } else {
        r#type.clone()
    }
}

fn argument(place: usize) -> Ident {
    format_ident!("argument_{place}", span = ours())
}

/// A completer. A function of the same `impl` block may take `&self`.
///
/// ```text
/// CallArguments:   Self::titles
/// Output:  ::mcpwright::Completer::new({
///              let this = ::std::sync::Arc::clone(&this);
///              move |completing| {
///                  let this = ::std::sync::Arc::clone(&this);
///                  async move { Self::titles(&this, completing).await }
///              }
///          })
/// ```
fn completer(complete: &TokenStream, owner: &Owner<'_>) -> TokenStream {
    let at = ours_at(complete.span());
    let known = own_function(complete).and_then(|name| owner.function(&name));
    let Some((has_self, is_async)) = known else {
        return quote_spanned!(at=> ::mcpwright::Completer::new(#complete));
    };
    let this = has_self.then(|| quote_spanned!(ours()=> let this = ::std::sync::Arc::clone(&this);));
    let receiver = has_self.then(|| quote_spanned!(ours()=> &this,));
    let wait = is_async.then(|| quote_spanned!(ours()=> .await));
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

/// The name in `Self::name`.
fn own_function(complete: &TokenStream) -> Option<Ident> {
    let Ok(Expr::Path(path)) = syn::parse2(complete.clone()) else { return None };
    let mut segments = path.path.segments.iter();
    let is_self = segments.next()?.ident == "Self";
    let name = segments.next().filter(|_| is_self)?;
    segments.next().is_none().then(|| name.ident.clone())
}

/// The same tokens, but shown to the user at another place.
fn shown_at(tokens: TokenStream, span: Span) -> TokenStream {
    let shown = |mut token: TokenTree| {
        let span = token.span().located_at(span);
        if let TokenTree::Group(group) = &token {
            token = proc_macro2::Group::new(group.delimiter(), shown_at(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(shown).collect()
}
