//! 2025-11-25 and before: a session remembers the handshake and puts a modern client in the legacy client's place.

use std::collections::{BTreeMap, BTreeSet};

use mcpwright_core::{
    CallToolResult, Client, DecodeError, ErrorCode, ErrorObject, Implementation, InitializeParams,
    InitializeResult, JsonText, LoggingLevel, Members, Message, Meta, Notification, ProgressToken,
    ProtocolVersion, Request, Response, SetLevelParams, SubscribeParams, TASKS_EXTENSION, method,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::RequestMeta;
use crate::call::{Fields, LONGEST_URI, Word, is_of_tasks, with_meta};
use crate::subscriptions::{Subscription, Wake, too_many};
use crate::{Caller, Change, Outcome, Server};

mod questions;

pub(crate) use questions::Questions;

/// The most resources that one session may subscribe to.
const MOST_SUBSCRIPTIONS: usize = 1000;

/// Without a word from the client, these revisions leave the level of its log to the server.
const DEFAULT_LEVEL: LoggingLevel = LoggingLevel::Info;

/// What a handshake settled: with it, another connection goes on with the session, also in another process.
#[derive(Clone, Debug)]
pub struct Handshake {
    version: ProtocolVersion,
    client: Client,
}

/// A handshake as text, with short names: it travels with each request.
#[derive(Serialize, Deserialize)]
struct Written<T> {
    v: ProtocolVersion,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    i: Option<T>,
    c: T,
}

impl Handshake {
    /// The revision that was agreed on.
    pub fn version(&self) -> &ProtocolVersion {
        &self.version
    }

    /// The handshake as text. Of what the client says of itself, it keeps the names and the version.
    pub fn to_text(&self) -> String {
        let info = self.client.info().map(|info| {
            let mut short = Implementation::new(info.name.clone(), info.version.clone());
            short.title.clone_from(&info.title);
            short
        });
        // It came as JSON, and can be written as JSON.
        let text = |text: Result<JsonText, _>| text.unwrap_or_else(|_| empty());
        let written = Written {
            v: self.version.clone(),
            i: info.map(|info| text(JsonText::of(&info))),
            c: text(JsonText::of(self.client.capabilities())),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// The handshake of a text that [`Handshake::to_text`] made; nothing if it is another text.
    pub fn from_text(text: &str, server: &Server) -> Option<Self> {
        let Written::<JsonText> { v, i, c } = serde_json::from_str(text).ok()?;
        let client = server.identities().client(i.as_ref().map(JsonText::as_str), c.as_str(), || {
            let malformed = |_| ErrorObject::invalid_params("the handshake is malformed");
            let info = i.as_ref().map(|info| info.to().map_err(malformed)).transpose()?;
            Ok(Client::new(info, c.to().map_err(malformed)?))
        });
        Some(Self { version: v, client: client.ok()?.log_level_for_call(Some(DEFAULT_LEVEL)) })
    }
}

/// What the handshake settled, and what the client has asked for since.
#[derive(Debug)]
pub(crate) struct Session {
    handshake: Handshake,
    /// There was a handshake, and not just a client that leaves it out.
    is_open: bool,
    subscriptions: BTreeSet<String>,
    /// What the client is told of, on a connection that tells it.
    told: Option<Subscription>,
}

impl Session {
    /// Goes on with a session that was opened elsewhere.
    pub(crate) fn resume(handshake: Handshake) -> Self {
        Self { handshake, is_open: true, subscriptions: BTreeSet::new(), told: None }
    }

    /// Stands in for the session of a client that has opened none, as far as that goes.
    pub(crate) fn absent(version: ProtocolVersion) -> Self {
        let handshake = Handshake { version, client: Client::default() };
        Self { handshake, is_open: false, subscriptions: BTreeSet::new(), told: None }
    }

    /// Opens a session and returns what `initialize` is answered with.
    pub(crate) fn open(request: &Request, server: &Server) -> Result<(Self, JsonText), ErrorObject> {
        let params: InitializeParams = read(request)?;
        let version = if params.protocol_version.era() == Some(mcpwright_core::Era::Legacy) {
            params.protocol_version
        } else {
            ProtocolVersion::LATEST_LEGACY
        };
        let (mut declared, mut offered) = (params.capabilities, server.capabilities().clone());
        declared.extensions = without_tasks(declared.extensions);
        offered.extensions = without_tasks(offered.extensions);
        let client = Client::new(Some(params.client_info), declared).log_level_for_call(Some(DEFAULT_LEVEL));
        let mut result = InitializeResult::new(version.clone(), offered, server.info().clone());
        result.instructions = server.instructions().map(str::to_owned);
        let text = JsonText::of(&result)
            .map_err(|error| crate::incident::internal("the handshake cannot be written", &error))?;
        Ok((Self::resume(Handshake { version, client }), text))
    }

    pub(crate) fn version(&self) -> &ProtocolVersion {
        &self.handshake.version
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        self.is_open.then_some(&self.handshake)
    }

    /// Whether the client has asked for something since the handshake that holds from then on.
    pub(crate) fn has_wishes(&self) -> bool {
        !self.subscriptions.is_empty() || self.handshake.client.log_level() != Some(DEFAULT_LEVEL)
    }

    /// Batches came and went with one revision.
    pub(crate) fn has_batches(&self) -> bool {
        *self.version() == ProtocolVersion::V2025_03_26
    }

    /// The modern client that this one would be, for one request: one that can do nothing for a server, where it cannot be
    /// sent requests.
    pub(crate) fn client(&self, meta: &RequestMeta<'_>, takes_requests: bool) -> Result<Client, ErrorObject> {
        let malformed = |_| ErrorObject::invalid_params("_meta.progressToken is a string or an integer");
        let token = meta
            .progress_token
            .map(|token| serde_json::from_str::<ProgressToken>(token.get()).map_err(malformed));
        let client = self.handshake.client.clone().progress_token_for_call(token.transpose()?);
        Ok(if takes_requests { client } else { client.without_capabilities() })
    }

    /// Answers what concerns the session itself; nothing for a request that is a call.
    pub(crate) fn settle(
        &mut self,
        request: &Request,
        server: &Server,
        caller: &Caller,
    ) -> Option<Result<JsonText, ErrorObject>> {
        let done = match &*request.method {
            method::LOGGING_SET_LEVEL | method::RESOURCES_SUBSCRIBE | method::RESOURCES_UNSUBSCRIBE
                if !self.is_open =>
            {
                Err(ErrorObject::invalid_request("this needs a session: send initialize first"))
            }
            method::LOGGING_SET_LEVEL => self.set_level(request),
            // What tasks were in one of these revisions is something else.
            name if is_of_tasks(name) && server.tasks().is_some() => Err(ErrorObject::method_not_found(name)),
            method::RESOURCES_SUBSCRIBE if server.has_subscriptions() => {
                self.subscribe(request, server, caller)
            }
            method::RESOURCES_UNSUBSCRIBE if server.has_subscriptions() => self.unsubscribe(request),
            _ => return None,
        };
        Some(done.map(|()| empty()))
    }

    fn set_level(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SetLevelParams = read(request)?;
        let client = &mut self.handshake.client;
        *client = client.clone().log_level_for_call(Some(params.level));
        Ok(())
    }

    fn subscribe(&mut self, request: &Request, server: &Server, caller: &Caller) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        if params.uri.len() > LONGEST_URI {
            return Err(ErrorObject::invalid_params("params.uri is at most 8 KiB long"));
        }
        if self.subscriptions.len() >= MOST_SUBSCRIPTIONS && !self.subscriptions.contains(&params.uri) {
            return Err(ErrorObject::internal("too many subscriptions"));
        }
        if !server.may_read(caller, &params.uri) {
            return Err(not_found(&params.uri));
        }
        if let Some(told) = &mut self.told {
            told.want([Change::Resource(params.uri.as_str().into())]);
        }
        self.subscriptions.insert(params.uri);
        Ok(())
    }

    fn unsubscribe(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        self.subscriptions.remove(&params.uri);
        if let Some(told) = &mut self.told {
            told.forget(&Change::Resource(params.uri.into()));
        }
        Ok(())
    }

    /// Listens for what the client has subscribed to, and for changes of lists, of which every session is told.
    pub(crate) fn listen(
        &mut self,
        server: &Server,
        caller: &Caller,
        wake: &Wake,
    ) -> Result<(), ErrorObject> {
        if !self.is_open {
            return Ok(());
        }
        let mut told = server.notify().subscribe(caller, Some(wake)).ok_or_else(too_many)?;
        told.want(Change::LISTS);
        told.want(self.subscriptions.iter().map(|uri| Change::Resource(uri.as_str().into())));
        self.told = Some(told);
        Ok(())
    }

    /// What the client has not been told yet, as far as it may hear of it.
    pub(crate) fn notifications(&self, may_hear: &dyn Fn(&Change) -> bool) -> Vec<Notification> {
        let changes = self.told.iter().flat_map(Subscription::take).filter(may_hear);
        changes.filter_map(|change| change.notification(&Meta::new())).collect()
    }

    /// Tells of nothing more.
    pub(crate) fn close(&mut self) {
        self.told = None;
    }
}

/// The extensions without that of tasks, which begins with the next revision.
fn without_tasks(extensions: Members<Map<String, Value>>) -> Members<Map<String, Value>> {
    extensions.into_iter().filter(|(name, _)| name != TASKS_EXTENSION).collect()
}

/// The empty result.
pub(crate) fn empty() -> JsonText {
    JsonText::trusted("{}".to_owned())
}

/// What a legacy client is told of an outcome.
pub(crate) fn finish(
    outcome: Outcome,
    method: &str,
    version: &ProtocolVersion,
) -> Result<JsonText, ErrorObject> {
    let answer = match outcome {
        Outcome::Complete(answer) => answer,
        Outcome::InputRequired(_) => return cannot("the client cannot be asked while this runs", method),
        Outcome::MissingCapability(lacking) => {
            let lacking = serde_json::to_string(&lacking).unwrap_or_default();
            let reason = format!("this needs a client that declares more capabilities: {lacking}");
            return cannot(&reason, method);
        }
        Outcome::ResourceNotFound(uri) => return Err(not_found(&uri)),
        Outcome::Failed(error) => return Err(error),
    };
    match answer.fields {
        Fields::Page(page) => Ok(page.legacy.get_or_init(|| narrow_page(&page.text).shared()).clone()),
        Fields::Object(text) if answer.newest.is_some_and(|word| word.is_beyond(version)) => {
            Ok(narrow_result(&text, &answer.meta, version))
        }
        Fields::Object(text) => Ok(with_meta(text, &answer.meta)),
    }
}

/// What a client is told of a call that needs more of it: the model, where there is a place for that.
pub(crate) fn cannot(reason: &str, method: &str) -> Result<JsonText, ErrorObject> {
    if method != method::TOOLS_CALL {
        return Err(ErrorObject::invalid_request(reason.to_owned()));
    }
    JsonText::of(&CallToolResult::error(reason))
        .map_err(|error| crate::incident::internal("the result of a tool is no JSON", &error))
}

fn not_found(uri: &str) -> ErrorObject {
    ErrorObject::new(ErrorCode::RESOURCE_NOT_FOUND, "resource not found").data(json!({ "uri": uri }))
}

impl Word {
    /// Whether a revision does not have it.
    fn is_beyond(self, version: &ProtocolVersion) -> bool {
        let first = match self {
            Self::Audio => ProtocolVersion::V2025_03_26,
            Self::ResourceLink => ProtocolVersion::V2025_06_18,
            Self::AnyStructuredContent => ProtocolVersion::V2026_07_28,
        };
        *version < first
    }
}

/// Drops schemas of results that are no objects: these revisions know only objects.
fn narrow_page(text: &str) -> JsonText {
    let Ok(mut page) = serde_json::from_str::<Value>(text) else { return JsonText::trusted(text.to_owned()) };
    let tools = page.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten();
    for tool in tools.filter_map(Value::as_object_mut) {
        let is_object = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "object");
        if tool.get("outputSchema").is_some_and(|schema| !is_object(schema)) {
            tool.remove("outputSchema");
        }
    }
    JsonText::trusted(page.to_string())
}

/// Says in older words what only newer revisions have words for.
fn narrow_result(text: &str, meta: &Meta, version: &ProtocolVersion) -> JsonText {
    let Ok(mut result) = serde_json::from_str::<Value>(text) else {
        return with_meta(text.to_owned(), meta);
    };
    if result.get("structuredContent").is_some_and(|content| !content.is_object()) {
        result.as_object_mut().map(|result| result.remove("structuredContent"));
    }
    for key in ["content", "messages"] {
        let blocks = result.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        for block in blocks {
            let block = if key == "messages" { &mut block["content"] } else { block };
            narrow_block(block, version);
        }
    }
    with_meta(result.to_string(), meta)
}

fn narrow_block(block: &mut Value, version: &ProtocolVersion) {
    let text = match block["type"].as_str() {
        Some("resource_link") if Word::ResourceLink.is_beyond(version) => {
            format!(
                "{}: {}",
                block["name"].as_str().unwrap_or("link"),
                block["uri"].as_str().unwrap_or_default()
            )
        }
        Some("audio") if Word::Audio.is_beyond(version) => {
            format!("[a sound, {}]", block["mimeType"].as_str().unwrap_or("of unknown type"))
        }
        _ => return,
    };
    *block = json!({ "type": "text", "text": text });
}

fn read<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, ErrorObject> {
    crate::call::read(request.params.as_ref())
}

/// Which batch a request came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Batch(u64);

/// The batches whose answers are not complete yet.
///
/// See [batching](https://modelcontextprotocol.io/specification/2025-03-26/basic#batching).
#[derive(Debug, Default)]
pub(crate) struct Batches {
    open: BTreeMap<Batch, Pending>,
    next: u64,
}

#[derive(Debug)]
struct Pending {
    missing: usize,
    responses: Vec<Result<Message, DecodeError>>,
}

impl Batches {
    /// Expects an answer for each message that will have one.
    pub(crate) fn open(&mut self, messages: &[Result<Message, DecodeError>]) -> Batch {
        let is_answered = |message: &&Result<Message, DecodeError>| match message {
            Ok(message) => matches!(message, Message::Request(_)),
            Err(error) => error.answer().is_some(),
        };
        let missing = messages.iter().filter(is_answered).count();
        let batch = Batch(self.next);
        self.next += 1;
        self.open.insert(batch.clone(), Pending { missing, responses: Vec::new() });
        if missing == 0 {
            self.open.remove(&batch);
        }
        batch
    }

    /// Adds an answer; returns all of them once none is missing.
    pub(crate) fn add(&mut self, batch: &Batch, response: Response) -> Option<Message> {
        self.open.get_mut(batch)?.responses.push(Ok(response.into()));
        self.skip(batch)
    }

    /// Expects one answer less; returns all of them once none is missing.
    pub(crate) fn skip(&mut self, batch: &Batch) -> Option<Message> {
        let pending = self.open.get_mut(batch)?;
        pending.missing -= 1;
        if pending.missing > 0 {
            return None;
        }
        let responses = self.open.remove(batch)?.responses;
        (!responses.is_empty()).then_some(Message::Batch(responses))
    }
}
