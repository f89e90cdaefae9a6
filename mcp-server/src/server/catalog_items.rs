//! The handlers of one kind: static ones, and those of providers.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::{ErrorObject, Prompt, Resource, ResourceTemplate, Tool};

use crate::handler::ToolHandler;
use crate::handler::handler_error::HandlerError;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::incident;
use crate::server::list_cache::{ListCache, ListEntry, RenderedList};
use crate::server::provider::{PromptProvider, ProviderError, ResourceProvider, ToolProvider};

/// The static handlers of one kind, and its providers.
pub(crate) struct CatalogItems<H, P: ?Sized> {
    pub(crate) static_items: Vec<H>,
    by_key: HashMap<String, H>,
    pub(crate) providers: Vec<Arc<P>>,
    pages: ListCache,
}

impl ListEntry for ToolHandler {
    type Definition = Tool;
    const KIND: &'static str = "tool";
    const LIST: &'static str = "tools";
    const DUPLICATE_FIX: &'static str = "give one of them another name, or mount it with a prefix";

    fn key(&self) -> &str {
        self.key()
    }

    fn definition(&self) -> &Tool {
        self.definition()
    }

    fn error(&self) -> Option<HandlerError> {
        self.error()
    }
}

impl ListEntry for PromptHandler {
    type Definition = Prompt;
    const KIND: &'static str = "prompt";
    const LIST: &'static str = "prompts";
    const DUPLICATE_FIX: &'static str = "give one of them another name, or mount it with a prefix";

    fn key(&self) -> &str {
        self.key()
    }

    fn definition(&self) -> &Prompt {
        self.definition()
    }

    fn error(&self) -> Option<HandlerError> {
        self.error()
    }
}

impl ListEntry for ResourceHandler {
    type Definition = Resource;
    const KIND: &'static str = "resource";
    const LIST: &'static str = "resources";
    const DUPLICATE_FIX: &'static str = "give one of them another URI";

    fn key(&self) -> &str {
        self.key()
    }

    fn definition(&self) -> &Resource {
        self.definition()
    }

    fn error(&self) -> Option<HandlerError> {
        self.error()
    }
}

impl ListEntry for TemplateHandler {
    type Definition = ResourceTemplate;
    const KIND: &'static str = "template";
    const LIST: &'static str = "resourceTemplates";
    const DUPLICATE_FIX: &'static str = "give one of them another URI";

    fn key(&self) -> &str {
        self.key()
    }

    fn definition(&self) -> &ResourceTemplate {
        self.definition()
    }

    fn error(&self) -> Option<HandlerError> {
        self.error()
    }
}

/// A provider of one kind of handlers.
pub(crate) trait Provider<H>: Send + Sync {
    fn revision(&self) -> u64;
    fn all(&self) -> BoxFuture<'_, Result<Vec<H>, ProviderError>>;
    fn find<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<H>, ProviderError>>;
}

impl<H: ListEntry, P: ?Sized> CatalogItems<H, P> {
    #[track_caller]
    pub(crate) fn new(static_items: Vec<H>, providers: Vec<Arc<P>>) -> Self {
        let mut by_key = HashMap::new();
        for handler in &static_items {
            if let Some(error) = handler.error() {
                panic!("{error}");
            }
            let before = by_key.insert(handler.key().to_owned(), handler.clone());
            let (kind, key, fix) = (H::KIND, handler.key(), H::DUPLICATE_FIX);
            assert!(before.is_none(), "two {kind}s must not have the name `{key}`: {fix}");
        }
        Self { static_items, by_key, providers, pages: ListCache::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.static_items.is_empty() && self.providers.is_empty()
    }

    /// Returns the static handler with this key.
    pub(crate) fn get_static(&self, key: &str) -> Option<&H> {
        self.by_key.get(key)
    }
}

impl<H: ListEntry, P: Provider<H> + ?Sized> CatalogItems<H, P> {
    /// Returns the handler with this key: a static one, or else that of the first provider that has one.
    pub(crate) async fn find(&self, key: &str) -> Result<Option<H>, ErrorObject> {
        if let Some(handler) = self.get_static(key) {
            return Ok(Some(handler.clone()));
        }
        for provider in &self.providers {
            let found = provider.find(key).await.map_err(|error| unavailable(&*error))?;
            if let Some(handler) = found.filter(is_valid) {
                return Ok(Some(handler));
            }
        }
        Ok(None)
    }

    /// Returns the encoded list. It is encoded again if the revision of a provider has changed.
    pub(crate) async fn rendered(&self) -> Result<Arc<RenderedList>, ErrorObject> {
        let revisions: Vec<_> = self.providers.iter().map(|provider| provider.revision()).collect();
        if let Some(rendered) = self.pages.current(&revisions) {
            return Ok(rendered);
        }
        let mut all = self.static_items.clone();
        for provider in &self.providers {
            let provided = provider.all().await.map_err(|error| unavailable(&*error))?;
            all.extend(provided.into_iter().filter(is_valid));
        }
        let rendered = self.pages.render(revisions, &all);
        rendered.map_err(|error| incident::internal("cannot encode a list", &error))
    }
}

/// Returns `true` if the handler of a provider is valid. An invalid one is left out with a warning, so that it does not
/// hide a later one with the same key.
pub(crate) fn is_valid<H: ListEntry>(handler: &H) -> bool {
    let error = handler.error();
    if let Some(error) = &error {
        tracing::warn!(error = %incident::escaped(&error.to_string()), "leaving out a handler of a provider");
    }
    error.is_none()
}

pub(crate) fn unavailable(error: &(dyn Error + Send + Sync + 'static)) -> ErrorObject {
    incident::internal("a provider failed", &error)
}

impl Provider<ToolHandler> for dyn ToolProvider {
    fn revision(&self) -> u64 {
        ToolProvider::revision(self)
    }

    fn all(&self) -> BoxFuture<'_, Result<Vec<ToolHandler>, ProviderError>> {
        self.tools()
    }

    fn find<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<ToolHandler>, ProviderError>> {
        self.tool(key)
    }
}

impl Provider<PromptHandler> for dyn PromptProvider {
    fn revision(&self) -> u64 {
        PromptProvider::revision(self)
    }

    fn all(&self) -> BoxFuture<'_, Result<Vec<PromptHandler>, ProviderError>> {
        self.prompts()
    }

    fn find<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<PromptHandler>, ProviderError>> {
        self.prompt(key)
    }
}

impl Provider<ResourceHandler> for dyn ResourceProvider {
    fn revision(&self) -> u64 {
        ResourceProvider::revision(self)
    }

    fn all(&self) -> BoxFuture<'_, Result<Vec<ResourceHandler>, ProviderError>> {
        self.resources()
    }

    fn find<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<ResourceHandler>, ProviderError>> {
        self.resource(key)
    }
}

impl Provider<TemplateHandler> for dyn ResourceProvider {
    fn revision(&self) -> u64 {
        ResourceProvider::revision(self)
    }

    fn all(&self) -> BoxFuture<'_, Result<Vec<TemplateHandler>, ProviderError>> {
        self.templates()
    }

    fn find<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<TemplateHandler>, ProviderError>> {
        Box::pin(
            async move { Ok(self.templates().await?.into_iter().find(|template| template.key() == key)) },
        )
    }
}
