//! Where a call's notifications go while it runs.

use std::fmt;
use std::sync::Arc;

use mcpwright_core::Notification;

/// Where a call's notifications go while it runs: the way back belongs to the call and is found by nobody else.
///
/// A transport closes it when the call ends, whatever the reason.
#[derive(Clone)]
pub struct Outbox(Arc<dyn Fn(Notification) + Send + Sync>);

impl Outbox {
    /// An outbox that hands each notification to a function, which must not block.
    pub fn new(send: impl Fn(Notification) + Send + Sync + 'static) -> Self {
        Self(Arc::new(send))
    }

    /// Sends one, or drops it where the call has ended or its client does not keep up.
    pub fn send(&self, notification: Notification) {
        (self.0)(notification);
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox")
    }
}
