//! The timeout of input requests.

use std::sync::{Arc, Weak};
use std::time::Duration;

use mcpwright_server::{Action, CallId};

use crate::calls::gate::CallGate;
use crate::calls::owner::{CallOwner, RunEnd};

/// Interval at which input requests are checked for their timeout.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);

/// Fails the calls whose client does not respond in time, until none waits or the owner is dropped.
pub(super) fn expire_periodically<O: CallOwner>(owner: &Arc<O>) {
    let weak: Weak<O> = Arc::downgrade(owner);
    owner.runtime().handle().spawn(async move {
        loop {
            tokio::time::sleep(EXPIRY_INTERVAL).await;
            match weak.upgrade() {
                Some(owner) if expire(&*owner) => {}
                _ => return,
            }
        }
    });
}

/// Returns `true` if calls still wait.
fn expire<O: CallOwner>(owner: &O) -> bool {
    let mut connection = owner.connection();
    let mut failed: Vec<(CallId, Arc<CallGate<O::Sink>>)> = Vec::new();
    for action in connection.expire() {
        if let Action::SendFor { call, message } = action
            && let Some(gate) = owner.calls().gate(call)
        {
            owner.send(gate.sink(), &message);
            if failed.last().is_none_or(|(last, _)| *last != call) {
                failed.push((call, gate));
            }
        }
    }
    let calls_wait = connection.has_waiting_calls();
    drop(connection);
    for (call, gate) in failed {
        gate.close();
        if owner.calls().end(call).is_some() {
            owner.run_ended(gate.sink(), RunEnd { has_ended: true, in_task: true });
        }
    }
    calls_wait
}
