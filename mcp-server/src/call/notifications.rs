//! Where a call's notifications go while it runs.

use std::fmt;
use std::sync::Arc;

use mcpwright_core::Notification;

/// Delivers the notifications of one call.
pub trait Deliver: Send + Sync + 'static {
    /// Sends one, or drops it where the call has ended or its client does not keep up. It must not block.
    fn deliver(&self, notification: Notification);

    /// Whether the call still runs, as far as anybody waits for it.
    fn is_open(&self) -> bool {
        true
    }

    /// Closes the channel on which the client waits, without ending the call: the client comes back for the rest.
    fn close_stream(&self) {}
}

impl<F: Fn(Notification) + Send + Sync + 'static> Deliver for F {
    fn deliver(&self, notification: Notification) {
        self(notification);
    }
}

/// Where a call's notifications go while it runs: the way back belongs to the call and is found by nobody else.
///
/// A transport closes it when the call ends, whatever the reason.
#[derive(Clone)]
pub struct NotificationSender(Arc<dyn Deliver>);

impl NotificationSender {
    /// An outbox that hands each notification on.
    pub fn new(deliver: impl Deliver) -> Self {
        Self(Arc::new(deliver))
    }

    /// Sends one, or drops it where the call has ended or its client does not keep up.
    pub fn send(&self, notification: Notification) {
        self.0.deliver(notification);
    }

    /// Whether the call still runs, as far as anybody waits for it.
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// Closes the channel on which the client waits, where the client knows how to come back for the rest.
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
        f.write_str("Outbox")
    }
}
