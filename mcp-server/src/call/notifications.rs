//! The notifications of one call while it runs.

use std::fmt;
use std::sync::Arc;

use mcpwright_core::Notification;

/// The channel of one call's notifications. Transports implement it.
pub trait Deliver: Send + Sync + 'static {
    /// Sends a notification. Drops it if the call has ended or its client does not keep up. Must not block.
    fn deliver(&self, notification: Notification);

    /// Returns `true` while a client waits for the call.
    fn is_open(&self) -> bool {
        true
    }

    /// Closes the stream on which the client waits, without ending the call: the client reconnects for the rest.
    fn close_stream(&self) {}
}

impl<F: Fn(Notification) + Send + Sync + 'static> Deliver for F {
    fn deliver(&self, notification: Notification) {
        self(notification);
    }
}

/// Sends the notifications of one call. It belongs to the call, so that no other call's client can receive them.
///
/// A transport closes it when the call ends. Cheap to clone.
///
/// ```
/// use mcpwright_server::NotificationSender;
///
/// let notifications = NotificationSender::new(|notification| println!("{notification:?}"));
/// assert!(notifications.is_open());
/// ```
#[derive(Clone)]
pub struct NotificationSender(Arc<dyn Deliver>);

impl NotificationSender {
    /// Creates a sender that passes each notification to `deliver`.
    pub fn new(deliver: impl Deliver) -> Self {
        Self(Arc::new(deliver))
    }

    /// Sends a notification. Drops it if the call has ended or its client does not keep up.
    ///
    /// ```
    /// use mcpwright_core::Notification;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Call, MethodHandler, NotificationSender, Outcome, Server, async_trait};
    /// use serde_json::json;
    ///
    /// struct Watch;
    ///
    /// #[async_trait]
    /// impl MethodHandler for Watch {
    ///     async fn handle(&self, _: &Call, notifications: &NotificationSender) -> Outcome {
    ///         if let Ok(started) = Notification::new("com.example/started", &json!({ "sensor": 7 })) {
    ///             notifications.send(started);
    ///         }
    ///         Outcome::complete(&json!({ "degrees": 21.5 }))
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("sensors", "1.0.0").method("com.example/watch", Watch));
    /// client.send("com.example/watch", json!({})).await?;
    /// assert_eq!(client.notifications()[0].method, "com.example/started");
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn send(&self, notification: Notification) {
        self.0.deliver(notification);
    }

    /// Returns `true` while a client waits for the call.
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// Closes the stream on which the client waits, if the client knows how to reconnect for the rest.
    pub fn close_stream(&self) {
        self.0.close_stream();
    }
}

impl<D: Deliver> From<Arc<D>> for NotificationSender {
    fn from(deliver: Arc<D>) -> Self {
        Self(deliver)
    }
}

impl fmt::Debug for NotificationSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotificationSender").finish_non_exhaustive()
    }
}
