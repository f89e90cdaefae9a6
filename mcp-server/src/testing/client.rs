//! A client in the same process, for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use mcpwright_core::{
    AcknowledgedParams, ClientCapabilities, ErrorObject, Implementation, InitializeParams, InitializeResult,
    InputRequest, InputRequiredResult, JsonText, ListenParams, LoggingLevel, Method, Notification,
    ProtocolVersion, Request, RequestId, Response, SubscriptionFilter, meta, method,
};
use serde_json::{Map, Value, json};

use crate::caller::Caller;
use crate::server::serve::IntoServer;
use crate::testing::in_process::InProcess;
use crate::testing::internal_error;

/// A client in the same process, for tests.
///
/// Calls run in the futures that its methods return. Every message is encoded as JSON text and decoded again. Unless the
/// server has a runtime ([`Server::with_runtime`](crate::Server::with_runtime)), synchronous handlers run on the calling
/// thread, and there are no timeouts.
///
/// ```
/// use mcpwright_core::ProtocolVersion;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Server, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let divide = ToolHandler::function("divide", ["a", "b"], |a: i64, b: i64| async move {
///     a.checked_div(b).ok_or("cannot divide by zero")
/// });
/// let server = Server::builder("calculator", "1.0.0").tool(divide).build();
/// let legacy = Client::legacy(server.clone(), ProtocolVersion::V2025_06_18).await?;
/// for client in [Client::modern(server), legacy] {
///     // An error of a tool is a result, and an unknown tool is a protocol error.
///     let result = client.call_tool("divide", [("a", 7), ("b", 0)]).await?;
///     assert_eq!(result.content[0].as_text(), Some("cannot divide by zero"));
///     assert!(client.call_tool("multiply", ()).await.is_err());
/// }
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Client {
    transport: InProcess,
    next_id: AtomicI64,
    modern: Option<ModernMeta>,
    wants_progress: bool,
}

/// The `_meta` that a modern client sends with each request.
#[derive(Debug)]
struct ModernMeta {
    capabilities: ClientCapabilities,
    log_level: Option<LoggingLevel>,
}

impl Client {
    /// Creates a client of revision 2026-07-28.
    pub fn modern(server: impl IntoServer) -> Self {
        let mut client = Self::new(InProcess::new(server.into_server()));
        client.modern = Some(ModernMeta { capabilities: ClientCapabilities::new(), log_level: None });
        client
    }

    /// Creates a client of an earlier revision, and initializes a session.
    ///
    /// # Errors
    ///
    /// Returns the error of the server if it rejects `initialize`.
    pub async fn legacy(server: impl IntoServer, version: ProtocolVersion) -> Result<Self, ErrorObject> {
        Self::legacy_with(server, version, ClientCapabilities::new()).await
    }

    /// Creates a client of an earlier revision with these capabilities, and initializes a session.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ProtocolVersion, RootsCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn count(context: Context) -> Result<usize, InputError> {
    ///     Ok(context.roots()?.len())
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("build", "1.0.0").tool(ToolHandler::function("count", [], count));
    /// let capabilities = ClientCapabilities::new().roots(RootsCapability::default());
    /// let client = Client::legacy_with(server, ProtocolVersion::V2025_11_25, capabilities)
    ///     .await?
    ///     .input_handler(|_| Ok(json!({ "roots": [{ "uri": "file:///home/ada" }] })));
    /// assert_eq!(client.call_tool("count", ()).await?.content[0].as_text(), Some("1"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server if it rejects `initialize`.
    pub async fn legacy_with(
        server: impl IntoServer,
        version: ProtocolVersion,
        capabilities: ClientCapabilities,
    ) -> Result<Self, ErrorObject> {
        let client = Self::new(InProcess::new(server.into_server()));
        let params = InitializeParams::new(version, capabilities, info());
        let result: InitializeResult = client.request::<method::Initialize>(&params).await?;
        tracing::debug!(version = %result.protocol_version, "initialized a session");
        client.notify(Notification { method: method::INITIALIZED.into(), params: None }).await;
        Ok(client)
    }

    fn new(transport: InProcess) -> Self {
        Self { transport, next_id: AtomicI64::new(1), modern: None, wants_progress: false }
    }

    /// Sets the capabilities that a modern client sends.
    #[must_use]
    pub fn capabilities(mut self, capabilities: ClientCapabilities) -> Self {
        if let Some(meta) = &mut self.modern {
            meta.capabilities = capabilities;
        }
        self
    }

    /// Sets the function that responds to [input requests](crate::Context::elicit) of the server: with an
    /// [`ElicitResult`](mcpwright_core::ElicitResult), a [`CreateMessageResult`](mcpwright_core::CreateMessageResult) or a
    /// [`ListRootsResult`](mcpwright_core::ListRootsResult) as JSON, or with an error. The client must have declared the
    /// capability.
    ///
    /// Without it, a request of a modern client results in the [`InputRequiredResult`], and a call of a legacy client is not
    /// answered.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability, InputRequest};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn clear(context: Context) -> Result<&'static str, InputError> {
    ///     let () = context.elicit("clear", "Delete all notes?")?;
    ///     Ok("deleted")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(ToolHandler::function("clear", [], clear)))
    ///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
    ///     .input_handler(|request| {
    ///         assert!(matches!(request, InputRequest::Elicit(_)));
    ///         Ok(json!({ "action": "accept", "content": {} }))
    ///     });
    /// assert_eq!(client.call_tool("clear", ()).await?.content[0].as_text(), Some("deleted"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn input_handler(
        self,
        handler: impl Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync + 'static,
    ) -> Self {
        self.transport.set_input_handler(Arc::new(handler));
        self
    }

    /// Sets the caller of all requests.
    #[must_use]
    pub fn caller(self, caller: Caller) -> Self {
        self.transport.set_caller(caller);
        self
    }

    /// Adds a value to each request, as a transport does that takes it from the request.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Ext, Server, ToolHandler};
    ///
    /// struct Region(&'static str);
    ///
    /// # futures::executor::block_on(async {
    /// let region = ToolHandler::function("region", [], |region: Ext<Region>| async move { region.0 });
    /// let client = Client::modern(Server::builder("shop", "1.0.0").tool(region)).extension(Region("eu"));
    /// assert_eq!(client.call_tool("region", ()).await?.content[0].as_text(), Some("eu"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.transport.insert_extension(value);
        self
    }

    /// Requests log messages of at least this level with each request of a modern client.
    #[must_use]
    pub fn log_level(mut self, level: LoggingLevel) -> Self {
        if let Some(meta) = &mut self.modern {
            meta.log_level = Some(level);
        }
        self
    }

    /// Requests progress notifications with each request. The progress token is the request's id.
    #[must_use]
    pub fn progress(mut self) -> Self {
        self.wants_progress = true;
        self
    }

    /// Subscribes to changes, and returns the filter that the server acknowledged; for a modern client.
    ///
    /// Changes are then among the [`notifications`](Self::notifications).
    ///
    /// ```
    /// use mcpwright_core::{SubscriptionFilter, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Catalog, Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let tools = Catalog::new();
    /// let client = Client::modern(Server::builder("tools", "1.0.0").tool_provider(tools.clone()));
    /// client.listen(SubscriptionFilter::new().tools_list_changed(true)).await?;
    /// tools.insert(ToolHandler::function("answer", [], || async { 42 }));
    /// assert_eq!(client.notifications()[0].method, method::TOOLS_LIST_CHANGED);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn listen(&self, filter: SubscriptionFilter) -> Result<SubscriptionFilter, ErrorObject> {
        let params =
            serde_json::to_value(ListenParams::new(filter)).map_err(|error| internal_error(&error))?;
        if let Some(response) = self.send_request(method::SUBSCRIPTIONS_LISTEN, params).await? {
            response.outcome?;
        }
        let Some(params) = self.transport.take_acknowledgement() else {
            return Err(ErrorObject::internal("the subscription was not acknowledged"));
        };
        let acknowledged: AcknowledgedParams =
            params.decode_owned().map_err(|error| internal_error(&error))?;
        Ok(acknowledged.notifications)
    }

    /// Removes and returns the notifications received since the last call.
    ///
    /// ```
    /// use mcpwright_core::method;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn copy(context: Context) {
    ///     context.progress(1, 2);
    ///     context.progress(2, 2);
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("archive", "1.0.0").tool(ToolHandler::function("copy", [], copy));
    /// let client = Client::modern(server).progress();
    /// client.call_tool("copy", ()).await?;
    /// let received = client.notifications();
    /// assert!(received.iter().all(|notification| notification.method == method::PROGRESS));
    /// assert_eq!((received.len(), client.notifications().len()), (2, 0));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn notifications(&self) -> Vec<Notification> {
        self.transport.take_notifications()
    }

    /// Sends a request of the specification, and decodes its result.
    ///
    /// ```
    /// use mcpwright_core::{PaginatedParams, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let client = Client::modern(Server::builder("example", "1.0.0").tool(tool("a")).tool(tool("b")).page_size(1));
    /// let page = client.request::<method::ListTools>(&PaginatedParams::new()).await?;
    /// assert_eq!(page.tools.len(), 1);
    /// assert!(page.next_cursor.is_some());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server, or an internal error if the result is not of the method's type.
    pub async fn request<M: Method>(&self, params: &M::Params) -> Result<M::Result, ErrorObject> {
        let params = serde_json::to_value(params).map_err(|error| internal_error(&error))?;
        let result = self.send(M::NAME, params).await?;
        result.decode_owned().map_err(|error| internal_error(&error))
    }

    /// Sends a request, and returns the text of its result.
    ///
    /// ```
    /// use mcpwright_core::ErrorCode;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// # futures::executor::block_on(async {
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let client = Client::modern(Server::builder("clock", "1.0.0").tool(now));
    /// // Invalid parameters, which the typed methods cannot send.
    /// let error = client.send("tools/call", json!({ "name": 5 })).await.unwrap_err();
    /// assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn send(&self, method: &str, mut params: Value) -> Result<JsonText, ErrorObject> {
        loop {
            let response = self.send_request(method, params.clone()).await?;
            let response = response.ok_or_else(|| ErrorObject::internal("the request was not answered"))?;
            let result = response.outcome?;
            let handler = self.transport.input_handler();
            let (Some(handler), Some(r#""input_required""#)) = (handler, result.member("resultType")) else {
                return Ok(result);
            };
            let required: InputRequiredResult =
                result.decode_owned().map_err(|error| internal_error(&error))?;
            let mut responses = Map::new();
            for (key, request) in required.input_requests {
                responses.insert(key, handler(&request)?);
            }
            params["inputResponses"] = responses.into();
            if let Some(members) = params.as_object_mut() {
                members.remove("requestState");
            }
            if let Some(state) = required.request_state {
                params["requestState"] = state.into();
            }
        }
    }

    /// Sends a request. The result is `None` if the server has not answered yet.
    async fn send_request(&self, method: &str, params: Value) -> Result<Option<Response>, ErrorObject> {
        let id = RequestId::from(self.next_id.fetch_add(1, Ordering::Relaxed));
        let params =
            JsonText::encode(&self.with_meta(params, &id)).map_err(|error| internal_error(&error))?;
        let request = Request { id: id.clone(), method: method.to_owned().into(), params: Some(params) };
        Ok(self.transport.exchange(request.into(), &id).await)
    }

    async fn notify(&self, notification: Notification) {
        let no_response = RequestId::from("");
        let _ = self.transport.exchange(notification.into(), &no_response).await;
    }

    /// Adds the `_meta` that the client's revision requires.
    fn with_meta(&self, params: Value, id: &RequestId) -> Value {
        let mut params = if params.is_object() { params } else { json!({}) };
        let entries = params["_meta"].take();
        let mut entries = entries.as_object().cloned().unwrap_or_default();
        if let Some(modern) = &self.modern {
            entries.insert(meta::key::PROTOCOL_VERSION.into(), json!(ProtocolVersion::ALL[0]));
            entries.insert(meta::key::CLIENT_CAPABILITIES.into(), json!(modern.capabilities));
            entries.insert(meta::key::CLIENT_INFO.into(), json!(info()));
            if let Some(level) = modern.log_level {
                entries.insert(meta::key::LOG_LEVEL.into(), json!(level));
            }
        }
        if self.wants_progress {
            entries.insert(meta::key::PROGRESS_TOKEN.into(), json!(id));
        }
        params["_meta"] = Value::Object(entries);
        params
    }
}

fn info() -> Implementation {
    Implementation::new("mcpwright-testing", env!("CARGO_PKG_VERSION"))
}
