//! The rules by which a server differs between requests.

use std::sync::Arc;

use mcpwright_core::Tool;

use crate::call::request_info::RequestInfo;
use crate::handler::ToolHandler;
use crate::server::builder::Builder;
use crate::server::item::Item;
use crate::server::rules::Presentation;

impl Builder {
    /// Sets the function that decides which items exist for a request. Default: all.
    ///
    /// A hidden item is unknown: it is in no list, and a call, read or completion that names it receives the same error as
    /// one that names nothing. The client is not notified of its changes. A subscription to a resource that is neither listed nor
    /// described by a template is rejected, like one to a hidden resource. If several functions are set, an item must satisfy
    /// all. One that panics hides the item.
    ///
    /// It is called for each item of a list, for each call and read, for each subscription, and before each notification of a
    /// resource, so a revoked permission takes effect at once. It must return without waiting, and must not publish changes.
    /// Publish a change of the list when a permission changes: it is sent to the clients whose list differs.
    ///
    /// Lists are encoded once for all requests that see the same items, and clients and proxies must not share them.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Caller, Item, ResourceHandler, Server};
    /// use serde_json::Map;
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("files", "1.0.0")
    ///     .resource(ResourceHandler::function("file:///payroll/may", "May", || async { "Ada: 5000" }))
    ///     .visible(|request, item| match item {
    ///         Item::Resource(uri) => !uri.starts_with("file:///payroll/") || request.caller().has_scope("payroll"),
    ///         _ => true,
    ///     })
    ///     .build();
    /// let clerk = Caller::new("ada", ["payroll".to_owned()], Map::new());
    /// assert!(Client::modern(server.clone()).read_resource("file:///payroll/may").await.is_err());
    /// assert!(Client::modern(server).caller(clerk).read_resource("file:///payroll/may").await.is_ok());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn visible(
        mut self,
        visible: impl Fn(&RequestInfo<'_>, Item<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rules.visible.push(Arc::new(visible));
        self
    }

    /// Changes the tools that a list shows to a request: their descriptions, `_meta` or schemas.
    ///
    /// A call is checked against the schema of the handler, and the name stays. A tool is left out of a list if the function
    /// panics for it. Such lists are encoded for each request: use [`present_by`](Self::present_by) if the change depends on
    /// a few values only.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(
    ///     Server::builder("mail", "1.0.0")
    ///         .tool(ToolHandler::function("send", [], || async { "sent" }))
    ///         .present(|request, tool| tool.description = Some(format!("Sends mail as {}.", request.caller()))),
    /// );
    /// assert_eq!(client.list_tools().await?[0].description.as_deref(), Some("Sends mail as anonymous."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn present(mut self, edit: impl Fn(&RequestInfo<'_>, &mut Tool) + Send + Sync + 'static) -> Self {
        self.rules.presentations.push(Presentation::Request(Arc::new(edit)));
        self
    }

    /// Changes the tools that a list shows to a request, by a key of the request: a language, a plan, a region.
    ///
    /// `edit` receives nothing but the key, so lists are encoded once for all requests with the same key that see the same
    /// tools. Otherwise it is like [`present`](Self::present).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(
    ///     Server::builder("shop", "1.0.0")
    ///         .tool(ToolHandler::function("pay", [], || async { "paid" }).description("Pays the order."))
    ///         .present_by(
    ///             |request| request.caller().claim("locale").and_then(|it| it.as_str()).unwrap_or("en").to_owned(),
    ///             |locale, tool| {
    ///                 if locale == "de" {
    ///                     tool.description = Some("Bezahlt die Bestellung.".to_owned());
    ///                 }
    ///             },
    ///         ),
    /// );
    /// assert_eq!(client.list_tools().await?[0].description.as_deref(), Some("Pays the order."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn present_by(
        mut self,
        key: impl Fn(&RequestInfo<'_>) -> String + Send + Sync + 'static,
        edit: impl Fn(&str, &mut Tool) + Send + Sync + 'static,
    ) -> Self {
        self.rules.presentations.push(Presentation::Key(Arc::new(key), Arc::new(edit)));
        self
    }

    /// Sets the function that returns the instructions for a request, in place of [`instructions`](Self::instructions).
    ///
    /// ```
    /// use mcpwright_server::Server;
    /// use mcpwright_server::testing::Client;
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("notes", "1.0.0").instructions_for(|request| {
    ///     let is_known = request.caller().subject().is_some();
    ///     Some(if is_known { "Notes of the user." } else { "Public notes. Sign in for more." }.to_owned())
    /// }));
    /// assert_eq!(client.discover().await?.instructions.as_deref(), Some("Public notes. Sign in for more."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn instructions_for(
        mut self,
        instructions: impl Fn(&RequestInfo<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.rules.instructions = Some(Arc::new(instructions));
        self
    }

    /// Returns the definitions of the tools that the builder has so far, such as those that `#[server]` declares. Tools of
    /// providers are not among them, and the hints and titles that the server sets for all tools are added by
    /// [`build`](Self::build) only: [`Server::tools`](crate::Server::tools) has them.
    ///
    /// ```
    /// use mcpwright_server::{ResourceHandler, Server, ToolHandler};
    ///
    /// let builder = Server::builder("clock", "1.0.0").tool(ToolHandler::function("now", [], || async { "noon" }));
    /// // A resource that describes each tool.
    /// let pages: Vec<_> = builder.tools().map(|tool| (tool.name.clone(), format!("# {}", tool.name))).collect();
    /// let server = pages.into_iter().fold(builder, |builder, (name, page)| {
    ///     builder.resource(ResourceHandler::function(format!("doc://{name}"), name, move || {
    ///         let page = page.clone();
    ///         async move { page }
    ///     }))
    /// });
    /// # let _ = server.build();
    /// ```
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().map(ToolHandler::definition)
    }

    /// Removes the tools that do not satisfy a condition, such as some of those that `#[server]` declares. Tools of providers
    /// stay.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name: &str| ToolHandler::function(name, [], || async { "done" });
    /// let server = Server::builder("files", "1.0.0")
    ///     .tool(tool("read"))
    ///     .tool(tool("delete"))
    ///     .retain_tools(|tool| tool.name != "delete")
    ///     .build();
    /// assert_eq!(server.tools().len(), 1);
    /// ```
    pub fn retain_tools(mut self, keep: impl FnMut(&Tool) -> bool) -> Self {
        let mut keep = keep;
        self.tools.retain(|tool| keep(tool.definition()));
        self
    }
}
