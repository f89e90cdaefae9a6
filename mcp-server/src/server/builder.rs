//! How a server is described.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{CacheScope, Caching, Icon, Implementation, ServerCapabilities};
use serde_json::{Map, Value};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::ToolHandler;
use crate::handler::task_mode::TaskMode;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::limits::DEFAULT_TIMEOUT;
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

/// A type that is a server: `#[server]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`"
)]
pub trait Serve: Sized {
    /// Describes the server.
    fn into_builder(self) -> Builder;
}

impl Serve for Builder {
    fn into_builder(self) -> Builder {
        self
    }
}

/// What can be served: a type with `#[server]`, a [`Builder`], or a [`Server`] itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "not a server",
    note = "put `#[server]` on one of its `impl` blocks, or describe a server with `Server::builder`"
)]
pub trait IntoServer {
    /// The server.
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

/// Describes a server: what `#[server]` expands to, and what needs no macro.
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

    /// Entries on one page of a list, if nothing is said.
    const PAGE_SIZE: usize = 1000;
    /// How long a client may take to answer what it is asked, if nothing is said.
    const INPUT_TIMEOUT: Duration = Duration::from_secs(10 * 60);
    /// The largest result in bytes, if nothing is said.
    const MAX_RESULT_BYTES: usize = 8 << 20;

    /// A server of this name and version that offers nothing yet.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            info: Implementation::new(name, version),
            instructions: None,
            extensions: BTreeMap::new(),
            caching: Caching::new(0, CacheScope::Private),
            page_size: Self::PAGE_SIZE,
            timeout: DEFAULT_TIMEOUT,
            max_result_bytes: Self::MAX_RESULT_BYTES,
            masks_errors: false,
            store: None,
            tasks: None,
            input_timeout: Self::INPUT_TIMEOUT,
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

    /// The name and the version that clients are told.
    pub fn name(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.info.name = name.into();
        self.info.version = version.into();
        self
    }

    /// What people call the server.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.info.title = Some(title.into());
        self
    }

    /// What the server is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.info.description = Some(description.into());
        self
    }

    /// Where people read more.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.info.website_url = Some(url.into());
        self
    }

    /// A picture of the server; may be said more than once.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.info.icons.push(icon);
        self
    }

    /// How to use the server, for the model.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Offers a tool.
    pub fn tool(mut self, tool: ToolHandler) -> Self {
        self.tools.push(tool);
        self
    }

    /// Offers tools that may come and go, after those that are always there.
    pub fn tool_provider(mut self, provider: impl ToolProvider) -> Self {
        self.tool_providers.push(Arc::new(provider));
        self
    }

    /// Offers a prompt.
    pub fn prompt(mut self, prompt: PromptHandler) -> Self {
        self.prompts.push(prompt);
        self
    }

    /// Offers prompts that may come and go, after those that are always there.
    pub fn prompt_provider(mut self, provider: impl PromptProvider) -> Self {
        self.prompt_providers.push(Arc::new(provider));
        self
    }

    /// Offers a resource.
    pub fn resource(mut self, resource: ResourceHandler) -> Self {
        self.resources.push(resource);
        self
    }

    /// Offers the resources of a template.
    pub fn template(mut self, template: TemplateHandler) -> Self {
        self.templates.push(template);
        self
    }

    /// Offers resources that may come and go, after those that are always there.
    pub fn resource_provider(mut self, provider: impl ResourceProvider) -> Self {
        self.resource_providers.push(Arc::new(provider));
        self
    }

    /// Answers a method of an extension, or of your own.
    pub fn method(mut self, name: impl Into<String>, handler: impl MethodHandler) -> Self {
        self.methods.insert(name.into(), Arc::new(handler));
        self
    }

    /// Declares an extension with its settings.
    pub fn extension(mut self, name: impl Into<String>, settings: Map<String, Value>) -> Self {
        self.extensions.insert(name.into(), settings);
        self
    }

    /// Wraps every call; the first one said is the outermost.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Shares a value with every handler, which finds it by its type with [`Ext`](crate::Ext).
    pub fn share<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.shared.insert(value);
        self
    }

    /// How long, and between whom, clients may cache lists and what is read; not at all if nothing is said.
    pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
        self.caching = Caching::new(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), scope);
        self
    }

    /// The most entries on one page of a list: 1000 if nothing is said.
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn page_size(mut self, entries: usize) -> Self {
        assert!(entries > 0, "a page holds at least one entry");
        self.page_size = entries;
        self
    }

    /// Ends a call that takes longer: five minutes if nothing is said, there or at the handler.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest result of a tool, a resource, a prompt or a completion, in bytes: 8 MiB if nothing is said.
    ///
    /// In the place of a larger one, the model reads that the tool should be asked for less; the others are answered
    /// with an error.
    pub fn max_result_bytes(mut self, bytes: usize) -> Self {
        self.max_result_bytes = bytes;
        self
    }

    /// Gives clients this long to answer what a handler asks of their user or model; ten minutes if nothing is said. An
    /// answer that comes later is refused, and the client is told to begin again.
    pub fn input_timeout(mut self, time: Duration) -> Self {
        self.input_timeout = time;
        self
    }

    /// Replaces the text of errors by a number that the log explains, except where a tool chose its words with
    /// [`ToolError`](crate::ToolError).
    pub fn mask_errors(mut self) -> Self {
        self.masks_errors = true;
        self
    }

    /// Keeps what replicas share in this store; in the memory of each process if nothing is said.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Says what is done with calls that become [tasks](https://modelcontextprotocol.io/extensions/tasks).
    ///
    /// A server with a tool that says so by itself needs this only for other settings than those of [`TaskConfig::new`]. One
    /// where only a provider brings such tools needs it to say that it has tasks.
    pub fn tasks(mut self, tasks: TaskConfig) -> Self {
        self.tasks = Some(tasks);
        self
    }

    /// Tells the clients of other replicas of changes, and those here of changes at the others, over this bus. Without
    /// one, each process tells its own clients only.
    pub fn bus(mut self, bus: impl Bus) -> Self {
        self.bus = Some(Arc::new(bus));
        self
    }

    /// Says who may read which resources: a caller who may not is told that there is no such resource, and hears nothing
    /// of its changes. Without a word, every caller may read all.
    ///
    /// It is asked when a resource is read, when a client subscribes to it, and again each time a change is about to be
    /// told: what is taken back counts from then on. So it answers at once, from memory, and tells of no changes itself.
    /// Lists are the same for all callers.
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

    /// Tells clients of changes, also before the server is built.
    pub fn notify(&self) -> &Notify {
        &self.notify
    }

    /// Builds the server.
    ///
    /// # Panics
    ///
    /// When two tools, prompts, resources or templates have the same name or URI, when a variable of a template has
    /// no parameter, when an argument of a tool cannot be repeated in its HTTP header, or when a tool is for
    /// single use and there is no store.
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
                "`{name}` is for single use, and a server without a store does not know what was used: say `.store(…)`, \
                 with a `MemoryStore` if there is one process only"
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
