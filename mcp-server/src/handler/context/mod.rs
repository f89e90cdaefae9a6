//! The context of a running handler.

pub(crate) mod input;
pub(crate) mod log;
pub(crate) mod step;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use mcpwright_core::{Client, Notification, ProgressParams, method};
use serde::Serialize;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::call::running_task::RunningTask;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::error::Failure;
use crate::handler::progress::ProgressValue;
use crate::input_required::pending::{Interruption, PendingInput};
use crate::replicas::session_values::{SessionValues, SharedSessionValues};
use crate::session_id::SessionId;
use crate::subscriptions::notify::Notify;
use crate::sync::lock;

/// The context of a running handler: it reports progress, writes to the client's log, requests input from the client,
/// and identifies the client and the caller.
///
/// It is cheap to clone. Notifications that a clone sends after the call has ended are dropped.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Context, Server, ToolHandler};
///
/// async fn copy(context: Context, names: Vec<String>) -> String {
///     for (done, name) in names.iter().enumerate() {
///         context.progress_with(done, names.len(), format!("copying {name}"));
///     }
///     format!("copied {} files for {}", names.len(), context.caller())
/// }
///
/// # futures::executor::block_on(async {
/// let server = Server::builder("archive", "1.0.0").tool(ToolHandler::function("copy", ["names"], copy));
/// let client = Client::modern(server).progress();
/// let result = client.call_tool("copy", [("names", ["a", "b"])]).await?;
/// assert_eq!(result.content[0].as_text(), Some("copied 2 files for anonymous"));
/// assert_eq!(client.notifications().len(), 2);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Context(Arc<ContextState>);

struct ContextState {
    client: Client,
    caller: Caller,
    session: Option<SessionId>,
    /// Values of the call.
    extensions: Extensions,
    /// Values of the server.
    shared: Extensions,
    notifications: NotificationSender,
    /// The last progress that was reported. The protocol requires that it increases.
    progress: Mutex<f64>,
    pending_input: PendingInput,
    /// The task that the call has become.
    task: OnceLock<Arc<dyn RunningTask>>,
}

impl Context {
    pub(crate) fn new(call: &Call, shared: &Extensions, notifications: &NotificationSender) -> Self {
        // A legacy call that is run again with input is still the same request, so its progress continues.
        let progress = call.round_state().and_then(|before| before.progress);
        Self(Arc::new(ContextState {
            client: call.client().clone(),
            caller: call.caller().clone(),
            session: call.session_id(),
            extensions: call.extensions().clone(),
            shared: shared.clone(),
            notifications: notifications.clone(),
            progress: Mutex::new(progress.unwrap_or(f64::NEG_INFINITY)),
            pending_input: PendingInput::new(call.round_state().cloned()),
            task: call.task().cloned().map_or_else(OnceLock::new, OnceLock::from),
        }))
    }

    pub(crate) fn pending_input(&self) -> &PendingInput {
        &self.0.pending_input
    }

    /// If input is pending, returns the outcome that replaces the error of the handler.
    pub(crate) fn take_input_required(&self, failure: &Failure) -> Option<Outcome> {
        let Failure::Error(error) = failure else { return None };
        let progress = *lock(&self.0.progress);
        let interruption = self.0.pending_input.take_input_required(&**error, Some(progress))?;
        Some(match interruption {
            Interruption::InputRequired(required) => Outcome::InputRequired(required),
            Interruption::MissingCapability(missing) => Outcome::MissingCapability(missing),
            Interruption::Failed(error) => Outcome::Failed(error),
        })
    }

    /// Makes the call a task: from now on, progress messages become the task's status, and log messages are dropped.
    pub(crate) fn become_task(&self, task: Arc<dyn RunningTask>) {
        // A call becomes a task once.
        let _ = self.0.task.set(task);
    }

    /// Reports progress, in any unit: a number, and the number at the end if it is known.
    ///
    /// Both can be integers or floats, and `total` can be `None`. Nothing is sent if the client did not ask for
    /// progress, or if the number is not larger than the last one.
    /// See [progress](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn copy(context: Context, files: u32) {
    ///     for file in 1..=files {
    ///         context.progress(file, files);
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("archive", "1.0.0").tool(ToolHandler::function("copy", ["files"], copy));
    /// let client = Client::modern(server).progress();
    /// client.call_tool("copy", [("files", 10)]).await?;
    /// assert_eq!(client.notifications().len(), 10);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn progress<N: ProgressValue>(&self, progress: N, total: impl Into<Option<N>>) {
        self.report(progress.into_f64(), total.into().map(N::into_f64), None);
    }

    /// Reports progress with a message for the user. In a task, the message becomes the message of the task's status.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn index(context: Context) {
    ///     context.progress_with(0.5, 1.0, "reading");
    ///     context.progress_with(0.75, None, "sorting");
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("search", "1.0.0").tool(ToolHandler::function("index", [], index));
    /// let client = Client::modern(server).progress();
    /// client.call_tool("index", ()).await?;
    /// let last = client.notifications().pop().unwrap().params.unwrap();
    /// assert_eq!(last.member("message"), Some(r#""sorting""#));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn progress_with<N: ProgressValue>(
        &self,
        progress: N,
        total: impl Into<Option<N>>,
        message: impl Into<String>,
    ) {
        self.report(progress.into_f64(), total.into().map(N::into_f64), Some(message.into()));
    }

    fn report(&self, progress: f64, total: Option<f64>, message: Option<String>) {
        if let Some(task) = self.0.task.get() {
            return message.map_or((), |message| task.set_status_message(message));
        }
        let Some(token) = self.0.client.progress_token() else { return };
        let mut last = lock(&self.0.progress);
        // NaN is not larger than any number, and infinity has no form in JSON.
        if !(progress > *last && progress.is_finite()) {
            return;
        }
        *last = progress;
        let mut params = ProgressParams::new(token.clone(), progress);
        params.total = total.filter(|total| total.is_finite());
        params.message = message;
        // The lock is held while sending, so that the reports of two threads arrive in increasing order.
        self.send(method::PROGRESS, &params);
    }

    fn send<T: Serialize>(&self, method: &'static str, params: &T) {
        if let Ok(notification) = Notification::new(method, params) {
            self.0.notifications.send(notification);
        }
    }

    /// Returns `true` if the call was cancelled or has timed out, so that its result will be dropped.
    ///
    /// The future of an `async` handler is dropped in this case, so it does not need to check. A handler that is not
    /// `async` runs to its end unless it checks.
    /// See [cancellation](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation).
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Argument, Context, Execution, Server, ToolHandler};
    ///
    /// let count = ToolHandler::new("count", |mut arguments| {
    ///     let context = arguments.extract::<Context, _>(0);
    ///     arguments.check()?;
    ///     let context = context.value();
    ///     Ok(Execution::blocking(move || {
    ///         let count = (1..=1_000_000).take_while(|_| !context.is_cancelled()).count();
    ///         Ok(CallToolResult::text(count.to_string()))
    ///     }))
    /// })
    /// .parameter::<Context, _>(Argument::new(""));
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("counter", "1.0.0").tool(count));
    /// assert_eq!(client.call_tool("count", ()).await?.content[0].as_text(), Some("1000000"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.0.task.get().map_or_else(|| !self.0.notifications.is_open(), |task| task.is_cancelled())
    }

    /// Closes the HTTP connection on which the client waits, while the call continues. The client reconnects after a
    /// moment, and receives the notifications that were sent in the meantime, and the result.
    ///
    /// Use it in calls that take minutes, behind proxies that cut long connections. It affects clients of revision
    /// 2025-11-25 over HTTP, and does nothing for all others.
    /// See
    /// [sending messages](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn export(context: Context) -> &'static str {
    ///     context.close_stream();
    ///     // An export of several minutes follows.
    ///     "exported"
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("archive", "1.0.0").tool(ToolHandler::function("export", [], export));
    /// let result = Client::modern(server).call_tool("export", ()).await?;
    /// assert_eq!(result.content[0].as_text(), Some("exported"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn close_stream(&self) {
        self.0.notifications.close_stream();
    }

    /// Returns what the client declares about itself: its name, its revision and its capabilities. None of it is
    /// verified.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, RootsCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn has_roots(context: Context) -> bool {
    ///     context.client().capabilities().roots.is_some()
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("example", "1.0.0").tool(ToolHandler::function("has_roots", [], has_roots));
    /// let capabilities = ClientCapabilities::new().roots(RootsCapability::default());
    /// let client = Client::modern(server).capabilities(capabilities);
    /// assert_eq!(client.call_tool("has_roots", ()).await?.content[0].as_text(), Some("true"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the caller, as the transport has verified it.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Caller, Context, Server, ToolHandler};
    /// use serde_json::Map;
    ///
    /// async fn whoami(context: Context) -> String {
    ///     context.caller().to_string()
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("example", "1.0.0").tool(ToolHandler::function("whoami", [], whoami));
    /// let client = Client::modern(server).caller(Caller::new("ada", [], Map::new()));
    /// assert_eq!(client.call_tool("whoami", ()).await?.content[0].as_text(), Some("ada"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Returns the session of an earlier revision that the call belongs to. A modern call belongs to none.
    pub fn session_id(&self) -> Option<SessionId> {
        self.0.session
    }

    pub(crate) fn session_values(&self) -> Option<Arc<SessionValues>> {
        // The server shares them like a value of the user.
        self.0.shared.get::<SharedSessionValues>().map(|shared| Arc::clone(&shared.0))
    }

    /// Returns the sender of change notifications, which reach all clients that subscribe to the change.
    ///
    /// ```
    /// use mcpwright_core::{SubscriptionFilter, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, ResourceHandler, Server, ToolHandler};
    ///
    /// async fn add_note(context: Context) {
    ///     context.notify().resources_list_changed();
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = Server::builder("notes", "1.0.0")
    ///     .resource(ResourceHandler::function("note://all", "all", || async { "all notes" }))
    ///     .tool(ToolHandler::function("add_note", [], add_note));
    /// let client = Client::modern(server);
    /// client.listen(SubscriptionFilter::new().resources_list_changed(true)).await?;
    /// client.call_tool("add_note", ()).await?;
    /// assert_eq!(client.notifications()[0].method, method::RESOURCES_LIST_CHANGED);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn notify(&self) -> Notify {
        // The server shares it like a value of the user.
        self.0.shared.get::<Notify>().map(|notify| (*notify).clone()).unwrap_or_default()
    }

    /// Returns the value of type `T` that a middleware or a transport has inserted into the call, or else the one that
    /// the server shares. As a parameter of a handler, [`Ext<T>`](crate::Ext) is the same value.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// struct Motto(&'static str);
    ///
    /// async fn motto(context: Context) -> &'static str {
    ///     context.extension::<Motto>().map_or("none", |motto| motto.0)
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let server = || Server::builder("example", "1.0.0").tool(ToolHandler::function("motto", [], motto));
    /// let without = Client::modern(server()).call_tool("motto", ()).await?;
    /// assert_eq!(without.content[0].as_text(), Some("none"));
    /// let with = Client::modern(server().share(Motto("onward"))).call_tool("motto", ()).await?;
    /// assert_eq!(with.content[0].as_text(), Some("onward"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.extensions.get().or_else(|| self.0.shared.get())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("caller", &self.0.caller).finish_non_exhaustive()
    }
}
