//! Templates of resources.

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::template::{Match, UriTemplate};
use mcpwright_core::uri::{normalize, normalize_percent_encoding, without_dot_segments};
use mcpwright_core::{Caching, ResourceTemplate};

use crate::handler::TemplateHandler;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::kind::{
    CommonMembers, ContentDefinition, ContentKind, ContentMembers, HandlerKind, HandlerParts, Kind,
};
use crate::handler::parameters::call_arguments::CallArguments;
use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::resource::no_variable;
use crate::handler::results::contents::{Contents, IntoContents};

/// Settings of a template beyond its definition.
#[derive(Clone)]
pub struct TemplateSettings {
    /// The parsed URI template, unless it is invalid.
    template: Option<Arc<UriTemplate>>,
    /// Caching of the contents, which overrides the server's.
    caching: Option<Caching>,
}

/// The spelling of a URI that matches a template.
#[derive(Debug)]
pub(crate) struct Spelling {
    /// The URI that a client sees: its own if the scheme and the host are spelled as in the template.
    pub(crate) shown: String,
    /// The normal form, with the scheme and the host as in the template.
    pub(crate) normal: String,
}

impl Spelling {
    /// Returns the spelling of a URI. `None` if it does not match the template.
    pub(crate) fn of(template: &UriTemplate, uri: &str) -> Option<Self> {
        let normal = template.respell(uri)?;
        let is_own = *normalize_percent_encoding(uri) == *normal;
        Some(Self { shown: if is_own { uri.to_owned() } else { normal.clone() }, normal })
    }
}

impl HandlerKind for ResourceTemplate {}

impl Kind for ResourceTemplate {
    type Output = Contents;
    type Settings = TemplateSettings;
    const NAME: &'static str = "template";

    fn key(&self) -> &str {
        &self.uri_template
    }

    fn normal_key(key: &str) -> Cow<'_, str> {
        normalize(key)
    }

    fn common_mut(&mut self) -> CommonMembers<'_> {
        let Self { title, description, icons, meta, .. } = self;
        CommonMembers { title, description, icons, meta }
    }

    fn update(parts: &mut HandlerParts<Self>) -> Result<(), String> {
        let Some(template) = &parts.settings.template else { return Ok(()) };
        for (_, argument) in parts.core.parameters.arguments() {
            let name = &*argument.name;
            if !template.variables().any(|variable| variable == name) {
                return Err(no_variable(name));
            }
        }
        parts.core.parameters.generate_schema().map(drop)
    }

    /// The handler would ignore a part of the URI if a variable had no parameter.
    fn check_complete(parts: &HandlerParts<Self>) -> Result<(), String> {
        for variable in parts.settings.template.iter().flat_map(|template| template.variables()) {
            if !parts.core.parameters.arguments().any(|(_, argument)| argument.name == *variable) {
                return Err(format!(
                    "the variable `{{{variable}}}` has no parameter: add a parameter `{variable}`"
                ));
            }
        }
        Ok(())
    }
}

impl ContentKind for ResourceTemplate {}

impl ContentDefinition for ResourceTemplate {
    fn content_mut(&mut self) -> ContentMembers<'_> {
        let Self { name, mime_type, annotations, .. } = self;
        ContentMembers { name, mime_type, annotations }
    }

    fn caching(settings: &TemplateSettings) -> Option<Caching> {
        settings.caching
    }

    fn set_caching(settings: &mut TemplateSettings, caching: Caching) {
        settings.caching = Some(caching);
    }
}

impl TemplateHandler {
    /// Returns a template whose code extracts its parameters, which have the names of its variables, from
    /// [`CallArguments`].
    ///
    /// ```
    /// use mcpwright_server::{Argument, Contents, Execution, TemplateHandler};
    ///
    /// let note = TemplateHandler::new("note://{id}", "note", |mut arguments| {
    ///     let id = arguments.extract::<u32, _>(0);
    ///     arguments.check()?;
    ///     let text = format!("note {}", id.value());
    ///     Ok(Execution::future(async { Ok(Contents::Text(text)) }))
    /// })
    /// .parameter::<u32, _>(Argument::new("id"));
    /// assert_eq!(note.definition().uri_template, "note://{id}");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if `template` is not a URI template, if URIs cannot be matched against it, or
    /// if a variable has no parameter in the end.
    #[track_caller]
    pub fn new(
        template: impl Into<String>,
        name: impl Into<String>,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let text = template.into();
        let parsed = UriTemplate::parse(&text).map_err(|error| error.to_string());
        let settings = TemplateSettings { template: None, caching: None };
        let mut handler = Self::from_parts(ResourceTemplate::new(text, name), settings, code);
        let template = handler.accept(parsed).map(Arc::new);
        handler.parts_mut().settings.template = template;
        handler
    }

    /// Returns a template that calls an asynchronous function, with the names of its variables in the order of the
    /// arguments.
    ///
    /// ```
    /// use mcpwright_server::TemplateHandler;
    ///
    /// let note = TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move {
    ///     (id < 100).then(|| format!("note {id}"))
    /// })
    /// .description("A note, by its number.")
    /// .mime_type("text/plain");
    /// assert_eq!(note.definition().uri_template, "note://{id}");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if `template` is not a URI template, if URIs cannot be matched against it, or
    /// if an argument has no variable or a variable has no argument.
    #[track_caller]
    pub fn function<F, K, P, const N: usize>(
        template: impl Into<String>,
        name: impl Into<String>,
        names: [&'static str; N],
        function: F,
    ) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoContents,
    {
        let handler = Self::new(template, name, handler_of(function, F::Output::into_contents));
        handler.with_parameters(F::declare(Some(&names)))
    }

    /// Returns the spelling of a URI that is one of the template's.
    pub(crate) fn spelling(&self, uri: &str) -> Option<Spelling> {
        let template = self.template()?;
        match template.matches(uri) {
            Match::Matched(_) => Spelling::of(template, uri),
            Match::Rejected(_) => None,
            Match::Unmatched => {
                let uri = without_dot_segments(uri)?;
                let is_match = matches!(template.matches(&uri), Match::Matched(_));
                if is_match { Spelling::of(template, &uri) } else { None }
            }
        }
    }

    /// Returns the parsed template, unless it is invalid.
    pub(crate) fn template(&self) -> Option<&UriTemplate> {
        self.settings().template.as_deref()
    }
}
