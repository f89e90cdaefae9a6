//! Asking the client: a handler that asks is run again from the top with the answer.
//!
//! What a handler asks in one run is put to the client together. What it has been answered, and what its steps brought,
//! goes with the questions: sealed on the way through a modern client, in memory beside a legacy session. The next run
//! finds both. So a handler reads the same in both eras, and nothing waits inside of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcpwright_core::{ClientCapabilities, InputRequest, InputRequests, JsonText};
use serde::{Deserialize, Serialize};

use crate::{Failure, Outcome};

pub(crate) mod capabilities;
mod context;
pub(crate) mod state;
mod step;
mod unanswered;

pub use step::StepError;
pub(crate) use step::bare;
pub use unanswered::Unanswered;

/// What earlier runs of a call have brought.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Before {
    /// The answers to what was asked, by the keys of their questions.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    answers: BTreeMap<String, Answered>,
    /// What the handler's steps brought, by their keys.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    steps: BTreeMap<String, JsonText>,
    /// The keys of what has been asked.
    #[serde(rename = "q", default, skip_serializing_if = "BTreeSet::is_empty")]
    asked: BTreeSet<String>,
    /// The answers that have just come, to whatever question.
    #[serde(skip)]
    fresh: BTreeMap<String, Answered>,
    #[serde(skip)]
    pub(crate) origin: Origin,
}

/// Where what earlier runs have brought was meanwhile.
#[derive(Clone, Debug, Default)]
pub(crate) enum Origin {
    /// With the session, or the task.
    #[default]
    Session,
    /// With the client, in a state that has this name.
    State(String),
    /// Nobody knows: the client sent answers without a state.
    Nowhere,
}

/// What a client made of a question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answered {
    /// It answered.
    #[serde(rename = "r")]
    Result(JsonText),
    /// It answered with an error, which says this.
    #[serde(rename = "e")]
    Error(String),
}

impl Before {
    /// Adds an answer that has just come.
    pub(crate) fn answer(&mut self, key: impl Into<String>, answer: Answered) {
        self.fresh.insert(key.into(), answer);
    }
}

/// What a handler needs to know before it can answer.
#[derive(Debug)]
pub struct InputRequired {
    /// The questions, by their keys.
    pub(crate) requests: InputRequests,
    /// What the next run is to find.
    pub(crate) before: Before,
}

impl InputRequired {
    /// The questions, by their keys.
    pub fn requests(&self) -> &InputRequests {
        &self.requests
    }
}

/// What one run of a handler asks, and what it found of earlier ones.
pub(crate) struct Asking {
    before: Option<Arc<Before>>,
    run: Mutex<Option<Box<Run>>>,
}

/// What a handler has asked, used and done in this run.
#[derive(Default)]
struct Run {
    requests: InputRequests,
    answers: BTreeMap<String, Answered>,
    steps: BTreeMap<String, JsonText>,
    lacking: Option<ClientCapabilities>,
}

impl Asking {
    pub(crate) fn new(before: Option<Arc<Before>>) -> Self {
        Self { before, run: Mutex::new(None) }
    }

    /// What may be the answer to a question, the first that came first: what was used once is not replaced by what comes
    /// later.
    fn answers(&self, key: &str) -> impl Iterator<Item = &Answered> {
        let before = self.before.as_deref();
        let [earlier, fresh] = [before.map(|before| &before.answers), before.map(|before| &before.fresh)];
        [earlier, fresh].into_iter().flatten().filter_map(move |answers| answers.get(key))
    }

    /// Notes that an answer was used: every later run has to find it.
    fn used(&self, key: &str, answer: Answered) {
        self.note(|run| {
            run.answers.insert(key.to_owned(), answer);
        });
    }

    fn ask(&self, key: &str, request: InputRequest) {
        self.note(|run| run.requests.insert(key, request));
    }

    fn lacks(&self, capabilities: ClientCapabilities) {
        self.note(|run| run.lacking = Some(capabilities));
    }

    /// What a step has brought, in this run or an earlier one.
    fn step(&self, key: &str) -> Option<JsonText> {
        let run = self.run();
        let in_this = run.as_ref().and_then(|run| run.steps.get(key));
        in_this.or_else(|| self.before.as_ref()?.steps.get(key)).cloned()
    }

    fn did(&self, key: &str, value: JsonText) {
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
    pub(crate) fn instead_of(&self, failure: &Failure) -> Option<Outcome> {
        if !matches!(failure, Failure::Error(_)) {
            return None;
        }
        let run = self.run().take()?;
        let Run { requests, answers, steps, lacking } = *run;
        if requests.is_empty() {
            return lacking.map(|lacking| Outcome::MissingCapability(Box::new(lacking)));
        }
        let asked = requests.iter().map(|(key, _)| key.to_owned()).collect();
        let mut before = Before { answers, steps, asked, ..Before::default() };
        if let Some(earlier) = self.before.as_deref() {
            // This run may not have come to all answers. What nobody asked is forgotten.
            let unused = earlier.answers.iter().chain(&earlier.fresh);
            for (key, answer) in unused.filter(|(key, _)| earlier.asked.contains(*key)) {
                if !before.asked.contains(key) {
                    before.answers.entry(key.clone()).or_insert_with(|| answer.clone());
                }
            }
            before.asked.extend(earlier.asked.iter().cloned());
            // A run that takes another way may not come to all steps: what was done stays done.
            for (key, value) in &earlier.steps {
                before.steps.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        Some(Outcome::InputRequired(Box::new(InputRequired { requests, before })))
    }
}
