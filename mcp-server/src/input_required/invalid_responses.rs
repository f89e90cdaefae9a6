//! Responses that do not fit their input requests.

use mcpwright_core::{ElicitParams, InputRequest};
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_REASON_CHARS, MAX_REPEATS};

/// The reason of an input request that the client left unanswered.
const UNANSWERED: &str = "the client sent no response";

/// The responses to an input request that did not fit it. The state of the rounds contains them, so that a client cannot be
/// asked more often by sending the state again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InvalidResponses {
    /// The number of rounds without a response that fits.
    #[serde(rename = "n")]
    rounds: u32,
    /// The reason why the last response does not fit. Empty if there was none.
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    /// The request is not sent again: the handler receives the error.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    is_final: bool,
}

impl InvalidResponses {
    /// Adds a response that does not fit the request. Only elicitations are repeated: the user can
    /// correct an answer, but each completion has a price, and the roots would be the same.
    pub(crate) fn after(earlier: Option<Self>, request: &InputRequest, reason: &str) -> Self {
        let rounds = earlier.map_or(0, |earlier| earlier.rounds) + 1;
        let is_repeated = matches!(request, InputRequest::Elicit(_)) && rounds <= MAX_REPEATS;
        Self { rounds, reason: shorten(reason), is_final: !is_repeated }
    }

    /// Adds a round in which the client responded to no request at all.
    pub(crate) fn unanswered(earlier: Option<Self>) -> Self {
        let Self { rounds, reason, .. } = earlier.unwrap_or_default();
        let rounds = rounds + 1;
        let is_final = rounds > MAX_REPEATS;
        let reason = if is_final && reason.is_empty() { UNANSWERED.to_owned() } else { reason };
        Self { rounds, reason, is_final }
    }

    /// Returns the reason if the request is not sent again.
    pub(crate) fn final_reason(&self) -> Option<&str> {
        self.is_final.then_some(self.reason.as_str())
    }

    /// Returns the request with the reason in its message, for the user to read.
    pub(crate) fn explain(&self, mut request: InputRequest) -> InputRequest {
        if let InputRequest::Elicit(params) = &mut request
            && !self.reason.is_empty()
        {
            let message = match params {
                ElicitParams::Form(form) => &mut form.message,
                ElicitParams::Url(url) => &mut url.message,
                // No handler can make other elicitations.
                _ => return request,
            };
            message.push_str(&format!("\n\nThe previous answer was not accepted: {}.", self.reason));
        }
        request
    }
}

/// Returns the start of a reason, with the number of characters that are left out.
fn shorten(reason: &str) -> String {
    match reason.char_indices().nth(MAX_REASON_CHARS) {
        None => reason.to_owned(),
        Some((end, _)) => {
            let (start, rest) = reason.split_at(end);
            format!("{start}… and {} more characters", rest.chars().count())
        }
    }
}

#[cfg(test)]
mod tests {
    use mcpwright_core::{ElicitFormParams, FormSchema};

    use super::*;

    fn form() -> InputRequest {
        InputRequest::Elicit(ElicitFormParams::new("Which?", FormSchema::default()).into())
    }

    #[test]
    fn only_elicitations_are_repeated() {
        let mut invalid = None;
        for is_final in [false, false, true] {
            let next = InvalidResponses::after(invalid, &form(), "`a` is missing");
            assert_eq!(next.final_reason().is_some(), is_final);
            invalid = Some(next);
        }
        let roots = InvalidResponses::after(None, &InputRequest::ListRoots(None), "no roots");
        assert_eq!(roots.final_reason(), Some("no roots"));
    }

    #[test]
    fn long_reasons_are_shortened() {
        let invalid = InvalidResponses::after(None, &form(), &"ä".repeat(MAX_REASON_CHARS + 7));
        assert!(invalid.reason.ends_with("ä… and 7 more characters"), "{}", invalid.reason);
        assert_eq!(shorten("`a` is missing"), "`a` is missing");
    }
}
