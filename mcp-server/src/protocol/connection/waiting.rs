//! Calls that wait for responses of the client, and the end of calls by a cancellation.

use mcpwright_core::{CancelledParams, ErrorObject, Notification, Response, method};

use crate::call::CallId;
use crate::call::outcome::Outcome;
use crate::protocol::action::{Action, Actions};
use crate::protocol::connection::Connection;
use crate::protocol::connection::in_flight::InFlight;

impl Connection {
    /// Returns `true` if the call waits for a response of the client.
    pub fn is_waiting(&self, call: CallId) -> bool {
        self.server_requests.contains(call)
    }

    /// Takes a response to a server request. Once a call has all of its responses, it runs again.
    pub(super) fn response(&mut self, response: Response) -> Actions {
        let next = self.server_requests.respond(response);
        next.map(|call| Action::Run(call.with_later_extensions(&self.extensions))).into_iter().collect()
    }

    /// Fails the calls whose client has not responded in time. Once [`should_start_timer`](Self::should_start_timer) has
    /// returned `true`, a transport calls this periodically while [`has_waiting_calls`](Self::has_waiting_calls) is `true`.
    pub fn expire(&mut self) -> Actions {
        let (timeout, now) = (self.server.input_timeout(), self.server.runtime().now());
        let overdue = self.server_requests.overdue(timeout, now);
        let error = ErrorObject::internal("the client did not respond in time");
        let actions = self.fail_waiting(overdue, &error);
        self.has_timer = self.has_waiting_calls();
        actions
    }

    /// Returns `true` once when the transport must start calling [`expire`](Self::expire); again only after no call waits
    /// any more.
    pub fn should_start_timer(&mut self) -> bool {
        let starts = self.has_waiting_calls() && !self.has_timer;
        self.has_timer |= starts;
        starts
    }

    /// Fails calls that wait for the client.
    pub(super) fn fail_waiting(
        &mut self,
        calls: impl IntoIterator<Item = CallId>,
        error: &ErrorObject,
    ) -> Actions {
        let mut actions = Actions::new();
        for id in calls {
            let Some((call, cancellations)) = self.server_requests.cancel(id) else { continue };
            actions.extend(send_for(id, cancellations));
            let finished = self.finished(&call, Outcome::Failed(error.clone()));
            actions.extend(finished.into_iter().map(|action| match action {
                Action::Send(message) => Action::SendFor { call: id, message },
                other => other,
            }));
        }
        actions
    }

    /// Returns `true` if any call waits for the client.
    pub fn has_waiting_calls(&self) -> bool {
        self.server_requests.len() > 0
    }

    /// Handles a notification: the cancellation of a request or a subscription. Others are ignored.
    pub(super) fn notification(&mut self, notification: &Notification) -> Actions {
        if notification.method == method::INITIALIZED {
            self.report_initialized();
        }
        if notification.method != method::CANCELLED {
            return Actions::new();
        }
        // A malformed cancellation is ignored, as one that comes too late is.
        let params =
            notification.params.as_ref().and_then(|params| params.decode_owned::<CancelledParams>().ok());
        let Some(id) = params.and_then(|params| params.request_id) else { return Actions::new() };
        if self.subscriptions.cancel(&id) {
            return Actions::new();
        }
        let Some(InFlight { call_id: call, batch, .. }) = self.in_flight.take_by_id(&id) else {
            return Actions::new();
        };
        let rest_of_batch = batch.and_then(|batch| self.batches.skip(&batch));
        let cancelled = self.server_requests.cancel(call);
        let mut actions: Actions =
            cancelled.into_iter().flat_map(|(_, cancellations)| send_for(call, cancellations)).collect();
        actions.push(Action::Cancel { call, rest_of_batch });
        actions
    }

    /// Reports to observers that the client has confirmed its handshake.
    fn report_initialized(&self) {
        if let Some(handshake) = self.handshake() {
            let session = handshake.info(&self.caller);
            self.server.observers().report(|observer| observer.initialized(&session));
        }
    }
}

/// Returns the actions that send notifications where the answer to a call will go.
fn send_for(call: CallId, notifications: Vec<Notification>) -> impl Iterator<Item = Action> {
    notifications.into_iter().map(move |notification| Action::SendFor { call, message: notification.into() })
}
