//! A resource, or a template of resources, together with its handler.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::template::UriTemplate;
use mcpwright_core::{Annotations, CacheScope, Caching, Resource, ResourceTemplate};

use crate::handler::arguments::CallArguments;
use crate::handler::contents::{Contents, IntoContents, caching};
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::function::Function;
use crate::handler::handler_core::{HandlerCore, calling, described};
use crate::handler::parameters::Parameters;
use crate::replicas::change::Change;
use crate::server::catalog::ListEntry;
use crate::server::provider::Entry;

/// A resource together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct ResourceHandler(Arc<Parts<Resource>>);

/// A template of resources together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct TemplateHandler(Arc<Parts<ResourceTemplate>>, Arc<UriTemplate>);

#[derive(Clone)]
struct Parts<D> {
    definition: D,
    handling: HandlerCore<Contents>,
    caching: Option<Caching>,
}

impl<D> Parts<D> {
    fn new(
        definition: D,
        run: impl Fn(CallArguments<'_>) -> Result<Execution<Contents>, Failure> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { definition, handling: HandlerCore::new(run), caching: None })
    }
}

/// The methods that both kinds of handlers have, besides those that all have.
macro_rules! readable {
    () => {
        /// The name that programs show.
        #[must_use]
        pub fn name(mut self, name: impl Into<String>) -> Self {
            self.edit().definition.name = name.into();
            self
        }

        /// The MIME type of the contents.
        #[must_use]
        pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
            self.edit().definition.mime_type = Some(mime_type.into());
            self
        }

        /// Whom it is for, and how much it matters.
        #[must_use]
        pub fn annotations(mut self, annotations: Annotations) -> Self {
            self.edit().definition.annotations = Some(annotations);
            self
        }

        /// How long, and between whom, the contents may be cached.
        #[must_use]
        pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
            self.edit().caching = Some(caching(time, scope));
            self
        }

        pub(crate) fn own_caching(&self) -> Option<Caching> {
            self.0.caching
        }
    };
}

impl ResourceHandler {
    /// A resource whose handler takes its parameters from an [`CallArguments`].
    pub fn new(
        uri: impl Into<String>,
        name: impl Into<String>,
        run: impl Fn(CallArguments<'_>) -> Result<Execution<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self(Parts::new(Resource::new(uri, name), run)).refreshed()
    }

    /// A resource from an asynchronous function, which may take extractors.
    ///
    /// # Panics
    ///
    /// When the function takes an argument.
    #[track_caller]
    pub fn function<F, K, P>(uri: impl Into<String>, name: impl Into<String>, function: F) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoContents,
    {
        let resource = Self::new(uri, name, calling(function, F::Output::into_contents));
        let declared = resource.settled(F::declare(&[]));
        resource.declared(declared)
    }

    described!(Parts<Resource>, Resource, Contents, "What can be read there.");
    readable!();

    /// The size of the contents in bytes, if it is known.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.edit().definition.size = Some(bytes);
        self
    }

    #[track_caller]
    fn refreshed(mut self) -> Self {
        if let Some((declared, _)) = self.handling().parameters.arguments().next() {
            self.settled(Err::<(), _>(no_variable(&declared.argument.name)));
        }
        let schema = self.edit().handling.parameters.schema();
        self.settled(schema);
        self
    }
}

impl TemplateHandler {
    /// A template whose handler takes its parameters, which have the names of its variables, from an [`CallArguments`].
    ///
    /// # Panics
    ///
    /// When the template is not one that can be matched.
    #[track_caller]
    pub fn new(
        template: impl Into<String>,
        name: impl Into<String>,
        run: impl Fn(CallArguments<'_>) -> Result<Execution<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let text = template.into();
        let parsed = match UriTemplate::parse(&text) {
            Ok(parsed) => parsed,
            Err(error) => panic!("the template `{text}`: {error}"),
        };
        Self(Parts::new(ResourceTemplate::new(text, name), run), Arc::new(parsed))
    }

    /// A template from an asynchronous function, with the names of its variables in the order of the arguments.
    ///
    /// # Panics
    ///
    /// When the template is not one that can be matched, or when its variables and the arguments differ.
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
        let handler = Self::new(template, name, calling(function, F::Output::into_contents));
        let declared = handler.settled(F::declare(&names));
        handler.declared(declared)
    }

    described!(Parts<ResourceTemplate>, ResourceTemplate, Contents, "What can be read there.");
    readable!();

    pub(crate) fn template(&self) -> &UriTemplate {
        &self.1
    }

    #[track_caller]
    fn refreshed(mut self) -> Self {
        for (declared, _) in self.handling().parameters.arguments() {
            let name = &*declared.argument.name;
            if !self.template().variables().any(|variable| *variable == *name) {
                self.settled(Err::<(), _>(no_variable(name)));
            }
        }
        let schema = self.edit().handling.parameters.schema();
        self.settled(schema);
        self
    }

    /// Each variable has a parameter: what the URI says is not to be lost.
    #[track_caller]
    pub(crate) fn assert_complete(&self) {
        let parameters: &Parameters = &self.handling().parameters;
        for variable in self.template().variables() {
            if !parameters.arguments().any(|(declared, _)| *declared.argument.name == *variable) {
                let reason = format!("the variable `{{{variable}}}` has no parameter `{variable}`");
                self.settled(Err::<(), _>(reason));
            }
        }
    }
}

fn no_variable(name: &str) -> String {
    format!("the parameter `{name}` has no variable `{{{name}}}` in the URI")
}

impl ListEntry for ResourceHandler {
    type Definition = Resource;
    const KIND: &'static str = "resource";
    const LIST: &'static str = "resources";
    const APART: &'static str = "give one of them another URI";

    fn key(&self) -> &str {
        &self.0.definition.uri
    }

    fn definition(&self) -> &Resource {
        &self.0.definition
    }
}

impl ListEntry for TemplateHandler {
    type Definition = ResourceTemplate;
    const KIND: &'static str = "template";
    const LIST: &'static str = "resourceTemplates";
    const APART: &'static str = "give one of them another URI";

    fn key(&self) -> &str {
        &self.0.definition.uri_template
    }

    fn definition(&self) -> &ResourceTemplate {
        &self.0.definition
    }
}

impl Entry for ResourceHandler {
    fn key(&self) -> &str {
        ListEntry::key(self)
    }

    fn change() -> Change {
        Change::Resources
    }
}

impl fmt::Debug for ResourceHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the resource `{}`", self.definition().uri)
    }
}

impl fmt::Debug for TemplateHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the template `{}`", self.definition().uri_template)
    }
}
