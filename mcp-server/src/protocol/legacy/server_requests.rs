//! Questions to clients of earlier revisions: requests of the server's own, and the calls that wait for their answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mcpwright_core::{CancelledParams, Notification, ProtocolVersion, Request, RequestId, Response, method};

use crate::call::Call;
use crate::incident;
use crate::input_required::InputRequired;
use crate::input_required::rounds::{InputResponse, RoundState};
use crate::protocol::legacy::input_requests::downgrade;

/// The most calls of one client that wait for its answers.
const MOST_WAITING: usize = 100;

/// The most bytes that these calls may hold: what they were called with, and what they were answered and did.
const MOST_BYTES: usize = 8 << 20;

/// The calls that wait for answers.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// By the serials of the calls.
    waiting: BTreeMap<u64, Waiting>,
}

/// A call that waits for answers.
#[derive(Debug)]
struct Waiting {
    call: Call,
    before: RoundState,
    /// The questions that are open: the ids of their requests, and their keys.
    open: Vec<(RequestId, String)>,
    since: Instant,
}

impl Questions {
    /// Has a call wait for answers, and returns the requests that ask for them.
    ///
    /// # Errors
    ///
    /// The client cannot be asked this, or has too many questions to answer already: the reason, for the model.
    pub(crate) fn ask(
        &mut self,
        call: &Call,
        asked: InputRequired,
        version: &ProtocolVersion,
        now: Instant,
    ) -> Result<Vec<Request>, String> {
        let InputRequired { requests, before } = asked;
        let held: usize = self.waiting.values().map(Waiting::len).sum();
        if self.waiting.len() >= MOST_WAITING || held + length(call, &before) > MOST_BYTES {
            return Err("the client has too many questions to answer already".to_owned());
        }
        let mut open = Vec::new();
        let mut messages = Vec::new();
        for (key, request) in requests {
            // Nobody answers what has not been read, and another process may ask the same client.
            let id = RequestId::from(incident::number());
            let message = downgrade(request, &id, version)?;
            open.push((id, key));
            messages.push(message);
        }
        let waiting = Waiting { call: call.clone(), before, open, since: now };
        self.waiting.insert(call.serial(), waiting);
        Ok(messages)
    }

    /// Takes an answer. Returns the call that is to be run again, if it was the last one it has waited for.
    pub(crate) fn answered(&mut self, response: Response) -> Option<Call> {
        // An answer to no question of ours, or a second one, is ignored.
        let id = response.id?;
        let (serial, waiting, place) = self.waiting.iter_mut().find_map(|(serial, waiting)| {
            let place = waiting.open.iter().position(|(open, _)| *open == id)?;
            Some((*serial, waiting, place))
        })?;
        let (_, key) = waiting.open.remove(place);
        let answer = match response.outcome {
            Ok(result) => InputResponse::Result(result),
            Err(error) => InputResponse::Error(incident::escaped(&error.message)),
        };
        waiting.before.answer(key, answer);
        if !waiting.open.is_empty() {
            return None;
        }
        let Waiting { call, before, .. } = self.waiting.remove(&serial)?;
        Some(call.after(Arc::new(before)))
    }

    /// Whether this call waits for answers.
    pub(crate) fn contains(&self, serial: u64) -> bool {
        self.waiting.contains_key(&serial)
    }

    /// How many calls wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The calls that have waited for this long.
    pub(crate) fn overdue(&self, time: Duration, now: Instant) -> BTreeSet<u64> {
        let is_overdue = |waiting: &Waiting| now.saturating_duration_since(waiting.since) >= time;
        self.waiting.iter().filter(|(_, waiting)| is_overdue(waiting)).map(|(serial, _)| *serial).collect()
    }

    /// Has a call wait no more, and returns what tells the client that its questions are void.
    pub(crate) fn withdraw(&mut self, serial: u64) -> Option<(Call, Vec<Notification>)> {
        let Waiting { call, open, .. } = self.waiting.remove(&serial)?;
        let notifications = open.into_iter().filter_map(|(id, _)| {
            let mut params = CancelledParams::new(id);
            params.reason = Some("the call that asked has ended".to_owned());
            Notification::new(method::CANCELLED, &params).ok()
        });
        Some((call, notifications.collect()))
    }
}

impl Waiting {
    fn len(&self) -> usize {
        length(&self.call, &self.before)
    }
}

/// How many bytes a call that waits holds, more or less.
fn length(call: &Call, before: &RoundState) -> usize {
    call.params().map_or(0, |params| params.as_str().len()) + before.len()
}
