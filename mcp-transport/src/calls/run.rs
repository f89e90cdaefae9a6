//! The runs of a call: its first poll, its task, and its answer.

use std::sync::Arc;
use std::task::{Context, Waker};

use futures::future::BoxFuture;
use mcpwright_server::{Action, Call, CallId, NotificationSender, Outcome};

use crate::calls::gate::CallGate;
use crate::calls::input_timeouts::expire_periodically;
use crate::calls::owner::{CallOwner, RunEnd};
use crate::calls::table::PendingCall;

/// Polls a call once, and leaves the rest to a task if it does not end at once. The task holds what `guard` returns.
pub(crate) fn start<O: CallOwner, G: Send + 'static>(
    owner: &Arc<O>,
    call: PendingCall<O::Sink>,
    guard: impl FnOnce() -> G,
) {
    let id = call.call.call_id();
    let mut answering = answer(Arc::clone(owner), call);
    // A task polls its future as soon as it is spawned: no wake-up is lost.
    if answering.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        spawn_answering(owner, id, answering, guard());
    }
}

/// Runs a call in a task from its first poll on. The task holds `guard`.
pub(crate) fn spawn<O: CallOwner>(owner: &Arc<O>, call: PendingCall<O::Sink>, guard: impl Send + 'static) {
    let id = call.call.call_id();
    spawn_answering(owner, id, answer(Arc::clone(owner), call), guard);
}

fn spawn_answering<O: CallOwner>(
    owner: &Arc<O>,
    id: CallId,
    answering: BoxFuture<'static, ()>,
    guard: impl Send + 'static,
) {
    owner.calls().register_task(id, || {
        let shutdown = owner.shutdown();
        let task = owner.runtime().handle().spawn(async move {
            let _guard = guard;
            tokio::select! {
                () = answering => {}
                () = shutdown => {}
            }
        });
        task.abort_handle()
    });
}

fn answer<O: CallOwner>(owner: Arc<O>, call: PendingCall<O::Sink>) -> BoxFuture<'static, ()> {
    let PendingCall { call, gate } = call;
    Box::pin(async move {
        let notifications = NotificationSender::from(Arc::clone(&gate));
        let outcome = owner.server().call(&call, &notifications).await;
        finish(&owner, &call, outcome, &gate);
    })
}

/// Sends the answer to a call, or its input requests.
pub(crate) fn finish<O: CallOwner>(owner: &Arc<O>, call: &Call, outcome: Outcome, gate: &CallGate<O::Sink>) {
    let id = call.call_id();
    let mut connection = owner.connection();
    owner.send_changes(&mut connection);
    let actions = connection.finished(call, outcome);
    let has_ended = !connection.is_waiting(id);
    let in_task = if has_ended {
        gate.close();
        owner.calls().end(id)
    } else {
        Some(owner.calls().suspend(id))
    };
    // The connection is locked until the messages are sent: nothing that happens to it later overtakes them, and the
    // client may respond to an input request at once.
    for action in actions {
        if let Action::Send(message) = action {
            owner.send(gate.sink(), &message);
        }
    }
    let starts_timer = connection.should_start_timer();
    drop(connection);
    if let Some(in_task) = in_task {
        owner.run_ended(gate.sink(), RunEnd { has_ended, in_task });
    }
    if starts_timer {
        expire_periodically(owner);
    }
}
