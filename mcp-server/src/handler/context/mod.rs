//! What a handler may do while it runs.

pub(crate) mod input;
pub(crate) mod step;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use mcpwright_core::{Client, LoggingLevel, LoggingMessageParams, Notification, ProgressParams, method};
use serde::Serialize;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::call::running_task::RunningTask;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::error::Failure;
use crate::input_required::pending::{Interruption, PendingInput};
use crate::subscriptions::notify::Notify;

/// What a handler may do while it runs: report progress, write to the client's log, ask the
/// client, learn who calls.
///
/// It is cheap to clone, and what a clone says after the call has ended is dropped.
#[derive(Clone)]
pub struct Context(Arc<State>);

struct State {
    client: Client,
    caller: Caller,
    extensions: Extensions,
    shared: Extensions,
    outbox: NotificationSender,
    /// The progress that was reported last: what follows must be more.
    progress: Mutex<f64>,
    asking: PendingInput,
    /// The task that the call has become.
    task: OnceLock<Arc<dyn RunningTask>>,
}

impl Context {
    pub(crate) fn new(call: &Call, shared: &Extensions, outbox: &NotificationSender) -> Self {
        // A legacy call that has asked is still the same request.
        let progress = call.round_state().and_then(|before| before.progress);
        Self(Arc::new(State {
            client: call.client().clone(),
            caller: call.caller().clone(),
            extensions: call.extensions().clone(),
            shared: shared.clone(),
            outbox: outbox.clone(),
            progress: Mutex::new(progress.unwrap_or(f64::NEG_INFINITY)),
            asking: PendingInput::new(call.round_state().cloned()),
            task: call.task().cloned().map_or_else(OnceLock::new, OnceLock::from),
        }))
    }

    pub(crate) fn pending_input(&self) -> &PendingInput {
        &self.0.asking
    }

    /// What comes of a handler that failed because a question of its is open, if one is.
    pub(crate) fn take_input_required(&self, failure: &Failure) -> Option<Outcome> {
        let Failure::Error(error) = failure else { return None };
        let progress = *self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let interruption = self.0.asking.take_input_required(&**error, Some(progress))?;
        Some(match interruption {
            Interruption::InputRequired(required) => Outcome::InputRequired(required),
            Interruption::MissingCapability(missing) => Outcome::MissingCapability(missing),
            Interruption::Failed(error) => Outcome::Failed(error),
        })
    }

    /// From here on the call is this task: nobody hears of its progress and its log any more.
    pub(crate) fn become_task(&self, task: Arc<dyn RunningTask>) {
        // A call becomes a task once.
        let _ = self.0.task.set(task);
    }

    /// Reports how far the call is, of how much if that is known, in any unit.
    ///
    /// Nothing is sent where the client did not ask for progress, or where the value does not exceed the last one.
    /// See [progress](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress).
    pub fn progress(&self, progress: f64, total: impl Into<Option<f64>>) {
        self.report(progress, total.into(), None);
    }

    /// Reports how far the call is, and what it is doing: in a task, the message is what the task's status says.
    pub fn progress_with(&self, progress: f64, total: impl Into<Option<f64>>, message: impl Into<String>) {
        self.report(progress, total.into(), Some(message.into()));
    }

    fn report(&self, progress: f64, total: Option<f64>, message: Option<String>) {
        if let Some(task) = self.0.task.get() {
            return message.map_or((), |message| task.set_status_message(message));
        }
        let Some(token) = self.0.client.progress_token() else { return };
        let mut last = self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        // A value that is not a number exceeds nothing; an infinite one cannot be written as JSON.
        if !(progress > *last && progress.is_finite()) {
            return;
        }
        *last = progress;
        let mut params = ProgressParams::new(token.clone(), progress);
        params.total = total.filter(|total| total.is_finite());
        params.message = message;
        // The lock is held while sending, so that reports of two threads arrive in the order of their values.
        self.send(method::PROGRESS, &params);
    }

    /// Whether the client wants log messages of this level for this call; never where that has become a task.
    pub fn logs(&self, level: LoggingLevel) -> bool {
        self.0.task.get().is_none() && self.0.client.log_level().is_some_and(|least| level >= least)
    }

    /// Writes to the client's log, if it wants messages of this level for this call.
    ///
    /// What an operator should read goes to `tracing` instead.
    /// See [logging](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging).
    pub fn log(&self, level: LoggingLevel, data: impl Serialize) {
        if !self.logs(level) {
            return;
        }
        if let Ok(data) = serde_json::to_value(&data) {
            self.send(method::MESSAGE, &LoggingMessageParams::new(level, data));
        }
    }

    fn send<T: Serialize>(&self, method: &'static str, params: &T) {
        if let Ok(notification) = Notification::new(method, params) {
            self.0.outbox.send(notification);
        }
    }

    /// Whether nobody waits for the call any more: it was cancelled, or its deadline has passed.
    ///
    /// An `async` handler is dropped then, and need not ask. One that is not `async` runs to its end unless it asks.
    /// See [cancellation](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation).
    pub fn is_cancelled(&self) -> bool {
        self.0.task.get().map_or_else(|| !self.0.outbox.is_open(), |task| task.is_cancelled())
    }

    /// Closes the HTTP connection on which the client waits, and the call goes on: the client comes back after a moment
    /// for what was said meanwhile, and for the answer.
    ///
    /// For calls that take long, behind proxies that cut connections. It does something for clients of revision
    /// 2025-11-25 over HTTP, and nothing for all others.
    /// See [sending messages](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server).
    pub fn close_stream(&self) {
        self.0.outbox.close_stream();
    }

    /// What the client says of itself: its name, and what it can do.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Tells clients of changes: all that listen, and not only the one that calls.
    pub fn notify(&self) -> Notify {
        // The server shares it, like values of the user's.
        self.0.shared.get::<Notify>().map(|notify| (*notify).clone()).unwrap_or_default()
    }

    /// The value of this type that a middleware or a transport gave to the call, or that the server shares.
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.extensions.get().or_else(|| self.0.shared.get())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("caller", &self.0.caller).finish_non_exhaustive()
    }
}
