//! Requests of the server to legacy clients, and the calls that wait for the responses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mcpwright_core::{CancelledParams, Notification, ProtocolVersion, Request, RequestId, Response, method};

use crate::call::{Call, CallId};
use crate::incident;
use crate::input_required::InputRequired;
use crate::input_required::rounds::{InputResponse, RoundState};
use crate::limits::{MAX_WAITING_BYTES, MAX_WAITING_CALLS};
use crate::protocol::legacy::input_requests::downgrade;

/// The calls that wait for responses.
#[derive(Debug, Default)]
pub(crate) struct ServerRequests {
    waiting: BTreeMap<CallId, WaitingCall>,
}

/// A call that waits for responses.
#[derive(Debug)]
struct WaitingCall {
    call: Call,
    state: RoundState,
    /// The pending requests: their ids and the handler's keys.
    pending: Vec<(RequestId, String)>,
    since: Instant,
}

impl ServerRequests {
    /// Makes a call wait for responses and returns the requests to send.
    ///
    /// # Errors
    ///
    /// Returns the reason, for the model, if the client cannot be sent these requests or has too many already.
    pub(crate) fn send(
        &mut self,
        call: &Call,
        pending: InputRequired,
        version: &ProtocolVersion,
        now: Instant,
    ) -> Result<Vec<Request>, String> {
        let InputRequired { requests, state } = pending;
        let held: usize = self.waiting.values().map(WaitingCall::len).sum();
        if self.waiting.len() >= MAX_WAITING_CALLS || held + length(call, &state) > MAX_WAITING_BYTES {
            return Err("the client has too many pending input requests".to_owned());
        }
        let mut pending = Vec::new();
        let mut messages = Vec::new();
        for (key, request) in requests {
            // An id that cannot be guessed: another process may send requests to the same client.
            let id = RequestId::from(incident::number());
            messages.push(downgrade(request, &id, version)?);
            pending.push((id, key));
        }
        self.waiting.insert(call.call_id(), WaitingCall { call: call.clone(), state, pending, since: now });
        Ok(messages)
    }

    /// Takes a response. Returns the call to run again, if this was the last response that it waited for.
    pub(crate) fn respond(&mut self, response: Response) -> Option<Call> {
        // A response that no call waits for, or a second one, is ignored.
        let id = response.id?;
        let (call_id, waiting, index) = self.waiting.iter_mut().find_map(|(call_id, waiting)| {
            let index = waiting.pending.iter().position(|(pending, _)| *pending == id)?;
            Some((*call_id, waiting, index))
        })?;
        let (_, key) = waiting.pending.remove(index);
        let response = match response.outcome {
            Ok(result) => InputResponse::Result(result),
            Err(error) => InputResponse::Error(incident::escaped(&error.message)),
        };
        waiting.state.respond(key, response);
        if !waiting.pending.is_empty() {
            return None;
        }
        let WaitingCall { call, state, .. } = self.waiting.remove(&call_id)?;
        Some(call.with_round_state(Arc::new(state)))
    }

    /// Returns `true` if the call waits for responses.
    pub(crate) fn contains(&self, call: CallId) -> bool {
        self.waiting.contains_key(&call)
    }

    /// Returns the number of calls that wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns the calls that have waited for at least `timeout`.
    pub(crate) fn overdue(&self, timeout: Duration, now: Instant) -> BTreeSet<CallId> {
        let is_overdue = |waiting: &WaitingCall| now.saturating_duration_since(waiting.since) >= timeout;
        self.waiting.iter().filter(|(_, waiting)| is_overdue(waiting)).map(|(id, _)| *id).collect()
    }

    /// Ends the wait of a call. Returns the call and the cancellations of its pending requests.
    pub(crate) fn cancel(&mut self, call: CallId) -> Option<(Call, Vec<Notification>)> {
        let WaitingCall { call, pending, .. } = self.waiting.remove(&call)?;
        let notifications = pending.into_iter().filter_map(|(id, _)| {
            let mut params = CancelledParams::new(id);
            params.reason = Some("the call that needed the response has ended".to_owned());
            Notification::new(method::CANCELLED, &params).ok()
        });
        Some((call, notifications.collect()))
    }
}

impl WaitingCall {
    fn len(&self) -> usize {
        length(&self.call, &self.state)
    }
}

/// Returns the approximate size of a call that waits, in bytes.
fn length(call: &Call, state: &RoundState) -> usize {
    call.params().map_or(0, |params| params.as_str().len()) + state.len()
}
