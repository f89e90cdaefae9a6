//! The state that earlier rounds of a call hand to the next one.

use std::collections::BTreeMap;

use mcpwright_core::{InputRequest, JsonText};
use serde::{Deserialize, Serialize};

use crate::hash::fnv1a;

/// What earlier runs of a call have brought.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RoundState {
    /// The answers to what was asked, by the keys of their questions.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) answers: BTreeMap<String, InputResponse>,
    /// What the handler's steps brought, by their keys.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) steps: BTreeMap<String, JsonText>,
    /// What has been asked, by key: the [`digest`] of each question.
    #[serde(rename = "q", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) asked: BTreeMap<String, u64>,
    /// How often the call has asked.
    #[serde(rename = "n", default)]
    pub(crate) rounds: u32,
    /// The answers that have just come, to whatever question.
    #[serde(skip)]
    pub(crate) new_responses: BTreeMap<String, InputResponse>,
    /// The progress that was reported last, where this is still the same request.
    #[serde(skip)]
    pub(crate) progress: Option<f64>,
    #[serde(skip)]
    pub(crate) origin: StateSource,
}

/// Where what earlier runs have brought was meanwhile.
#[derive(Clone, Debug, Default)]
pub(crate) enum StateSource {
    /// With the session, or the task.
    #[default]
    Session,
    /// With the client, in a state that has this name.
    Sealed(String),
    /// Nobody knows: the client sent answers without a state.
    Unsealed,
}

/// What a client made of a question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum InputResponse {
    /// It answered.
    #[serde(rename = "r")]
    Result(JsonText),
    /// It answered with an error, which says this.
    #[serde(rename = "e")]
    Error(String),
}

impl RoundState {
    /// Adds an answer that has just come.
    pub(crate) fn respond(&mut self, key: impl Into<String>, answer: InputResponse) {
        self.new_responses.insert(key.into(), answer);
    }

    /// Takes over what is to be kept of the run before.
    pub(crate) fn merge(&mut self, earlier: &Self) {
        self.rounds += earlier.rounds;
        // This run may not have come to all answers. What nobody asked is forgotten.
        let unused = earlier.answers.iter().chain(&earlier.new_responses);
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
    pub(crate) fn is_asked(&self, key: &str, question: u64) -> bool {
        matches!(self.origin, StateSource::Unsealed) || self.asked.get(key) == Some(&question)
    }

    /// About how many bytes it takes.
    pub(crate) fn len(&self) -> usize {
        let answers = self.answers.iter().map(|(key, answer)| key.len() + answer.text().len());
        let steps = self.steps.iter().map(|(key, value)| key.len() + value.as_str().len());
        answers.chain(steps).sum()
    }
}

/// Returns the digest of an input request. A response counts for a request with the same digest only; the digest is in
/// sealed states and stores, so it must not depend on the build.
pub(crate) fn digest(request: &InputRequest) -> u64 {
    fnv1a(serde_json::to_string(request).unwrap_or_default().into_bytes())
}

impl InputResponse {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Result(text) => text.as_str(),
            Self::Error(reason) => reason,
        }
    }
}
