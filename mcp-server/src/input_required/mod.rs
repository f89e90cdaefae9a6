//! Asking the client: a handler that asks is run again from the top with the answer.
//!
//! What a handler asks in one run is put to the client together. What it has been answered, and what its steps brought,
//! goes with the questions: sealed on the way through a modern client, in memory beside a legacy session. The next run
//! finds both. So a handler reads the same in both eras, and nothing waits inside of one.

pub(crate) mod capabilities;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod request_state;
pub(crate) mod rounds;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcpwright_core::{ClientCapabilities, ErrorObject, InputRequest, InputRequests, JsonText};

use crate::call::outcome::Outcome;
use crate::handler::error::Failure;
use crate::incident;
use crate::input_required::error::InputError;
use crate::input_required::rounds::{InputResponse, RoundState, digest};
use crate::limits::{MAX_ROUNDS, MAX_STATE_BYTES};

/// What a handler needs to know before it can answer.
#[derive(Debug)]
pub struct InputRequired {
    /// The questions, by their keys.
    pub(crate) requests: InputRequests,
    /// What the next run is to find.
    pub(crate) before: RoundState,
}

impl InputRequired {
    /// The questions, by their keys.
    pub fn requests(&self) -> &InputRequests {
        &self.requests
    }
}

/// What one run of a handler asks, and what it found of earlier ones.
pub(crate) struct PendingInput {
    before: Option<Arc<RoundState>>,
    run: Mutex<Option<Box<Run>>>,
}

/// What a handler has asked, used and done in this run.
#[derive(Default)]
struct Run {
    requests: InputRequests,
    /// The digest of each question, open or answered.
    asked: BTreeMap<String, u64>,
    answers: BTreeMap<String, InputResponse>,
    steps: BTreeMap<String, JsonText>,
    lacking: Option<ClientCapabilities>,
    /// Two different questions have this key.
    conflict: Option<String>,
}

impl PendingInput {
    pub(crate) fn new(before: Option<Arc<RoundState>>) -> Self {
        Self { before, run: Mutex::new(None) }
    }

    /// What may be the answer to a question, the first that came first: what was used once is not replaced by what comes
    /// later.
    pub(crate) fn answers(&self, key: &str, question: &InputRequest) -> impl Iterator<Item = &InputResponse> {
        let before = self.before.as_deref().filter(|before| before.is_asked(key, digest(question)));
        let [earlier, new_responses] =
            [before.map(|before| &before.answers), before.map(|before| &before.new_responses)];
        [earlier, new_responses].into_iter().flatten().filter_map(move |answers| answers.get(key))
    }

    /// Notes that an answer was used: every later run has to find it, and what it answers.
    pub(crate) fn used(&self, key: &str, question: &InputRequest, answer: InputResponse) {
        self.note(|run| {
            run.asked.insert(key.to_owned(), digest(question));
            run.answers.insert(key.to_owned(), answer);
        });
    }

    pub(crate) fn ask(&self, key: &str, request: InputRequest) {
        self.note(|run| {
            if run.requests.get(key).is_some_and(|other| *other != request) {
                run.conflict = Some(key.to_owned());
            }
            run.asked.insert(key.to_owned(), digest(&request));
            run.requests.insert(key, request);
        });
    }

    pub(crate) fn missing_extension(&self, capabilities: ClientCapabilities) {
        self.note(|run| {
            let lacking = run.lacking.get_or_insert_default();
            lacking.elicitation = capabilities.elicitation.or(lacking.elicitation.take());
            lacking.sampling = capabilities.sampling.or(lacking.sampling.take());
            lacking.roots = capabilities.roots.or(lacking.roots.take());
            for (name, settings) in capabilities.extensions {
                lacking.extensions.insert(name, settings);
            }
        });
    }

    /// What a step has brought, in this run or an earlier one.
    pub(crate) fn step(&self, key: &str) -> Option<JsonText> {
        let run = self.run();
        let in_this = run.as_ref().and_then(|run| run.steps.get(key));
        in_this.or_else(|| self.before.as_ref()?.steps.get(key)).cloned()
    }

    pub(crate) fn did(&self, key: &str, value: JsonText) {
        self.note(|run| {
            run.steps.insert(key.to_owned(), value);
        });
    }

    fn note(&self, note: impl FnOnce(&mut Run)) {
        note(self.run().get_or_insert_default());
    }

    fn run(&self) -> MutexGuard<'_, Option<Box<Run>>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes of a handler that failed because a question of its is open: the question. Whatever error it made of that
    /// is its own matter.
    pub(crate) fn take_input_required(&self, failure: &Failure, progress: Option<f64>) -> Option<Outcome> {
        let Failure::Error(error) = failure else { return None };
        let run = self.run().take()?;
        let Run { requests, asked, answers, steps, lacking, conflict } = *run;
        if let Some(key) = conflict {
            let reason = format!("two different questions have the key `{key}`: give each its own");
            return Some(
                incident::internal("a handler asks in a way that cannot be answered", &reason).into(),
            );
        }
        if requests.is_empty() {
            // A handler that does without may fail for another reason.
            let lacking = lacking.filter(|_| InputError::is_unsupported(&**error))?;
            return Some(Outcome::MissingCapability(Box::new(lacking)));
        }
        let mut before = RoundState { answers, steps, asked, rounds: 1, progress, ..RoundState::default() };
        if let Some(earlier) = self.before.as_deref() {
            before.merge(earlier);
        }
        if before.len() > MAX_STATE_BYTES || before.rounds > MAX_ROUNDS {
            let (size, rounds) = (before.len(), before.rounds);
            let reason = format!(
                "the call asks too much: {size} bytes of answers and steps over {rounds} rounds, and at most \
                 {MAX_STATE_BYTES} bytes over {MAX_ROUNDS} rounds are kept"
            );
            tracing::warn!("{reason}");
            return Some(ErrorObject::internal(reason).into());
        }
        Some(Outcome::InputRequired(Box::new(InputRequired { requests, before })))
    }
}
