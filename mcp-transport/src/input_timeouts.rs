//! Questions that clients do not answer: somebody has to look at the time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::runtime::TokioRuntime;

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(1);

/// Has `expire` end what is overdue, from time to time, until it says that nothing is left or its owner is gone.
///
/// To be called when a connection [needs it](mcpwright_server::Connection::needs_time).
pub(crate) fn expire<T: Send + Sync + 'static>(
    host: &TokioRuntime,
    owner: &Arc<T>,
    expire: impl Fn(&Arc<T>) -> bool + Send + 'static,
) {
    let weak: Weak<T> = Arc::downgrade(owner);
    host.handle().spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            match weak.upgrade() {
                Some(owner) if expire(&owner) => {}
                _ => return,
            }
        }
    });
}
