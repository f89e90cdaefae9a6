//! Revision 2026-07-28 and later: each request describes its client in `_meta`, and each result states its kind.

pub(crate) mod error;
pub(crate) mod result;
pub(crate) mod subscriptions;

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::{
    Client, DiscoverResult, Era, ErrorObject, InputRequiredResult, JsonText, Notification, ProgressToken,
    ProtocolVersion, Request, Response, meta, method,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::call::Call;
use crate::call::outcome::{Answer, Fields, Outcome};
use crate::call::request_info::RequestInfo;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::parameters::header_params::HeaderParam;
use crate::incident;
use crate::input_required::InputRequired;
use crate::input_required::rounds::RoundState;
use crate::limits::MAX_VERSION_BYTES;
use crate::meta_cache::ParsedMeta;
use crate::protocol::modern::error::{malformed, missing_meta};
use crate::protocol::modern::result::compose;
use crate::protocol::request_meta::RequestMeta;
use crate::protocol::routed::{Rejection, Routed};
use crate::protocol::transport_metadata::TransportMetadata;
use crate::server::Server;

/// The `resultType` of a result with input requests.
const INPUT_REQUIRED: &str = "input_required";

/// Returns the parsed `_meta` of a request, if an earlier request had exactly the same and it was valid.
pub(crate) fn cached(request: &Request, server: &Server) -> Option<ParsedMeta> {
    server.meta_cache().get(request.params.as_ref()?.member("_meta")?)
}

/// Identifies the client of a request, and checks it against the metadata of the transport.
#[derive(Clone, Copy)]
pub(crate) struct ClientCheck<'a> {
    pub(crate) metadata: &'a dyn TransportMetadata,
    pub(crate) header_params: &'a [HeaderParam],
}

impl ClientCheck<'_> {
    /// Returns the client of a request whose `_meta` is cached, once the transport's metadata agrees.
    pub(crate) fn check_cached(self, request: &Request, parsed: ParsedMeta) -> Result<Client, ErrorObject> {
        self.metadata.check(request, &parsed.version, self.header_params)?;
        Ok(parsed.client)
    }

    /// Returns the client that the `_meta` of a request describes, once the transport's metadata agrees.
    pub(crate) fn check_parsed(
        self,
        request: &Request,
        meta: RequestMeta<'_>,
        server: &Server,
    ) -> Result<Client, ErrorObject> {
        self.check_described(request, DescribedClient::of(meta, server)?, server)
    }

    /// Returns a described client, once the transport's metadata agrees.
    pub(crate) fn check_described(
        self,
        request: &Request,
        described: DescribedClient<'_>,
        server: &Server,
    ) -> Result<Client, ErrorObject> {
        let DescribedClient { version, client, meta } = described;
        self.metadata.check(request, &version, self.header_params)?;
        let client = client.with_log_level(optional(meta.log_level, meta::key::LOG_LEVEL)?);
        let token: Option<ProgressToken> = optional(meta.progress_token, meta::key::PROGRESS_TOKEN)?;
        match ProtocolVersion::new(&version).era() {
            Some(Era::Modern) => {
                let client = client.with_progress_token(token);
                if let Some(text) = request.params.as_ref().and_then(|params| params.member("_meta")) {
                    let parsed = ParsedMeta { version: version.into(), client: client.clone() };
                    server.meta_cache().insert(text, &parsed);
                }
                Ok(client)
            }
            known => Err(unsupported_version(&version, known)),
        }
    }
}

/// The client that the `_meta` of a request describes, before the transport's metadata is compared.
#[derive(Debug)]
pub(crate) struct DescribedClient<'a> {
    version: Cow<'a, str>,
    pub(crate) client: Client,
    meta: RequestMeta<'a>,
}

impl<'a> DescribedClient<'a> {
    pub(crate) fn of(meta: RequestMeta<'a>, server: &Server) -> Result<Self, ErrorObject> {
        let version: Cow<'a, str> = required(meta.protocol_version, meta::key::PROTOCOL_VERSION)?;
        if version.len() > MAX_VERSION_BYTES {
            return Err(malformed(meta::key::PROTOCOL_VERSION));
        }
        let capabilities = meta.client_capabilities.ok_or_else(missing_meta)?;
        let cache = server.meta_cache();
        let client = cache.client(meta.client_info.map(RawValue::get), capabilities.get(), || {
            Ok(Client::new(
                optional(meta.client_info, meta::key::CLIENT_INFO)?,
                required(Some(capabilities), meta::key::CLIENT_CAPABILITIES)?,
            ))
        })?;
        let client = client.with_protocol_version(Some(ProtocolVersion::new(&version)));
        Ok(Self { version, client, meta })
    }
}

fn required<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, key: &str) -> Result<T, ErrorObject> {
    optional(raw, key)?.ok_or_else(missing_meta)
}

fn optional<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, key: &str) -> Result<Option<T>, ErrorObject> {
    raw.map(|raw| serde_json::from_str(raw.get()).map_err(|_| malformed(key))).transpose()
}

fn unsupported_version(requested: &str, known: Option<Era>) -> ErrorObject {
    // A legacy revision must not be offered to a modern request that declared it: the client would retry forever.
    let is_offered = |version: &&ProtocolVersion| known.is_none() || version.era() == Some(Era::Modern);
    ErrorObject::unsupported_protocol_version(requested, ProtocolVersion::ALL.iter().filter(is_offered))
}

/// Routes a request of an identified client. `subscribe` opens its subscription, if it asks for one.
pub(crate) fn route(
    request: &Request,
    client: Client,
    server: &Server,
    caller: &Caller,
    extensions: &Extensions,
    subscribe: impl FnOnce(&RequestInfo<'_>) -> Result<Notification, Rejection>,
) -> Result<Routed, Rejection> {
    let info = RequestInfo::new(caller, &client, extensions);
    match &*request.method {
        method::SERVER_DISCOVER => Ok(Routed::Reply(discover(server, &info))),
        method::SUBSCRIPTIONS_LISTEN => subscribe(&info).map(Routed::Subscribed),
        _ => {
            let state = round_state(request, caller, server)?;
            Ok(Routed::Call(client, state))
        }
    }
}

/// Returns the result of `server/discover`.
fn discover(server: &Server, info: &RequestInfo<'_>) -> JsonText {
    let mut result = DiscoverResult::new(ProtocolVersion::ALL.to_vec(), server.capabilities().clone());
    result.instructions = server.instructions_for(info);
    match Answer::of(&result) {
        Ok(answer) => compose(&answer.caching(server.discovery_caching()), server),
        Err(_) => JsonText::encode(&json!({})).unwrap_or_else(|_| unreachable!("an empty object serializes")),
    }
}

/// Returns the state of earlier rounds that a request contains.
pub(crate) fn round_state(
    request: &Request,
    caller: &Caller,
    server: &Server,
) -> Result<Option<Arc<RoundState>>, ErrorObject> {
    match &*request.method {
        method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ => {
            server.request_states().open(&request.method, request.params.as_ref(), caller)
        }
        _ => Ok(None),
    }
}

/// Returns the result or error of an outcome.
pub(crate) fn finish(outcome: Outcome, call: &Call, server: &Server) -> Result<JsonText, ErrorObject> {
    if let Outcome::InputRequired(pending) = outcome {
        return input_required(*pending, call, server);
    }
    let answer = outcome.into_answer()?;
    match &answer.fields {
        Fields::Page(page) => Ok(page.modern.get_or_init(|| compose(&answer, server).into_shared()).clone()),
        Fields::Object(_) => Ok(compose(&answer, server)),
    }
}

/// Returns the result with the input requests of a call, and the state that the client returns with its responses.
fn input_required(pending: InputRequired, call: &Call, server: &Server) -> Result<JsonText, ErrorObject> {
    let InputRequired { requests, state } = pending;
    let state = server.request_states().seal(&state, call.method(), call.params(), call.caller())?;
    let result = InputRequiredResult::new(requests).request_state(state);
    let answer =
        Answer::of(&result).map_err(|error| incident::failed("input requests do not serialize", &error))?;
    Ok(compose(&answer.result_type(INPUT_REQUIRED), server))
}

impl Server {
    /// Returns the response to a call that [`receive`](Self::receive) returned.
    ///
    /// ```
    /// use mcpwright_core::Client;
    /// use mcpwright_server::{Call, Caller, NotificationSender, Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).build();
    /// let call = Call::new(7.into(), "tools/list", None, Client::default(), Caller::anonymous());
    /// let outcome = server.call(&call, &NotificationSender::new(|_| {})).await;
    /// let response = server.finish(&call, outcome);
    /// assert_eq!(response.id, Some(7.into()));
    /// assert!(response.outcome.is_ok());
    /// # });
    /// ```
    pub fn finish(&self, call: &Call, outcome: Outcome) -> Response {
        Response { id: Some(call.id().clone()), outcome: finish(outcome, call, self) }
    }
}
