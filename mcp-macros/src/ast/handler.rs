//! A handler: one `#[tool]`, `#[resource]` or `#[prompt]` on a method.

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Token};

use crate::ast::attribute::is_ours;
use crate::ast::name::{Name, is_name_byte};
use crate::ast::options::setting::Settings;
use crate::ast::options::table::{PROMPT, RESOURCE, TOOL};
use crate::ast::parameter::Parameter;
use crate::ast::uri;
use crate::errors::Errors;

/// The kinds of handlers, each of which has an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    Tool,
    /// A resource, or a template if its URI has variables.
    Resource,
    Prompt,
}

impl HandlerKind {
    const ALL: [Self; 3] = [Self::Tool, Self::Resource, Self::Prompt];

    /// The name of the attribute.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }

    /// The kind of handler that an attribute declares.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| is_ours(attribute.path(), kind.attribute()))
    }
}

/// A handler that an attribute makes of a method.
pub(crate) struct Handler {
    pub(crate) kind: HandlerKind,
    pub(crate) name: Name,
    /// The URI of a resource, with its variables.
    pub(crate) uri: Option<(LitStr, Vec<String>)>,
    /// The type whose schema is that of a tool's results, if the function does not return it.
    pub(crate) output: Option<TokenStream>,
    pub(crate) settings: Settings,
}

impl Handler {
    /// Reads the options of an attribute at `span` on the method `ident`.
    pub(crate) fn read(
        kind: HandlerKind,
        span: Span,
        options: TokenStream,
        ident: &Ident,
        description: Option<TokenStream>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (uri, mut settings) = match kind {
            HandlerKind::Tool => (None, TOOL.read(options, errors)),
            HandlerKind::Prompt => (None, PROMPT.read(options, errors)),
            HandlerKind::Resource => {
                let (uri, rest) = split_uri(span, options, errors)?;
                (Some(uri), RESOURCE.read(rest, errors))
            }
        };
        let name = settings.take("name").map_or_else(|| Name::from_ident(ident), Name::from_setting);
        if let (Some(description), None) = (description, settings.find("description")) {
            settings.push(Ident::new("description", description.span()), description);
        }
        let output = settings.take("output").map(|output| output.arguments);
        Some(Self { kind, name, uri, output, settings })
    }

    /// The builder's method that adds the handler.
    pub(crate) fn builder_method(&self) -> &'static str {
        if self.is_template() { "template" } else { self.kind.attribute() }
    }

    /// Returns `true` for a resource whose URI has variables.
    pub(crate) fn is_template(&self) -> bool {
        self.uri.as_ref().is_some_and(|(_, variables)| !variables.is_empty())
    }

    /// Returns `true` if clients can ask for completions of arguments.
    pub(crate) fn has_completion(&self) -> bool {
        self.is_template() || self.kind == HandlerKind::Prompt
    }

    /// Reports options that contradict each other or the parameters.
    pub(crate) fn check(&self, parameters: &[Parameter], errors: &mut Errors) {
        match (&self.kind, &self.uri) {
            (HandlerKind::Tool, _) => self.check_tool(errors),
            (HandlerKind::Resource, Some((uri, variables))) => {
                self.check_resource(uri, variables, parameters, errors);
            }
            _ => {}
        }
    }

    fn check_tool(&self, errors: &mut Errors) {
        let name = self.name.text.as_deref().unwrap_or_default();
        if self.settings.find("description").is_none() {
            let fix = "write a doc comment above it, because models choose tools by their descriptions";
            errors.report(&self.name.tokens, format!("the tool `{name}` must have a description: {fix}"));
        }
        if self.name.text.is_some() && !((1..=128).contains(&name.len()) && name.bytes().all(is_name_byte)) {
            let rule = "must be 1 to 128 of A-Z a-z 0-9 _ - .";
            errors.report(&self.name.tokens, format!("the tool name `{name}` {rule}"));
        }
        check_hints(&self.settings, errors);
    }

    fn check_resource(
        &self,
        uri: &LitStr,
        variables: &[String],
        parameters: &[Parameter],
        errors: &mut Errors,
    ) {
        let names: Vec<_> = parameters.iter().filter_map(Parameter::argument_name).collect();
        // The fields of a struct are known only when the server is built.
        let has_fields = parameters.iter().any(|parameter| parameter.is_flattened);
        for variable in variables.iter().filter(|_| !has_fields) {
            let may_match = |name: &&Name| name.text.as_ref().is_none_or(|text| text == variable);
            if !names.iter().any(may_match) {
                errors.report(
                    uri,
                    format!("the variable `{{{variable}}}` has no parameter: add `{variable}: String`"),
                );
            }
        }
        if let (Some(size), true) = (self.settings.find("size"), self.is_template()) {
            let reason = "a URI with variables stands for many resources, so remove it";
            errors.report(&size.method, format!("`size` must be on a single resource: {reason}"));
        }
    }
}

/// Reports hints of a tool, or of all tools of a server, that contradict each other. The builder finds them too, but only
/// at start.
pub(crate) fn check_hints(settings: &Settings, errors: &mut Errors) {
    if let (Some(_), Some(destructive)) = (settings.find_true("read_only"), settings.find_true("destructive"))
    {
        let reason = "a tool that changes nothing destroys nothing";
        errors.report(&destructive.method, format!("`destructive` contradicts `read_only`: {reason}"));
    }
}

/// Splits the options of a resource into its URI, with the variables, and the options after it.
fn split_uri(
    span: Span,
    options: TokenStream,
    errors: &mut Errors,
) -> Option<((LitStr, Vec<String>), TokenStream)> {
    let parser = |input: ParseStream<'_>| {
        let uri: LitStr = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((uri, input.parse::<TokenStream>()?))
    };
    let Ok((uri, rest)) = parser.parse2(options) else {
        let fix = "as in `#[resource(\"note://{id}\")]`";
        errors.push(syn::Error::new(span, format!("`#[resource]` must begin with the URI, {fix}")));
        return None;
    };
    match uri::variables(&uri.value()) {
        Ok(variables) => Some(((uri, variables), rest)),
        Err(mistake) => {
            errors.report(&uri, mistake);
            None
        }
    }
}
