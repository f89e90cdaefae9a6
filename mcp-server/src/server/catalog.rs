//! Lists of handlers that the program changes while the server runs.

use std::borrow::Cow;
use std::collections::{HashMap, hash_map};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mcpwright_core::{ErrorObject, Resource, ResourceTemplate};

use crate::call::request_info::RequestInfo;
use crate::handler::kind::Kind as _;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler, ToolHandler};
use crate::replicas::change::Change;
use crate::server::provider::{PromptProvider, ProviderError, ResourceProvider, ToolProvider};
use crate::subscriptions::notify::{Notify, NotifySet};
use crate::subscriptions::subscribed::Subscribed;
use crate::sync::lock;

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
    /// The index of each handler, by the normal form of its name or URI.
    places: HashMap<String, usize>,
    revision: u64,
}

impl<H> Default for Catalog<H> {
    fn default() -> Self {
        let entries = Entries { handlers: Vec::new(), places: HashMap::new(), revision: 0 };
        Self { entries: Arc::new(Mutex::new(entries)), servers: NotifySet::default() }
    }
}

/// A kind of handler that a [`Catalog`] can contain.
pub trait Entry: Clone + Send + Sync + 'static {
    /// Returns the name or the URI.
    fn key(&self) -> &str;
    /// Returns the normal form of a name or a URI.
    fn normal_key(key: &str) -> Cow<'_, str> {
        Cow::Borrowed(key)
    }
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

    fn normal_key(key: &str) -> Cow<'_, str> {
        Resource::normal_key(key)
    }

    fn change() -> Change {
        Change::Resources
    }
}

impl Entry for TemplateHandler {
    fn key(&self) -> &str {
        self.key()
    }

    fn normal_key(key: &str) -> Cow<'_, str> {
        ResourceTemplate::normal_key(key)
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
        self.change(|entries| {
            entries.insert(handler);
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
        self.change(|entries| entries.remove(key))
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
        self.change(|entries| {
            edit(&mut entries.handlers);
            let all = std::mem::take(&mut entries.handlers);
            entries.places.clear();
            all.into_iter().for_each(|handler| entries.insert(handler));
            true
        });
    }

    fn change(&self, edit: impl FnOnce(&mut Entries<H>) -> bool) -> bool {
        // Unlocked before the change is published: a client that receives it may read the catalog.
        let changed = {
            let mut entries = lock(&self.entries);
            let changed = edit(&mut entries);
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
        entries.places.get(&*H::normal_key(key)).map(|place| entries.handlers[*place].clone())
    }
}

impl<H: Entry> Entries<H> {
    /// Replaces the handler with the same name or URI, or else adds this one at the end.
    fn insert(&mut self, handler: H) {
        match self.places.entry(H::normal_key(handler.key()).into_owned()) {
            hash_map::Entry::Occupied(place) => self.handlers[*place.get()] = handler,
            hash_map::Entry::Vacant(place) => {
                place.insert(self.handlers.len());
                self.handlers.push(handler);
            }
        }
    }

    /// Removes the handler with this name or URI. Returns `true` if there was one.
    fn remove(&mut self, key: &str) -> bool {
        let Some(removed) = self.places.remove(&*H::normal_key(key)) else { return false };
        self.handlers.remove(removed);
        self.places.values_mut().filter(|place| **place > removed).for_each(|place| *place -= 1);
        true
    }
}

#[async_trait]
impl ToolProvider for Catalog<ToolHandler> {
    fn revision(&self) -> u64 {
        self.revision()
    }

    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn tool(&self, _: &RequestInfo<'_>, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
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

    async fn prompts(&self, _: &RequestInfo<'_>) -> Result<Vec<PromptHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn prompt(&self, _: &RequestInfo<'_>, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
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

    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(self.all())
    }

    async fn resource(
        &self,
        _: &RequestInfo<'_>,
        uri: &str,
    ) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(self.find(uri))
    }

    fn subscribed(&self, _: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
        Ok(self.find(uri).map(|resource| Subscribed::new(resource.key()).named(resource.key())))
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

    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(Vec::new())
    }

    async fn templates(&self, _: &RequestInfo<'_>) -> Result<Vec<TemplateHandler>, ProviderError> {
        Ok(self.all())
    }

    fn subscribed(&self, _: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
        let entries = lock(&self.entries);
        let named = entries.handlers.iter().find_map(|template| template.spelling(uri));
        Ok(named.map(|spelling| Subscribed::new(uri).named(spelling.shown)))
    }

    fn attach(&self, notify: &Notify) {
        self.servers.insert(notify);
    }
}
