//! Providers of tools, prompts and resources that change while the server runs.

use std::error::Error;

use async_trait::async_trait;
use mcpwright_core::ErrorObject;

use crate::call::request_info::RequestInfo;
use crate::handler::kind::HandlerKind;
use crate::handler::{Handler, PromptHandler, ResourceHandler, TemplateHandler, ToolHandler};
use crate::subscriptions::notify::Notify;
use crate::subscriptions::subscribed::Subscribed;

/// An error of a provider. An [`ErrorObject`] reaches the client as it is. For any other error, the client receives an incident
/// number, and the log the error.
///
/// ```
/// use mcpwright_core::ErrorCode;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, RequestInfo, Server, ToolHandler, ToolProvider, async_trait};
///
/// /// A tool for each line of a file.
/// struct Reports;
///
/// #[async_trait]
/// impl ToolProvider for Reports {
///     async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
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
/// use mcpwright_server::{ProviderError, RequestInfo, Server, ToolHandler, ToolProvider, async_trait};
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
///     async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
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
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed, or
    /// after a change of the list was published, as with [`Notify::tools_list_changed`]. Default: 0.
    fn revision(&self) -> u64 {
        0
    }

    /// Returns the key of the list for a request: requests with equal keys get the same list. Default: one list for all
    /// requests.
    ///
    /// `None` stands for a list that is never cached. The function must be fast: it is called for each request for the list.
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        let _ = request;
        Some(String::new())
    }

    /// Returns the tools that a request sees, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError>;

    /// Returns the tool with this name. Default: searches [`tools`](Self::tools).
    ///
    /// The tool need not be in the list: a provider can return a handler for any name, such as an operation of another
    /// service that it looks up when it is called.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{ProviderError, RequestInfo, Server, ToolHandler, ToolProvider, async_trait};
    ///
    /// /// The commands of another program: none is listed, and any can be called.
    /// struct Commands;
    ///
    /// #[async_trait]
    /// impl ToolProvider for Commands {
    ///     async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
    ///         Ok(Vec::new())
    ///     }
    ///
    ///     async fn tool(&self, _: &RequestInfo<'_>, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
    ///         let command = name.to_owned();
    ///         let run = move |input: String| {
    ///             let command = command.clone();
    ///             async move { format!("{command} {input}") }
    ///         };
    ///         Ok(Some(ToolHandler::function(name, ["input"], run)))
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("shell", "1.0.0").tool_provider(Commands));
    /// let result = client.call_tool("sort", serde_json::json!({ "input": "b a" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some("sort b a"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn tool(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(first_valid(self.tools(request).await?, name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of prompts that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{PromptHandler, PromptProvider, ProviderError, RequestInfo, Server, async_trait};
///
/// /// A prompt for each language that the team translates into.
/// struct Languages;
///
/// #[async_trait]
/// impl PromptProvider for Languages {
///     async fn prompts(&self, request: &RequestInfo<'_>) -> Result<Vec<PromptHandler>, ProviderError> {
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
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed, or
    /// after a change of the list was published, as with [`Notify::prompts_list_changed`]. Default: 0.
    fn revision(&self) -> u64 {
        0
    }

    /// Returns the key of the list for a request: requests with equal keys get the same list. Default: one list for all
    /// requests.
    ///
    /// `None` stands for a list that is never cached. The function must be fast: it is called for each request for the list.
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        let _ = request;
        Some(String::new())
    }

    /// Returns the prompts that a request sees, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn prompts(&self, request: &RequestInfo<'_>) -> Result<Vec<PromptHandler>, ProviderError>;

    /// Returns the prompt with this name. Default: searches [`prompts`](Self::prompts).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn prompt(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<PromptHandler>, ProviderError> {
        Ok(first_valid(self.prompts(request).await?, name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of resources and resource templates that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, RequestInfo, ResourceHandler, ResourceProvider, Server, async_trait};
///
/// /// The notes of a database, which is searched for one note by its key.
/// struct Notes;
///
/// #[async_trait]
/// impl ResourceProvider for Notes {
///     async fn resources(&self, request: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
///         Ok(self.resource(request, "note://1").await?.into_iter().collect())
///     }
///
///     async fn resource(&self, request: &RequestInfo<'_>, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
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
    /// Returns a number that changes whenever one of the lists changes. The server requests the lists again only if it has changed, or
    /// after a change of the lists was published, as with [`Notify::resources_list_changed`]. Default: 0.
    fn revision(&self) -> u64 {
        0
    }

    /// Returns the key of both lists for a request: requests with equal keys get the same lists. Default: the same lists for
    /// all requests.
    ///
    /// `None` stands for lists that are never cached. The function must be fast: it is called for each request for a list.
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        let _ = request;
        Some(String::new())
    }

    /// Returns the resources that a request sees, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn resources(&self, request: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError>;

    /// Returns the resource templates that a request sees, in a stable order. Default: none.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn templates(&self, request: &RequestInfo<'_>) -> Result<Vec<TemplateHandler>, ProviderError> {
        let _ = request;
        Ok(Vec::new())
    }

    /// Returns the resource with this URI. Default: searches [`resources`](Self::resources), for any
    /// [equivalent](mcpwright_core::uri) spelling.
    ///
    /// It is called with the URI that the client has sent. If it returns `None`, it is called with the spelling that a client was
    /// listed, and with the normal form, if these differ.
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn resource(
        &self,
        request: &RequestInfo<'_>,
        uri: &str,
    ) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(first_valid(self.resources(request).await?, uri))
    }

    /// Called when a client subscribes to the changes of a resource. Returns the URI by which the provider publishes them, or
    /// `None` for a resource that is not one of its own. Default: the URI of the client, whichever it is.
    ///
    /// A resource that no provider has is one of the server, whose program publishes its changes. If the server has
    /// [rules](crate::Builder::visible), it must be listed or described by a template.
    ///
    /// It runs while the connection of the client is locked, and so it must not wait. No change is lost: if changes of resources
    /// are published while it runs, the client is notified once it has subscribed.
    ///
    /// ```
    /// use mcpwright_core::{ErrorObject, SubscriptionFilter};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{
    ///     ProviderError, RequestInfo, ResourceHandler, ResourceProvider, Server, Subscribed, async_trait,
    /// };
    ///
    /// /// Files, whose names differ in upper and lower case only for clients.
    /// struct Files;
    ///
    /// #[async_trait]
    /// impl ResourceProvider for Files {
    ///     async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
    ///         Ok(Vec::new())
    ///     }
    ///
    ///     fn subscribed(&self, _: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
    ///         // The client reads the file once it receives the first notification.
    ///         Ok(uri.starts_with("file:///").then(|| Subscribed::new(uri.to_lowercase()).notify_now()))
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("files", "1.0.0").resource_provider(Files).build();
    /// let client = Client::modern(server.clone());
    /// client.listen(SubscriptionFilter::new().resource_subscriptions(["file:///README".to_owned()])).await?;
    /// assert_eq!(client.notifications().len(), 1);
    /// server.notify().resource_updated("file:///readme");
    /// // The notification contains the URI that the client knows.
    /// let params = client.notifications()[0].params.clone().unwrap();
    /// assert_eq!(params.member("uri"), Some(r#""file:///README""#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the client must not subscribe. A modern client receives an acknowledgement without the URI, and a
    /// legacy client the error.
    fn subscribed(&self, request: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
        let _ = request;
        Ok(Some(Subscribed::new(uri)))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// Returns the first valid handler with this key, which is also the one that a list contains.
pub(crate) fn first_valid<K: HandlerKind>(handlers: Vec<Handler<K>>, key: &str) -> Option<Handler<K>> {
    let normal = K::normal_key(key);
    handlers.into_iter().find(|handler| K::normal_key(handler.key()) == normal && handler.error().is_none())
}
