//! A resource, or a template of resources, together with its handler.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::template::UriTemplate;
use mcpwright_core::{
    Annotations, CacheScope, Caching, Icon, JsonText, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate,
};
use serde::Serialize;
use serde_json::Value;

use crate::argument::{Argument, Declared, Given, Parameters};
use crate::function::Function;
use crate::provider::Entry;
use crate::run::Pace;
use crate::{Change, Context, Failure, Input, IntoError, Json, Parameter, Work};

type Run = dyn Fn(Input<'_>) -> Result<Work<Contents>, Failure> + Send + Sync;

/// What both kinds of handlers have.
#[derive(Clone)]
pub(crate) struct Reading {
    parameters: Parameters,
    run: Arc<Run>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) caching: Option<Caching>,
}

impl Reading {
    fn new(run: impl Fn(Input<'_>) -> Result<Work<Contents>, Failure> + Send + Sync + 'static) -> Self {
        let run = Arc::new(run);
        Self { parameters: Parameters::default(), run, pace: Arc::default(), deadline: None, caching: None }
    }

    pub(crate) fn start(&self, given: &Given<'_>, context: &Context) -> Result<Work<Contents>, Failure> {
        self.parameters.give(given, context, &*self.run)
    }
}

/// A resource together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct ResourceHandler(Arc<(Resource, Reading)>);

/// A template of resources together with its handler. Cheap to clone.
#[derive(Clone)]
pub struct TemplateHandler(Arc<(ResourceTemplate, UriTemplate, Reading)>);

macro_rules! described {
    ($definition:ty, $reading:tt) => {
        /// Declares the next parameter of the handler.
        ///
        /// # Panics
        ///
        /// When the type has a schema that cannot be published, or an attribute does not fit the type; when an argument
        /// of a resource has no variable of its name.
        #[must_use]
        #[track_caller]
        pub fn parameter<T: Parameter<K>, K>(mut self, argument: Argument) -> Self {
            let declared = Declared::of::<T, K>(argument);
            let declared = declared.unwrap_or_else(|reason| panic!("{self:?}: {reason}"));
            Arc::make_mut(&mut self.0).$reading.parameters.declared.push(declared);
            self.refreshed()
        }

        /// Says more of an argument than its type does.
        ///
        /// # Panics
        ///
        /// When there is no argument of this name, or what is said does not fit its type.
        #[must_use]
        #[track_caller]
        pub fn argument(mut self, name: &str, describe: impl FnOnce(Argument) -> Argument) -> Self {
            let described = Arc::make_mut(&mut self.0).$reading.parameters.describe(name, describe);
            described.unwrap_or_else(|reason| panic!("{self:?}: {reason}"));
            self.refreshed()
        }

        /// The name that programs show.
        #[must_use]
        pub fn name(mut self, name: impl Into<String>) -> Self {
            self.edit().name = name.into();
            self
        }

        /// What people call it.
        #[must_use]
        pub fn title(mut self, title: impl Into<String>) -> Self {
            self.edit().title = Some(title.into());
            self
        }

        /// What can be read there.
        #[must_use]
        pub fn description(mut self, description: impl Into<String>) -> Self {
            self.edit().description = Some(description.into());
            self
        }

        /// The MIME type of the contents.
        #[must_use]
        pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
            self.edit().mime_type = Some(mime_type.into());
            self
        }

        /// A picture; may be said more than once.
        #[must_use]
        pub fn icon(mut self, icon: Icon) -> Self {
            self.edit().icons.push(icon);
            self
        }

        /// Whom it is for, and how much it matters.
        #[must_use]
        pub fn annotations(mut self, annotations: Annotations) -> Self {
            self.edit().annotations = Some(annotations);
            self
        }

        /// Something that travels beside the definition; may be said more than once.
        #[must_use]
        pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
            self.edit().meta.0.insert(key.into(), value.into());
            self
        }

        /// How long, and between whom, the contents may be cached.
        #[must_use]
        pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
            Arc::make_mut(&mut self.0).$reading.caching = Some(caching(time, scope));
            self
        }

        /// Ends a call that takes longer; five minutes if nothing is said.
        #[must_use]
        pub fn deadline(mut self, deadline: Duration) -> Self {
            Arc::make_mut(&mut self.0).$reading.deadline = Some(deadline);
            self
        }

        /// What clients are told of it.
        pub fn definition(&self) -> &$definition {
            &self.0.0
        }

        fn edit(&mut self) -> &mut $definition {
            &mut Arc::make_mut(&mut self.0).0
        }

        pub(crate) fn reading(&self) -> &Reading {
            &self.0.$reading
        }
    };
}

impl ResourceHandler {
    /// A resource whose handler takes its parameters from an [`Input`].
    pub fn new(
        uri: impl Into<String>,
        name: impl Into<String>,
        run: impl Fn(Input<'_>) -> Result<Work<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new((Resource::new(uri, name), Reading::new(run)))).refreshed()
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
        let uri = uri.into();
        let declared = F::declare(&[]).unwrap_or_else(|reason| panic!("the resource `{uri}`: {reason}"));
        let mut resource = Self::new(uri, name, move |input| {
            let contents = function.start(input)?;
            Ok(Work::future(async move { contents.await.into_contents() }))
        });
        Arc::make_mut(&mut resource.0).1.parameters.declared = declared;
        resource.refreshed()
    }

    /// The size of the contents in bytes, if it is known.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.edit().size = Some(bytes);
        self
    }

    described!(Resource, 1);

    #[track_caller]
    fn refreshed(mut self) -> Self {
        let Self(parts) = &mut self;
        let parts = Arc::make_mut(parts);
        if let Some((declared, _)) = parts.1.parameters.arguments().next() {
            let (uri, name) = (&parts.0.uri, &declared.argument.name);
            panic!("the resource `{uri}`: the parameter `{name}` has no variable `{{{name}}}` in the URI");
        }
        let _ = parts.1.parameters.schema();
        self
    }
}

impl TemplateHandler {
    /// A template whose handler takes its parameters, which have the names of its variables, from an [`Input`].
    ///
    /// # Panics
    ///
    /// When the template is not one that can be matched.
    #[track_caller]
    pub fn new(
        template: impl Into<String>,
        name: impl Into<String>,
        run: impl Fn(Input<'_>) -> Result<Work<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let text = template.into();
        let parsed =
            UriTemplate::parse(&text).unwrap_or_else(|error| panic!("the template `{text}`: {error}"));
        Self(Arc::new((ResourceTemplate::new(text, name), parsed, Reading::new(run))))
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
        let template = template.into();
        let declared =
            F::declare(&names).unwrap_or_else(|reason| panic!("the template `{template}`: {reason}"));
        let mut handler = Self::new(template, name, move |input| {
            let contents = function.start(input)?;
            Ok(Work::future(async move { contents.await.into_contents() }))
        });
        Arc::make_mut(&mut handler.0).2.parameters.declared = declared;
        handler.refreshed()
    }

    described!(ResourceTemplate, 2);

    pub(crate) fn template(&self) -> &UriTemplate {
        &self.0.1
    }

    pub(crate) fn parameters(&self) -> &Parameters {
        &self.0.2.parameters
    }

    #[track_caller]
    fn refreshed(mut self) -> Self {
        let parts = Arc::make_mut(&mut self.0);
        let variables: Vec<_> = parts.1.variables().map(ToOwned::to_owned).collect();
        for (declared, _) in parts.2.parameters.arguments() {
            let name = &declared.argument.name;
            if !variables.iter().any(|variable| **variable == **name) {
                panic!(
                    "the template `{}`: the parameter `{name}` has no variable `{{{name}}}`",
                    parts.0.uri_template
                );
            }
        }
        let _ = parts.2.parameters.schema();
        self
    }

    /// Each variable has a parameter: what the URI says is not to be lost.
    #[track_caller]
    pub(crate) fn assert_complete(&self) {
        for variable in self.template().variables() {
            let mut arguments = self.parameters().arguments();
            if !arguments.any(|(declared, _)| *declared.argument.name == *variable) {
                let template = &self.definition().uri_template;
                panic!(
                    "the template `{template}`: the variable `{{{variable}}}` has no parameter `{variable}`"
                );
            }
        }
    }
}

fn caching(time: Duration, scope: CacheScope) -> Caching {
    Caching::new(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), scope)
}

impl Entry for ResourceHandler {
    fn key(&self) -> &str {
        &self.definition().uri
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

/// What a resource holds, before it is known under which URI it was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Contents {
    /// There is no such resource.
    Missing,
    /// Text.
    Text(String),
    /// Text of this MIME type, whatever the definition says.
    TextOf(String, &'static str),
    /// Bytes.
    Blob(Vec<u8>),
    /// Contents with URIs and types of their own.
    Result(ReadResourceResult),
    /// Contents that may be cached differently from what the definition says.
    Cached(Box<Contents>, Caching),
}

impl Contents {
    /// Contents that may be cached for this time.
    #[must_use]
    pub fn cache(self, time: Duration, scope: CacheScope) -> Self {
        Self::Cached(Box::new(self), caching(time, scope))
    }

    /// The result of reading a URI whose definition has a MIME type; nothing if there is no such resource.
    pub(crate) fn result(
        self,
        uri: &str,
        mime_type: Option<&str>,
    ) -> Option<(ReadResourceResult, Option<Caching>)> {
        let one = |contents: ResourceContents, mime_type: Option<&str>| {
            let contents = match mime_type {
                Some(mime_type) => contents.mime_type(mime_type),
                None => contents,
            };
            Some((ReadResourceResult::new([contents]), None))
        };
        match self {
            Self::Missing => None,
            Self::Text(text) => one(ResourceContents::text(uri, text), mime_type),
            Self::TextOf(text, mime_type) => one(ResourceContents::text(uri, text), Some(mime_type)),
            Self::Blob(bytes) => one(ResourceContents::blob(uri, bytes), mime_type),
            Self::Result(result) => Some((result, None)),
            Self::Cached(contents, caching) => {
                let (result, _) = contents.result(uri, mime_type)?;
                Some((result, Some(caching)))
            }
        }
    }
}

/// What a resource may return: text, bytes, [`Json`], contents, an `Option` or a `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the contents of a resource",
    label = "a resource cannot return this",
    note = "return text, `Vec<u8>`, `Json<T>`, `Contents`, or an `Option` or a `Result` of these; `None` means that there \
            is no such resource; the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoContents {
    /// The contents.
    ///
    /// # Errors
    ///
    /// Reading failed.
    fn into_contents(self) -> Result<Contents, Failure>;
}

impl IntoContents for Contents {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(self)
    }
}

impl IntoContents for String {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Text(self))
    }
}

impl IntoContents for &str {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Text(self.to_owned()))
    }
}

impl IntoContents for Vec<u8> {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Blob(self))
    }
}

impl IntoContents for ReadResourceResult {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(self))
    }
}

impl IntoContents for ResourceContents {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(ReadResourceResult::new([self])))
    }
}

impl IntoContents for Vec<ResourceContents> {
    fn into_contents(self) -> Result<Contents, Failure> {
        Ok(Contents::Result(ReadResourceResult::new(self)))
    }
}

impl<T: Serialize> IntoContents for Json<T> {
    fn into_contents(self) -> Result<Contents, Failure> {
        let text = JsonText::of(&self.0).map_err(|error| Failure::Error(error.into()))?;
        Ok(Contents::TextOf(text.as_str().to_owned(), "application/json"))
    }
}

impl<T: IntoContents> IntoContents for Option<T> {
    fn into_contents(self) -> Result<Contents, Failure> {
        self.map_or(Ok(Contents::Missing), T::into_contents)
    }
}

impl<T: IntoContents, E: IntoError> IntoContents for Result<T, E> {
    fn into_contents(self) -> Result<Contents, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_contents()
    }
}
