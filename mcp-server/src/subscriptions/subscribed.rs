//! The answer of a provider to a subscription.

use std::sync::Arc;

/// The answer of a provider to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Subscribed {
    pub(crate) uri: Arc<str>,
    /// The URI that the client sees, if it is not the one that it has sent.
    pub(crate) name: Option<Arc<str>>,
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
        Self { uri: uri.into(), name: None, notifies_now: false, updates: None }
    }

    /// Returns the URI that a client sees if it has subscribed to `uri`.
    pub(crate) fn shown(&self, uri: &str) -> Arc<str> {
        self.name.clone().unwrap_or_else(|| uri.into())
    }

    /// Sets the URI that the client sees: the one that is listed.
    pub(crate) fn named(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Notifies the client as soon as it has subscribed, so that it reads the resource.
    pub fn notify_now(mut self) -> Self {
        self.notifies_now = true;
        self
    }
}
