//! The builder of a server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{CacheScope, Caching, Icon, Implementation, ServerCapabilities, method};
use serde_json::{Map, Value};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::ToolHandler;
use crate::handler::results::contents::caching;
use crate::handler::task_mode::TaskMode;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::limits::{DEFAULT_INPUT_TIMEOUT, DEFAULT_MAX_RESULT_BYTES, DEFAULT_PAGE_SIZE, DEFAULT_TIMEOUT};
use crate::meta_cache::MetaCache;
use crate::replicas::bus::Bus;
use crate::replicas::memory_store::MemoryStore;
use crate::replicas::seal::Keys;
use crate::replicas::store::Store;
use crate::runtime::InlineRuntime;
use crate::server::Server;
use crate::server::catalog::CatalogItems;
use crate::server::provider::{PromptProvider, ResourceProvider, ToolProvider};
use crate::server::state::{MayRead, ServerState};
use crate::subscriptions::notify::Notify;
use crate::tasks::config::TaskConfig;
use crate::tasks::registry::Registry;

/// A type that describes a server with a [`Builder`]: `#[server]` implements it.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Builder, Serve, Server, ToolHandler};
///
/// struct Dice {
///     sides: u32,
/// }
///
/// impl Serve for Dice {
///     fn into_builder(self) -> Builder {
///         let sides = ToolHandler::function("sides", [], move || async move { self.sides });
///         Server::builder("dice", "1.0.0").tool(sides)
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Dice { sides: 6 });
/// assert_eq!(client.call_tool("sides", ()).await?.content[0].as_text(), Some("6"));
/// // The builder takes further settings.
/// let server = Dice { sides: 20 }.into_builder().title("Dice").build();
/// assert_eq!(server.info().title.as_deref(), Some("Dice"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`"
)]
pub trait Serve: Sized {
    /// Returns the builder of the server.
    fn into_builder(self) -> Builder;
}

impl Serve for Builder {
    fn into_builder(self) -> Builder {
        self
    }
}

/// A type that can be served: a type with `#[server]`, a [`Builder`], or a [`Server`] itself.
///
/// ```
/// use mcpwright_server::{IntoServer, Server, ToolHandler};
///
/// /// Returns the names of a server's static tools, for its manual.
/// fn tool_names(server: impl IntoServer) -> Vec<String> {
///     server.into_server().tools().iter().map(|tool| tool.definition().name.clone()).collect()
/// }
///
/// let clock = Server::builder("clock", "1.0.0").tool(ToolHandler::function("now", [], || async { "noon" }));
/// assert_eq!(tool_names(clock), ["now"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`"
)]
pub trait IntoServer {
    /// Converts the value into a server. A builder is built.
    fn into_server(self) -> Server;
}

#[diagnostic::do_not_recommend]
impl<S: Serve> IntoServer for S {
    #[track_caller]
    fn into_server(self) -> Server {
        self.into_builder().build()
    }
}

impl IntoServer for Server {
    fn into_server(self) -> Server {
        self
    }
}

impl<S: Serve> From<S> for Server {
    #[track_caller]
    fn from(server: S) -> Self {
        server.into_builder().build()
    }
}

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
    pub(crate) caching: Caching,
    pub(crate) page_size: usize,
    pub(crate) timeout: Duration,
    pub(crate) max_result_bytes: usize,
    pub(crate) masks_errors: bool,
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) tasks: Option<TaskConfig>,
    pub(crate) input_timeout: Duration,
    pub(crate) keys: Keys,
    pub(crate) shared: Extensions,
    pub(crate) bus: Option<Arc<dyn Bus>>,
    pub(crate) notify: Notify,
    pub(crate) may_read: Option<MayRead>,
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) methods: BTreeMap<String, Arc<dyn MethodHandler>>,
    pub(crate) tools: Vec<ToolHandler>,
    pub(crate) tool_providers: Vec<Arc<dyn ToolProvider>>,
    pub(crate) prompts: Vec<PromptHandler>,
    pub(crate) prompt_providers: Vec<Arc<dyn PromptProvider>>,
    pub(crate) resources: Vec<ResourceHandler>,
    pub(crate) templates: Vec<TemplateHandler>,
    pub(crate) resource_providers: Vec<Arc<dyn ResourceProvider>>,
}

impl Builder {
    pub(crate) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Creates a builder of a server with this name and version, and without tools, prompts and resources.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            info: Implementation::new(name, version),
            instructions: None,
            extensions: BTreeMap::new(),
            caching: Caching::new(0, CacheScope::Private),
            page_size: DEFAULT_PAGE_SIZE,
            timeout: DEFAULT_TIMEOUT,
            max_result_bytes: DEFAULT_MAX_RESULT_BYTES,
            masks_errors: false,
            store: None,
            tasks: None,
            input_timeout: DEFAULT_INPUT_TIMEOUT,
            keys: Keys::default(),
            shared: Extensions::default(),
            bus: None,
            notify: Notify::default(),
            may_read: None,
            middleware: Vec::new(),
            methods: BTreeMap::new(),
            tools: Vec::new(),
            tool_providers: Vec::new(),
            prompts: Vec::new(),
            prompt_providers: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            resource_providers: Vec::new(),
        }
    }

    /// Replaces the name and the version of the server.
    pub fn name(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.info.name = name.into();
        self.info.version = version.into();
        self
    }

    /// Sets the title of the server, for user interfaces.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.info.title = Some(title.into());
        self
    }

    /// Sets the description of the server.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.info.description = Some(description.into());
        self
    }

    /// Sets the URL of the server's website.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.info.website_url = Some(url.into());
        self
    }

    /// Adds an icon of the server.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.info.icons.push(icon);
        self
    }

    /// Sets instructions on the use of the server, for the model.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Adds a tool.
    pub fn tool(mut self, tool: ToolHandler) -> Self {
        self.tools.push(tool);
        self
    }

    /// Adds a provider of tools that can change while the server runs. They are listed after those of [`tool`](Self::tool).
    pub fn tool_provider(mut self, provider: impl ToolProvider) -> Self {
        self.tool_providers.push(Arc::new(provider));
        self
    }

    /// Adds a prompt.
    pub fn prompt(mut self, prompt: PromptHandler) -> Self {
        self.prompts.push(prompt);
        self
    }

    /// Adds a provider of prompts that can change while the server runs. They are listed after those of
    /// [`prompt`](Self::prompt).
    pub fn prompt_provider(mut self, provider: impl PromptProvider) -> Self {
        self.prompt_providers.push(Arc::new(provider));
        self
    }

    /// Adds a resource.
    pub fn resource(mut self, resource: ResourceHandler) -> Self {
        self.resources.push(resource);
        self
    }

    /// Adds a resource template.
    pub fn template(mut self, template: TemplateHandler) -> Self {
        self.templates.push(template);
        self
    }

    /// Adds a provider of resources and templates that can change while the server runs. They are listed after those of
    /// [`resource`](Self::resource) and [`template`](Self::template).
    pub fn resource_provider(mut self, provider: impl ResourceProvider) -> Self {
        self.resource_providers.push(Arc::new(provider));
        self
    }

    /// Adds the handler of a method that the engine does not implement, such as one of an extension.
    ///
    /// # Panics
    ///
    /// Panics if the method is one of the protocol, which middleware can change, or has a handler already.
    #[track_caller]
    pub fn method(mut self, name: impl Into<String>, handler: impl MethodHandler) -> Self {
        let name = name.into();
        assert!(
            method::find(&name).is_none(),
            "the method `{name}` must not be one of the protocol: use middleware to change it"
        );
        self.insert_method(name, Arc::new(handler), "the server has another");
        self
    }

    /// Declares an extension and its settings in the server's capabilities.
    ///
    /// ```
    /// use mcpwright_server::Server;
    /// use serde_json::Map;
    ///
    /// let server = Server::builder("charts", "1.0.0").extension("com.example/charts", Map::new()).build();
    /// assert!(server.capabilities().extensions.get("com.example/charts").is_some());
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the extension is declared already.
    #[track_caller]
    pub fn extension(mut self, name: impl Into<String>, settings: Map<String, Value>) -> Self {
        self.insert_extension(name.into(), settings, "the server declares it already");
        self
    }

    /// Adds the handler of a method. Panics with `conflict` if there is one.
    #[track_caller]
    pub(crate) fn insert_method(&mut self, name: String, handler: Arc<dyn MethodHandler>, conflict: &str) {
        let text = format!("the method `{name}` must have one handler: {conflict}");
        assert!(self.methods.insert(name, handler).is_none(), "{text}");
    }

    /// Adds an extension. Panics with `conflict` if it is declared already.
    #[track_caller]
    pub(crate) fn insert_extension(&mut self, name: String, settings: Map<String, Value>, conflict: &str) {
        let text = format!("the extension `{name}` must be declared once: {conflict}");
        assert!(self.extensions.insert(name, settings).is_none(), "{text}");
    }

    /// Adds middleware around every call. The first one added is the outermost.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Adds a value that handlers extract by its type with [`Ext`](crate::Ext).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Ext, Server, ToolHandler};
    ///
    /// struct Rate(f64);
    ///
    /// async fn convert(euros: f64, rate: Ext<Rate>) -> f64 {
    ///     euros * rate.0
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("bank", "1.0.0")
    ///     .share(Rate(1.25))
    ///     .tool(ToolHandler::function("convert", ["euros"], convert));
    /// let result = Client::modern(server).call_tool("convert", [("euros", 8.0)]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("10"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn share<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.shared.insert(value);
        self
    }

    /// Sets the time that clients may cache lists and contents of resources, and the scope of the cache. Default: no caching.
    pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
        self.caching = caching(time, scope);
        self
    }

    /// Sets the maximum number of entries on one page of a list. Default: 1000.
    ///
    /// # Panics
    ///
    /// Panics if `entries` is 0.
    #[track_caller]
    pub fn page_size(mut self, entries: usize) -> Self {
        assert!(entries > 0, "`page_size` must be at least 1");
        self.page_size = entries;
        self
    }

    /// Sets the maximum time of a call whose handler has no timeout of its own. Default: 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum size of a result of a tool, a resource, a prompt or a completion, in bytes. Default: 8 MiB.
    ///
    /// A larger result of a tool is replaced by a tool error that asks the model to request less. A larger result of another
    /// handler is a protocol error.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let log = ToolHandler::function("read_log", [], || async { "started\n".repeat(1000) });
    /// let client = Client::modern(Server::builder("app", "1.0.0").tool(log).max_result_bytes(1000));
    /// let result = client.call_tool("read_log", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().ends_with("request less"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn max_result_bytes(mut self, bytes: usize) -> Self {
        self.max_result_bytes = bytes;
        self
    }

    /// Sets the time that a client has to respond to the input requests of a call. Default: 10 minutes. A later response is
    /// rejected, and its error asks the client to restart the call.
    pub fn input_timeout(mut self, time: Duration) -> Self {
        self.input_timeout = time;
        self
    }

    /// Replaces the text of errors by an incident number, which is in the log with the text. A
    /// [`ToolError`](crate::ToolError) keeps its text.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let read = ToolHandler::function("read", [], || async { Err::<(), _>("no file /srv/notes.db") });
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(read).mask_errors());
    /// let result = client.call_tool("read", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().starts_with("read failed, incident "));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn mask_errors(mut self) -> Self {
        self.masks_errors = true;
        self
    }

    /// Sets the store for the state that replicas share. Default: the memory of the process.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Enables [tasks](https://modelcontextprotocol.io/extensions/tasks) with these settings.
    ///
    /// If a tool has a task mode, tasks are enabled with the settings of [`TaskConfig::new`]. If only tools of providers have
    /// one, call this method.
    pub fn tasks(mut self, tasks: TaskConfig) -> Self {
        self.tasks = Some(tasks);
        self
    }

    /// Sets the bus on which replicas exchange changes, so that each notifies its clients of the changes of all. Without one,
    /// only the clients of the same process are notified.
    pub fn bus(mut self, bus: impl Bus) -> Self {
        self.bus = Some(Arc::new(bus));
        self
    }

    /// Sets the function that decides if a caller may read a resource. If not, the resource does not exist for the caller,
    /// and the caller is not notified of its changes. Default: every caller may read every resource.
    ///
    /// It is called for each read, for each subscription, and before each notification, so a revoked permission takes effect
    /// at once. It must return without waiting, and must not publish changes. Lists are the same for all callers.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("files", "1.0.0")
    ///     .may_read(|caller, uri| !uri.starts_with("file:///payroll/") || caller.has_scope("payroll"));
    /// ```
    pub fn may_read(mut self, may_read: impl Fn(&Caller, &str) -> bool + Send + Sync + 'static) -> Self {
        self.may_read = Some(Arc::new(may_read));
        self
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
    /// # Panics
    ///
    /// Panics if two tools, prompts, resources or templates have the same name or URI, if a variable of a template has no
    /// parameter, if an argument of a tool cannot be repeated in its HTTP header, or if a tool is for single use and there
    /// is no store.
    #[track_caller]
    pub fn build(self) -> Server {
        for template in &self.templates {
            template.assert_complete();
        }
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
            notify: self.notify,
            may_read: self.may_read,
            middleware: self.middleware,
            methods: self.methods,
            tools: CatalogItems::new(self.tools, self.tool_providers),
            prompts: CatalogItems::new(self.prompts, self.prompt_providers),
            resources: CatalogItems::new(self.resources, self.resource_providers.clone()),
            templates: CatalogItems::new(self.templates, self.resource_providers),
            meta_cache: MetaCache::default(),
        };
        state.capabilities = state.capabilities();
        for (name, settings) in self.extensions {
            state.capabilities.extensions.insert(name, settings);
        }
        state.tools.providers.iter().for_each(|provider| provider.attach(&state.notify));
        state.prompts.providers.iter().for_each(|provider| provider.attach(&state.notify));
        state.resources.providers.iter().for_each(|provider| provider.attach(&state.notify));
        if let Some(bus) = self.bus {
            state.notify.join(bus);
        }
        // Where a handler finds it through its context.
        state.shared.insert(state.notify.clone());

        Server { state: Arc::new(state), runtime: Arc::new(InlineRuntime::default()), seal: self.keys.into() }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Server {
    /// Creates a builder for a server with this name and version.
    pub fn builder(name: impl Into<String>, version: impl Into<String>) -> Builder {
        Builder::new(name, version)
    }
}
