//! The input requests of one run of a handler.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};

use mcpwright_core::{ClientCapabilities, ErrorObject, InputRequest, InputRequests, JsonText};

use crate::incident;
use crate::input_required::InputRequired;
use crate::input_required::error::InputError;
use crate::input_required::invalid_responses::InvalidResponses;
use crate::input_required::rounds::{InputResponse, RoundState, digest};
use crate::limits::{MAX_ROUNDS, MAX_STATE_BYTES};
use crate::sync::lock;

/// The input requests of one run of a handler, and the state of earlier runs.
pub(crate) struct PendingInput {
    earlier: Option<Arc<RoundState>>,
    run: Mutex<Option<Box<RunInput>>>,
}

/// The input requests, used responses and completed steps of one run of a handler.
#[derive(Default)]
struct RunInput {
    requests: InputRequests,
    /// The digest of each input request, pending or with a response.
    digests: BTreeMap<String, u64>,
    responses: BTreeMap<String, InputResponse>,
    invalid_responses: BTreeMap<String, InvalidResponses>,
    steps: BTreeMap<String, JsonText>,
    missing: Option<ClientCapabilities>,
    conflict: Option<Conflict>,
}

/// A mistake of the handler, because of which the requests cannot be sent.
#[derive(Debug, thiserror::Error)]
enum Conflict {
    #[error("the key `{0}` must be unique: two different input requests have it")]
    Key(String),
    #[error(
        "the form `{0}` must have at least one field: to ask for a confirmation only, use `elicit::<()>(key, message)`"
    )]
    EmptyForm(String),
}

/// The outcome of a call whose handler stopped to wait for input. It replaces the handler's error.
pub(crate) enum Interruption {
    InputRequired(Box<InputRequired>),
    MissingCapability(Box<ClientCapabilities>),
    Failed(ErrorObject),
}

impl PendingInput {
    pub(crate) fn new(earlier: Option<Arc<RoundState>>) -> Self {
        Self { earlier, run: Mutex::new(None) }
    }

    /// Returns the candidates for the response to a request, the oldest first: a response that was used once is not replaced
    /// by a later one.
    pub(crate) fn responses(
        &self,
        key: &str,
        request: &InputRequest,
    ) -> impl Iterator<Item = &InputResponse> {
        let earlier = self.earlier.as_deref().filter(|earlier| earlier.is_requested(key, digest(request)));
        let [used, new] =
            [earlier.map(|earlier| &earlier.responses), earlier.map(|earlier| &earlier.new_responses)];
        [used, new].into_iter().flatten().filter_map(move |responses| responses.get(key))
    }

    /// Records that a response was used: every later run must find it, and the request it belongs to.
    pub(crate) fn use_response(&self, key: &str, request: &InputRequest, response: InputResponse) {
        self.record(|run| {
            run.digests.insert(key.to_owned(), digest(request));
            run.responses.insert(key.to_owned(), response);
        });
    }

    /// Returns the earlier responses that did not fit a request.
    pub(crate) fn invalid(&self, key: &str, request: &InputRequest) -> Option<InvalidResponses> {
        let earlier = self.earlier.as_deref()?;
        let invalid = earlier.invalid_responses.get(key)?;
        (earlier.digests.get(key) == Some(&digest(request))).then(|| invalid.clone())
    }

    /// Returns `true` if the client was sent a request, and has responded to no request at all.
    pub(crate) fn is_unanswered(&self, key: &str, request: &InputRequest) -> bool {
        self.earlier.as_deref().is_some_and(|earlier| {
            earlier.is_unanswered() && earlier.digests.get(key) == Some(&digest(request))
        })
    }

    /// Records that no response fits a request, which is not sent again.
    pub(crate) fn give_up(&self, key: &str, request: &InputRequest, invalid: InvalidResponses) {
        self.record(|run| {
            run.digests.insert(key.to_owned(), digest(request));
            run.invalid_responses.insert(key.to_owned(), invalid);
        });
    }

    /// Adds a request to those of this run. If earlier responses did not fit, its message has the reason.
    pub(crate) fn request(&self, key: &str, request: InputRequest, invalid: Option<InvalidResponses>) {
        // A response belongs to the request of the handler: the reason is not part of the digest.
        let digest = digest(&request);
        let request = match &invalid {
            Some(invalid) => invalid.explain(request),
            None => request,
        };
        self.record(|run| {
            if run.requests.get(key).is_some_and(|other| *other != request) {
                run.conflict = Some(Conflict::Key(key.to_owned()));
            }
            run.digests.insert(key.to_owned(), digest);
            run.invalid_responses.extend(invalid.map(|invalid| (key.to_owned(), invalid)));
            run.requests.insert(key, request);
        });
    }

    /// Records that a form has no fields.
    pub(crate) fn empty_form(&self, key: &str) {
        self.record(|run| run.conflict = Some(Conflict::EmptyForm(key.to_owned())));
    }

    /// Records that the client lacks capabilities that a request needs.
    pub(crate) fn missing(&self, capabilities: ClientCapabilities) {
        self.record(|run| {
            let missing = run.missing.get_or_insert_default();
            missing.elicitation = capabilities.elicitation.or(missing.elicitation.take());
            missing.sampling = capabilities.sampling.or(missing.sampling.take());
            missing.roots = capabilities.roots.or(missing.roots.take());
            for (name, settings) in capabilities.extensions {
                missing.extensions.insert(name, settings);
            }
        });
    }

    /// Returns the value of a step, from this run or an earlier one.
    pub(crate) fn step(&self, key: &str) -> Option<JsonText> {
        let run = self.run();
        let in_this = run.as_ref().and_then(|run| run.steps.get(key));
        in_this.or_else(|| self.earlier.as_ref()?.steps.get(key)).cloned()
    }

    /// Records the value of a step.
    pub(crate) fn complete_step(&self, key: &str, value: JsonText) {
        self.record(|run| {
            run.steps.insert(key.to_owned(), value);
        });
    }

    fn record(&self, record: impl FnOnce(&mut RunInput)) {
        record(self.run().get_or_insert_default());
    }

    fn run(&self) -> MutexGuard<'_, Option<Box<RunInput>>> {
        lock(&self.run)
    }

    /// If input is pending, returns the outcome that replaces the error of the handler.
    pub(crate) fn take_input_required(
        &self,
        error: &(dyn Error + Send + Sync + 'static),
        progress: Option<f64>,
    ) -> Option<Interruption> {
        let run = self.run().take()?;
        let RunInput { requests, digests, responses, invalid_responses, steps, missing, conflict } = *run;
        if let Some(conflict) = conflict {
            let error = incident::internal(
                "a handler made input requests that cannot be sent",
                &conflict.to_string(),
            );
            return Some(Interruption::Failed(error));
        }
        if requests.is_empty() {
            // A handler that continues without the input may fail for another reason.
            let missing = missing.filter(|_| InputError::is_unsupported(error))?;
            return Some(Interruption::MissingCapability(Box::new(missing)));
        }
        let mut state = RoundState {
            responses,
            steps,
            digests,
            invalid_responses,
            rounds: 1,
            progress,
            ..RoundState::default()
        };
        if let Some(earlier) = self.earlier.as_deref() {
            state.merge(earlier);
        }
        if state.len() > MAX_STATE_BYTES || state.rounds > MAX_ROUNDS {
            let (size, rounds) = (state.len(), state.rounds);
            let reason = format!(
                "the call requires too much input: {size} bytes of responses and steps over {rounds} rounds; it must be at \
                 most {MAX_STATE_BYTES} bytes over {MAX_ROUNDS} rounds"
            );
            tracing::warn!("{reason}");
            return Some(Interruption::Failed(ErrorObject::internal(reason)));
        }
        Some(Interruption::InputRequired(Box::new(InputRequired { requests, state })))
    }
}
