//! Resources.

use std::borrow::Cow;

use mcpwright_core::uri::normalize;
use mcpwright_core::{Caching, Resource};

use crate::handler::ResourceHandler;
use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::kind::{
    CommonMembers, ContentDefinition, ContentKind, ContentMembers, HandlerKind, HandlerParts, Kind,
};
use crate::handler::parameters::call_arguments::CallArguments;
use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::results::contents::{Contents, IntoContents};

/// Settings of a resource beyond its definition.
#[derive(Clone, Default)]
pub struct ResourceSettings {
    /// Caching of the contents, which overrides the server's.
    caching: Option<Caching>,
}

impl HandlerKind for Resource {}

impl Kind for Resource {
    type Output = Contents;
    type Settings = ResourceSettings;
    const NAME: &'static str = "resource";

    fn key(&self) -> &str {
        &self.uri
    }

    fn normal_key(key: &str) -> Cow<'_, str> {
        normalize(key)
    }

    fn common_mut(&mut self) -> CommonMembers<'_> {
        let Self { title, description, icons, meta, .. } = self;
        CommonMembers { title, description, icons, meta }
    }

    fn update(parts: &mut HandlerParts<Self>) -> Result<(), String> {
        if let Some((_, argument)) = parts.core.parameters.arguments().next() {
            return Err(no_variable(&argument.name));
        }
        parts.core.parameters.generate_schema().map(drop)
    }
}

impl ContentKind for Resource {}

impl ContentDefinition for Resource {
    fn content_mut(&mut self) -> ContentMembers<'_> {
        let Self { name, mime_type, annotations, .. } = self;
        ContentMembers { name, mime_type, annotations }
    }

    fn caching(settings: &ResourceSettings) -> Option<Caching> {
        settings.caching
    }

    fn set_caching(settings: &mut ResourceSettings, caching: Caching) {
        settings.caching = Some(caching);
    }
}

impl ResourceHandler {
    /// Returns a resource whose code extracts its parameters from [`CallArguments`].
    ///
    /// ```
    /// use mcpwright_server::{Contents, Execution, ResourceHandler};
    ///
    /// // A read of a file blocks the thread that it runs on.
    /// let hosts = ResourceHandler::new("file:///etc/hosts", "hosts", |arguments| {
    ///     arguments.check()?;
    ///     Ok(Execution::blocking(|| Ok(std::fs::read_to_string("/etc/hosts").map_or(Contents::Missing, Contents::Text))))
    /// });
    /// assert_eq!(hosts.definition().name, "hosts");
    /// ```
    #[track_caller]
    pub fn new(
        uri: impl Into<String>,
        name: impl Into<String>,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<Contents>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::from_parts(Resource::new(uri, name), ResourceSettings::default(), code).updated()
    }

    /// Returns a resource that calls an asynchronous function, whose parameters must be extractors.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_core::CacheScope;
    /// use mcpwright_server::ResourceHandler;
    ///
    /// let readme = ResourceHandler::function("file:///readme.md", "readme", || async { "# Read me" })
    ///     .mime_type("text/markdown")
    ///     .size(9)
    ///     .cache(Duration::from_secs(60), CacheScope::Public);
    /// assert_eq!(readme.definition().uri, "file:///readme.md");
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the function has an argument.
    #[track_caller]
    pub fn function<F, K, P>(uri: impl Into<String>, name: impl Into<String>, function: F) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoContents,
    {
        let resource = Self::new(uri, name, handler_of(function, F::Output::into_contents));
        resource.with_parameters(F::declare(Some(&[])))
    }

    /// Sets the size of the contents, in bytes.
    ///
    /// ```
    /// use mcpwright_server::ResourceHandler;
    ///
    /// let readme = ResourceHandler::function("file:///readme.md", "readme", || async { "# Read me" }).size(9);
    /// assert_eq!(readme.definition().size, Some(9));
    /// ```
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.parts_mut().definition.size = Some(bytes);
        self
    }
}

/// Returns the error for an argument that is not a variable of the URI.
pub(crate) fn no_variable(name: &str) -> String {
    format!(
        "the parameter `{name}` has no variable `{{{name}}}` in the URI: add the variable, or remove the parameter"
    )
}
