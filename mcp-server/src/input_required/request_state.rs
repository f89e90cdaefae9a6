//! What travels with questions through a modern client: sealed, and bound to who asked what.
//!
//! See [multi round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr).

use std::collections::BTreeMap;
use std::sync::Arc;

use mcpwright_core::{ErrorObject, JsonText};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::input_required::rounds::{InputResponse, RoundState, StateSource};
use crate::server::Server;
use crate::{incident, runtime};

/// What states are sealed for.
const PURPOSE: &str = "request state";

/// The longest text that is read as a state, in bytes. What is sealed is a third longer than what the answers and steps of a
/// call may take, with what stands around them.
const LONGEST: usize = 16 << 10;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed<B> {
    /// When it ends, in seconds of Unix time.
    e: u64,
    /// What tells it from all others.
    n: String,
    b: B,
}

/// Seals what the next run is to find, for a request of this method and these parameters.
pub(crate) fn seal(
    before: &RoundState,
    method: &str,
    params: Option<&JsonText>,
    caller: &Caller,
    server: &Server,
) -> Result<String, ErrorObject> {
    let ends =
        runtime::unix_seconds(&**server.runtime()).saturating_add(server.state.input_timeout.as_secs());
    let sealed = Sealed { e: ends, n: incident::number() + &incident::number(), b: before };
    let plain = serde_json::to_vec(&sealed)
        .map_err(|error| incident::internal("the state of a request cannot be written", &error))?;
    let bound = Bound::of(method, params, caller, server);
    let state = server.seal.seal(PURPOSE, &bound.texts(), &plain);
    if state.len() > LONGEST {
        let reason = format!("{} bytes, of keys or JSON that is mostly escapes", state.len());
        return Err(incident::internal("the state of a request is too large", &reason));
    }
    Ok(state)
}

/// What a request brings of earlier runs; nothing if it is the first.
pub(crate) fn open(
    method: &str,
    params: Option<&JsonText>,
    caller: &Caller,
    server: &Server,
) -> Result<Option<Arc<RoundState>>, ErrorObject> {
    let Some(params) = params else { return Ok(None) };
    let said = |name| params.member(name).filter(|text| *text != "null");
    let (state, answers) = (said("requestState"), said("inputResponses"));
    let mut before = match state {
        None if answers.is_none() => return Ok(None),
        None => RoundState { origin: StateSource::Unsealed, ..RoundState::default() },
        Some(state) => {
            let bound = Bound::of(method, Some(params), caller, server);
            let opened = unseal(state, &bound, server);
            opened.map_err(|reason| {
                tracing::info!(method, caller = %incident::escaped(&caller.to_string()), reason, "a requestState was refused");
                refused()
            })?
        }
    };
    let wrong =
        |_| ErrorObject::invalid_params("params.inputResponses is an object, with an answer by each key");
    let answers: Option<BTreeMap<String, JsonText>> =
        answers.map(serde_json::from_str).transpose().map_err(wrong)?;
    for (key, answer) in answers.into_iter().flatten() {
        before.respond(key, InputResponse::Result(answer));
    }
    Ok(Some(Arc::new(before)))
}

fn unseal(state: &str, bound: &Bound, server: &Server) -> Result<RoundState, &'static str> {
    if state.len() > LONGEST {
        return Err("it is too long");
    }
    let state: String = serde_json::from_str(state).map_err(|_| "it is no text")?;
    let plain = server.seal.open(PURPOSE, &bound.texts(), &state);
    let plain = plain.ok_or("it was not sealed here, or for another caller or request")?;
    let Sealed::<RoundState> { e, n, b } =
        serde_json::from_slice(&plain).map_err(|_| "it has another form")?;
    if e <= runtime::unix_seconds(&**server.runtime()) {
        return Err("its time is over");
    }
    Ok(RoundState { origin: StateSource::Sealed(n), ..b })
}

/// Lets a state count once: this time, if it has not been used before.
pub(crate) async fn consume(before: &RoundState, server: &Server) -> Result<(), ErrorObject> {
    let failed = |reason: &dyn std::fmt::Display| {
        incident::internal("that a state was used cannot be written down", reason)
    };
    let round = match &before.origin {
        StateSource::Session => return Ok(()),
        StateSource::Unsealed => return Err(refused()),
        StateSource::Sealed(round) => round,
    };
    match server.store().put_new(&format!("mcp:state:{round}:used"), b"", server.state.input_timeout).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(refused()),
        Err(error) => Err(failed(&error)),
    }
}

/// What a client is told of a state that is not one of its, whatever the reason.
pub(crate) fn refused() -> ErrorObject {
    ErrorObject::invalid_params(
        "params.requestState is not of this request, or not any more: send the request again without it",
    )
}

/// Whom and what a state is for.
struct Bound {
    server: String,
    caller: String,
    method: String,
    what: String,
    arguments: String,
}

impl Bound {
    fn of(method: &str, params: Option<&JsonText>, caller: &Caller, server: &Server) -> Self {
        let text = |name| params.and_then(|params| params.member(name)).unwrap_or_default();
        Self {
            server: server.info().name.clone(),
            caller: caller.binding().to_owned(),
            method: method.to_owned(),
            what: format!("{}{}", canonical(text("name")), canonical(text("uri"))),
            arguments: canonical(text("arguments")),
        }
    }

    fn texts(&self) -> [&str; 5] {
        [&self.server, &self.caller, &self.method, &self.what, &self.arguments]
    }
}

/// The same text for the same value: a client may write it in another way the next time.
fn canonical(text: &str) -> String {
    /// Says whether nothing is lost: large integers are rounded where they are read as a value.
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
