//! The `requestState` of modern clients: encrypted, and bound to the caller and the request.
//!
//! See [multi round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{ErrorObject, JsonText};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::input_required::rounds::{InputResponse, RoundState, StateSource};
use crate::limits::MAX_REQUEST_STATE_BYTES;
use crate::replicas::seal::Seal;
use crate::replicas::store::Store;
use crate::runtime::Runtime;
use crate::{incident, runtime};

/// The purpose that states are sealed for.
const PURPOSE: &str = "request state";

/// The version of the sealed format.
const VERSION: u32 = 1;

/// The plaintext of a sealed request state.
#[derive(Serialize, Deserialize)]
struct SealedState<B> {
    /// The version of this encoding.
    v: u32,
    /// The expiry, in seconds of Unix time.
    e: u64,
    /// A unique identifier.
    n: String,
    b: B,
}

/// The encoder and decoder of request states.
pub(crate) struct RequestStates<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) store: &'a dyn Store,
    pub(crate) runtime: &'a dyn Runtime,
    /// The time that a client has to respond.
    pub(crate) timeout: Duration,
    pub(crate) server_name: &'a str,
}

impl RequestStates<'_> {
    /// Seals the state for the next round of a request.
    pub(crate) fn seal(
        &self,
        state: &RoundState,
        method: &str,
        params: Option<&JsonText>,
        caller: &Caller,
    ) -> Result<String, ErrorObject> {
        // Rounded up, so that the client has at least the timeout.
        let timeout = runtime::in_millis(self.timeout);
        let expiry = runtime::unix_millis(self.runtime).saturating_add(timeout).div_ceil(1000);
        let name = incident::number() + &incident::number();
        let sealed = SealedState { v: VERSION, e: expiry, n: name, b: state };
        let plain = serde_json::to_vec(&sealed)
            .map_err(|error| incident::failed("a request state does not serialize", &error))?;
        let binding = self.binding(method, params, caller);
        let state = self.seal.seal(PURPOSE, &binding.texts(), &plain);
        if state.len() > MAX_REQUEST_STATE_BYTES {
            let reason =
                format!("it must be at most {MAX_REQUEST_STATE_BYTES} bytes, and is {}", state.len());
            return Err(incident::internal("a request state is too large", &reason));
        }
        Ok(state)
    }

    /// Opens the state that a request contains. Returns `None` in the first round.
    pub(crate) fn open(
        &self,
        method: &str,
        params: Option<&JsonText>,
        caller: &Caller,
    ) -> Result<Option<Arc<RoundState>>, ErrorObject> {
        let Some(params) = params else { return Ok(None) };
        let member = |name| params.member(name).filter(|text| *text != "null");
        let (state, responses) = (member("requestState"), member("inputResponses"));
        let mut round_state = match state {
            None if responses.is_none() => return Ok(None),
            None => RoundState { source: StateSource::Unsealed, ..RoundState::default() },
            Some(state) => {
                let opened = self.unseal(state, &self.binding(method, Some(params), caller));
                opened.map_err(|reason| {
                    let caller = incident::escaped(&caller.to_string());
                    tracing::info!(method, %caller, reason, "rejecting a requestState");
                    rejected()
                })?
            }
        };
        let invalid = |_| {
            ErrorObject::invalid_params(
                "`params.inputResponses` must be an object with a response under each key",
            )
        };
        let responses: Option<BTreeMap<String, JsonText>> =
            responses.map(serde_json::from_str).transpose().map_err(invalid)?;
        for (key, response) in responses.into_iter().flatten() {
            round_state.respond(key, InputResponse::Result(response));
        }
        Ok(Some(Arc::new(round_state)))
    }

    fn unseal(&self, state: &str, binding: &Binding) -> Result<RoundState, &'static str> {
        if state.len() > MAX_REQUEST_STATE_BYTES {
            return Err("it is too long");
        }
        let state: String = serde_json::from_str(state).map_err(|_| "it is not a string")?;
        let plain = self.seal.open(PURPOSE, &binding.texts(), &state);
        let plain = plain.ok_or("it was not sealed here, or for another caller or request")?;
        let SealedState::<RoundState> { v, e, n, b } =
            serde_json::from_slice(&plain).map_err(|_| "it does not deserialize")?;
        if v != VERSION {
            return Err("it has another version");
        }
        if e <= runtime::unix_seconds(self.runtime) {
            return Err("it has expired");
        }
        Ok(RoundState { source: StateSource::Sealed(n), ..b })
    }

    /// Consumes the state of a round: the same state is rejected from now on, by every replica.
    pub(crate) async fn consume(&self, state: &RoundState) -> Result<(), ErrorObject> {
        let name = match &state.source {
            StateSource::Session => return Ok(()),
            StateSource::Unsealed => return Err(rejected()),
            StateSource::Sealed(name) => name,
        };
        match self.store.put_new(&format!("mcp:state:{name}:used"), b"", self.timeout).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(rejected()),
            Err(error) => Err(incident::failed("cannot store that a request state was used", &*error)),
        }
    }

    fn binding(&self, method: &str, params: Option<&JsonText>, caller: &Caller) -> Binding {
        let text = |name| params.and_then(|params| params.member(name)).unwrap_or_default();
        Binding {
            server: self.server_name.to_owned(),
            caller: caller.binding().to_owned(),
            method: method.to_owned(),
            target: format!("{}{}", canonical(text("name")), canonical(text("uri"))),
            arguments: canonical(text("arguments")),
        }
    }
}

/// Returns the error for a state that is not accepted. It does not reveal the reason.
fn rejected() -> ErrorObject {
    ErrorObject::invalid_params(
        "`params.requestState` does not belong to this request, or has expired: send the request again without it",
    )
}

/// The caller and the request that a state is for.
struct Binding {
    server: String,
    caller: String,
    method: String,
    target: String,
    arguments: String,
}

impl Binding {
    fn texts(&self) -> [&str; 5] {
        [&self.server, &self.caller, &self.method, &self.target, &self.arguments]
    }
}

/// Returns the same text for equal values: a client may serialize them differently the next time.
fn canonical(text: &str) -> String {
    /// Returns `true` if nothing is lost: large integers are rounded when they are read as a value.
    fn sort(value: &mut Value) -> bool {
        match value {
            Value::Object(members) => {
                members.sort_keys();
                members.values_mut().all(sort)
            }
            Value::Array(items) => items.iter_mut().all(sort),
            Value::Number(number) => !number.is_f64(),
            _ => true,
        }
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    if value.as_object().is_some_and(serde_json::Map::is_empty) || value.is_null() {
        return String::new();
    }
    if sort(&mut value) { value.to_string() } else { text.to_owned() }
}
