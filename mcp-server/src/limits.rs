//! Every bound of the engine, in one table.

use std::time::Duration;

/// The most that the answers and steps of one call may take, in bytes: they travel with each of its questions.
pub(crate) const MAX_STATE_BYTES: usize = 12_000;

/// How often one call may ask. Whoever answers badly is asked again, but not for ever.
pub(crate) const MAX_ROUNDS: u32 = 100;

/// The longest URI that is read, in bytes.
pub(crate) const MAX_URI_BYTES: usize = 8 << 10;

/// The most calls that may be in flight on one connection.
pub(crate) const MAX_CALLS_PER_CONNECTION: usize = 1024;

/// How many messages in a row may be answered although they are not even JSON.
pub(crate) const MAX_UNREADABLE_MESSAGES: u32 = 10;

/// A handler that was not given a deadline of its own ends after this time.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// A poll that takes longer than this keeps a thread from everything else, and is logged.
pub(crate) const SLOW_POLL: Duration = Duration::from_secs(1);

/// The most resources that one session may subscribe to.
pub(crate) const MAX_SUBSCRIPTIONS_PER_SESSION: usize = 1000;

/// The longest version that is worth an answer of its own.
pub(crate) const MAX_VERSION_BYTES: usize = 1024;

/// The most resources and tasks that one subscription may name.
pub(crate) const MAX_SUBSCRIBED_ITEMS: usize = 1000;

/// Maximum number of values in one completion: what the protocol allows.
pub(crate) const MAX_COMPLETION_VALUES: usize = 100;
