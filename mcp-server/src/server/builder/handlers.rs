//! The handlers of a server, and what is around them: providers, methods of extensions, middleware, and shared values.

use std::sync::Arc;

use mcpwright_core::method;
use serde_json::{Map, Value};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::handler::ToolHandler;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::server::builder::Builder;
use crate::server::feature::OptionalFeature;
use crate::server::provider::{PromptProvider, ResourceProvider, ToolProvider};

impl Builder {
    /// Adds a tool.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b });
    /// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(add));
    /// assert_eq!(client.call_tool("add", [("a", 2), ("b", 3)]).await?.content[0].as_text(), Some("5"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn tool(mut self, tool: ToolHandler) -> Self {
        self.tools.push(tool);
        self
    }

    /// Adds a provider of tools that can change while the server runs. They are listed after those of [`tool`](Self::tool).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let plugins = Catalog::new();
    /// let client = Client::modern(Server::builder("editor", "1.0.0").tool_provider(plugins.clone()));
    /// plugins.insert(ToolHandler::function("spell_check", [], || async { "no errors" }));
    /// assert_eq!(client.call_tool("spell_check", ()).await?.content[0].as_text(), Some("no errors"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn tool_provider(mut self, provider: impl ToolProvider) -> Self {
        self.tool_providers.push(Arc::new(provider));
        self
    }

    /// Adds a prompt.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{PromptHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let review = PromptHandler::function("review", ["path"], |path: String| async move {
    ///     format!("Review {path}.")
    /// });
    /// let client = Client::modern(Server::builder("editor", "1.0.0").prompt(review));
    /// let result = client.get_prompt("review", [("path", "main.rs")]).await?;
    /// assert_eq!(result.messages[0].content.as_text(), Some("Review main.rs."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn prompt(mut self, prompt: PromptHandler) -> Self {
        self.prompts.push(prompt);
        self
    }

    /// Adds a provider of prompts that can change while the server runs. They are listed after those of
    /// [`prompt`](Self::prompt).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, PromptHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let prompts = Catalog::new();
    /// let client = Client::modern(Server::builder("editor", "1.0.0").prompt_provider(prompts.clone()));
    /// prompts.insert(PromptHandler::function("review", [], || async { "Review the open file." }));
    /// assert_eq!(client.list_prompts().await?[0].name, "review");
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn prompt_provider(mut self, provider: impl PromptProvider) -> Self {
        self.prompt_providers.push(Arc::new(provider));
        self
    }

    /// Adds a resource.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{ResourceHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let theme = ResourceHandler::function("settings://theme", "theme", || async { "dark" });
    /// let client = Client::modern(Server::builder("editor", "1.0.0").resource(theme));
    /// assert_eq!(client.read_resource("settings://theme").await?.contents.len(), 1);
    /// assert!(client.read_resource("settings://font").await.is_err());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn resource(mut self, resource: ResourceHandler) -> Self {
        self.resources.push(resource);
        self
    }

    /// Adds a resource template.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, TemplateHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let note = TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move {
    ///     format!("note {id}")
    /// });
    /// let client = Client::modern(Server::builder("notes", "1.0.0").template(note));
    /// assert_eq!(client.list_resource_templates().await?[0].uri_template, "note://{id}");
    /// assert_eq!(client.read_resource("note://7").await?.contents.len(), 1);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn template(mut self, template: TemplateHandler) -> Self {
        self.templates.push(template);
        self
    }

    /// Adds a provider of resources and templates that can change while the server runs. They are listed after those of
    /// [`resource`](Self::resource) and [`template`](Self::template).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, ResourceHandler, Server};
    ///
    /// # futures::executor::block_on(async {
    /// let files = Catalog::new();
    /// let client = Client::modern(Server::builder("editor", "1.0.0").resource_provider(files.clone()));
    /// files.insert(ResourceHandler::function("file:///readme.md", "readme", || async { "# Read me" }));
    /// assert_eq!(client.list_resources().await?[0].name, "readme");
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn resource_provider(mut self, provider: impl ResourceProvider) -> Self {
        self.resource_providers.push(Arc::new(provider));
        self
    }

    /// Adds the handler of a method that the engine does not implement, such as one of an extension.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Call, MethodHandler, NotificationSender, Outcome, Server, async_trait};
    /// use serde_json::json;
    ///
    /// struct Count;
    ///
    /// #[async_trait]
    /// impl MethodHandler for Count {
    ///     async fn handle(&self, _: &Call, _: &NotificationSender) -> Outcome {
    ///         Outcome::complete(&json!({ "notes": 3 }))
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("notes", "1.0.0").method("com.example/count", Count));
    /// assert_eq!(client.send("com.example/count", json!({})).await?.member("notes"), Some("3"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
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

    /// Adds middleware around every call. The first one added is the outermost.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Call, Middleware, Next, Outcome, Server, ToolHandler, async_trait};
    ///
    /// struct Trace(&'static str, Arc<Mutex<Vec<&'static str>>>);
    ///
    /// #[async_trait]
    /// impl Middleware for Trace {
    ///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
    ///         self.1.lock().unwrap().push(self.0);
    ///         next.run(call).await
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let order = Arc::default();
    /// let server = Server::builder("clock", "1.0.0")
    ///     .tool(ToolHandler::function("now", [], || async { "noon" }))
    ///     .middleware(Trace("outer", Arc::clone(&order)))
    ///     .middleware(Trace("inner", Arc::clone(&order)));
    /// Client::modern(server).call_tool("now", ()).await?;
    /// assert_eq!(*order.lock().unwrap(), ["outer", "inner"]);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
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

    /// Leaves out a part of the protocol that the server offers otherwise: it is not among the capabilities, and its methods
    /// and notifications do not exist.
    ///
    /// ```
    /// use mcpwright_server::{OptionalFeature, Server, ToolHandler};
    ///
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).without(OptionalFeature::ListChanges).build();
    /// assert_eq!(server.capabilities().tools.as_ref().unwrap().list_changed, None);
    /// ```
    pub fn without(mut self, feature: OptionalFeature) -> Self {
        self.left_out.push(feature);
        self
    }

    /// Declares the capability `logging`: messages of [`Context::log`](crate::Context::log) are sent to the client. Default: they
    /// go to the log of the process.
    ///
    /// Revision 2026-07-28 deprecates the capability.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("importer", "1.0.0").logging().build();
    /// assert!(server.capabilities().logging.is_some());
    /// assert!(Server::builder("clock", "1.0.0").build().capabilities().logging.is_none());
    /// ```
    pub fn logging(mut self) -> Self {
        self.logging = true;
        self
    }

    /// Declares an experimental capability and its settings: one that is not in the specification, and not an extension.
    ///
    /// ```
    /// use mcpwright_server::Server;
    /// use serde_json::{Map, json};
    ///
    /// let settings = Map::from_iter([("formats".to_owned(), json!(["svg"]))]);
    /// let server = Server::builder("charts", "1.0.0").experimental("com.example/preview", settings).build();
    /// assert_eq!(server.capabilities().experimental.get("com.example/preview").unwrap()["formats"][0], "svg");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the capability is declared already.
    #[track_caller]
    pub fn experimental(mut self, name: impl Into<String>, settings: Map<String, Value>) -> Self {
        let name = name.into();
        let text = format!("the experimental capability `{name}` must be declared once");
        assert!(self.experimental.insert(name, settings).is_none(), "{text}");
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
}
