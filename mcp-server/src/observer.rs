//! Observers of sessions and subscriptions.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use mcpwright_core::{Client, SubscriptionFilter};

use crate::caller::Caller;
use crate::incident;
use crate::session_id::SessionId;

/// An observer of sessions and subscriptions that open and close. Each method does nothing by default.
///
/// The methods run while the connection is locked: they must return quickly, and must not wait for anything. A panic is
/// logged, and nothing else happens.
///
/// Sessions exist for clients of revisions before 2026-07-28 only. A client of 2026-07-28 does not introduce itself: each of
/// its requests describes it, and a [`Middleware`](crate::Middleware) reads that with [`Call::client`](crate::Call::client).
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use mcpwright_core::ProtocolVersion;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{CloseReason, Observer, Server, SessionInfo};
///
/// /// Counts the sessions that are open.
/// struct Gauge(Arc<AtomicUsize>);
///
/// impl Observer for Gauge {
///     fn session_opened(&self, _: &SessionInfo<'_>) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
///
///     fn session_closed(&self, _: &SessionInfo<'_>, _: CloseReason) {
///         self.0.fetch_sub(1, Ordering::Relaxed);
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let open = Arc::new(AtomicUsize::new(0));
/// let server = Server::builder("notes", "1.0.0").observer(Gauge(Arc::clone(&open)));
/// let client = Client::legacy(server, ProtocolVersion::LATEST_LEGACY).await?;
/// assert_eq!(open.load(Ordering::Relaxed), 1);
/// drop(client);
/// assert_eq!(open.load(Ordering::Relaxed), 0);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Called when a handshake was answered: a session is open.
    fn session_opened(&self, session: &SessionInfo<'_>) {
        let _ = session;
    }

    /// Called when a client has confirmed its handshake with `notifications/initialized`. A client that sends it again is
    /// reported again.
    fn initialized(&self, session: &SessionInfo<'_>) {
        let _ = session;
    }

    /// Called when a session has ended.
    ///
    /// A session over Streamable HTTP ends when its client sends DELETE. One that its client abandons is not reported: it
    /// is in no memory, and its id expires.
    fn session_closed(&self, session: &SessionInfo<'_>, reason: CloseReason) {
        let _ = (session, reason);
    }

    /// Called when a client has subscribed: with `subscriptions/listen`, or with `resources/subscribe` in an earlier
    /// revision, where each resource is a subscription of its own.
    fn subscription_opened(&self, subscription: &SubscriptionInfo<'_>) {
        let _ = subscription;
    }

    /// Called when a subscription has ended, once for each that was opened.
    fn subscription_closed(&self, subscription: &SubscriptionInfo<'_>, reason: CloseReason) {
        let _ = (subscription, reason);
    }
}

/// A session, as an [`Observer`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionInfo<'a> {
    /// The identity of the session.
    pub id: SessionId,
    /// The client: its name, its capabilities, and the negotiated revision.
    pub client: &'a Client,
    /// The caller that opened the session, or whose request is handled.
    pub caller: &'a Caller,
}

/// A subscription, as an [`Observer`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SubscriptionInfo<'a> {
    /// The changes that the client is notified of.
    pub filter: &'a SubscriptionFilter,
    /// The client.
    pub client: &'a Client,
    /// The caller that subscribed.
    pub caller: &'a Caller,
    /// The session of the subscription. `None` for `subscriptions/listen`.
    pub session: Option<SessionId>,
}

/// The reason why a session or a subscription has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client ended it: with DELETE, `resources/unsubscribe` or `notifications/cancelled`.
    Client,
    /// The connection or the stream of the client has ended.
    Disconnected,
    /// The process released the memory of a session over HTTP, because it was idle or there were too many. The session can
    /// continue without its subscriptions.
    Released,
    /// The server is shutting down.
    Shutdown,
}

/// The observers of a server.
#[derive(Clone, Default)]
pub(crate) struct Observers(Arc<[Arc<dyn Observer>]>);

impl Observers {
    pub(crate) fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        Self(observers.into())
    }

    /// Reports an event to each observer.
    pub(crate) fn report(&self, event: impl Fn(&dyn Observer)) {
        for observer in &*self.0 {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| event(&**observer))) {
                incident::panic("observer", payload);
            }
        }
    }

    /// Reports a subscription, and its end when the returned value is dropped. Returns `None` if there is no observer.
    pub(crate) fn open_subscription(
        &self,
        filter: &SubscriptionFilter,
        client: &Client,
        caller: &Caller,
        session: Option<SessionId>,
    ) -> Option<ObservedSubscription> {
        if self.0.is_empty() {
            return None;
        }
        let observed = ObservedSubscription {
            observers: self.clone(),
            filter: filter.clone(),
            client: client.clone(),
            caller: caller.clone(),
            session,
            reason: CloseReason::Disconnected,
        };
        self.report(|observer| observer.subscription_opened(&observed.info()));
        Some(observed)
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observers({})", self.0.len())
    }
}

/// An open subscription that observers know of. Its end is reported when it is dropped.
#[derive(Debug)]
pub(crate) struct ObservedSubscription {
    observers: Observers,
    filter: SubscriptionFilter,
    client: Client,
    caller: Caller,
    session: Option<SessionId>,
    reason: CloseReason,
}

impl ObservedSubscription {
    /// Ends the subscription for this reason.
    pub(crate) fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }

    fn info(&self) -> SubscriptionInfo<'_> {
        let Self { filter, client, caller, session, .. } = self;
        SubscriptionInfo { filter, client, caller, session: *session }
    }
}

impl Drop for ObservedSubscription {
    fn drop(&mut self) {
        self.observers.report(|observer| observer.subscription_closed(&self.info(), self.reason));
    }
}
