//! Catalogues that change while the server runs.

use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::handler::ToolHandler;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::replicas::change::Change;
use crate::subscriptions::notify::{Notify, WeakNotify};
use crate::sync::lock;

/// What a provider may fail with.
pub type ProviderError = Box<dyn Error + Send + Sync>;

/// Tools that may come and go while the server runs.
#[async_trait]
pub trait ToolProvider: Send + Sync + 'static {
    /// A number that is another one whenever the list is.
    fn revision(&self) -> u64;

    /// The tools, always in the same order.
    ///
    /// # Errors
    ///
    /// The list cannot be had now.
    async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError>;

    /// The tool of this name.
    ///
    /// # Errors
    ///
    /// It cannot be had now.
    async fn tool(&self, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(self.tools().await?.into_iter().find(|tool| tool.definition().name == name))
    }

    /// Is called once, when the server is built: keep `notify` to tell of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// Prompts that may come and go while the server runs.
#[async_trait]
pub trait PromptProvider: Send + Sync + 'static {
    /// A number that is another one whenever the list is.
    fn revision(&self) -> u64;

    /// The prompts, always in the same order.
    ///
    /// # Errors
    ///
    /// The list cannot be had now.
    async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError>;

    /// The prompt of this name.
    ///
    /// # Errors
    ///
    /// It cannot be had now.
    async fn prompt(&self, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
        Ok(self.prompts().await?.into_iter().find(|prompt| prompt.definition().name == name))
    }

    /// Is called once, when the server is built: keep `notify` to tell of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// Resources and templates of resources that may come and go while the server runs.
#[async_trait]
pub trait ResourceProvider: Send + Sync + 'static {
    /// A number that is another one whenever one of the lists is.
    fn revision(&self) -> u64;

    /// The resources, always in the same order.
    ///
    /// # Errors
    ///
    /// The list cannot be had now.
    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError>;

    /// The templates, always in the same order.
    ///
    /// # Errors
    ///
    /// The list cannot be had now.
    async fn templates(&self) -> Result<Vec<TemplateHandler>, ProviderError> {
        Ok(Vec::new())
    }

    /// The resource of this URI.
    ///
    /// # Errors
    ///
    /// It cannot be had now.
    async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(self.resources().await?.into_iter().find(|resource| resource.definition().uri == uri))
    }

    /// Is called once, when the server is built: keep `notify` to tell of changes.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A catalogue that the program itself changes: clients are told of each change.
///
/// Clones are the same catalogue.
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

/// What stands in a catalogue.
pub trait Entry: Clone + Send + Sync + 'static {
    /// What it is known by.
    fn key(&self) -> &str;
    /// What clients are told when a catalogue of these changes.
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

impl<H: Entry> Catalog<H> {
    /// An empty catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a handler at the end, or in the place of the one of its name.
    pub fn insert(&self, handler: H) {
        self.change(|handlers| {
            match handlers.iter_mut().find(|known| known.key() == handler.key()) {
                Some(known) => *known = handler,
                None => handlers.push(handler),
            }
            true
        });
    }

    /// Takes a handler out; tells whether there was one.
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

    fn keep(&self, notify: &Notify) {
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
        self.keep(notify);
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
        self.keep(notify);
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
        self.keep(notify);
    }
}
