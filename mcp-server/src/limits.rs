//! Every bound of the engine, in one table.

use std::time::Duration;

/// The most that the answers and steps of one call may take, in bytes: they travel with each of its questions.
pub(crate) const MOST_BYTES: usize = 12_000;

/// How often one call may ask. Whoever answers badly is asked again, but not for ever.
pub(crate) const MOST_ROUNDS: u32 = 100;

/// The longest URI that is read, in bytes.
pub(crate) const LONGEST_URI: usize = 8 << 10;

/// The most calls that may be in flight on one connection.
pub(crate) const MOST_IN_FLIGHT: usize = 1024;

/// How many messages in a row may be answered although they are not even JSON.
pub(crate) const MOST_UNREADABLE: u32 = 10;

/// A handler that was not given a deadline of its own ends after this time.
pub(crate) const DEFAULT_DEADLINE: Duration = Duration::from_secs(5 * 60);

/// A poll that takes longer than this keeps a thread from everything else, and is logged.
pub(crate) const LONGEST_POLL: Duration = Duration::from_secs(1);

/// The most resources that one session may subscribe to.
pub(crate) const MOST_SUBSCRIPTIONS: usize = 1000;

/// The longest version that is worth an answer of its own.
pub(crate) const LONGEST_VERSION: usize = 1024;

/// The most resources and tasks that one subscription may name.
pub(crate) const MOST_RESOURCES: usize = 1000;
