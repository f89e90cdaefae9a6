//! A built server.

pub(crate) mod bounded_cache;
pub(crate) mod builder;
pub(crate) mod catalog;
pub(crate) mod catalog_items;
pub(crate) mod feature;
pub(crate) mod item;
pub(crate) mod list_cache;
pub(crate) mod list_changes;
pub(crate) mod list_kind;
pub(crate) mod mount;
pub(crate) mod provider;
pub(crate) mod rendered_list;
pub(crate) mod rules;
pub(crate) mod serve;
pub(crate) mod shutdown;
pub(crate) mod state;
pub(crate) mod tool_defaults;
pub(crate) mod visibility;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{Implementation, ServerCapabilities, method};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::handler::kind::HandlerKind;
use crate::handler::{Handler, ToolHandler};
use crate::input_required::request_state::RequestStates;
use crate::meta_cache::MetaCache;
use crate::observer::Observers;
use crate::replicas::seal::Seal;
use crate::replicas::session_values::SessionValues;
use crate::replicas::store::Store;
use crate::runtime::Runtime;
use crate::server::state::ServerState;
use crate::subscriptions::notify::Notify;
use crate::tasks::registry::Registry;
use crate::tasks::runner::TaskRunner;

/// A built server, with its tools, prompts and resources. Cheap to clone.
///
/// Get one from a [`Builder`](crate::Builder), or from a type with `#[server]`.
///
/// ```
/// use mcpwright_server::{Server, ToolHandler};
///
/// let server = Server::builder("calculator", "1.0.0")
///     .tool(ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b }))
///     .build();
/// assert_eq!(server.info().name, "calculator");
/// assert!(server.capabilities().tools.is_some());
/// ```
#[derive(Clone)]
pub struct Server {
    pub(crate) state: Arc<ServerState>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) seal: Seal,
}

impl Server {
    /// Returns the same server on a runtime. Transports call this.
    #[must_use]
    pub fn with_runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.state.store.attach(&runtime);
        self.runtime = runtime;
        self
    }

    /// Returns the same server with another seal. Transports that have keys of their own call this.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let replica = || Server::builder("shop", "1.0.0").build();
    /// let first = replica();
    /// let cursor = first.seal().seal("cursor", &["ada"], b"row 700");
    /// // The seal of another server does not open it.
    /// assert_eq!(replica().seal().open("cursor", &["ada"], &cursor), None);
    /// let second = replica().with_seal(first.seal().clone());
    /// assert_eq!(second.seal().open("cursor", &["ada"], &cursor).as_deref(), Some(&b"row 700"[..]));
    /// ```
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = seal;
        self
    }

    /// Returns the seal for data of the server that clients store.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("shop", "1.0.0").build();
    /// let cursor = server.seal().seal("cursor", &["ada"], b"row 700");
    /// assert_eq!(server.seal().open("cursor", &["ada"], &cursor).as_deref(), Some(&b"row 700"[..]));
    /// assert_eq!(server.seal().open("cursor", &["bob"], &cursor), None);
    /// ```
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Returns the name and version of the server.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("clock", "1.0.0").title("Clock").build();
    /// assert_eq!(server.info().name, "clock");
    /// assert_eq!(server.info().title.as_deref(), Some("Clock"));
    /// ```
    pub fn info(&self) -> &Implementation {
        &self.state.info
    }

    /// Returns the instructions for the model.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("clock", "1.0.0").instructions("Times are in UTC.").build();
    /// assert_eq!(server.instructions(), Some("Times are in UTC."));
    /// assert_eq!(Server::builder("clock", "1.0.0").build().instructions(), None);
    /// ```
    pub fn instructions(&self) -> Option<&str> {
        self.state.instructions.as_deref()
    }

    /// Returns the capabilities, which follow from the registered handlers.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).build();
    /// assert!(server.capabilities().tools.is_some());
    /// assert!(server.capabilities().prompts.is_none());
    /// ```
    pub fn capabilities(&self) -> &ServerCapabilities {
        &self.state.capabilities
    }

    /// Returns the publisher of changes.
    ///
    /// ```
    /// use mcpwright_core::{SubscriptionFilter, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{ResourceHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let sky = ResourceHandler::function("weather://now", "now", || async { "sunny" });
    /// let server = Server::builder("weather", "1.0.0").resource(sky).build();
    /// let client = Client::modern(server.clone());
    /// client.listen(SubscriptionFilter::new().resource_subscriptions(["weather://now".to_owned()])).await?;
    /// server.notify().resource_updated("weather://now");
    /// assert_eq!(client.notifications()[0].method, method::RESOURCES_UPDATED);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn notify(&self) -> &Notify {
        &self.state.notify
    }

    /// Returns the store that replicas share. Default: a [`MemoryStore`](crate::MemoryStore) of this process.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_server::{Server, Store};
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("notes", "1.0.0").build();
    /// // On all replicas together, one of these calls gets `true`.
    /// assert!(server.store().put_new("order/7", b"", Duration::from_secs(3600)).await?);
    /// assert!(!server.store().put_new("order/7", b"", Duration::from_secs(3600)).await?);
    /// # Ok::<(), mcpwright_server::StoreError>(())
    /// # }).unwrap();
    /// ```
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.state.store
    }

    /// Returns the runtime.
    pub fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// Returns the static tools, in the order of the list.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let server = Server::builder("shop", "1.0.0").tool(tool("sell")).tool(tool("buy")).build();
    /// let names: Vec<_> = server.tools().iter().map(|tool| &*tool.definition().name).collect();
    /// assert_eq!(names, ["sell", "buy"]);
    /// ```
    pub fn tools(&self) -> &[ToolHandler] {
        &self.state.tools.static_items
    }

    pub(crate) fn middleware(&self) -> &[Arc<dyn Middleware>] {
        &self.state.middleware
    }

    pub(crate) fn custom_method(&self, method: &str) -> Option<&Arc<dyn MethodHandler>> {
        self.state.methods.get(method)
    }

    /// Returns `true` if a method belongs to a capability that the server has, or to none.
    pub(crate) fn supports_method(&self, name: &str) -> bool {
        let capabilities = &self.state.capabilities;
        match name {
            method::TOOLS_LIST | method::TOOLS_CALL => capabilities.tools.is_some(),
            method::PROMPTS_LIST | method::PROMPTS_GET => capabilities.prompts.is_some(),
            method::RESOURCES_LIST | method::RESOURCES_TEMPLATES_LIST | method::RESOURCES_READ => {
                capabilities.resources.is_some()
            }
            method::COMPLETION_COMPLETE => capabilities.completions.is_some(),
            method::LOGGING_SET_LEVEL => capabilities.logging.is_some(),
            _ => true,
        }
    }

    /// Returns `true` if clients find nothing: no tools, prompts, resources, providers, or methods and capabilities of extensions.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// assert!(Server::builder("clock", "1.0.0").build().offers_nothing());
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// assert!(!Server::builder("clock", "1.0.0").tool(now).build().offers_nothing());
    /// ```
    pub fn offers_nothing(&self) -> bool {
        let ServerCapabilities { tools, prompts, resources, extensions, experimental, .. } =
            self.capabilities();
        let has_handlers = tools.is_some() || prompts.is_some() || resources.is_some();
        let has_more = !(self.state.methods.is_empty() && extensions.is_empty() && experimental.is_empty());
        !(has_handlers || has_more)
    }

    /// Returns `true` if any of the lists may change.
    pub(crate) fn has_providers(&self) -> bool {
        let ServerState { tools, prompts, resources, .. } = &*self.state;
        !(tools.providers.is_empty() && prompts.providers.is_empty() && resources.providers.is_empty())
    }

    /// Returns the registry of tasks, if calls may become tasks.
    pub(crate) fn tasks(&self) -> Option<&Arc<Registry>> {
        self.state.tasks.as_ref()
    }

    /// Returns the runner of tasks, if calls may become tasks.
    pub(crate) fn task_runner(&self) -> Option<TaskRunner> {
        let registry = Arc::clone(self.tasks()?);
        Some(TaskRunner { registry, notify: self.notify().clone(), runtime: Arc::clone(&self.runtime) })
    }

    /// Returns the encoder and decoder of request states.
    pub(crate) fn request_states(&self) -> RequestStates<'_> {
        RequestStates {
            seal: &self.seal,
            store: &*self.state.store,
            runtime: &*self.runtime,
            timeout: self.state.input_timeout,
            server_name: &self.state.info.name,
        }
    }

    /// Returns the time that a client has to answer an input request.
    pub(crate) fn input_timeout(&self) -> Duration {
        self.state.input_timeout
    }

    /// Returns the names and URIs of the handlers that reject calls without a session or an authenticated caller, because they
    /// take a [`Session`](crate::Session). Handlers of providers are not among them.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let server = Server::builder("clock", "1.0.0").tool(ToolHandler::function("now", [], || async { "noon" })).build();
    /// assert!(server.handlers_with_sessions().is_empty());
    /// ```
    pub fn handlers_with_sessions(&self) -> Vec<&str> {
        let ServerState { tools, prompts, resources, templates, .. } = &*self.state;
        let (tools, prompts) = (with_sessions(&tools.static_items), with_sessions(&prompts.static_items));
        let resources = with_sessions(&resources.static_items);
        tools.chain(prompts).chain(resources).chain(with_sessions(&templates.static_items)).collect()
    }

    pub(crate) fn session_values(&self) -> &Arc<SessionValues> {
        &self.state.session_values
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.state.observers
    }

    pub(crate) fn meta_cache(&self) -> &MetaCache {
        &self.state.meta_cache
    }

    pub(crate) fn info_text(&self) -> &str {
        &self.state.info_text
    }
}

fn with_sessions<K: HandlerKind>(handlers: &[Handler<K>]) -> impl Iterator<Item = &str> {
    handlers.iter().filter(|handler| handler.needs_session()).map(Handler::key)
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("info", &self.state.info).finish_non_exhaustive()
    }
}
