//! The gate of a call, which its notifications pass until the call has ended.

use std::sync::{Arc, Mutex};

use mcpwright_core::Notification;
use mcpwright_server::Deliver;

use crate::sync::lock;

/// The destination of a call's notifications.
pub(crate) trait CallSink: Send + Sync + 'static {
    /// Sends a notification, or drops it if the client does not keep up.
    fn notify(&self, notification: Notification);

    /// Closes the stream on which the client waits; the client reconnects for the rest.
    fn close_stream(&self) {}
}

/// Passes the notifications of a call to their sink until the call has ended.
#[derive(Debug)]
pub(crate) struct CallGate<S> {
    is_open: Mutex<bool>,
    sink: S,
}

impl<S: CallSink> CallGate<S> {
    pub(crate) fn new(sink: S) -> Arc<Self> {
        Arc::new(Self { is_open: Mutex::new(true), sink })
    }

    pub(crate) fn sink(&self) -> &S {
        &self.sink
    }

    /// Drops every later notification.
    pub(crate) fn close(&self) {
        *lock(&self.is_open) = false;
    }

    pub(crate) fn is_open(&self) -> bool {
        *lock(&self.is_open)
    }
}

impl<S: CallSink> Deliver for CallGate<S> {
    fn deliver(&self, notification: Notification) {
        let is_open = lock(&self.is_open);
        // Held while sending: after the call has ended, nothing more is sent for it.
        if *is_open {
            self.sink.notify(notification);
        }
    }

    fn is_open(&self) -> bool {
        Self::is_open(self)
    }

    fn close_stream(&self) {
        self.sink.close_stream();
    }
}
