//! A method as a handler.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{ours, ours_at, parameter};
use crate::ast::{Handler, Kind, Method, Output, Server};

/// Where methods are found.
pub(crate) struct Owner<'a> {
    functions: Option<&'a HashMap<Ident, (bool, bool)>>,
}

impl<'a> Owner<'a> {
    /// The type with this `impl` block.
    pub(crate) fn of(server: &'a Server) -> Self {
        Self { functions: Some(&server.functions) }
    }

    /// Nobody: the function is free.
    pub(crate) fn nobody() -> Self {
        Self { functions: None }
    }

    /// The path of a function; `Self` comes from the `impl` block that we write.
    fn path(&self, function: &Ident) -> TokenStream {
        match self.functions {
            Some(_) => quote_spanned!(ours_at(function.span())=> Self::#function),
            None => function.to_token_stream(),
        }
    }

    /// Whether a function of the block takes `self`, and whether it is asynchronous.
    pub(crate) fn function(&self, name: &Ident) -> Option<(bool, bool)> {
        self.functions?.get(name).copied()
    }
}

/// The statements that offer a method to clients.
///
/// ```text
/// Output:  let builder = builder.tool(::mcpwright::ToolHandler::new(…)…);
/// ```
pub(crate) fn offers(method: &Method, owner: &Owner<'_>) -> TokenStream {
    let conditions = &method.conditions;
    let offers = method.handlers.iter().map(|handler| {
        let offer = Ident::new(handler.builder_method(), ours());
        let expression = expand(method, handler, owner);
        quote_spanned!(ours()=> #(#conditions)* let builder = builder.#offer(#expression);)
    });
    offers.collect()
}

/// The expression of a handler.
///
/// ```text
/// CallArguments:   /// Search the notes.
///          #[tool(read_only)]
///          async fn find(&self, query: String) -> Json<Vec<Note>> { … }
/// Output:  ::mcpwright::ToolHandler::new("find", {
///              let this = ::std::sync::Arc::clone(&this);
///              move |mut input| {
///                  let argument_0 = input.extract::<String, _>(0usize);
///                  input.check()?;
///                  let this = ::std::sync::Arc::clone(&this);
///                  ::core::result::Result::Ok(::mcpwright::Execution::future(async move {
///                      <Json<Vec<Note>> as ::mcpwright::IntoToolResult>::into_tool_result(
///                          Self::find(&this, argument_0.value()).await,
///                      )
///                  }))
///              }
///          })
///          .parameter::<String, _>(::mcpwright::Argument::new("query"))
///          .output::<Json<Vec<Note>>>()
///          .read_only()
///          .description("Search the notes.")
/// ```
pub(crate) fn expand(method: &Method, handler: &Handler, owner: &Owner<'_>) -> TokenStream {
    let name = &handler.name.tokens;
    let uri = handler.uri.iter().map(|(uri, _)| uri);
    let this = method.has_self.then(|| quote_spanned!(ours()=> let this = ::std::sync::Arc::clone(&this);));
    let work = work(method, handler.kind, owner);
    let input = match method.parameters.len() {
        0 => quote_spanned!(ours()=> _),
        _ => quote_spanned!(ours()=> mut input),
    };
    let extractors = method.parameters.iter().filter_map(|taken| parameter::assert_extractor(taken, handler));
    let takes = method.parameters.iter().enumerate().map(|(place, taken)| parameter::take(place, taken));
    let check = (!method.parameters.is_empty()).then(|| quote_spanned!(ours()=> input.check()?;));
    let r#type = handler_type(handler);
    let parameters = method.parameters.iter().map(|declared| parameter::declare(declared, handler, owner));
    let output = match (&method.output, handler.kind) {
        (Output::Named(output), Kind::Tool) => {
            Some(quote_spanned!(ours_at(output.span())=> .output::<#output>()))
        }
        _ => None,
    };
    let settings = &handler.settings;
    quote_spanned! {ours()=>
        ::mcpwright::#r#type::new(#(#uri,)* #name, {
            #(#extractors)*
            #this
            move |#input| {
                #(#takes)*
                #check
                #this
                ::core::result::Result::Ok(#work)
            }
        })
        #(#parameters)*
        #output
        #settings
    }
}

pub(crate) fn handler_type(handler: &Handler) -> Ident {
    let name = match handler.kind {
        Kind::Tool => "ToolHandler",
        Kind::Prompt => "PromptHandler",
        Kind::Resource if handler.completes() => "TemplateHandler",
        Kind::Resource => "ResourceHandler",
    };
    Ident::new(name, ours())
}

/// What is left to do once the arguments are taken.
fn work(method: &Method, kind: Kind, owner: &Owner<'_>) -> TokenStream {
    let function = owner.path(&method.ident);
    let this = method.has_self.then(|| quote_spanned!(ours()=> &this));
    let arguments = method.parameters.iter().enumerate().map(|(place, taken)| parameter::value(place, taken));
    let arguments = this.into_iter().chain(arguments);
    let call = quote_spanned!(ours()=> #function(#(#arguments),*));
    match &method.asyncness {
        Some(token) => {
            let result = result(method, kind, &quote_spanned!(ours()=> #call.await));
            quote_spanned!(ours_at(token.span)=> ::mcpwright::Execution::future(async move { #result }))
        }
        None => {
            let result = result(method, kind, &call);
            quote_spanned!(ours()=> ::mcpwright::Execution::blocking(move || #result))
        }
    }
}

/// The result as the engine wants it. The bound is the type's own, so that the compiler points there.
fn result(method: &Method, kind: Kind, call: &TokenStream) -> TokenStream {
    let (r#trait, into) = match kind {
        Kind::Tool => ("IntoToolResult", "into_tool_result"),
        Kind::Resource => ("IntoContents", "into_contents"),
        Kind::Prompt => ("IntoPromptResult", "into_prompt_result"),
    };
    let (r#trait, into) = (Ident::new(r#trait, ours()), Ident::new(into, ours()));
    let output = match &method.output {
        Output::Named(output) => output.clone(),
        Output::Nothing => quote_spanned!(method.ident.span()=> ()),
        Output::Unnamed => quote_spanned!(method.ident.span()=> _),
    };
    quote_spanned!(ours()=> <#output as ::mcpwright::#r#trait>::#into(#call))
}
