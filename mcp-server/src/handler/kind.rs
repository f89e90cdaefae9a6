//! The kinds of handlers: tools, prompts, resources and templates of resources.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use mcpwright_core::{Annotations, Caching, Icon, Meta};

use crate::handler::handler_core::HandlerCore;
use crate::handler::handler_error::HandlerError;

/// The kind of a [`Handler`](crate::Handler): the type of the definition that clients see.
///
/// Implemented by [`Tool`](mcpwright_core::Tool), [`Prompt`](mcpwright_core::Prompt),
/// [`Resource`](mcpwright_core::Resource) and [`ResourceTemplate`](mcpwright_core::ResourceTemplate). It cannot be
/// implemented outside of this crate.
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_server::{Handler, HandlerKind, ResourceHandler, ToolHandler};
///
/// /// The settings of every handler that waits for another service.
/// fn remote<K: HandlerKind>(handler: Handler<K>) -> Handler<K> {
///     handler.timeout(Duration::from_secs(10)).meta("com.example/remote", true)
/// }
///
/// let search = remote(ToolHandler::function("search", [], || async { "nothing found" }));
/// let status = remote(ResourceHandler::function("shop://status", "status", || async { "open" }));
/// assert_eq!(search.definition().meta, status.definition().meta);
/// ```
pub trait HandlerKind: Kind {}

/// The kind of a handler with contents: a [`Resource`](mcpwright_core::Resource) or a
/// [`ResourceTemplate`](mcpwright_core::ResourceTemplate). It cannot be implemented outside of this crate.
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_core::CacheScope;
/// use mcpwright_server::{ContentKind, Handler, ResourceHandler, TemplateHandler};
///
/// /// The settings of every page of the manual.
/// fn page<K: ContentKind>(handler: Handler<K>) -> Handler<K> {
///     handler.mime_type("text/markdown").cache(Duration::from_secs(3600), CacheScope::Public)
/// }
///
/// let index = page(ResourceHandler::function("manual://", "index", || async { "# Index" }));
/// let chapter = page(TemplateHandler::function("manual://{name}", "chapter", ["name"], |name: String| async move {
///     format!("# {name}")
/// }));
/// assert_eq!(index.definition().mime_type, chapter.definition().mime_type);
/// ```
pub trait ContentKind: HandlerKind + ContentDefinition {}

/// Private part of [`HandlerKind`].
pub trait Kind: Clone + fmt::Debug + Send + Sync + 'static {
    /// Output of the handler's execution.
    type Output: 'static;
    /// Settings of this kind beyond the definition.
    type Settings: Clone + Send + Sync + 'static;
    /// Name of the kind in error texts.
    const NAME: &'static str;

    /// Returns the name or the URI that identifies the handler on a server.
    fn key(&self) -> &str;

    /// Returns the normal form of a key: keys with the same one are equivalent.
    fn normal_key(key: &str) -> Cow<'_, str> {
        Cow::Borrowed(key)
    }

    /// Returns the members that all definitions have.
    fn common_mut(&mut self) -> CommonMembers<'_>;

    /// Updates the definition after the parameters have changed.
    fn update(parts: &mut HandlerParts<Self>) -> Result<(), String>;

    /// Checks what is known only when the handler is complete.
    fn check_complete(parts: &HandlerParts<Self>) -> Result<(), String> {
        let _ = parts;
        Ok(())
    }
}

/// Members that all definitions have.
pub struct CommonMembers<'a> {
    pub(crate) title: &'a mut Option<String>,
    pub(crate) description: &'a mut Option<String>,
    pub(crate) icons: &'a mut Vec<Icon>,
    pub(crate) meta: &'a mut Meta,
}

/// Private part of [`ContentKind`].
pub trait ContentDefinition: Kind {
    /// Returns the members that definitions with contents have.
    fn content_mut(&mut self) -> ContentMembers<'_>;

    /// Returns the caching of the contents, if the handler sets it.
    fn caching(settings: &Self::Settings) -> Option<Caching>;

    /// Sets the caching of the contents.
    fn set_caching(settings: &mut Self::Settings, caching: Caching);
}

/// Members that definitions with contents have.
pub struct ContentMembers<'a> {
    pub(crate) name: &'a mut String,
    pub(crate) mime_type: &'a mut Option<String>,
    pub(crate) annotations: &'a mut Option<Annotations>,
}

/// The parts of a handler, which all of its clones share.
pub struct HandlerParts<K: Kind> {
    pub(crate) definition: K,
    pub(crate) core: HandlerCore<K::Output>,
    pub(crate) settings: K::Settings,
    /// The line of the program that declares the handler.
    pub(crate) location: &'static Location<'static>,
    /// The first error that was made when the handler was declared.
    pub(crate) error: Option<HandlerError>,
}

impl<K: Kind> Clone for HandlerParts<K> {
    fn clone(&self) -> Self {
        Self {
            definition: self.definition.clone(),
            core: self.core.clone(),
            settings: self.settings.clone(),
            location: self.location,
            error: self.error.clone(),
        }
    }
}
