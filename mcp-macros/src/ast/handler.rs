//! A method whose results clients can ask for: a tool, a resource, a template or a prompt; or several of these at once.

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericParam, LitStr, Receiver, ReceiverKind, ReturnType, Safety, Signature, Token,
    Type,
};

use super::function::Function;
use super::options::{PROMPT, RESOURCE, Settings, TOOL};
use super::parameter::{Name, Parameter, elided, take_arg};
use super::{docs, is_ours, options, uri};
use crate::errors::Errors;

/// What an attribute makes of a method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Tool, Self::Resource, Self::Prompt];

    /// The attribute's name.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }

    /// The kind that an attribute says.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| is_ours(attribute.path(), kind.attribute()))
    }
}

/// A method with at least one of our attributes.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    pub(crate) asyncness: Option<Token![async]>,
    pub(crate) has_self: bool,
    pub(crate) parameters: Vec<Parameter>,
    /// What it returns, unless that is nothing or has no name.
    pub(crate) output: Output,
    /// Under which conditions there is such a method.
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) handlers: Vec<Handler>,
}

/// What a method returns.
pub(crate) enum Output {
    Nothing,
    Named(TokenStream),
    /// `impl Trait`.
    Unnamed,
}

/// What one attribute says.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) name: Name,
    /// The URI of a resource, with its variables.
    pub(crate) uri: Option<(LitStr, Vec<String>)>,
    pub(crate) settings: Settings,
}

impl Method {
    /// Reads a function, and takes from it the attributes that are ours. `attribute` is one that the compiler has
    /// taken already.
    pub(crate) fn read(
        function: &mut Function,
        attribute: Option<(Kind, TokenStream)>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let ours = |attribute: &mut Attribute| Kind::of(attribute).is_some();
        let attributes: Vec<_> = function.attributes.extract_if(.., ours).collect();
        let mut said: Vec<(Kind, Span, TokenStream)> = Vec::new();
        said.extend(attribute.map(|(kind, tokens)| (kind, Span::call_site(), tokens)));
        for attribute in &attributes {
            let tokens = options::tokens(attribute, errors);
            said.extend(Kind::of(attribute).map(|kind| (kind, attribute.path().span(), tokens)));
        }
        let Some((kind, ..)) = said.first() else {
            refuse_arg(&mut function.signature, errors);
            return None;
        };
        check(&function.signature, *kind, errors);
        let parameters = parameters(&mut function.signature, errors);
        let ident = function.signature.ident.clone();
        let description = docs::description(&function.attributes);
        let handlers = said.into_iter().filter_map(|(kind, at, tokens)| {
            let handler = Handler::read(kind, at, tokens, &ident, description.clone(), errors)?;
            handler.check(&parameters, errors);
            Some(handler)
        });
        let handlers: Vec<Handler> = handlers.collect();
        check_uses(&parameters, &handlers, errors);
        let conditions = function.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        Some(Self {
            ident,
            asyncness: function.signature.asyncness,
            has_self: function.signature.receiver().is_some(),
            output: output(&function.signature),
            conditions: conditions.cloned().collect(),
            parameters,
            handlers,
        })
    }
}

impl Handler {
    fn read(
        kind: Kind,
        at: Span,
        tokens: TokenStream,
        ident: &Ident,
        description: Option<TokenStream>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (uri, mut settings) = match kind {
            Kind::Tool => (None, TOOL.read(tokens, errors)),
            Kind::Prompt => (None, PROMPT.read(tokens, errors)),
            Kind::Resource => {
                let (uri, rest) = located(at, tokens, errors)?;
                (Some(uri), RESOURCE.read(rest, errors))
            }
        };
        let name = settings.take("name").map_or_else(|| Name::of(ident), Name::from);
        if let (Some(description), None) = (description, settings.find("description")) {
            settings.push(Ident::new("description", description.span()), description);
        }
        Some(Self { kind, name, uri, settings })
    }

    /// What the builder calls such a handler.
    pub(crate) fn builder_method(&self) -> &'static str {
        match &self.uri {
            Some((_, variables)) if !variables.is_empty() => "template",
            _ => self.kind.attribute(),
        }
    }

    /// Whether values of its arguments can be suggested.
    pub(crate) fn completes(&self) -> bool {
        matches!(self.builder_method(), "template" | "prompt")
    }

    fn check(&self, parameters: &[Parameter], errors: &mut Errors) {
        match (&self.kind, &self.uri) {
            (Kind::Tool, _) => self.check_tool(errors),
            (Kind::Resource, Some((uri, variables))) => {
                self.check_resource(uri, variables, parameters, errors);
            }
            _ => {}
        }
    }

    fn check_tool(&self, errors: &mut Errors) {
        let name = self.name.text.as_deref().unwrap_or_default();
        if self.settings.find("description").is_none() {
            let reason = "models choose tools by it, so write a doc comment above it";
            errors.at(&self.name.tokens, format!("the tool `{name}` has no description: {reason}"));
        }
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if self.name.text.is_some() && !((1..=128).contains(&name.len()) && name.bytes().all(is_allowed)) {
            let rule = "use 1 to 128 of A-Z a-z 0-9 _ - .";
            errors.at(&self.name.tokens, format!("`{name}` cannot be the name of a tool: {rule}"));
        }
        for (one, other, reason) in [
            ("read_only", "destructive", "a tool that changes nothing destroys nothing"),
            ("read_only", "additive", "a tool that changes nothing adds nothing"),
            ("additive", "destructive", "a tool that only adds destroys nothing"),
        ] {
            if let (Some(_), Some(other)) = (self.settings.find(one), self.settings.find(other)) {
                errors.at(&other.method, format!("`{}` contradicts `{one}`: {reason}", other.method));
            }
        }
    }

    fn check_resource(
        &self,
        uri: &LitStr,
        variables: &[String],
        parameters: &[Parameter],
        errors: &mut Errors,
    ) {
        let names: Vec<_> = parameters.iter().filter_map(|parameter| parameter.name.as_ref()).collect();
        for variable in variables {
            let is_it = |name: &&Name| name.text.as_ref().is_none_or(|text| text == variable);
            if !names.iter().any(is_it) {
                errors.at(
                    uri,
                    format!("the variable `{{{variable}}}` has no parameter: add `{variable}: String`"),
                );
            }
        }
        if let (Some(size), false) = (self.settings.find("size"), variables.is_empty()) {
            errors.at(&size.method, "only one resource has a size, and a URI with variables stands for many");
        }
    }
}

/// The URI of a resource, and what follows it.
fn located(
    at: Span,
    tokens: TokenStream,
    errors: &mut Errors,
) -> Option<((LitStr, Vec<String>), TokenStream)> {
    let parser = |input: ParseStream<'_>| {
        let uri: LitStr = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((uri, input.parse::<TokenStream>()?))
    };
    let Ok((uri, rest)) = parser.parse2(tokens) else {
        errors.push(syn::Error::new(at, "a resource begins with its URI: `#[resource(\"note://{id}\")]`"));
        return None;
    };
    match uri::variables(&uri.value()) {
        Ok(variables) => Some(((uri, variables), rest)),
        Err(reason) => {
            errors.at(&uri, reason);
            None
        }
    }
}

/// What keeps a function from being a handler.
fn check(signature: &Signature, kind: Kind, errors: &mut Errors) {
    let what = format!("a {}", kind.attribute());
    if let Some(receiver) = signature.receiver() {
        check_receiver(receiver, &what, errors);
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, format!("{what} is called by clients, who promise nothing: it cannot be `unsafe`"));
    }
    for generic in &signature.generics.params {
        if !matches!(generic, GenericParam::Lifetime(_)) {
            errors.at(generic, format!("{what} has no type parameters: nothing would choose the types"));
        }
    }
}

fn check_receiver(receiver: &Receiver, what: &str, errors: &mut Errors) {
    let reference = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => Some(mutability.is_some()),
        ReceiverKind::Typed(_, written) => match &**written {
            Type::Reference(reference) => Some(reference.mutability.is_some()),
            _ => None,
        },
        _ => None,
    };
    let reason = match reference {
        Some(false) => return,
        Some(true) => "calls run concurrently, so put state that changes behind a lock",
        None => "the next call needs the server too",
    };
    errors.at(receiver, format!("{what} takes `&self`: {reason}"));
}

fn parameters(signature: &mut Signature, errors: &mut Errors) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for input in &mut signature.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                for attribute in take_arg(&mut receiver.attrs) {
                    errors.at(attribute, "`#[arg]` describes what clients send, and `self` is the server");
                }
            }
            FnArg::Typed(typed) => {
                let parameter = Parameter::read(typed, &signature.generics, errors);
                let text = |parameter: &Parameter| parameter.name.as_ref().and_then(|name| name.text.clone());
                let twin = |earlier: &Parameter| text(earlier).is_some() && text(earlier) == text(&parameter);
                if let (Some(name), true) = (&parameter.name, parameters.iter().any(twin)) {
                    let text = name.text.as_deref().unwrap_or_default();
                    errors.at(&name.tokens, format!("two arguments are called `{text}`"));
                }
                parameters.push(parameter);
            }
        }
    }
    parameters
}

/// An option of an argument that none of the handlers has a use for would be lost without a word.
fn check_uses(parameters: &[Parameter], handlers: &[Handler], errors: &mut Errors) {
    let mut headers = Vec::new();
    for Parameter { header, completer, .. } in parameters {
        if let (Some(header), false) = (header, handlers.iter().any(|handler| handler.kind == Kind::Tool)) {
            errors.at(header, "only an argument of a tool is repeated in an HTTP header");
        }
        if let Some(header) = header.as_ref().and_then(|header| syn::parse2::<LitStr>(header.clone()).ok()) {
            check_header(&header, &mut headers, errors);
        }
        if let (Some(completer), false) = (completer, handlers.iter().any(Handler::completes)) {
            errors.at(
                completer,
                "values are suggested for a prompt or for a URI with variables; for a tool, say `one_of`",
            );
        }
    }
}

/// Clients leave out a tool with such headers. See
/// [custom headers](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers).
fn check_header(header: &LitStr, headers: &mut Vec<String>, errors: &mut Errors) {
    let name = header.value().to_ascii_lowercase();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_allowed) {
        errors.at(header, "this cannot be the name of an HTTP header: use letters, digits, `-` and `_`");
    } else if headers.contains(&name) {
        errors.at(
            header,
            "two arguments are repeated in this header, whose name is the same in upper and lower case",
        );
    }
    headers.push(name);
}

/// `#[arg]` where nothing takes arguments would be lost without a word.
fn refuse_arg(signature: &mut Signature, errors: &mut Errors) {
    for input in &mut signature.inputs {
        let attributes = match input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        for attribute in take_arg(attributes) {
            errors.at(
                attribute,
                "`#[arg]` describes an argument of a method with `#[tool]`, `#[resource]` or `#[prompt]`",
            );
        }
    }
}

fn output(signature: &Signature) -> Output {
    let ReturnType::Type(_, written) = &signature.output else { return Output::Nothing };
    let tokens = elided(written, &signature.generics);
    if has_impl(tokens.clone()) { Output::Unnamed } else { Output::Named(tokens) }
}

fn has_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == "impl",
        proc_macro2::TokenTree::Group(group) => has_impl(group.stream()),
        _ => false,
    })
}
