//! The subscriptions of a server, by what they want.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::caller::Caller;
use crate::limits::MAX_SUBSCRIPTIONS_PER_CALLER;
use crate::replicas::change::Change;
use crate::replicas::task_change::TaskVersion;

/// The subscriptions of a server, by what they want.
#[derive(Default)]
pub(crate) struct Hub {
    /// How many there are: without any, to tell of a change is to look at this number.
    count: AtomicUsize,
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    next_serial: u64,
    /// Those who want the same stand beside each other, whoever was first before the others.
    wanting: BTreeMap<(Change, u64), Arc<Mailbox>>,
    /// How many each caller with a name has open.
    callers: BTreeMap<String, usize>,
}

impl Hub {
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Tells those who want it of a change. Nobody waits: each keeps it until its connection takes it.
    pub(crate) fn send(&self, change: &Change) {
        if self.is_empty() {
            return;
        }
        // Released before anybody is woken: whoever wakes may open or end a subscription.
        let wanting: Vec<_> = {
            let index = lock(&self.index);
            let those = (change.clone(), 0)..=(change.clone(), u64::MAX);
            index.wanting.range(those).map(|(_, mailbox)| Arc::clone(mailbox)).collect()
        };
        wanting.iter().for_each(|mailbox| mailbox.add(change));
    }
}

/// What has changed and has not been told yet.
struct Mailbox {
    pending: Mutex<PendingChanges>,
    wake: OnceLock<Wake>,
}

/// It holds no more than the subscription wants, whether or not its client reads.
#[derive(Default)]
struct PendingChanges {
    /// What changes twice is told once.
    changes: BTreeSet<Change>,
    /// How far each task has come by what was told of it or waits here, by the ids.
    versions: BTreeMap<String, TaskVersion>,
}

impl PendingChanges {
    /// Whether a change is to be told: what is known of a task may come late, when what came after it has been told.
    fn is_new(&mut self, change: &Change) -> bool {
        let Change::Task(task) = change else { return true };
        match self.versions.get_mut(task.id()) {
            Some(known) if *known > task.age() => return false,
            Some(known) => *known = task.age(),
            None => {
                self.versions.insert(task.id().to_owned(), task.age());
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
            // Of a task, what is told is how it is with it last.
            pending.changes.replace(change.clone());
            is_first
        };
        // Whoever takes the first takes the others as well.
        if let (true, Some(wake)) = (is_first, self.wake.get()) {
            (wake.0)();
        }
    }
}

/// Wakes a connection that has something to tell.
#[derive(Clone)]
pub(crate) struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }
}

/// Tells one subscription of what nobody else needs to hear.
pub(crate) struct SubscriptionSender(Arc<Mailbox>);

impl SubscriptionSender {
    pub(crate) fn send(&self, change: &Change) {
        self.0.add(change);
    }
}

/// What one client listens for, until it is dropped.
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    serial: u64,
    caller: Caller,
    wants: BTreeSet<Change>,
    mailbox: Arc<Mailbox>,
}

impl Subscription {
    /// Opens one that wants nothing yet; nothing if its caller has too many.
    pub(crate) fn open(hub: &Arc<Hub>, caller: &Caller, wake: Option<&Wake>) -> Option<Self> {
        let mut index = lock(&hub.index);
        if let Some(subject) = caller.subject() {
            let count = index.callers.entry(subject.to_owned()).or_default();
            if *count >= MAX_SUBSCRIPTIONS_PER_CALLER {
                return None;
            }
            *count += 1;
        }
        let serial = index.next_serial;
        index.next_serial += 1;
        hub.count.fetch_add(1, Ordering::AcqRel);
        drop(index);
        Some(Self {
            hub: Arc::clone(hub),
            serial,
            caller: caller.clone(),
            wants: BTreeSet::new(),
            mailbox: Arc::new(Mailbox {
                pending: Mutex::default(),
                wake: wake.cloned().map_or_else(OnceLock::new, OnceLock::from),
            }),
        })
    }

    /// Wants to be told of these as well.
    pub(crate) fn add(&mut self, changes: impl IntoIterator<Item = Change>) {
        let mut index = lock(&self.hub.index);
        for change in changes {
            if self.wants.insert(change.clone()) {
                index.wanting.insert((change, self.serial), Arc::clone(&self.mailbox));
            }
        }
    }

    /// Wants to be told of this no more.
    pub(crate) fn remove(&mut self, change: &Change) {
        self.wants.remove(change);
        lock(&self.hub.index).wanting.remove(&(change.clone(), self.serial));
        lock(&self.mailbox.pending).changes.remove(change);
    }

    /// Sets what to call when changes are pending, unless that was set when the subscription was opened.
    pub(crate) fn set_wake(&self, wake: &Wake) {
        // Set once: a connection listens once.
        let _ = self.mailbox.wake.set(wake.clone());
    }

    /// What tells this one alone.
    pub(crate) fn sender(&self) -> SubscriptionSender {
        SubscriptionSender(Arc::clone(&self.mailbox))
    }

    /// Takes what has not been told yet.
    pub(crate) fn take(&self) -> BTreeSet<Change> {
        std::mem::take(&mut lock(&self.mailbox.pending).changes)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut index = lock(&self.hub.index);
        for change in std::mem::take(&mut self.wants) {
            index.wanting.remove(&(change, self.serial));
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
        f.debug_struct("Subscription").field("wants", &self.wants).finish_non_exhaustive()
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
