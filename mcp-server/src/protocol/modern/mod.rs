//! 2026-07-28 and after: each request carries in `_meta` what it needs, and each result says what it is.

pub(crate) mod error;
pub(crate) mod result;
pub(crate) mod subscriptions;

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::{
    Client, DiscoverResult, Era, ErrorObject, InputRequiredResult, JsonText, ProgressToken, ProtocolVersion,
    Request, meta, method,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::call::Call;
use crate::call::outcome::{Answer, Fields, Outcome, missing_capability};
use crate::caller::Caller;
use crate::input_required::rounds::RoundState;
use crate::input_required::{InputRequired, request_state};
use crate::limits::MAX_VERSION_BYTES;
use crate::meta_cache::ParsedMeta;
use crate::protocol::modern::error::malformed;
use crate::protocol::modern::result::compose;
use crate::protocol::request_meta::RequestMeta;
use crate::protocol::transport_metadata::TransportMetadata;
use crate::server::Server;

/// What kind of result questions are.
const INPUT_REQUIRED: &str = "input_required";

/// What a request says in `_meta`, if another one has said the same, and it was right.
pub(crate) fn cached(request: &Request, server: &Server) -> Option<ParsedMeta> {
    server.identities().said(request.params.as_ref()?.member("_meta")?)
}

/// The client that a request speaks for, once what the transport knows beside it says the same.
pub(crate) fn client(
    request: &Request,
    meta: &RequestMeta<'_>,
    server: &Server,
    beside: &dyn TransportMetadata,
) -> Result<Client, ErrorObject> {
    let version: Cow<'_, str> = required(meta.protocol_version, meta::key::PROTOCOL_VERSION)?;
    if version.len() > MAX_VERSION_BYTES {
        return Err(malformed(meta::key::PROTOCOL_VERSION));
    }
    let capabilities = meta.client_capabilities.ok_or_else(missing_meta)?;
    let client =
        server.identities().client(meta.client_info.map(RawValue::get), capabilities.get(), || {
            Ok(Client::new(
                optional(meta.client_info, meta::key::CLIENT_INFO)?,
                required(Some(capabilities), meta::key::CLIENT_CAPABILITIES)?,
            ))
        })?;
    beside.agrees(request, &version)?;
    let client = client.log_level_for_call(optional(meta.log_level, meta::key::LOG_LEVEL)?);
    let token: Option<ProgressToken> = optional(meta.progress_token, meta::key::PROGRESS_TOKEN)?;
    match ProtocolVersion::new(&version).era() {
        Some(Era::Modern) => {
            let client = client.progress_token_for_call(token);
            if let Some(text) = request.params.as_ref().and_then(|params| params.member("_meta")) {
                server
                    .identities()
                    .remember(text, &ParsedMeta { version: version.into(), client: client.clone() });
            }
            Ok(client)
        }
        known => Err(unsupported(&version, known)),
    }
}

fn required<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, key: &str) -> Result<T, ErrorObject> {
    optional(raw, key)?.ok_or_else(missing_meta)
}

fn optional<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, key: &str) -> Result<Option<T>, ErrorObject> {
    raw.map(|raw| serde_json::from_str(raw.get()).map_err(|_| malformed(key))).transpose()
}

/// The error for a request that says neither in `_meta` nor by a handshake what it speaks.
pub(crate) fn missing_meta() -> ErrorObject {
    ErrorObject::invalid_params(
        "params._meta needs io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities; \
         a client of an earlier revision sends initialize first",
    )
}

fn unsupported(requested: &str, known: Option<Era>) -> ErrorObject {
    // To state a legacy revision to a request that just asked for one in this way would send it round in circles.
    let is_offered = |version: &&ProtocolVersion| known.is_none() || version.era() == Some(Era::Modern);
    ErrorObject::unsupported_protocol_version(requested, ProtocolVersion::ALL.iter().filter(is_offered))
}

/// The result of `server/discover`.
pub(crate) fn discover(server: &Server) -> JsonText {
    let mut result = DiscoverResult::new(ProtocolVersion::ALL.to_vec(), server.capabilities().clone());
    result.instructions = server.instructions().map(str::to_owned);
    match Answer::of(&result) {
        Ok(answer) => compose(&answer.caching(server.caching()), server),
        Err(_) => JsonText::of(&json!({})).unwrap_or_else(|_| unreachable!("an empty object can be written")),
    }
}

/// What a modern client is told of an outcome.
pub(crate) fn finish(outcome: Outcome, call: &Call, server: &Server) -> Result<JsonText, ErrorObject> {
    match outcome {
        Outcome::InputRequired(asked) => ask(*asked, call, server),
        Outcome::MissingCapability(lacking) => Err(missing_capability(&lacking)),
        Outcome::Complete(answer) => match &answer.fields {
            Fields::Page(page) => Ok(page.modern.get_or_init(|| compose(&answer, server).shared()).clone()),
            Fields::Object(_) => Ok(compose(&answer, server)),
        },
        Outcome::ResourceNotFound(uri) => Err(ErrorObject::resource_not_found(&uri)),
        Outcome::Failed(error) => Err(error),
    }
}

/// The questions of a call, and what the client is to bring back with the answers.
fn ask(asked: InputRequired, call: &Call, server: &Server) -> Result<JsonText, ErrorObject> {
    let InputRequired { requests, before } = asked;
    let state = request_state::seal(&before, call.method(), call.params(), call.caller(), server)?;
    let result = InputRequiredResult::new(requests).request_state(state);
    let answer = Answer::of(&result)
        .map_err(|error| crate::incident::internal("questions cannot be written as JSON", &error))?;
    Ok(compose(&answer.result_type(INPUT_REQUIRED), server))
}

/// What earlier runs of a request have brought, as far as the client says so.
pub(crate) fn before(
    request: &Request,
    caller: &Caller,
    server: &Server,
) -> Result<Option<Arc<RoundState>>, ErrorObject> {
    match &*request.method {
        method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ => {
            request_state::open(&request.method, request.params.as_ref(), caller, server)
        }
        _ => Ok(None),
    }
}
