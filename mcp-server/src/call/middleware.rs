//! What wraps every call.

use std::sync::Arc;

use async_trait::async_trait;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;
use crate::server::Server;

/// Answers a method of an extension, or of your own.
#[async_trait]
pub trait MethodHandler: Send + Sync + 'static {
    /// Answers a call.
    async fn handle(&self, call: &Call, outbox: &NotificationSender) -> Outcome;
}

/// What wraps every call: it sees the call before the handler, and the outcome after it.
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
    /// Handles the call, usually by handing it on to `next`.
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome;
}

/// The rest of the way to the handler.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    pub(crate) server: &'a Server,
    pub(crate) outbox: &'a NotificationSender,
    pub(crate) rest: &'a [Arc<dyn Middleware>],
}

impl Next<'_> {
    /// Hands the call on: to the next middleware, or to the handler.
    pub async fn run(self, call: &Call) -> Outcome {
        match self.rest.split_first() {
            Some((middleware, rest)) => middleware.handle(call, Next { rest, ..self }).await,
            None => self.server.dispatch(call, self.outbox).await,
        }
    }
}
