//! The state that earlier rounds of a call pass to the next one.

use std::collections::BTreeMap;

use mcpwright_core::{InputRequest, JsonText};
use serde::{Deserialize, Serialize};

use crate::hash::fnv1a;
use crate::input_required::invalid_responses::InvalidResponses;

/// The state that earlier rounds of a call pass to the next one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RoundState {
    /// The input responses, by the keys of their requests.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) responses: BTreeMap<String, InputResponse>,
    /// The values of the handler's steps, by their keys.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) steps: BTreeMap<String, JsonText>,
    /// The [`digest`] of each input request, by key.
    #[serde(rename = "q", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) digests: BTreeMap<String, u64>,
    /// The input requests whose responses do not fit them, by key.
    #[serde(rename = "r", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) invalid_responses: BTreeMap<String, InvalidResponses>,
    /// The number of rounds so far.
    #[serde(rename = "n", default)]
    pub(crate) rounds: u32,
    /// The responses that have just arrived, also those that no request was made for.
    #[serde(skip)]
    pub(crate) new_responses: BTreeMap<String, InputResponse>,
    /// The progress that was reported last, if this is still the same request.
    #[serde(skip)]
    pub(crate) progress: Option<f64>,
    #[serde(skip)]
    pub(crate) source: StateSource,
}

/// The storage of the state of earlier rounds.
#[derive(Clone, Debug, Default)]
pub(crate) enum StateSource {
    /// With the session, or with the task.
    #[default]
    Session,
    /// With the client, in a sealed state of this name.
    Sealed(String),
    /// Unknown: the client sent responses without a state.
    Unsealed,
}

/// The response of a client to an input request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum InputResponse {
    #[serde(rename = "r")]
    Result(JsonText),
    /// An error, with this message.
    #[serde(rename = "e")]
    Error(String),
}

impl RoundState {
    /// Adds a response that has just arrived.
    pub(crate) fn respond(&mut self, key: impl Into<String>, response: InputResponse) {
        self.new_responses.insert(key.into(), response);
    }

    /// Merges the state of earlier rounds into this one.
    pub(crate) fn merge(&mut self, earlier: &Self) {
        self.rounds += earlier.rounds;
        // This run may not have used all responses. Those that no request was made for are dropped.
        let unused = earlier.responses.iter().chain(&earlier.new_responses);
        for (key, response) in unused.filter(|(key, _)| earlier.digests.contains_key(*key)) {
            if !self.digests.contains_key(key) {
                self.responses.entry(key.clone()).or_insert_with(|| response.clone());
            }
        }
        for (key, invalid) in &earlier.invalid_responses {
            if !self.digests.contains_key(key) {
                self.invalid_responses.insert(key.clone(), invalid.clone());
            }
        }
        for (key, digest) in &earlier.digests {
            self.digests.entry(key.clone()).or_insert(*digest);
        }
        // A run on another path may not reach all steps: their effects have happened all the same.
        for (key, value) in &earlier.steps {
            self.steps.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Returns `true` if a response under this key belongs to the request with this digest: a handler may make another request
    /// under the same key. Responses without a `requestState` are accepted for any request.
    pub(crate) fn is_requested(&self, key: &str, digest: u64) -> bool {
        matches!(self.source, StateSource::Unsealed) || self.digests.get(key) == Some(&digest)
    }

    /// Returns `true` if the client sent the request again, but no response to any input request.
    pub(crate) fn is_unanswered(&self) -> bool {
        !self.digests.is_empty() && !self.new_responses.keys().any(|key| self.digests.contains_key(key))
    }

    /// Returns the approximate size, in bytes.
    pub(crate) fn len(&self) -> usize {
        let responses = self.responses.iter().map(|(key, response)| key.len() + response.text().len());
        let steps = self.steps.iter().map(|(key, value)| key.len() + value.as_str().len());
        let invalid_responses =
            self.invalid_responses.iter().map(|(key, invalid)| key.len() + invalid.reason.len());
        responses.chain(steps).chain(invalid_responses).sum()
    }
}

impl InputResponse {
    fn text(&self) -> &str {
        match self {
            Self::Result(text) => text.as_str(),
            Self::Error(message) => message,
        }
    }
}

/// Returns the digest of an input request. A response counts for a request with the same digest only. It is part of sealed
/// states and of stored tasks, so every build must compute the same.
pub(crate) fn digest(request: &InputRequest) -> u64 {
    fnv1a(serde_json::to_string(request).unwrap_or_default().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_request_is_the_same_in_every_build() {
        let request = InputRequest::ListRoots(None);
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"method":"roots/list"}"#);
        assert_eq!(digest(&request), 9_939_526_129_446_599_786);
    }
}
