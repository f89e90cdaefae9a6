//! A client in the same process, for tests.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::{Either, select};
use mcpwright_core::{
    AcknowledgedParams, ClientCapabilities, Era, ErrorCode, ErrorObject, Implementation, InitializeParams,
    InitializeResult, InputRequest, InputRequiredResult, JsonText, ListenParams, LoggingLevel, Message,
    Method, Notification, ProtocolVersion, Request, RequestId, Response, SubscriptionFilter, meta, method,
};
use serde_json::{Map, Value, json};

use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::parameters::header_params::HeaderParam;
use crate::server::serve::IntoServer;
use crate::sync::lock;
use crate::testing::in_process::InProcess;
use crate::testing::internal_error;
use crate::testing::transport::{ClientTransport, Delivery, Inbox};

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
    transport: Arc<dyn ClientTransport>,
    inbox: Inbox,
    version: ProtocolVersion,
    next_id: AtomicI64,
    capabilities: ClientCapabilities,
    log_level: Option<LoggingLevel>,
    wants_progress: bool,
    extensions: Extensions,
    /// The arguments that the client repeats in headers, by tool.
    header_params: Mutex<HashMap<String, Vec<HeaderParam>>>,
}

impl Client {
    /// Creates a client of revision 2026-07-28.
    pub fn modern(server: impl IntoServer) -> Self {
        Self::in_process(server, ProtocolVersion::ALL[0].clone())
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
        Self::in_process(server, version).capabilities(capabilities).connect().await
    }

    /// Creates a client of this revision. [`connect`](Self::connect) must be called before the first request.
    pub fn in_process(server: impl IntoServer, version: ProtocolVersion) -> Self {
        Self::with_transport(version, |inbox| Arc::new(InProcess::new(server.into_server(), inbox)))
    }

    /// Creates a client of this revision over a transport, which passes the messages of the server to the [`Inbox`].
    /// [`connect`](Self::connect) must be called before the first request.
    pub fn with_transport(
        version: ProtocolVersion,
        transport: impl FnOnce(Inbox) -> Arc<dyn ClientTransport>,
    ) -> Self {
        let inbox = Inbox::default();
        Self {
            transport: transport(inbox.clone()),
            inbox,
            version,
            next_id: AtomicI64::new(1),
            capabilities: ClientCapabilities::new(),
            log_level: None,
            wants_progress: false,
            extensions: Extensions::default(),
            header_params: Mutex::default(),
        }
    }

    /// Initializes a session, if the client is of an earlier revision.
    ///
    /// # Errors
    ///
    /// Returns the error of the server if it rejects `initialize`, or the error of the transport.
    pub async fn connect(self) -> Result<Self, ErrorObject> {
        if !self.is_modern() {
            let params = InitializeParams::new(self.version.clone(), self.capabilities.clone(), info());
            let result: InitializeResult = self.request::<method::Initialize>(&params).await?;
            tracing::debug!(version = %result.protocol_version, "initialized a session");
            let initialized = Notification { method: method::INITIALIZED.into(), params: None };
            self.transport.send(initialized.into(), &[]).await?;
        }
        Ok(self)
    }

    /// Returns the revision of the client.
    pub fn version(&self) -> &ProtocolVersion {
        &self.version
    }

    fn is_modern(&self) -> bool {
        self.version.era() == Some(Era::Modern)
    }

    /// Sets the capabilities that a modern client sends with each request, and an earlier one when it
    /// [connects](Self::connect).
    #[must_use]
    pub fn capabilities(mut self, capabilities: ClientCapabilities) -> Self {
        self.capabilities = capabilities;
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
        self.inbox.set_input_handler(Arc::new(handler));
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
    pub fn extension<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self.transport.set_extensions(self.extensions.clone());
        self
    }

    /// Requests log messages of at least this level with each request of a modern client.
    #[must_use]
    pub fn log_level(mut self, level: LoggingLevel) -> Self {
        self.log_level = Some(level);
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
        let request = pin!(self.send_request(method::SUBSCRIPTIONS_LISTEN, params));
        let acknowledged = poll_fn(|context| self.inbox.poll_acknowledgement(context));
        let params = match select(request, acknowledged).await {
            Either::Left((response, _)) => {
                response?.map_or(Ok(()), |response| response.outcome.map(drop))?;
                self.inbox.take_acknowledgement()
            }
            Either::Right((params, _)) => params,
        };
        let Some(params) = params else {
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
        self.transport.receive_changes();
        self.inbox.take_notifications()
    }

    /// Waits for a notification, and removes and returns the oldest one. A change arrives some time after it was published,
    /// except in the same process.
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
    /// assert_eq!(client.next_notification().await.method, method::TOOLS_LIST_CHANGED);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub async fn next_notification(&self) -> Notification {
        poll_fn(|context| {
            self.transport.receive_changes();
            self.inbox.poll_notification(context)
        })
        .await
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
            let handler = self.inbox.input_handler();
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

    /// Sends a request. The result is `None` if the server does not answer. If the server requires arguments in headers, the
    /// client looks up the schema of the tool, and sends the request again.
    async fn send_request(&self, method: &str, params: Value) -> Result<Option<Response>, ErrorObject> {
        let tool = params["name"].as_str().filter(|_| method == method::TOOLS_CALL).map(str::to_owned);
        let cached = tool.as_ref().and_then(|tool| lock(&self.header_params).get(tool).cloned());
        let response = self.exchange(method, params.clone(), cached.as_deref().unwrap_or_default()).await?;
        let is_mismatch = |response: &Response| {
            response.outcome.as_ref().is_err_and(|error| error.code == ErrorCode::HEADER_MISMATCH)
        };
        match (tool, cached) {
            (Some(tool), None) if response.as_ref().is_some_and(is_mismatch) => {
                let header_params = Box::pin(self.look_up_header_params(tool)).await?;
                self.exchange(method, params, &header_params).await
            }
            _ => Ok(response),
        }
    }

    /// Returns the arguments of a tool that are repeated in headers, from its schema.
    async fn look_up_header_params(&self, tool: String) -> Result<Vec<HeaderParam>, ErrorObject> {
        let tools = self.list_tools().await?;
        let found = tools.iter().find(|found| found.name == tool);
        let header_params = found.map(|found| HeaderParam::of(&found.input_schema));
        let header_params = header_params.unwrap_or_else(|| Ok(Vec::new())).map_err(ErrorObject::internal)?;
        lock(&self.header_params).insert(tool, header_params.clone());
        Ok(header_params)
    }

    async fn exchange(
        &self,
        method: &str,
        params: Value,
        header_params: &[HeaderParam],
    ) -> Result<Option<Response>, ErrorObject> {
        let id = RequestId::from(self.next_id.fetch_add(1, Ordering::Relaxed));
        let params =
            JsonText::encode(&self.with_meta(params, &id)).map_err(|error| internal_error(&error))?;
        let request = Request { id: id.clone(), method: method.to_owned().into(), params: Some(params) };
        let mut response = self.inbox.expect(&id);
        // A subscription continues without its response.
        let cancels = method != method::SUBSCRIPTIONS_LISTEN;
        let mut guard = CancelOnDrop { client: self, id, cancels };
        let delivery = self.transport.send(Message::from(request), header_params).await?;
        let received = match delivery {
            Delivery::Complete => response.try_recv(),
            Delivery::InProgress => response.await.map(Some),
        };
        guard.cancels = false;
        received.unwrap_or_default().unwrap_or(Ok(None))
    }

    /// Adds the `_meta` that the client's revision requires.
    fn with_meta(&self, params: Value, id: &RequestId) -> Value {
        let mut params = if params.is_object() { params } else { json!({}) };
        let entries = params["_meta"].take();
        let mut entries = entries.as_object().cloned().unwrap_or_default();
        if self.is_modern() {
            entries.insert(meta::key::PROTOCOL_VERSION.into(), json!(self.version));
            entries.insert(meta::key::CLIENT_CAPABILITIES.into(), json!(self.capabilities));
            entries.insert(meta::key::CLIENT_INFO.into(), json!(info()));
            if let Some(level) = self.log_level {
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

/// Cancels a request if the future that waits for its response is dropped.
struct CancelOnDrop<'a> {
    client: &'a Client,
    id: RequestId,
    cancels: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.client.inbox.forget_request(&self.id);
        if self.cancels {
            self.client.transport.cancel(&self.id);
        }
    }
}

fn info() -> Implementation {
    Implementation::new("mcpwright-testing", env!("CARGO_PKG_VERSION"))
}
