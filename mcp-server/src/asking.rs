//! Asking the client: a handler that asks is run again from the top with the answer.
//!
//! What a handler asks in one run is put to the client together. What it has been answered, and what its steps brought,
//! goes with the questions: sealed on the way through a modern client, in memory beside a legacy session. The next run
//! finds both. So a handler reads the same in both eras, and nothing waits inside of one.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcpwright_core::{ClientCapabilities, ErrorObject, InputRequest, InputRequests, JsonText};
use serde::{Deserialize, Serialize};

use crate::{Failure, Outcome, incident};

pub(crate) mod capabilities;
mod context;
pub(crate) mod state;
mod step;
mod unanswered;

pub use step::StepError;
pub(crate) use step::bare;
pub use unanswered::Unanswered;

/// The most that the answers and steps of one call may take, in bytes: they travel with each of its questions.
const MOST_BYTES: usize = 12_000;

/// How often one call may ask. Whoever answers badly is asked again, but not for ever.
const MOST_ROUNDS: u32 = 100;

/// What earlier runs of a call have brought.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Before {
    /// The answers to what was asked, by the keys of their questions.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    answers: BTreeMap<String, Answered>,
    /// What the handler's steps brought, by their keys.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    steps: BTreeMap<String, JsonText>,
    /// What has been asked, by key: the [`digest`] of each question.
    #[serde(rename = "q", default, skip_serializing_if = "BTreeMap::is_empty")]
    asked: BTreeMap<String, u64>,
    /// How often the call has asked.
    #[serde(rename = "n", default)]
    rounds: u32,
    /// The answers that have just come, to whatever question.
    #[serde(skip)]
    fresh: BTreeMap<String, Answered>,
    /// The progress that was reported last, where this is still the same request.
    #[serde(skip)]
    pub(crate) progress: Option<f64>,
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

    /// Takes over what is to be kept of the run before.
    fn follow(&mut self, earlier: &Self) {
        self.rounds += earlier.rounds;
        // This run may not have come to all answers. What nobody asked is forgotten.
        let unused = earlier.answers.iter().chain(&earlier.fresh);
        for (key, answer) in unused.filter(|(key, _)| earlier.asked.contains_key(*key)) {
            if !self.asked.contains_key(key) {
                self.answers.entry(key.clone()).or_insert_with(|| answer.clone());
            }
        }
        for (key, question) in &earlier.asked {
            self.asked.entry(key.clone()).or_insert(*question);
        }
        // A run that takes another way may not come to all steps: what was done stays done.
        for (key, value) in &earlier.steps {
            self.steps.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Whether an answer is one to this question: a client may be asked something else under the same key, and answers
    /// that come without a state are all that is known.
    fn is_asked(&self, key: &str, question: u64) -> bool {
        matches!(self.origin, Origin::Nowhere) || self.asked.get(key) == Some(&question)
    }

    /// About how many bytes it takes.
    pub(crate) fn len(&self) -> usize {
        let answers = self.answers.iter().map(|(key, answer)| key.len() + answer.text().len());
        let steps = self.steps.iter().map(|(key, value)| key.len() + value.as_str().len());
        answers.chain(steps).sum()
    }
}

/// What tells a question from others, in the same build of a server: where it does not, the question is asked again.
fn digest(request: &InputRequest) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(request).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

impl Answered {
    fn text(&self) -> &str {
        match self {
            Self::Result(text) => text.as_str(),
            Self::Error(reason) => reason,
        }
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
    /// The digest of each question, open or answered.
    asked: BTreeMap<String, u64>,
    answers: BTreeMap<String, Answered>,
    steps: BTreeMap<String, JsonText>,
    lacking: Option<ClientCapabilities>,
    /// Two different questions have this key.
    conflict: Option<String>,
}

impl Asking {
    pub(crate) fn new(before: Option<Arc<Before>>) -> Self {
        Self { before, run: Mutex::new(None) }
    }

    /// What may be the answer to a question, the first that came first: what was used once is not replaced by what comes
    /// later.
    fn answers(&self, key: &str, question: &InputRequest) -> impl Iterator<Item = &Answered> {
        let before = self.before.as_deref().filter(|before| before.is_asked(key, digest(question)));
        let [earlier, fresh] = [before.map(|before| &before.answers), before.map(|before| &before.fresh)];
        [earlier, fresh].into_iter().flatten().filter_map(move |answers| answers.get(key))
    }

    /// Notes that an answer was used: every later run has to find it, and what it answers.
    fn used(&self, key: &str, question: &InputRequest, answer: Answered) {
        self.note(|run| {
            run.asked.insert(key.to_owned(), digest(question));
            run.answers.insert(key.to_owned(), answer);
        });
    }

    fn ask(&self, key: &str, request: InputRequest) {
        self.note(|run| {
            if run.requests.get(key).is_some_and(|other| *other != request) {
                run.conflict = Some(key.to_owned());
            }
            run.asked.insert(key.to_owned(), digest(&request));
            run.requests.insert(key, request);
        });
    }

    fn lacks(&self, capabilities: ClientCapabilities) {
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
    pub(crate) fn instead_of(&self, failure: &Failure, progress: Option<f64>) -> Option<Outcome> {
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
            let lacking = lacking.filter(|_| Unanswered::is_unsupported(&**error))?;
            return Some(Outcome::MissingCapability(Box::new(lacking)));
        }
        let mut before = Before { answers, steps, asked, rounds: 1, progress, ..Before::default() };
        if let Some(earlier) = self.before.as_deref() {
            before.follow(earlier);
        }
        if before.len() > MOST_BYTES || before.rounds > MOST_ROUNDS {
            let (size, rounds) = (before.len(), before.rounds);
            let reason = format!(
                "the call asks too much: {size} bytes of answers and steps over {rounds} rounds, and at most \
                 {MOST_BYTES} bytes over {MOST_ROUNDS} rounds are kept"
            );
            tracing::warn!("{reason}");
            return Some(ErrorObject::internal(reason).into());
        }
        Some(Outcome::InputRequired(Box::new(InputRequired { requests, before })))
    }
}
