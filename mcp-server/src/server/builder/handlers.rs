//! The handlers of a server, and what is around them: providers, methods of extensions, middleware, and shared values.

use std::sync::Arc;

use mcpwright_core::method;
use serde_json::{Map, Value};

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::handler::ToolHandler;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::server::builder::Builder;
use crate::server::provider::{PromptProvider, ResourceProvider, ToolProvider};

impl Builder {
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
