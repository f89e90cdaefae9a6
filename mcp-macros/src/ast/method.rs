//! A method with `#[tool]`, `#[resource]` or `#[prompt]`, or with several of them.

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericParam, LitStr, Receiver, ReceiverKind, ReturnType, Safety, Signature, Token,
    Type,
};

use crate::ast::attribute::{option_tokens, take_arg};
use crate::ast::docs;
use crate::ast::function::Function;
use crate::ast::handler::{Handler, HandlerKind};
use crate::ast::header::HeaderNames;
use crate::ast::name::is_name_byte;
use crate::ast::parameter::Parameter;
use crate::ast::types::{elide_lifetimes, has_impl_trait};
use crate::errors::Errors;

/// A method, or a free function, with at least one handler.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) asyncness: Option<Token![async]>,
    pub(crate) has_self: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Output,
    /// The `#[cfg]` attributes of the method, which apply to its handlers too.
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) handlers: Vec<Handler>,
}

/// The return type of a method.
pub(crate) enum Output {
    /// None: the method returns `()`.
    Unit,
    Named(TokenStream),
    /// A type with `impl Trait` in it.
    Unnamed,
}

impl Method {
    /// Reads a function, and removes the attributes of this crate. Returns `None` if it has no handler.
    ///
    /// `attribute` is the attribute that the compiler has removed already, on a free function.
    pub(crate) fn read(
        function: &mut Function,
        attribute: Option<(HandlerKind, TokenStream)>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let is_handler = |attribute: &mut Attribute| HandlerKind::of(attribute).is_some();
        let attributes: Vec<_> = function.attributes.extract_if(.., is_handler).collect();
        let mut declared: Vec<(HandlerKind, Span, TokenStream)> = Vec::new();
        declared.extend(attribute.map(|(kind, options)| (kind, Span::call_site(), options)));
        for attribute in &attributes {
            let options = option_tokens(attribute, errors);
            declared.extend(HandlerKind::of(attribute).map(|kind| (kind, attribute.path().span(), options)));
        }
        let Some((kind, ..)) = declared.first() else {
            report_arg(&mut function.signature, errors);
            return None;
        };
        check_signature(&function.signature, *kind, errors);
        let parameters = read_parameters(&mut function.signature, errors);
        let ident = function.signature.ident.clone();
        let description = docs::description(&function.attributes);
        let handlers = declared.into_iter().filter_map(|(kind, span, options)| {
            let handler = Handler::read(kind, span, options, &ident, description.clone(), errors)?;
            handler.check(&parameters, errors);
            Some(handler)
        });
        let handlers: Vec<Handler> = handlers.collect();
        check_usage(&parameters, &handlers, errors);
        let conditions = function.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        Some(Self {
            ident,
            asyncness: function.signature.asyncness,
            has_self: function.signature.receiver().is_some(),
            output: Output::of(&function.signature),
            conditions: conditions.cloned().collect(),
            parameters,
            handlers,
        })
    }
}

impl Output {
    fn of(signature: &Signature) -> Self {
        let ReturnType::Type(_, written) = &signature.output else { return Self::Unit };
        let tokens = elide_lifetimes(written, &signature.generics);
        if has_impl_trait(tokens.clone()) { Self::Unnamed } else { Self::Named(tokens) }
    }
}

/// Reports what a handler's signature must not have.
fn check_signature(signature: &Signature, kind: HandlerKind, errors: &mut Errors) {
    let subject = format!("a {}", kind.attribute());
    if let Some(receiver) = signature.receiver() {
        check_receiver(receiver, &subject, errors);
    }
    if let Safety::Unsafe(token) = &signature.safety {
        let reason = "clients call it, and cannot uphold its safety requirements";
        errors.report(token, format!("{subject} must not be `unsafe`: {reason}"));
    }
    for generic in &signature.generics.params {
        if !matches!(generic, GenericParam::Lifetime(_)) {
            let fix = "clients cannot choose types, so write concrete ones";
            errors.report(generic, format!("{subject} must not have type parameters: {fix}"));
        }
    }
}

fn check_receiver(receiver: &Receiver, subject: &str, errors: &mut Errors) {
    let is_mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => Some(mutability.is_some()),
        ReceiverKind::Typed(_, written) => match &**written {
            Type::Reference(reference) => Some(reference.mutability.is_some()),
            _ => None,
        },
        _ => None,
    };
    let reason = match is_mutable {
        Some(false) => return,
        Some(true) => "calls run concurrently, so put mutable state behind a lock",
        None => "later calls use the same server",
    };
    errors.report(receiver, format!("{subject} must take `&self`: {reason}"));
}

fn read_parameters(signature: &mut Signature, errors: &mut Errors) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for input in &mut signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                for attribute in take_arg(&mut receiver.attrs) {
                    let reason = "`self` is the server, which clients do not send";
                    errors.report(attribute, format!("`#[arg]` must be on an argument: {reason}"));
                }
            }
            FnArg::Typed(typed) => {
                let parameter = Parameter::read(typed, &signature.generics, errors);
                check_name(&parameter, &parameters, errors);
                parameters.push(parameter);
            }
        }
    }
    parameters
}

/// Reports a name that an earlier parameter has.
fn check_name(parameter: &Parameter, earlier: &[Parameter], errors: &mut Errors) {
    let text = |parameter: &Parameter| parameter.argument_name().and_then(|name| name.text.clone());
    if let (Some(name), Some(new)) = (parameter.argument_name(), text(parameter))
        && earlier.iter().any(|earlier| text(earlier).as_ref() == Some(&new))
    {
        let fix = "give one of them another name with `#[arg(name = \"…\")]`";
        errors.report(&name.tokens, format!("two arguments are named `{new}`: {fix}"));
    }
}

/// Reports options of arguments that none of the handlers uses: they would be dropped silently.
fn check_usage(parameters: &[Parameter], handlers: &[Handler], errors: &mut Errors) {
    let is_tool = handlers.iter().any(|handler| handler.kind == HandlerKind::Tool);
    let has_completion = handlers.iter().any(Handler::has_completion);
    let mut headers = HeaderNames::default();
    for parameter in parameters {
        let Parameter { header, completer, .. } = parameter;
        if is_tool {
            check_tool_argument(parameter, errors);
        }
        if let (Some(header), false) = (header, is_tool) {
            errors.report(header, "`header` must be on an argument of a tool: remove it here");
        }
        if let Some(header) = header.as_ref().and_then(|header| syn::parse2::<LitStr>(header.clone()).ok()) {
            headers.add(&header, errors);
        }
        if let (Some(completer), false) = (completer, has_completion) {
            errors.report(
                completer,
                "`complete` must be on an argument of a prompt or of a URI with variables: for a tool, use `one_of`",
            );
        }
    }
}

/// Reports a name of a tool's argument because of which providers of models reject a request.
fn check_tool_argument(parameter: &Parameter, errors: &mut Errors) {
    let Some(name) = parameter.argument_name() else { return };
    let Some(text) = &name.text else { return };
    if !((1..=64).contains(&text.len()) && text.bytes().all(is_name_byte)) {
        let rule = "must be 1 to 64 of A-Z a-z 0-9 _ - ., because providers of models reject all tools of a client \
                    otherwise: give it another name with `#[arg(name = \"…\")]`";
        errors.report(&name.tokens, format!("the name of the argument `{text}` {rule}"));
    }
}

/// Reports `#[arg]` on a function that has no handler: it would be dropped silently.
fn report_arg(signature: &mut Signature, errors: &mut Errors) {
    for input in &mut signature.inputs {
        let attributes = match input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        for attribute in take_arg(attributes) {
            errors.report(
                attribute,
                "`#[arg]` must be on a parameter of a method with `#[tool]`, `#[resource]` or `#[prompt]`",
            );
        }
    }
}
