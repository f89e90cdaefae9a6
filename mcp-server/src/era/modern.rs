//! 2026-07-28 and after: each request carries in `_meta` what it needs, and each result says what it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use mcpwright_core::{
    AcknowledgedParams, Client, DiscoverResult, Era, ErrorObject, InputRequiredResult, JsonText,
    ListenParams, Meta, Notification, ProgressToken, ProtocolVersion, Request, RequestId, Response, meta,
    method, push_string,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::RequestMeta;
use crate::asking::{Before, InputRequired, state};
use crate::call::{Answer, Fields, LONGEST_URI, missing_capability};
use crate::identity::Said;
use crate::subscriptions::{Subscription, Wake};
use crate::task;
use crate::{Beside, Call, Caller, Change, Outcome, Server};

/// What kind of result questions are.
const INPUT_REQUIRED: &str = "input_required";

/// The longest version that is worth an answer of its own.
const LONGEST_VERSION: usize = 1024;

/// What a request says in `_meta`, if another one has said the same, and it was right.
pub(crate) fn said_before(request: &Request, server: &Server) -> Option<Said> {
    server.identities().said(request.params.as_ref()?.member("_meta")?)
}

/// The client that a request speaks for, once what the transport knows beside it says the same.
pub(crate) fn client(
    request: &Request,
    meta: &RequestMeta<'_>,
    server: &Server,
    beside: &dyn Beside,
) -> Result<Client, ErrorObject> {
    let version: Cow<'_, str> = required(meta.protocol_version, meta::key::PROTOCOL_VERSION)?;
    if version.len() > LONGEST_VERSION {
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
                server.identities().remember(text, &Said { version: version.into(), client: client.clone() });
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

fn malformed(key: &str) -> ErrorObject {
    ErrorObject::invalid_params(format!("{key} does not have the form that the specification gives it"))
}

/// The error for a request that says neither in `_meta` nor by a handshake what it speaks.
pub(crate) fn missing_meta() -> ErrorObject {
    ErrorObject::invalid_params(
        "params._meta needs io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities; \
         a client of an earlier revision sends initialize first",
    )
}

fn unsupported(requested: &str, known: Option<Era>) -> ErrorObject {
    // To offer a legacy revision to a request that just asked for one in this way would send it round in circles.
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
    let state = state::seal(&before, call.method(), call.params(), call.caller(), server)?;
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
) -> Result<Option<Arc<Before>>, ErrorObject> {
    match &*request.method {
        method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ => {
            state::open(&request.method, request.params.as_ref(), caller, server)
        }
        _ => Ok(None),
    }
}

/// Puts the members that every modern result has before those of its own.
fn compose(answer: &Answer, server: &Server) -> JsonText {
    use std::fmt::Write as _;
    let fields = answer.fields.text();
    let mut text = String::with_capacity(fields.len() + server.info_text().len() + 160);
    match &answer.result_type {
        None => text.push_str(r#"{"resultType":"complete""#),
        Some(kind) => {
            text.push_str(r#"{"resultType":"#);
            push_string(&mut text, kind);
        }
    }
    if let Some(caching) = &answer.caching {
        let scope = caching.cache_scope.as_str();
        // Writing to a string cannot fail.
        let _ = write!(text, r#","ttlMs":{},"cacheScope":"{scope}""#, caching.ttl_ms);
    }
    text.push_str(r#","_meta":{""#);
    text.push_str(meta::key::SERVER_INFO);
    text.push_str(r#"":"#);
    text.push_str(server.info_text());
    for (key, value) in answer.meta.0.iter().filter(|(key, _)| *key != meta::key::SERVER_INFO) {
        text.push(',');
        push_string(&mut text, key);
        let _ = write!(text, ":{value}");
    }
    text.push('}');
    if fields.len() > 2 {
        text.push(',');
        text.push_str(&fields[1..]);
    } else {
        text.push('}');
    }
    JsonText::trusted(text)
}

/// The subscriptions that are open, each by the id of the request that opened it.
#[derive(Debug, Default)]
pub(crate) struct Listening(BTreeMap<RequestId, Subscription>);

/// The most subscriptions that one connection may have open.
const MOST_SUBSCRIPTIONS: usize = 100;

/// The most resources and tasks that one subscription may name.
const MOST_RESOURCES: usize = 1000;

impl Listening {
    pub(crate) fn contains(&self, id: &RequestId) -> bool {
        self.0.contains_key(id)
    }

    /// Opens one, and says what it will bring.
    pub(crate) fn open(
        &mut self,
        request: &Request,
        client: &Client,
        server: &Server,
        caller: &Caller,
        wake: Option<&Wake>,
    ) -> Result<Notification, ErrorObject> {
        let text = request.params.as_ref().map_or("{}", JsonText::as_str);
        let asked: ListenParams =
            serde_json::from_str(text).map_err(|_| malformed("params.notifications"))?;
        let uris = asked.notifications.resource_subscriptions.as_deref().unwrap_or_default();
        if uris.iter().any(|uri| uri.len() > LONGEST_URI) {
            return Err(ErrorObject::invalid_params("a URI is at most 8 KiB long"));
        }
        let ids = asked.notifications.task_ids.as_deref().unwrap_or_default();
        if !ids.is_empty() && server.tasks().is_some() && !task::is_known_to(client) {
            return Err(missing_capability(&task::capability()));
        }
        if uris.len() + ids.len() > MOST_RESOURCES {
            let reason = format!("a subscription names at most {MOST_RESOURCES} resources and tasks");
            return Err(ErrorObject::invalid_params(reason));
        }
        let has_room = self.0.len() < MOST_SUBSCRIPTIONS;
        let opened = has_room.then(|| server.notify().subscribe(caller, wake)).flatten();
        let mut opened = opened.ok_or_else(crate::subscriptions::too_many)?;
        let filter = server.supported(asked.notifications, caller);
        opened.want(Change::wanted_by(&filter, caller));
        // How it is with a task may have changed since the client last heard of it.
        filter.task_ids.iter().for_each(|ids| server.announce_tasks(ids, caller, &opened));
        self.0.insert(request.id.clone(), opened);
        let acknowledged = AcknowledgedParams::new(filter).meta(subscription(&request.id));
        notification(method::SUBSCRIPTIONS_ACKNOWLEDGED, &acknowledged)
    }

    /// Forgets one; tells whether there was one.
    pub(crate) fn cancel(&mut self, id: &RequestId) -> bool {
        self.0.remove(id).is_some()
    }

    /// What each of them has not been told yet, as far as it may hear of it.
    pub(crate) fn notifications(&self, may_hear: &dyn Fn(&Change) -> bool) -> Vec<Notification> {
        let mut notifications = Vec::new();
        for (id, opened) in &self.0 {
            let changes = opened.take().into_iter().filter(may_hear);
            notifications.extend(changes.filter_map(|change| change.notification(&subscription(id))));
        }
        notifications
    }

    /// Ends all of them, each with its result.
    pub(crate) fn close(&mut self, server: &Server) -> Vec<Response> {
        let ended = std::mem::take(&mut self.0).into_keys();
        ended
            .filter_map(|id| {
                let answer = Answer::of(&json!({})).ok()?.meta(subscription(&id));
                Some(Response::ok(id, compose(&answer, server)))
            })
            .collect()
    }
}

fn subscription(id: &RequestId) -> Meta {
    Meta::new().with(meta::key::SUBSCRIPTION_ID, serde_json::to_value(id).unwrap_or_default())
}

fn notification<T: serde::Serialize>(method: &'static str, params: &T) -> Result<Notification, ErrorObject> {
    Notification::new(method, params)
        .map_err(|error| crate::incident::internal("a notification cannot be written", &error))
}
