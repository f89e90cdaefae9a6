//! Expansion of a handler: an expression of the type `ToolHandler`, `ResourceHandler`, `TemplateHandler` or
//! `PromptHandler`.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::ast::handler::{Handler, HandlerKind};
use crate::ast::method::{Method, Output};
use crate::expand::owner::Owner;
use crate::expand::parameter;
use crate::expand::span::{hygienic, hygienic_at};

/// The statements that add the handlers of a method to the builder.
///
/// ```text
/// Output:  let builder = builder.tool(::mcpwright::ToolHandler::new(…)…);
/// ```
pub(crate) fn registrations(method: &Method, owner: &Owner<'_>) -> TokenStream {
    let conditions = &method.conditions;
    let statements = method.handlers.iter().map(|handler| {
        let add = Ident::new(handler.builder_method(), hygienic());
        let expression = expression(method, handler, owner);
        quote_spanned!(hygienic()=> #(#conditions)* let builder = builder.#add(#expression);)
    });
    statements.collect()
}

/// The expression of a handler.
///
/// ```text
/// Input:   /// Search the notes.
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
///          .returns::<Json<Vec<Note>>>()
///          .read_only(true)
///          .description("Search the notes.")
/// ```
pub(crate) fn expression(method: &Method, handler: &Handler, owner: &Owner<'_>) -> TokenStream {
    let name = &handler.name.tokens;
    let uri = handler.uri.iter().map(|(uri, _)| uri);
    let this =
        method.has_self.then(|| quote_spanned!(hygienic()=> let this = ::std::sync::Arc::clone(&this);));
    let execution = execution(method, handler.kind, owner);
    let input = match method.parameters.len() {
        0 => quote_spanned!(hygienic()=> _),
        _ => quote_spanned!(hygienic()=> mut input),
    };
    let parameters = &method.parameters;
    let assertions = parameters.iter().flat_map(|parameter| {
        [parameter::assert_borrowable(parameter), parameter::assert_extractor(parameter, handler)]
    });
    let assertions = assertions.flatten();
    let takes = parameters.iter().enumerate().map(|(index, parameter)| parameter::take(index, parameter));
    let check = (!parameters.is_empty()).then(|| quote_spanned!(hygienic()=> input.check()?;));
    let r#type = type_name(handler);
    let declarations = parameters.iter().map(|parameter| parameter::declare(parameter, handler, owner));
    let output = match (&handler.output, &method.output, handler.kind) {
        (Some(output), ..) => Some(quote_spanned!(hygienic_at(output.span())=> .output::<#output>())),
        (None, Output::Named(output), HandlerKind::Tool) => {
            Some(quote_spanned!(hygienic_at(output.span())=> .returns::<#output>()))
        }
        _ => None,
    };
    let settings = &handler.settings;
    quote_spanned! {hygienic()=>
        ::mcpwright::#r#type::new(#(#uri,)* #name, {
            #(#assertions)*
            #this
            move |#input| {
                #(#takes)*
                #check
                #this
                ::core::result::Result::Ok(#execution)
            }
        })
        #(#declarations)*
        #output
        #settings
    }
}

/// The name of the handler's type.
pub(crate) fn type_name(handler: &Handler) -> Ident {
    let name = match handler.kind {
        HandlerKind::Tool => "ToolHandler",
        HandlerKind::Prompt => "PromptHandler",
        HandlerKind::Resource if handler.is_template() => "TemplateHandler",
        HandlerKind::Resource => "ResourceHandler",
    };
    Ident::new(name, hygienic())
}

/// The future or the closure that calls the function, after the arguments were taken.
fn execution(method: &Method, kind: HandlerKind, owner: &Owner<'_>) -> TokenStream {
    let function = owner.path(&method.ident);
    let this = method.has_self.then(|| quote_spanned!(hygienic()=> &this));
    let arguments = method.parameters.iter().enumerate();
    let arguments = arguments.map(|(index, parameter)| parameter::pass(index, parameter));
    let arguments = this.into_iter().chain(arguments);
    let call = quote_spanned!(hygienic()=> #function(#(#arguments),*));
    match &method.asyncness {
        Some(token) => {
            let result = convert_result(method, kind, &quote_spanned!(hygienic()=> #call.await));
            quote_spanned!(hygienic_at(token.span)=> ::mcpwright::Execution::future(async move { #result }))
        }
        None => {
            let result = convert_result(method, kind, &call);
            quote_spanned!(hygienic()=> ::mcpwright::Execution::blocking(move || #result))
        }
    }
}

/// The conversion of the function's output. The trait is named on the output type, so that the compiler reports the
/// type.
fn convert_result(method: &Method, kind: HandlerKind, call: &TokenStream) -> TokenStream {
    let (r#trait, convert) = match kind {
        HandlerKind::Tool => ("IntoToolResult", "into_tool_result"),
        HandlerKind::Resource => ("IntoContents", "into_contents"),
        HandlerKind::Prompt => ("IntoPromptResult", "into_prompt_result"),
    };
    let (r#trait, convert) = (Ident::new(r#trait, hygienic()), Ident::new(convert, hygienic()));
    let output = match &method.output {
        Output::Named(output) => output.clone(),
        Output::Unit => quote_spanned!(method.ident.span()=> ()),
        Output::Unnamed => quote_spanned!(method.ident.span()=> _),
    };
    quote_spanned!(hygienic()=> <#output as ::mcpwright::#r#trait>::#convert(#call))
}
