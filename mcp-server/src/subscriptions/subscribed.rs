//! The answer of a provider to a subscription.

use std::sync::Arc;

/// The answer of a provider to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Subscribed {
    pub(crate) uri: Arc<str>,
    pub(crate) notifies_now: bool,
    /// The number of changes of resources that had been published when the provider was asked. The client is notified if
    /// there are more once it has subscribed.
    pub(crate) updates: Option<u64>,
}

impl Subscribed {
    /// Creates an answer with the URI by which the provider publishes changes.
    ///
    /// ```
    /// use mcpwright_server::Subscribed;
    ///
    /// let subscribed = Subscribed::new("file:///readme").notify_now();
    /// ```
    pub fn new(uri: impl Into<Arc<str>>) -> Self {
        Self { uri: uri.into(), notifies_now: false, updates: None }
    }

    /// Notifies the client as soon as it has subscribed, so that it reads the resource.
    pub fn notify_now(mut self) -> Self {
        self.notifies_now = true;
        self
    }
}
