//! The builder of a server.

mod handlers;
#[cfg(feature = "seal")]
mod keys;
mod lifecycle;
mod metadata;
mod rules;
mod settings;
mod tool_defaults;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{CacheScope, Caching, Implementation, ServerCapabilities};
use serde_json::{Map, Value};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::extensions::Extensions;
use crate::handler::ToolHandler;
use crate::handler::task_mode::TaskMode;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::limits::{
    DEFAULT_INPUT_TIMEOUT, DEFAULT_MAX_RESULT_BYTES, DEFAULT_PAGE_SIZE, DEFAULT_SESSION_TTL, DEFAULT_TIMEOUT,
};
use crate::meta_cache::MetaCache;
use crate::observer::{Observer, Observers};
use crate::replicas::bus::Bus;
use crate::replicas::memory_store::MemoryStore;
use crate::replicas::seal::Keys;
use crate::replicas::session_values::SessionValues;
use crate::replicas::store::Store;
use crate::runtime::InlineRuntime;
use crate::server::Server;
use crate::server::catalog_items::CatalogItems;
use crate::server::feature::OptionalFeature;
use crate::server::provider::{PromptProvider, ResourceProvider, ToolProvider};
use crate::server::rules::Rules;
use crate::server::shutdown::{Shutdown, ShutdownHook};
use crate::server::state::ServerState;
use crate::server::tool_defaults::ToolDefaults;
use crate::subscriptions::notify::Notify;
use crate::tasks::config::TaskConfig;
use crate::tasks::registry::Registry;

/// A builder of a server. `#[server]` expands to calls of its methods.
///
/// ```
/// use mcpwright_server::{Server, ToolHandler};
///
/// let server = Server::builder("calculator", "1.0.0")
///     .instructions("Adds numbers.")
///     .tool(
///         ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
///             .description("Add two integers."),
///     )
///     .build();
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    pub(crate) info: Implementation,
    pub(crate) instructions: Option<String>,
    pub(crate) extensions: BTreeMap<String, Map<String, Value>>,
    pub(crate) experimental: BTreeMap<String, Map<String, Value>>,
    pub(crate) caching: Caching,
    pub(crate) page_size: usize,
    pub(crate) timeout: Duration,
    pub(crate) max_result_bytes: usize,
    pub(crate) masks_errors: bool,
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) tasks: Option<TaskConfig>,
    pub(crate) input_timeout: Duration,
    pub(crate) session_ttl: Duration,
    pub(crate) keys: Keys,
    pub(crate) shared: Extensions,
    pub(crate) bus: Option<Arc<dyn Bus>>,
    pub(crate) notify: Notify,
    pub(crate) rules: Rules,
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) methods: BTreeMap<String, Arc<dyn MethodHandler>>,
    pub(crate) tools: Vec<ToolHandler>,
    pub(crate) tool_defaults: ToolDefaults,
    pub(crate) tool_providers: Vec<Arc<dyn ToolProvider>>,
    pub(crate) prompts: Vec<PromptHandler>,
    pub(crate) prompt_providers: Vec<Arc<dyn PromptProvider>>,
    pub(crate) resources: Vec<ResourceHandler>,
    pub(crate) templates: Vec<TemplateHandler>,
    pub(crate) resource_providers: Vec<Arc<dyn ResourceProvider>>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) left_out: Vec<OptionalFeature>,
    pub(crate) logging: bool,
    pub(crate) shutdown_hooks: Vec<ShutdownHook>,
}

impl Builder {
    /// Creates a builder of a server with this name and version, and without tools, prompts and resources.
    ///
    /// ```
    /// use mcpwright_server::Builder;
    ///
    /// // `Server::builder` does the same.
    /// let server = Builder::new("clock", "1.0.0").build();
    /// assert_eq!((&*server.info().name, &*server.info().version), ("clock", "1.0.0"));
    /// assert!(server.capabilities().tools.is_none());
    /// ```
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            info: Implementation::new(name, version),
            instructions: None,
            extensions: BTreeMap::new(),
            experimental: BTreeMap::new(),
            caching: Caching::new(0, CacheScope::Private),
            page_size: DEFAULT_PAGE_SIZE,
            timeout: DEFAULT_TIMEOUT,
            max_result_bytes: DEFAULT_MAX_RESULT_BYTES,
            masks_errors: false,
            store: None,
            tasks: None,
            input_timeout: DEFAULT_INPUT_TIMEOUT,
            session_ttl: DEFAULT_SESSION_TTL,
            keys: Keys::default(),
            shared: Extensions::default(),
            bus: None,
            notify: Notify::default(),
            rules: Rules::default(),
            middleware: Vec::new(),
            methods: BTreeMap::new(),
            tools: Vec::new(),
            tool_defaults: ToolDefaults::default(),
            tool_providers: Vec::new(),
            prompts: Vec::new(),
            prompt_providers: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            resource_providers: Vec::new(),
            observers: Vec::new(),
            left_out: Vec::new(),
            logging: false,
            shutdown_hooks: Vec::new(),
        }
    }

    /// Returns the handle with which the program notifies clients of changes, also before the server is built.
    ///
    /// ```
    /// use mcpwright_server::{ResourceHandler, Server};
    ///
    /// let builder = Server::builder("weather", "1.0.0")
    ///     .resource(ResourceHandler::function("weather://now", "now", || async { "sunny" }));
    /// let notify = builder.notify().clone();
    /// std::thread::spawn(move || notify.resource_updated("weather://now"));
    /// let server = builder.build();
    /// ```
    pub fn notify(&self) -> &Notify {
        &self.notify
    }

    /// Builds the server.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).build();
    /// // A clone is the same server, for a second transport.
    /// assert_eq!(server.clone().tools()[0].definition().name, "now");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the declaration of a handler has an [error](crate::Handler::checked), if two tools, prompts, resources or
    /// templates have the same name or URI, if a tool is for single use and there is no store, or if the server's tools are
    /// both [read-only](Self::read_only) and [destructive](Self::destructive) by default.
    #[track_caller]
    pub fn build(mut self) -> Server {
        self.apply_tool_defaults();
        let becomes_task = |tool: &ToolHandler| !matches!(tool.task_mode(), None | Some(TaskMode::Never));
        let has_tasks = self.tasks.is_some() || self.tools.iter().any(becomes_task);
        let has_store = self.store.is_some();
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let tasks = has_tasks.then(|| {
            Arc::new(Registry::new(self.tasks.unwrap_or_default(), Arc::clone(&store), &self.info.name))
        });
        for tool in self.tools.iter().filter(|tool| tool.is_single_use()) {
            let name = &tool.definition().name;
            assert!(
                has_store,
                "a server with the single-use tool `{name}` must have a store, which records used states: call `.store(…)`, with \
                a `MemoryStore` if there is only one process"
            );
        }
        let session_values = SessionValues::shared(&store, &self.info.name, self.session_ttl);
        let info_text = serde_json::to_string(&self.info).unwrap_or_else(|_| "{}".to_owned());
        let mut state = ServerState {
            info: self.info,
            info_text,
            instructions: self.instructions,
            capabilities: ServerCapabilities::new(),
            caching: self.caching,
            page_size: self.page_size,
            timeout: self.timeout,
            max_result_bytes: self.max_result_bytes,
            masks_errors: self.masks_errors,
            store,
            tasks,
            input_timeout: self.input_timeout,
            shared: self.shared,
            notify: self.notify.clone(),
            rules: self.rules,
            middleware: self.middleware,
            methods: self.methods,
            tools: CatalogItems::new(self.tools, self.tool_providers, &self.notify),
            prompts: CatalogItems::new(self.prompts, self.prompt_providers, &self.notify),
            resources: CatalogItems::new(self.resources, self.resource_providers.clone(), &self.notify),
            templates: CatalogItems::new(self.templates, self.resource_providers, &self.notify),
            meta_cache: MetaCache::default(),
            session_values,
            observers: Observers::new(self.observers),
            shutdown: Shutdown::new(self.shutdown_hooks),
        };
        state.capabilities = state.capabilities();
        state.capabilities.extensions.extend(self.extensions);
        state.capabilities.experimental.extend(self.experimental);
        state.capabilities.logging = self.logging.then(Map::new);
        self.left_out.iter().for_each(|feature| feature.remove_from(&mut state.capabilities));
        state.tools.providers.iter().for_each(|provider| provider.attach(&state.notify));
        state.prompts.providers.iter().for_each(|provider| provider.attach(&state.notify));
        state.resources.providers.iter().for_each(|provider| provider.attach(&state.notify));
        if let Some(bus) = self.bus {
            state.notify.join(bus);
        }
        state.share_with_handlers();

        Server { state: Arc::new(state), runtime: Arc::new(InlineRuntime::default()), seal: self.keys.into() }
    }

    pub(crate) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Server {
    /// Creates a builder for a server with this name and version.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let server = Server::builder("clock", "1.0.0")
    ///     .title("Clock")
    ///     .tool(ToolHandler::function("now", [], || async { "noon" }))
    ///     .build();
    /// assert_eq!(server.info().title.as_deref(), Some("Clock"));
    /// ```
    pub fn builder(name: impl Into<String>, version: impl Into<String>) -> Builder {
        Builder::new(name, version)
    }
}
