//! Middleware: code that wraps every call.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::call::Call;
use crate::call::fault::Fault;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;

/// Code that wraps every call: it sees the call before the handler, and the outcome after it.
///
/// ```
/// use mcpwright_server::{Call, Middleware, Next, Outcome, async_trait};
///
/// struct Audit;
///
/// #[async_trait]
/// impl Middleware for Audit {
///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
///         let outcome = next.run(call).await;
///         eprintln!("{} called {}: {}", call.caller(), call.method(), outcome.is_error());
///         outcome
///     }
/// }
/// ```
#[async_trait]
pub trait Middleware: Send + Sync + 'static {
    /// Handles the call, usually by passing it to `next`.
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome;
}

/// The rest of the middleware chain: the remaining middleware, then the handler.
///
/// ```
/// use mcpwright_core::{ErrorCode, ErrorObject, method};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Call, Middleware, Next, Outcome, Server, ToolHandler, async_trait};
///
/// /// Lets only callers with the scope `tools` call tools.
/// struct Authorize;
///
/// #[async_trait]
/// impl Middleware for Authorize {
///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
///         if call.method() == method::TOOLS_CALL && !call.caller().has_scope("tools") {
///             return ErrorObject::invalid_request("a tool requires the scope `tools`").into();
///         }
///         next.run(call).await
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let ping = ToolHandler::function("ping", [], || async { "pong" });
/// let client = Client::modern(Server::builder("example", "1.0.0").tool(ping).middleware(Authorize));
/// assert_eq!(client.list_tools().await?.len(), 1);
/// assert_eq!(client.call_tool("ping", ()).await.unwrap_err().code, ErrorCode::INVALID_REQUEST);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy)]
pub struct Next<'a> {
    dispatcher: &'a dyn Dispatcher,
    notifications: &'a NotificationSender,
    rest: &'a [Arc<dyn Middleware>],
}

/// The end of the chain: dispatches a call to its handler.
pub(crate) trait Dispatcher: Sync {
    fn dispatch_boxed<'a>(
        &'a self,
        call: &'a Call,
        notifications: &'a NotificationSender,
    ) -> BoxFuture<'a, Outcome>;
}

impl<'a> Next<'a> {
    pub(crate) fn new(
        dispatcher: &'a dyn Dispatcher,
        notifications: &'a NotificationSender,
        rest: &'a [Arc<dyn Middleware>],
    ) -> Self {
        Self { dispatcher, notifications, rest }
    }

    /// Passes the call on: to the next middleware, or to the handler.
    ///
    /// ```
    /// use mcpwright_server::{Call, Middleware, Next, Outcome, async_trait};
    ///
    /// /// Adds a value that handlers find with `Ext<Region>`.
    /// struct Region(&'static str);
    ///
    /// #[async_trait]
    /// impl Middleware for Region {
    ///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
    ///         let mut call = call.clone();
    ///         call.extensions_mut().insert(Region(self.0));
    ///         next.run(&call).await
    ///     }
    /// }
    /// ```
    ///
    /// A panic of the handler, or of a middleware further in, is an outcome: a tool's result with `isError`, or an internal
    /// error of another method.
    pub async fn run(self, call: &Call) -> Outcome {
        let outcome = match self.rest.split_first() {
            Some((middleware, rest)) => middleware.handle(call, Next { rest, ..self }),
            None => self.dispatcher.dispatch_boxed(call, self.notifications),
        };
        catch_panic(call, outcome).await
    }
}

/// Returns a future in which a panic is the outcome of its call.
///
/// An `async fn` would hold its arguments a second time, in the future of every call.
pub(crate) fn catch_panic(
    call: &Call,
    outcome: impl Future<Output = Outcome>,
) -> impl Future<Output = Outcome> {
    AssertUnwindSafe(outcome)
        .catch_unwind()
        .map(|outcome| outcome.unwrap_or_else(|payload| panicked(call, payload)))
}

/// Returns the outcome of a call whose handler or middleware panicked.
pub(crate) fn panicked(call: &Call, payload: Box<dyn Any + Send>) -> Outcome {
    Fault::panicked(call, payload).into_outcome(call.method())
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("remaining", &self.rest.len()).finish_non_exhaustive()
    }
}
