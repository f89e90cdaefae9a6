//! Tools, prompts and resources that change while the server runs.

use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::handler::ToolHandler;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::replicas::change::Change;
use crate::subscriptions::notify::{Notify, WeakNotify};
use crate::sync::lock;

/// An error of a provider. The client receives an incident number, and the log the error.
pub type ProviderError = Box<dyn Error + Send + Sync>;

/// A provider of tools that can change while the server runs.
#[async_trait]
pub trait ToolProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed.
    fn revision(&self) -> u64;

    /// Returns the tools, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError>;

    /// Returns the tool with this name. Default: searches [`tools`](Self::tools).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn tool(&self, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(self.tools().await?.into_iter().find(|tool| tool.definition().name == name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` to notify clients of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of prompts that can change while the server runs.
#[async_trait]
pub trait PromptProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed.
    fn revision(&self) -> u64;

    /// Returns the prompts, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError>;

    /// Returns the prompt with this name. Default: searches [`prompts`](Self::prompts).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn prompt(&self, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
        Ok(self.prompts().await?.into_iter().find(|prompt| prompt.definition().name == name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` to notify clients of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of resources and resource templates that can change while the server runs.
#[async_trait]
pub trait ResourceProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever one of the lists changes. The server requests the lists again only if it has
    /// changed.
    fn revision(&self) -> u64;

    /// Returns the resources, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError>;

    /// Returns the resource templates, in a stable order. Default: none.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn templates(&self) -> Result<Vec<TemplateHandler>, ProviderError> {
        Ok(Vec::new())
    }

    /// Returns the resource with this URI. Default: searches [`resources`](Self::resources).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(self.resources().await?.into_iter().find(|resource| resource.definition().uri == uri))
    }

    /// Called once for each server that is built with the provider. Keep `notify` to notify clients of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A list of handlers that the program changes while the server runs. Clients are notified of each change.
///
/// Clones share the list. It can belong to several servers, whose clients are all notified.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Catalog, Server, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let tools = Catalog::new();
/// let client = Client::modern(Server::builder("example", "1.0.0").tool_provider(tools.clone()));
/// assert!(client.list_tools().await?.is_empty());
/// tools.insert(ToolHandler::function("answer", [], || async { 42 }));
/// assert_eq!(client.list_tools().await?[0].name, "answer");
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Catalog<H>(Arc<Mutex<Entries<H>>>);

#[derive(Debug)]
struct Entries<H> {
    handlers: Vec<H>,
    revision: u64,
    /// The servers that offer the catalog.
    servers: Vec<WeakNotify>,
}

impl<H> Default for Catalog<H> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Entries { handlers: Vec::new(), revision: 0, servers: Vec::new() })))
    }
}

/// A kind of handler that a [`Catalog`] can contain.
pub trait Entry: Clone + Send + Sync + 'static {
    /// Returns the name or the URI.
    fn key(&self) -> &str;
    /// Returns the change that clients are notified of when a catalog of this kind changes.
    fn change() -> Change;
}

impl Entry for ToolHandler {
    fn key(&self) -> &str {
        self.key()
    }

    fn change() -> Change {
        Change::Tools
    }
}

impl Entry for PromptHandler {
    fn key(&self) -> &str {
        self.key()
    }

    fn change() -> Change {
        Change::Prompts
    }
}

impl Entry for ResourceHandler {
    fn key(&self) -> &str {
        self.key()
    }

    fn change() -> Change {
        Change::Resources
    }
}

impl Entry for TemplateHandler {
    fn key(&self) -> &str {
        self.key()
    }

    fn change() -> Change {
        Change::Resources
    }
}

impl<H: Entry> Catalog<H> {
    /// Creates an empty catalog.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the handler with the same name or URI, or else adds this one at the end.
    pub fn insert(&self, handler: H) {
        self.change(|handlers| {
            match handlers.iter_mut().find(|known| known.key() == handler.key()) {
                Some(known) => *known = handler,
                None => handlers.push(handler),
            }
            true
        });
    }

    /// Removes the handler with this name or URI. Returns `true` if there was one.
    pub fn remove(&self, key: &str) -> bool {
        self.change(|handlers| {
            let before = handlers.len();
            handlers.retain(|known| known.key() != key);
            handlers.len() < before
        })
    }

    fn change(&self, edit: impl FnOnce(&mut Vec<H>) -> bool) -> bool {
        // Unlocked before the change is published: a client that receives it may read the catalog.
        let (changed, servers) = {
            let mut entries = lock(&self.0);
            let changed = edit(&mut entries.handlers);
            entries.revision += u64::from(changed);
            entries.servers.retain(|server| server.upgrade().is_some());
            (changed, entries.servers.clone())
        };
        if changed {
            let servers = servers.iter().filter_map(WeakNotify::upgrade);
            servers.for_each(|notify| notify.publish(&H::change()));
        }
        changed
    }

    fn revision(&self) -> u64 {
        lock(&self.0).revision
    }

    fn all(&self) -> Vec<H> {
        lock(&self.0).handlers.clone()
    }

    fn find(&self, key: &str) -> Option<H> {
        let entries = lock(&self.0);
        entries.handlers.iter().find(|known| known.key() == key).cloned()
    }

    fn register(&self, notify: &Notify) {
        lock(&self.0).servers.push(notify.downgrade());
    }
}

#[async_trait]
impl ToolProvider for Catalog<ToolHandler> {
    fn revision(&self) -> u64 {
        self.revision()
    }

    async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn tool(&self, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(self.find(name))
    }

    fn attach(&self, notify: &Notify) {
        self.register(notify);
    }
}

#[async_trait]
impl PromptProvider for Catalog<PromptHandler> {
    fn revision(&self) -> u64 {
        self.revision()
    }

    async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn prompt(&self, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
        Ok(self.find(name))
    }

    fn attach(&self, notify: &Notify) {
        self.register(notify);
    }
}

#[async_trait]
impl ResourceProvider for Catalog<ResourceHandler> {
    fn revision(&self) -> u64 {
        self.revision()
    }

    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(self.find(uri))
    }

    fn attach(&self, notify: &Notify) {
        self.register(notify);
    }
}

#[async_trait]
impl ResourceProvider for Catalog<TemplateHandler> {
    fn revision(&self) -> u64 {
        self.revision()
    }

    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(Vec::new())
    }

    async fn templates(&self) -> Result<Vec<TemplateHandler>, ProviderError> {
        Ok(self.all())
    }

    fn attach(&self, notify: &Notify) {
        self.register(notify);
    }
}
