//! Methods beyond those of the specification.

use async_trait::async_trait;

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::call::outcome::Outcome;

/// A handler for a method of an extension, or for a custom method.
///
/// ```
/// use mcpwright_server::{Call, MethodHandler, NotificationSender, Outcome, Server, async_trait};
///
/// struct Uptime(std::time::Instant);
///
/// #[async_trait]
/// impl MethodHandler for Uptime {
///     async fn handle(&self, _: &Call, _: &NotificationSender) -> Outcome {
///         Outcome::complete(&serde_json::json!({ "seconds": self.0.elapsed().as_secs() }))
///     }
/// }
///
/// let server = Server::builder("status", "1.0.0")
///     .method("com.example/uptime", Uptime(std::time::Instant::now()))
///     .build();
/// ```
#[async_trait]
pub trait MethodHandler: Send + Sync + 'static {
    /// Handles a call of the method.
    async fn handle(&self, call: &Call, notifications: &NotificationSender) -> Outcome;
}
