//! Handlers of tools, prompts and resources: their definitions, their parameters, and the context of a running handler.

pub(crate) mod completer;
pub(crate) mod context;
pub(crate) mod empty_result;
pub(crate) mod error;
pub(crate) mod execution;
pub(crate) mod from_struct;
pub(crate) mod handler_core;
pub(crate) mod handler_error;
pub(crate) mod input_check;
pub(crate) mod input_schema;
pub(crate) mod kind;
pub(crate) mod latency;
pub(crate) mod parameters;
pub(crate) mod progress;
pub(crate) mod prompt;
pub(crate) mod resource;
pub(crate) mod results;
pub(crate) mod schema;
pub(crate) mod session;
pub(crate) mod task_mode;
pub(crate) mod template;
pub(crate) mod tool;
pub(crate) mod tool_hints;
pub(crate) mod tool_name;
pub(crate) mod tool_output;
#[cfg(feature = "validate")]
pub(crate) mod tool_schema;
#[cfg(feature = "validate")]
pub(crate) mod validate;
#[cfg(not(feature = "validate"))]
#[path = "validate_disabled.rs"]
pub(crate) mod validate;

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{Annotations, CacheScope, Caching, Icon, Prompt, Resource, ResourceTemplate, Tool};
use serde_json::Value;

use crate::handler::error::Failure;
use crate::handler::execution::Execution;
use crate::handler::handler_core::HandlerCore;
use crate::handler::handler_error::HandlerError;
use crate::handler::kind::{ContentKind, HandlerKind, HandlerParts};
use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::call_arguments::{CallArguments, Parameter};
use crate::handler::parameters::parameter_spec::ParameterSpec;
use crate::handler::results::contents::caching;

/// A tool, a prompt, a resource or a template: its definition, which clients see, and the code that serves it. Cheap to
/// clone.
///
/// `K` is the type of the definition. There is one alias for each kind: [`ToolHandler`], [`PromptHandler`],
/// [`ResourceHandler`] and [`TemplateHandler`]. The macros `#[tool]`, `#[prompt]` and `#[resource]` create them, and
/// [`Builder`](crate::Builder) takes them.
///
/// ```
/// use std::time::Duration;
///
/// use mcpwright_core::Icon;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{PromptHandler, ResourceHandler, Server, TemplateHandler, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
///     .title("Addition")
///     .description("Add two integers.")
///     .argument("b", |b| b.default(1))
///     .icon(Icon::new("https://example.com/plus.png"))
///     .meta("com.example/category", "arithmetic")
///     .timeout(Duration::from_secs(1));
/// assert_eq!(add.definition().title.as_deref(), Some("Addition"));
///
/// let server = Server::builder("example", "1.0.0")
///     .tool(add)
///     .prompt(PromptHandler::function("greet", ["name"], |name: String| async move { format!("Greet {name}.") }))
///     .resource(ResourceHandler::function("note://all", "all", || async { "all notes" }))
///     .template(TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move {
///         format!("note {id}")
///     }));
/// let client = Client::modern(server);
/// assert_eq!(client.call_tool("add", [("a", 2)]).await?.content[0].as_text(), Some("3"));
/// assert_eq!(client.get_prompt("greet", [("name", "Ada")]).await?.messages[0].content.as_text(), Some("Greet Ada."));
/// assert_eq!(client.read_resource("note://7").await?.contents.len(), 1);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Handler<K: HandlerKind>(Arc<HandlerParts<K>>);

/// A tool together with the code that serves it.
///
/// ```
/// use mcpwright_server::ToolHandler;
///
/// let roll = ToolHandler::function("roll", ["sides"], |sides: u32| async move { format!("1 of {sides}") })
///     .description("Roll a die.")
///     .argument("sides", |sides| sides.default(6).range(2..=100));
/// assert_eq!(roll.definition().input_schema["properties"]["sides"]["default"], 6);
/// ```
pub type ToolHandler = Handler<Tool>;

/// A prompt together with the code that serves it.
///
/// ```
/// use mcpwright_server::PromptHandler;
///
/// let review = PromptHandler::function("review", ["path"], |path: String| async move { format!("Review {path}.") })
///     .description("Review a file.")
///     .argument("path", |path| path.description("Path of the file."));
/// assert_eq!(review.definition().arguments[0].required, Some(true));
/// ```
pub type PromptHandler = Handler<Prompt>;

/// A resource together with the code that reads it.
///
/// ```
/// use mcpwright_server::ResourceHandler;
///
/// let theme = ResourceHandler::function("settings://theme", "theme", || async { "dark" })
///     .description("The color theme of the editor.")
///     .mime_type("text/plain");
/// assert_eq!(theme.definition().uri, "settings://theme");
/// ```
pub type ResourceHandler = Handler<Resource>;

/// A template of resources together with the code that reads them.
///
/// ```
/// use mcpwright_server::TemplateHandler;
///
/// let page = TemplateHandler::function("wiki://{title}", "page", ["title"], |title: String| async move {
///     // `None` means that there is no such page.
///     (title == "Home").then_some("Welcome!")
/// })
/// .mime_type("text/markdown");
/// assert_eq!(page.definition().uri_template, "wiki://{title}");
/// ```
pub type TemplateHandler = Handler<ResourceTemplate>;

impl<K: HandlerKind> Handler<K> {
    #[track_caller]
    fn from_parts(
        definition: K,
        settings: K::Settings,
        code: impl Fn(CallArguments<'_>) -> Result<Execution<K::Output>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let (core, location) = (HandlerCore::new(code), Location::caller());
        Self(Arc::new(HandlerParts { definition, core, settings, location, error: None }))
    }

    /// Declares the next parameter of the handler.
    ///
    /// ```
    /// use mcpwright_core::{GetPromptResult, PromptMessage};
    /// use mcpwright_server::{Argument, Caller, Execution, PromptHandler};
    ///
    /// let greet = PromptHandler::new("greet", |mut arguments| {
    ///     let name = arguments.extract::<String, _>(0);
    ///     let caller = arguments.extract::<Caller, _>(1);
    ///     arguments.check()?;
    ///     let message = PromptMessage::user(format!("Greet {} from {}.", name.value(), caller.value()));
    ///     Ok(Execution::future(async { Ok(GetPromptResult::new([message])) }))
    /// })
    /// .parameter::<String, _>(Argument::new("name").description("Name of a person."))
    /// // An extractor needs no name, because clients do not see it.
    /// .parameter::<Caller, _>(Argument::new(""));
    /// assert_eq!(greet.definition().arguments.len(), 1);
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the type has a schema that cannot be published, if a setting of the
    /// argument does not fit the type or another setting, or if an argument of a resource has no variable with its name in
    /// the URI.
    #[must_use]
    #[track_caller]
    pub fn parameter<T: Parameter<P>, P>(self, argument: Argument) -> Self {
        self.with_parameters(ParameterSpec::of::<T, P>(argument).map(|spec| vec![spec]))
    }

    /// Changes the settings of an argument.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let search = ToolHandler::function("search", ["query", "limit"], |query: String, limit: u32| async move {
    ///     format!("{limit} notes about {query}")
    /// })
    /// .argument("query", |query| query.description("Words to search for.").length(1..=200))
    /// .argument("limit", |limit| limit.default(10).range(1..=100));
    /// let schema = &search.definition().input_schema;
    /// assert_eq!(schema["properties"]["limit"]["maximum"], 100);
    /// assert_eq!(schema["required"].as_array().map(Vec::len), Some(1));
    /// ```
    ///
    /// The handler has an [error](Self::checked) if there is no argument of this name, or if a setting does not fit the type
    /// or another setting.
    #[must_use]
    #[track_caller]
    pub fn argument(mut self, name: &str, set: impl FnOnce(Argument) -> Argument) -> Self {
        let set = self.parts_mut().core.parameters.set_argument(name, set);
        self.accept(set);
        self.updated()
    }

    /// Sets the description: for the model that chooses tools and reads resources, or for the user who chooses a
    /// prompt.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
    ///     .description("Add two integers.");
    /// assert_eq!(add.definition().description.as_deref(), Some("Add two integers."));
    /// ```
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        *self.parts_mut().definition.common_mut().description = Some(description.into());
        self
    }

    /// Sets the title, which clients show to their users.
    ///
    /// ```
    /// use mcpwright_server::PromptHandler;
    ///
    /// let review = PromptHandler::function("review", [], || async { "Review the open file." }).title("Review a file");
    /// assert_eq!(review.definition().title.as_deref(), Some("Review a file"));
    /// ```
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        *self.parts_mut().definition.common_mut().title = Some(title.into());
        self
    }

    /// Adds an icon.
    ///
    /// ```
    /// use mcpwright_core::Icon;
    /// use mcpwright_server::ToolHandler;
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
    ///     .icon(Icon::new("https://example.com/plus.svg").mime_type("image/svg+xml"))
    ///     .icon(Icon::new("https://example.com/plus.png"));
    /// assert_eq!(add.definition().icons.len(), 2);
    /// ```
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.parts_mut().definition.common_mut().icons.push(icon);
        self
    }

    /// Adds metadata outside the schema (`_meta`) to the definition.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b })
    ///     .meta("com.example/category", "arithmetic");
    /// assert_eq!(add.definition().meta.get("com.example/category"), Some(&"arithmetic".into()));
    /// ```
    #[must_use]
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parts_mut().definition.common_mut().meta.0.insert(key.into(), value.into());
        self
    }

    /// Sets the maximum time of a call. Default: the timeout of the server, which is 5 minutes unless
    /// [`Builder::timeout`](crate::Builder::timeout) sets another one.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// # use futures::future::BoxFuture;
    /// #
    /// # /// A runtime whose timers elapse at once.
    /// # struct InstantRuntime;
    /// #
    /// # impl mcpwright_server::Runtime for InstantRuntime {
    /// #     fn now(&self) -> std::time::Instant { std::time::Instant::now() }
    /// #     fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> { Box::pin(async {}) }
    /// #     fn spawn(&self, _: BoxFuture<'static, ()>) {}
    /// #     fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) { job() }
    /// # }
    ///
    /// # futures::executor::block_on(async {
    /// let search = ToolHandler::function("search", [], std::future::pending::<()>).timeout(Duration::from_secs(5));
    /// let server = Server::builder("library", "1.0.0").tool(search).build();
    /// # let server = server.with_runtime(Arc::new(InstantRuntime));
    /// let result = Client::modern(server).call_tool("search", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().starts_with("timed out: search took longer than 5s, incident "));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.parts_mut().core.timeout = Some(timeout);
        self
    }

    /// Returns the definition that clients see.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b });
    /// let definition = add.definition();
    /// assert_eq!(definition.name, "add");
    /// assert_eq!(definition.input_schema["required"][1], "b");
    /// ```
    pub fn definition(&self) -> &K {
        &self.0.definition
    }

    /// Returns the handler, or the first error in its declaration.
    ///
    /// A program that makes handlers from data calls this to learn which data are wrong. Otherwise it is not needed:
    /// [`Builder::build`](crate::Builder::build) panics with the error, and an invalid handler of a provider is logged and left
    /// out, without effect on the others.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// // Names from a file.
    /// let names = ["list_users", "delete user", "add_user"];
    /// let tools = names.map(|name| ToolHandler::function(name, [], move || async move { name }).checked());
    /// assert_eq!(tools.iter().filter(|tool| tool.is_ok()).count(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the first error in the declaration of the handler.
    pub fn checked(self) -> Result<Self, HandlerError> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }

    /// Returns the first error in the declaration of the handler.
    pub(crate) fn error(&self) -> Option<HandlerError> {
        let new = |reason| HandlerError::new(K::NAME, self.key(), reason, self.0.location);
        self.0.error.clone().or_else(|| K::check_complete(&self.0).err().map(new))
    }

    /// Returns `true` if the handler rejects calls that have neither a session nor an authenticated caller.
    pub(crate) fn needs_session(&self) -> bool {
        self.0.core.parameters.need_session()
    }

    /// Returns the name or the URI that identifies the handler on a server.
    pub(crate) fn key(&self) -> &str {
        self.0.definition.key()
    }

    /// Returns the handler behind `Any`, for a call that keeps it after the lookup.
    pub(crate) fn into_any(self) -> Arc<dyn Any + Send + Sync> {
        self.0
    }

    /// Returns the handler that `into_any` was called on.
    pub(crate) fn from_any(any: &Arc<dyn Any + Send + Sync>) -> Option<Self> {
        Arc::clone(any).downcast().ok().map(Self)
    }

    pub(crate) fn core(&self) -> &HandlerCore<K::Output> {
        &self.0.core
    }

    pub(crate) fn settings(&self) -> &K::Settings {
        &self.0.settings
    }

    /// Adds parameters.
    #[track_caller]
    fn with_parameters(mut self, specs: Result<Vec<ParameterSpec>, String>) -> Self {
        if let Some(specs) = self.accept(specs) {
            self.parts_mut().core.parameters.specs.extend(specs);
        }
        self.updated()
    }

    /// Updates the definition after the parameters have changed.
    #[track_caller]
    fn updated(mut self) -> Self {
        let updated = K::update(self.parts_mut());
        self.accept(updated);
        self
    }

    /// Returns the value of `result`, or keeps its error, if it is the first.
    #[track_caller]
    pub(crate) fn accept<T>(&mut self, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(reason) => {
                let error = HandlerError::new(K::NAME, self.key(), reason, Location::caller());
                self.parts_mut().error.get_or_insert(error);
                None
            }
        }
    }

    fn parts_mut(&mut self) -> &mut HandlerParts<K> {
        let parts = Arc::make_mut(&mut self.0);
        parts.core.reset();
        parts
    }
}

impl<K: ContentKind> Handler<K> {
    /// Sets the name, which programs use.
    ///
    /// ```
    /// use mcpwright_server::ResourceHandler;
    ///
    /// let report = ResourceHandler::function("report://sales", "report", || async { "no sales" });
    /// // Each customer has another name for it.
    /// assert_eq!(report.clone().name("sales_report").definition().name, "sales_report");
    /// assert_eq!(report.definition().name, "report");
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        *self.parts_mut().definition.content_mut().name = name.into();
        self
    }

    /// Sets the MIME type of the contents.
    ///
    /// ```
    /// use mcpwright_server::ResourceHandler;
    ///
    /// let readme = ResourceHandler::function("file:///readme.md", "readme", || async { "# Read me" })
    ///     .mime_type("text/markdown");
    /// assert_eq!(readme.definition().mime_type.as_deref(), Some("text/markdown"));
    /// ```
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        *self.parts_mut().definition.content_mut().mime_type = Some(mime_type.into());
        self
    }

    /// Sets annotations: the audience of the contents, their priority, and the time of their last change.
    ///
    /// ```
    /// use mcpwright_core::{Annotations, Role};
    /// use mcpwright_server::ResourceHandler;
    ///
    /// // Logs are for the user to read, and not for the model.
    /// let log = ResourceHandler::function("app://log", "log", || async { "started" })
    ///     .annotations(Annotations::new().audience([Role::User]).priority(0.2));
    /// assert!(log.definition().annotations.is_some());
    /// ```
    #[must_use]
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        *self.parts_mut().definition.content_mut().annotations = Some(annotations);
        self
    }

    /// Sets the time that the contents may be cached, and the scope of the cache.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_core::CacheScope;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{ResourceHandler, Server};
    /// use serde_json::json;
    ///
    /// # futures::executor::block_on(async {
    /// let prices = ResourceHandler::function("shop://prices", "prices", || async { "tea: 4" })
    ///     .cache(Duration::from_secs(60), CacheScope::Public);
    /// let client = Client::modern(Server::builder("shop", "1.0.0").resource(prices));
    /// let result = client.send("resources/read", json!({ "uri": "shop://prices" })).await?;
    /// assert_eq!(result.member("ttlMs"), Some("60000"));
    /// assert_eq!(result.member("cacheScope"), Some(r#""public""#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
        K::set_caching(&mut self.parts_mut().settings, caching(time, scope));
        self
    }

    pub(crate) fn caching(&self) -> Option<Caching> {
        K::caching(&self.0.settings)
    }
}

impl<K: HandlerKind> fmt::Debug for Handler<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("definition", &self.0.definition).finish_non_exhaustive()
    }
}
