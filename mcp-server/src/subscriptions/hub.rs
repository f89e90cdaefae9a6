//! The subscriptions of a server, indexed by the changes they are for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use mcpwright_core::uri::normalize;

use crate::caller::Caller;
use crate::limits::MAX_SUBSCRIPTIONS_PER_CALLER;
use crate::observer::{CloseReason, ObservedSubscription};
use crate::replicas::bus::ReceiveChanges;
use crate::replicas::change::Change;
use crate::replicas::task_change::TaskVersion;
use crate::subscriptions::shown_lists::ShownLists;
use crate::subscriptions::subscribed::Subscribed;
use crate::sync::lock;

/// The subscriptions of a server, indexed by the changes they are for.
#[derive(Default)]
pub(crate) struct Hub {
    /// The number of changes of each list that have been published.
    published: [AtomicU64; Change::LISTS.len()],
    /// The number of changes of resources that have been published.
    resource_updates: AtomicU64,
    /// The number of subscriptions. Without any, publishing a change costs one load.
    count: AtomicUsize,
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    next_id: u64,
    /// The mailboxes by change; subscriptions to the same change are adjacent, the oldest first.
    mailboxes: BTreeMap<(Change, u64), Arc<Mailbox>>,
    /// The number of open subscriptions of each identified caller. Anonymous callers are not distinguishable; the limits of
    /// connections and transports apply to them.
    callers: BTreeMap<String, usize>,
}

impl Hub {
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Adds a change to the mailboxes of its subscriptions. Waits for no client.
    pub(crate) fn publish(&self, change: &Change) {
        match self.count_of(change) {
            Some(count) => drop(count.fetch_add(1, Ordering::AcqRel)),
            None if matches!(change, Change::Resource(_)) => self.count_resource_update(),
            None => {}
        }
        if self.is_empty() {
            return;
        }
        let change = normalized(change);
        // Unlocked before connections are woken: a wake function may open or end a subscription.
        let mailboxes: Vec<_> = {
            let index = lock(&self.index);
            let range = (change.clone(), 0)..=(change.clone(), u64::MAX);
            index.mailboxes.range(range).map(|(_, mailbox)| Arc::clone(mailbox)).collect()
        };
        mailboxes.iter().for_each(|mailbox| mailbox.add(&change));
    }

    /// Returns how often a change of a list has been published.
    pub(crate) fn published(&self, list: &Change) -> u64 {
        self.count_of(list).map_or(0, |count| count.load(Ordering::Acquire))
    }

    /// Returns how often a change of a resource has been published.
    pub(crate) fn resource_updates(&self) -> u64 {
        self.resource_updates.load(Ordering::Acquire)
    }

    /// Counts a change of a resource that has no subscribers.
    pub(crate) fn count_resource_update(&self) {
        self.resource_updates.fetch_add(1, Ordering::AcqRel);
    }

    fn count_of(&self, change: &Change) -> Option<&AtomicU64> {
        let index = Change::LISTS.iter().position(|list| list == change)?;
        self.published.get(index)
    }
}

/// Returns a change as subscriptions are indexed: with the normal form of its URI.
fn normalized(change: &Change) -> Change {
    match change {
        Change::Resource(uri) => Change::Resource(match normalize(uri) {
            Cow::Borrowed(_) => Arc::clone(uri),
            Cow::Owned(normal) => normal.into(),
        }),
        change => change.clone(),
    }
}

impl ReceiveChanges for Hub {
    fn receive(&self, change: &Change) {
        self.publish(change);
    }
}

/// The changes of one subscription that have not been sent yet.
struct Mailbox {
    pending: Mutex<PendingChanges>,
    wake: OnceLock<Wake>,
}

/// Changes that wait to be sent. They are at most those that the subscription names, also if its client does not read.
#[derive(Default)]
struct PendingChanges {
    /// A change that occurs twice is sent once.
    changes: BTreeSet<Change>,
    /// The latest version of each task that was sent or is pending, by task id.
    versions: BTreeMap<String, TaskVersion>,
}

impl PendingChanges {
    /// Returns `true` unless a later state of the same task was sent or is pending.
    fn is_new(&mut self, change: &Change) -> bool {
        let Change::Task(task) = change else { return true };
        match self.versions.get_mut(task.id()) {
            Some(known) if *known > task.version() => return false,
            Some(known) => *known = task.version(),
            None => {
                self.versions.insert(task.id().to_owned(), task.version());
            }
        }
        true
    }
}

impl Mailbox {
    fn add(&self, change: &Change) {
        let is_first = {
            let mut pending = lock(&self.pending);
            if !pending.is_new(change) {
                return;
            }
            let is_first = pending.changes.is_empty();
            // The last state of a task replaces an earlier one.
            pending.changes.replace(change.clone());
            is_first
        };
        // The connection that takes the first change takes the others as well.
        if let (true, Some(wake)) = (is_first, self.wake.get()) {
            (wake.0)();
        }
    }
}

/// A function that wakes a connection because it has changes to send.
#[derive(Clone)]
pub(crate) struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }
}

/// Sends a change to one subscription only.
pub(crate) struct SubscriptionSender(Arc<Mailbox>);

impl SubscriptionSender {
    pub(crate) fn send(&self, change: &Change) {
        self.0.add(change);
    }
}

/// A resource that a client has subscribed to.
#[derive(Debug)]
pub(crate) struct SubscribedResource {
    /// The URI that its changes are published by, as the provider spells it.
    pub(crate) published: Arc<str>,
    /// The URIs that the client sees.
    pub(crate) names: BTreeSet<Arc<str>>,
}

/// The subscription of one client, until it is dropped.
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    id: u64,
    caller: Caller,
    changes: BTreeSet<Change>,
    /// The resources, by the normal form of the URI that their changes are published by.
    resources: BTreeMap<Arc<str>, SubscribedResource>,
    shown_lists: Arc<Mutex<ShownLists>>,
    mailbox: Arc<Mailbox>,
    observed: Option<Box<ObservedSubscription>>,
}

impl Subscription {
    /// Opens a subscription to nothing yet. Returns `None` if its caller has too many.
    pub(crate) fn open(hub: &Arc<Hub>, caller: &Caller, wake: Option<&Wake>) -> Option<Self> {
        let mut index = lock(&hub.index);
        if let Some(subject) = caller.subject() {
            let count = index.callers.entry(subject.to_owned()).or_default();
            if *count >= MAX_SUBSCRIPTIONS_PER_CALLER {
                return None;
            }
            *count += 1;
        }
        let id = index.next_id;
        index.next_id += 1;
        hub.count.fetch_add(1, Ordering::AcqRel);
        drop(index);
        Some(Self {
            hub: Arc::clone(hub),
            id,
            caller: caller.clone(),
            changes: BTreeSet::new(),
            resources: BTreeMap::new(),
            shown_lists: Arc::default(),
            mailbox: Arc::new(Mailbox {
                pending: Mutex::default(),
                wake: wake.cloned().map_or_else(OnceLock::new, OnceLock::from),
            }),
            observed: None,
        })
    }

    /// Subscribes to further changes.
    pub(crate) fn add(&mut self, changes: impl IntoIterator<Item = Change>) {
        let mut index = lock(&self.hub.index);
        for change in changes {
            if self.changes.insert(change.clone()) {
                index.mailboxes.insert((change, self.id), Arc::clone(&self.mailbox));
            }
        }
    }

    /// Subscribes to a resource that the client sees as `name`.
    pub(crate) fn add_resource(&mut self, name: &Arc<str>, subscribed: &Subscribed) {
        let published = &subscribed.uri;
        let uri: Arc<str> = normalize(published).into();
        let new = || SubscribedResource { published: Arc::clone(published), names: BTreeSet::new() };
        self.resources.entry(Arc::clone(&uri)).or_insert_with(new).names.insert(Arc::clone(name));
        self.add([Change::Resource(Arc::clone(&uri))]);
        // A change may have been published since the provider answered.
        let is_late = subscribed.updates.is_some_and(|before| before != self.hub.resource_updates());
        if subscribed.notifies_now || is_late {
            self.sender().send(&Change::Resource(uri));
        }
    }

    /// Unsubscribes from a resource that the client sees as `name`, and whose changes are published by `uri`.
    pub(crate) fn remove_resource(&mut self, name: &str, uri: &str) {
        let uri = normalize(uri);
        let Some(resource) = self.resources.get_mut(&*uri) else { return };
        resource.names.remove(name);
        if resource.names.is_empty() {
            self.resources.remove(&*uri);
            self.remove(&Change::Resource(uri.into()));
        }
    }

    /// Returns the resource with this URI, in normal form.
    pub(crate) fn resource(&self, uri: &str) -> Option<&SubscribedResource> {
        self.resources.get(uri)
    }

    /// Returns the lists among the changes.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &'static Change> {
        const LISTS: &[Change] = &Change::LISTS;
        LISTS.iter().filter(|list| self.changes.contains(list))
    }

    /// Returns the lists that the client saw last.
    pub(crate) fn shown_lists(&self) -> &Arc<Mutex<ShownLists>> {
        &self.shown_lists
    }

    /// Unsubscribes from a change.
    fn remove(&mut self, change: &Change) {
        self.changes.remove(change);
        lock(&self.hub.index).mailboxes.remove(&(change.clone(), self.id));
        lock(&self.mailbox.pending).changes.remove(change);
    }

    /// Sets the function to call when changes are pending, unless it was set when the subscription was opened. It is called at
    /// once if there are any.
    pub(crate) fn set_wake(&self, wake: &Wake) {
        // Set once: a connection listens once. A change that is added now finds the function, or is found here.
        let is_new = self.mailbox.wake.set(wake.clone()).is_ok();
        let has_changes = !lock(&self.mailbox.pending).changes.is_empty();
        if is_new && has_changes {
            (wake.0)();
        }
    }

    /// Returns a sender to this subscription only.
    pub(crate) fn sender(&self) -> SubscriptionSender {
        SubscriptionSender(Arc::clone(&self.mailbox))
    }

    /// Lets observers know of the end of the subscription.
    pub(crate) fn observe(&mut self, observed: Option<ObservedSubscription>) {
        self.observed = observed.map(Box::new);
    }

    /// Ends the subscription for this reason.
    pub(crate) fn close(mut self, reason: CloseReason) {
        let observed = self.observed.take();
        drop(self);
        if let Some(observed) = observed {
            observed.close(reason);
        }
    }

    /// Takes the pending changes.
    pub(crate) fn take(&self) -> BTreeSet<Change> {
        std::mem::take(&mut lock(&self.mailbox.pending).changes)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut index = lock(&self.hub.index);
        for change in std::mem::take(&mut self.changes) {
            index.mailboxes.remove(&(change, self.id));
        }
        if let Some(subject) = self.caller.subject()
            && let Some(count) = index.callers.get_mut(subject)
        {
            *count -= 1;
            if *count == 0 {
                index.callers.remove(subject);
            }
        }
        self.hub.count.fetch_sub(1, Ordering::AcqRel);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("changes", &self.changes).finish_non_exhaustive()
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}
