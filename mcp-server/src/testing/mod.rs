//! A client in the same process, for tests: typed, in either era, without a transport.
//!
//! ```
//! use mcpwright_server::testing::Client;
//! use mcpwright_server::{Server, ToolHandler};
//!
//! # futures::executor::block_on(async {
//! let server = Server::builder("calculator", "1.0.0")
//!     .tool(ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b }));
//! let client = Client::modern(server);
//! let result = client.call_tool("add", [("a", 2), ("b", 3)]).await?;
//! assert_eq!(result.content[0].as_text(), Some("5"));
//! # Ok::<(), mcpwright_core::ErrorObject>(())
//! # }).unwrap();
//! ```

pub(crate) mod tasks;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcpwright_core::{
    AcknowledgedParams, CallToolParams, CallToolResult, ClientCapabilities, CompleteParams, Completion,
    CompletionArgument, CompletionReference, DiscoverResult, ErrorObject, GetPromptParams, GetPromptResult,
    Implementation, InitializeParams, InitializeResult, InputRequest, InputRequiredResult, JsonText,
    ListenParams, LoggingLevel, Message, Method, Notification, PaginatedParams, Prompt, ProtocolVersion,
    ReadResourceParams, ReadResourceResult, Request, RequestId, Resource, ResourceTemplate, Response,
    SubscriptionFilter, Tool, message, meta, method,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::caller::Caller;
use crate::protocol::action::{Action, Actions};
use crate::protocol::connection::Connection;
use crate::server::Server;
use crate::server::builder::IntoServer;

/// A client in the same process, for tests.
///
/// Calls run inside of the futures that this returns. Every message goes through its JSON text on the way. Unless the
/// server was given a runtime with [`Server::with_runtime`], synchronous handlers run where they are called and no timeout passes.
#[derive(Debug)]
pub struct Client {
    server: Server,
    shared: Arc<Shared>,
    next_id: AtomicI64,
    modern: Option<ModernMeta>,
    wants_progress: bool,
}

struct Shared {
    connection: Mutex<Connection>,
    notifications: Mutex<Vec<Notification>>,
    answers: Mutex<Option<Arc<Answers>>>,
}

/// Answers what a server asks.
type Answers = dyn Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync;

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// What a modern client says with each request.
#[derive(Debug)]
struct ModernMeta {
    capabilities: ClientCapabilities,
    log_level: Option<LoggingLevel>,
}

impl Client {
    /// A client of revision 2026-07-28.
    pub fn modern(server: impl IntoServer) -> Self {
        let mut client = Self::new(server.into_server());
        client.modern = Some(ModernMeta { capabilities: ClientCapabilities::new(), log_level: None });
        client
    }

    /// A client of an earlier revision, after the handshake.
    ///
    /// # Errors
    ///
    /// The server refused the handshake.
    pub async fn legacy(server: impl IntoServer, version: ProtocolVersion) -> Result<Self, ErrorObject> {
        Self::legacy_with(server, version, ClientCapabilities::new()).await
    }

    /// The same, of a client that declares that it can do this.
    ///
    /// # Errors
    ///
    /// The server refused the handshake.
    pub async fn legacy_with(
        server: impl IntoServer,
        version: ProtocolVersion,
        capabilities: ClientCapabilities,
    ) -> Result<Self, ErrorObject> {
        let client = Self::new(server.into_server());
        let params = InitializeParams::new(version, capabilities, info());
        let result: InitializeResult = client.request::<method::Initialize>(&params).await?;
        tracing::debug!(version = %result.protocol_version, "the handshake is done");
        client.notify(Notification { method: method::INITIALIZED.into(), params: None }).await;
        Ok(client)
    }

    fn new(server: Server) -> Self {
        let connection = Mutex::new(server.connect(Caller::anonymous()));
        let shared =
            Arc::new(Shared { connection, notifications: Mutex::default(), answers: Mutex::default() });
        let told = Arc::downgrade(&shared);
        let listened = lock(&shared.connection).listen(move || {
            let Some(told) = told.upgrade() else { return };
            for action in lock(&told.connection).changes() {
                told.note(action);
            }
        });
        debug_assert!(listened.is_ok(), "there is no session yet");
        Self { server, shared, next_id: AtomicI64::new(1), modern: None, wants_progress: false }
    }

    /// The same client, able to do this; for a modern client.
    #[must_use]
    pub fn capabilities(mut self, capabilities: ClientCapabilities) -> Self {
        if let Some(meta) = &mut self.modern {
            meta.capabilities = capabilities;
        }
        self
    }

    /// The same client, answering so what the server asks: with an [`ElicitResult`](mcpwright_core::ElicitResult), a
    /// [`CreateMessageResult`](mcpwright_core::CreateMessageResult) or a
    /// [`ListRootsResult`](mcpwright_core::ListRootsResult) as JSON, or with an error. It has to declare that it can.
    ///
    /// Without this, what a modern server asks is the result of the request, and a call of a legacy client is not answered.
    #[must_use]
    pub fn answers(
        self,
        answer: impl Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync + 'static,
    ) -> Self {
        *lock(&self.shared.answers) = Some(Arc::new(answer));
        self
    }

    /// The same client, on behalf of this caller.
    #[must_use]
    pub fn caller(self, caller: Caller) -> Self {
        lock(&self.shared.connection).set_caller(caller);
        self
    }

    /// The same client, wanting log messages from this level on with each request; for a modern client.
    #[must_use]
    pub fn log_level(mut self, level: LoggingLevel) -> Self {
        if let Some(meta) = &mut self.modern {
            meta.log_level = Some(level);
        }
        self
    }

    /// The same client, wanting progress for each request, with the request's id as the token.
    #[must_use]
    pub fn progress(mut self) -> Self {
        self.wants_progress = true;
        self
    }

    /// Asks what the server is and can do; for a modern client.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn discover(&self) -> Result<DiscoverResult, ErrorObject> {
        self.request::<method::Discover>(&Default::default()).await
    }

    /// All tools, from all pages.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn list_tools(&self) -> Result<Vec<Tool>, ErrorObject> {
        let (mut tools, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListTools>(&page(cursor)).await?;
            tools.extend(page.tools);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(tools);
            }
        }
    }

    /// All resources, from all pages.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn list_resources(&self) -> Result<Vec<Resource>, ErrorObject> {
        let (mut resources, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListResources>(&page(cursor)).await?;
            resources.extend(page.resources);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(resources);
            }
        }
    }

    /// All templates of resources, from all pages.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn list_resource_templates(&self) -> Result<Vec<ResourceTemplate>, ErrorObject> {
        let (mut templates, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListResourceTemplates>(&page(cursor)).await?;
            templates.extend(page.resource_templates);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(templates);
            }
        }
    }

    /// All prompts, from all pages.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn list_prompts(&self) -> Result<Vec<Prompt>, ErrorObject> {
        let (mut prompts, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.request::<method::ListPrompts>(&page(cursor)).await?;
            prompts.extend(page.prompts);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(prompts);
            }
        }
    }

    /// Calls a tool; the arguments are anything that serialises to an object, or pairs of names and values.
    ///
    /// # Errors
    ///
    /// What the server answers. A tool that fails is not an error here but a result with `is_error`.
    pub async fn call_tool(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<CallToolResult, ErrorObject> {
        let arguments = JsonText::of(&arguments.into_object()).map_err(|error| own(&error))?;
        self.request::<method::CallTool>(&CallToolParams::new(name).arguments(arguments)).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn read_resource(&self, uri: &str) -> Result<ReadResourceResult, ErrorObject> {
        self.request::<method::ReadResource>(&ReadResourceParams::new(uri)).await
    }

    /// Gets a prompt.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn get_prompt(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<GetPromptResult, ErrorObject> {
        self.request::<method::GetPrompt>(&GetPromptParams::new(name).arguments(arguments.into_object()))
            .await
    }

    /// Asks for suggestions for an argument.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn complete(
        &self,
        reference: impl Into<CompletionReference>,
        argument: &str,
        value: &str,
    ) -> Result<Completion, ErrorObject> {
        let params = CompleteParams::new(reference, CompletionArgument::new(argument, value));
        Ok(self.request::<method::Complete>(&params).await?.completion)
    }

    /// Listens for changes from now on, and returns what the server will tell of; for a modern client.
    ///
    /// What it tells is among the [`notifications`](Self::notifications) then.
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
    /// What the server answers.
    pub async fn listen(&self, filter: SubscriptionFilter) -> Result<SubscriptionFilter, ErrorObject> {
        let params = serde_json::to_value(ListenParams::new(filter)).map_err(|error| own(&error))?;
        if let Some(response) = self.ask(method::SUBSCRIPTIONS_LISTEN, params).await? {
            response.outcome?;
        }
        let Some(params) = self.shared.acknowledged() else {
            return Err(ErrorObject::internal("the subscription was not acknowledged"));
        };
        let acknowledged: AcknowledgedParams = params.to().map_err(|error| own(&error))?;
        Ok(acknowledged.notifications)
    }

    /// The notifications that came since this was last asked.
    pub fn notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut *lock(&self.shared.notifications))
    }

    /// Sends any request of the specification, and reads its result.
    ///
    /// # Errors
    ///
    /// What the server answers; a result that is not of the method's type is an internal error.
    pub async fn request<M: Method>(&self, params: &M::Params) -> Result<M::Result, ErrorObject> {
        let params = serde_json::to_value(params).map_err(|error| own(&error))?;
        let result = self.send(M::NAME, params).await?;
        result.to().map_err(|error| own(&error))
    }

    /// Sends any request, and returns the text of its result.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn send(&self, method: &str, mut params: Value) -> Result<JsonText, ErrorObject> {
        loop {
            let response = self.ask(method, params.clone()).await?;
            let response = response.ok_or_else(|| ErrorObject::internal("the request was not answered"))?;
            let result = response.outcome?;
            let answers = lock(&self.shared.answers).clone();
            let (Some(answers), Some(r#""input_required""#)) = (answers, result.member("resultType")) else {
                return Ok(result);
            };
            let asked: InputRequiredResult = result.to().map_err(|error| own(&error))?;
            let mut responses = Map::new();
            for (key, request) in asked.input_requests {
                responses.insert(key, answers(&request)?);
            }
            params["inputResponses"] = responses.into();
            if let Some(members) = params.as_object_mut() {
                members.remove("requestState");
            }
            if let Some(state) = asked.request_state {
                params["requestState"] = state.into();
            }
        }
    }

    /// Answers what a server asks a legacy client, if that is how it is.
    fn answer(&self, request: &Request) -> Option<Response> {
        let answers = lock(&self.shared.answers).clone()?;
        let params = request.params.as_ref().map(JsonText::to::<Value>);
        let asked = json!({ "method": request.method, "params": params.transpose().ok()? });
        let answer = match serde_json::from_value(asked) {
            Ok(asked) => answers(&asked),
            Err(error) => Err(own(&error)),
        };
        let outcome = answer.and_then(|result| JsonText::of(&result).map_err(|error| own(&error)));
        Some(Response { id: Some(request.id.clone()), outcome })
    }

    /// Sends a request; nothing comes back at once where the answer is still to come.
    async fn ask(&self, method: &str, params: Value) -> Result<Option<Response>, ErrorObject> {
        let id = RequestId::from(self.next_id.fetch_add(1, Ordering::Relaxed));
        let params = JsonText::of(&self.with_meta(params, &id)).map_err(|error| own(&error))?;
        let request = Request { id: id.clone(), method: method.to_owned().into(), params: Some(params) };
        Ok(self.exchange(request.into(), &id).await)
    }

    async fn notify(&self, notification: Notification) {
        let none = RequestId::from("");
        let _ = self.exchange(notification.into(), &none).await;
    }

    /// Hands in a message, does what comes back, and returns the response to the request of this id.
    async fn exchange(&self, message: Message, id: &RequestId) -> Option<Response> {
        let received = lock(&self.shared.connection).receive(message::decode(&text(&message)));
        let mut actions: Vec<_> = received.into_actions().into_iter().collect();
        let mut response = None;
        while let Some(action) = actions.pop() {
            match action {
                Action::Run(call) => actions.extend(self.run(call).await),
                Action::Overloaded(response) => actions.push(Action::Send(response.into())),
                Action::Send(message) | Action::SendFor { message, .. } => {
                    match message::decode(&text(&message)) {
                        Ok(Message::Response(found)) if found.id.as_ref() == Some(id) => {
                            response = Some(found)
                        }
                        Ok(Message::Request(request)) => {
                            if let Some(answer) = self.answer(&request) {
                                let answer = message::decode(&text(&answer.into()));
                                actions.extend(lock(&self.shared.connection).receive(answer).into_actions());
                            }
                        }
                        _ => self.shared.note(Action::Send(message)),
                    }
                }
                Action::Cancel { .. } => {}
            }
        }
        response
    }

    async fn run(&self, call: Call) -> Actions {
        let shared = Arc::clone(&self.shared);
        let outbox = NotificationSender::new(move |notification: Notification| {
            shared.note(Action::Send(notification.into()))
        });
        let outcome = self.server.call(&call, &outbox).await;
        lock(&self.shared.connection).finished(&call, outcome)
    }

    /// Adds what the client's era wants in `_meta`.
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

impl Shared {
    fn note(&self, action: Action) {
        if let Action::Send(Message::Notification(notification)) = action {
            lock(&self.notifications).push(notification);
        }
    }

    /// Takes from the notifications the one that acknowledges the last subscription.
    fn acknowledged(&self) -> Option<JsonText> {
        let mut notifications = lock(&self.notifications);
        let is_it = |notification: &Notification| notification.method == method::SUBSCRIPTIONS_ACKNOWLEDGED;
        let place = notifications.iter().rposition(is_it)?;
        notifications.remove(place).params
    }
}

/// What can be the arguments of a call: JSON, or pairs of names and values.
pub trait Arguments {
    /// The arguments as an object.
    fn into_object(self) -> Map<String, Value>;
}

impl Arguments for Value {
    fn into_object(self) -> Map<String, Value> {
        match self {
            Self::Object(object) => object,
            _ => Map::new(),
        }
    }
}

impl Arguments for () {
    fn into_object(self) -> Map<String, Value> {
        Map::new()
    }
}

impl<V: Serialize, const N: usize> Arguments for [(&str, V); N] {
    fn into_object(self) -> Map<String, Value> {
        let pairs: BTreeMap<_, _> = self.into_iter().collect();
        serde_json::to_value(pairs).map(Arguments::into_object).unwrap_or_default()
    }
}

fn page(cursor: Option<String>) -> PaginatedParams {
    let mut params = PaginatedParams::new();
    params.cursor = cursor;
    params
}

fn info() -> Implementation {
    Implementation::new("mcpwright-testing", env!("CARGO_PKG_VERSION"))
}

fn text(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

/// The test's own mistake, or the library's.
fn own(error: &serde_json::Error) -> ErrorObject {
    ErrorObject::internal(format!("between the test client and the server: {error}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
