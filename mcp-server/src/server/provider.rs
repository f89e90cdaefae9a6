//! Tools, prompts and resources that change while the server runs.

use std::collections::HashMap;
use std::collections::hash_map;
use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::handler::ToolHandler;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::replicas::change::Change;
use crate::subscriptions::notify::{Notify, NotifySet};
use crate::sync::lock;

/// An error of a provider. The client receives an incident number, and the log the error.
///
/// ```
/// use mcpwright_core::ErrorCode;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, Server, ToolHandler, ToolProvider, async_trait};
///
/// /// A tool for each line of a file.
/// struct Reports;
///
/// #[async_trait]
/// impl ToolProvider for Reports {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
///         let names = std::fs::read_to_string("/nowhere/reports.txt")?;
///         Ok(names.lines().map(|name| ToolHandler::function(name, [], || async { "a report" })).collect())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("reports", "1.0.0").tool_provider(Reports));
/// assert_eq!(client.list_tools().await.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
/// # });
/// ```
pub type ProviderError = Box<dyn Error + Send + Sync>;

/// A provider of tools that can change while the server runs.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, Server, ToolHandler, ToolProvider, async_trait};
///
/// /// A tool for each report. Reports are only added, so their number is the revision of the list.
/// struct Reports(Arc<AtomicU64>);
///
/// #[async_trait]
/// impl ToolProvider for Reports {
///     fn revision(&self) -> u64 {
///         self.0.load(Ordering::Relaxed)
///     }
///
///     async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
///         let tool = |id| ToolHandler::function(format!("report_{id}"), [], || async { "no sales" });
///         Ok((1..=self.revision()).map(tool).collect())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let count = Arc::new(AtomicU64::new(1));
/// let client = Client::modern(Server::builder("reports", "1.0.0").tool_provider(Reports(Arc::clone(&count))));
/// assert_eq!(client.list_tools().await?.len(), 1);
/// count.store(2, Ordering::Relaxed);
/// assert_eq!(client.list_tools().await?[1].name, "report_2");
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
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

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`], to notify the clients of
    /// all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of prompts that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{PromptHandler, PromptProvider, ProviderError, Server, async_trait};
///
/// /// A prompt for each language that the team translates into.
/// struct Languages;
///
/// #[async_trait]
/// impl PromptProvider for Languages {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError> {
///         // A real provider reads them from a database.
///         let languages = ["french", "german"];
///         let prompt = |language| PromptHandler::function(language, ["text"], move |text: String| async move {
///             format!("Translate into {language}: {text}")
///         });
///         Ok(languages.map(prompt).into())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("translator", "1.0.0").prompt_provider(Languages));
/// let result = client.get_prompt("german", [("text", "Hello")]).await?;
/// assert_eq!(result.messages[0].content.as_text(), Some("Translate into german: Hello"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
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

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`], to notify the clients of
    /// all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of resources and resource templates that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, ResourceHandler, ResourceProvider, Server, async_trait};
///
/// /// The notes of a database, which is searched for one note by its key.
/// struct Notes;
///
/// #[async_trait]
/// impl ResourceProvider for Notes {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError> {
///         Ok(self.resource("note://1").await?.into_iter().collect())
///     }
///
///     async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
///         let note = || ResourceHandler::function("note://1", "shopping", || async { "milk" });
///         Ok((uri == "note://1").then(note))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("notes", "1.0.0").resource_provider(Notes));
/// assert_eq!(client.list_resources().await?[0].name, "shopping");
/// assert!(client.read_resource("note://2").await.is_err());
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
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

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`], to notify the clients of
    /// all of them.
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
pub struct Catalog<H> {
    entries: Arc<Mutex<Entries<H>>>,
    servers: NotifySet,
}

#[derive(Debug)]
struct Entries<H> {
    handlers: Vec<H>,
    revision: u64,
}

impl<H> Default for Catalog<H> {
    fn default() -> Self {
        let entries = Entries { handlers: Vec::new(), revision: 0 };
        Self { entries: Arc::new(Mutex::new(entries)), servers: NotifySet::default() }
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
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, Server, TemplateHandler};
    ///
    /// # futures::executor::block_on(async {
    /// // The first insertion decides that the catalog contains templates.
    /// let templates = Catalog::new();
    /// templates.insert(TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move {
    ///     format!("note {id}")
    /// }));
    /// let client = Client::modern(Server::builder("notes", "1.0.0").resource_provider(templates));
    /// assert_eq!(client.list_resource_templates().await?[0].name, "note");
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the handler with the same name or URI, or else adds this one at the end.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, ResourceHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let notes = Catalog::new();
    /// let client = Client::modern(Server::builder("notes", "1.0.0").resource_provider(notes.clone()));
    /// notes.insert(ResourceHandler::function("note://1", "shopping", || async { "milk" }));
    /// // Replaces the first one, which has the same URI.
    /// notes.insert(ResourceHandler::function("note://1", "groceries", || async { "milk, tea" }));
    /// assert_eq!(client.list_resources().await?.len(), 1);
    /// assert_eq!(client.list_resources().await?[0].name, "groceries");
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
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
    ///
    /// ```
    /// use mcpwright_server::{Catalog, PromptHandler};
    ///
    /// let prompts = Catalog::new();
    /// prompts.insert(PromptHandler::function("greet", ["name"], |name: String| async move { format!("Greet {name}.") }));
    /// assert!(prompts.remove("greet"));
    /// assert!(!prompts.remove("greet"));
    /// ```
    pub fn remove(&self, key: &str) -> bool {
        self.change(|handlers| {
            let before = handlers.len();
            handlers.retain(|known| known.key() != key);
            handlers.len() < before
        })
    }

    /// Replaces all handlers: one change, and one notification.
    ///
    /// Of two handlers with the same name or URI, the later one stays.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, Server, ToolHandler};
    ///
    /// /// Returns the tools that a file lists.
    /// fn tools(names: &'static str) -> impl Iterator<Item = ToolHandler> {
    ///     names.lines().map(|name| ToolHandler::function(name, [], move || async move { name }))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let catalog = Catalog::new();
    /// let client = Client::modern(Server::builder("scripts", "1.0.0").tool_provider(catalog.clone()));
    /// catalog.replace(tools("build\ntest"));
    /// catalog.replace(tools("build\nrun\ndeploy"));
    /// let names: Vec<_> = client.list_tools().await?.into_iter().map(|tool| tool.name).collect();
    /// assert_eq!(names, ["build", "run", "deploy"]);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn replace(&self, handlers: impl IntoIterator<Item = H>) {
        let handlers = Vec::from_iter(handlers);
        self.update(|all| *all = handlers);
    }

    /// Changes the list in any way: one change, and one notification.
    ///
    /// Of two handlers with the same name or URI, the later one stays, at the place of the earlier one. The list is locked
    /// while `edit` runs.
    ///
    /// ```
    /// use mcpwright_server::{Catalog, ToolHandler};
    ///
    /// let catalog = Catalog::new();
    /// catalog.update(|tools| {
    ///     tools.retain(|tool: &ToolHandler| tool.definition().name != "debug");
    ///     tools.push(ToolHandler::function("release", [], || async { "released" }));
    /// });
    /// assert!(catalog.remove("release"));
    /// ```
    pub fn update(&self, edit: impl FnOnce(&mut Vec<H>)) {
        self.change(|handlers| {
            edit(handlers);
            let (all, mut places) = (std::mem::take(handlers), HashMap::new());
            for handler in all {
                match places.entry(handler.key().to_owned()) {
                    hash_map::Entry::Occupied(place) => handlers[*place.get()] = handler,
                    hash_map::Entry::Vacant(place) => {
                        place.insert(handlers.len());
                        handlers.push(handler);
                    }
                }
            }
            true
        });
    }

    fn change(&self, edit: impl FnOnce(&mut Vec<H>) -> bool) -> bool {
        // Unlocked before the change is published: a client that receives it may read the catalog.
        let changed = {
            let mut entries = lock(&self.entries);
            let changed = edit(&mut entries.handlers);
            entries.revision += u64::from(changed);
            changed
        };
        if changed {
            self.servers.publish(&H::change());
        }
        changed
    }

    fn revision(&self) -> u64 {
        lock(&self.entries).revision
    }

    fn all(&self) -> Vec<H> {
        lock(&self.entries).handlers.clone()
    }

    fn find(&self, key: &str) -> Option<H> {
        let entries = lock(&self.entries);
        entries.handlers.iter().find(|known| known.key() == key).cloned()
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
        self.servers.insert(notify);
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
        self.servers.insert(notify);
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
        self.servers.insert(notify);
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
        self.servers.insert(notify);
    }
}
