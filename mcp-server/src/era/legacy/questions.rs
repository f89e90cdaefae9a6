//! Questions to clients of earlier revisions: requests of the server's own, and the calls that wait for their answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mcpwright_core::{
    CancelledParams, CreateMessageParams, ElicitFormParams, ElicitParams, EnumOption, InputRequest, JsonText,
    LegacyTitledEnumSchema, Members, Notification, PrimitiveSchema, ProtocolVersion, Request, RequestId,
    Response, SamplingMessage, method,
};

use crate::asking::{Answered, Before, InputRequired};
use crate::{Call, incident};

/// The most calls of one client that wait for its answers.
const MOST_WAITING: usize = 100;

/// The most bytes that these calls may hold: what they were called with, and what they were answered and did.
const MOST_BYTES: usize = 8 << 20;

/// The calls that wait for answers.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// By the serials of the calls.
    waiting: BTreeMap<u64, Waiting>,
}

/// A call that waits for answers.
#[derive(Debug)]
struct Waiting {
    call: Call,
    before: Before,
    /// The questions that are open: the ids of their requests, and their keys.
    open: Vec<(RequestId, String)>,
    since: Instant,
}

impl Questions {
    /// Has a call wait for answers, and returns the requests that ask for them.
    ///
    /// # Errors
    ///
    /// The client cannot be asked this, or has too many questions to answer already: the reason, for the model.
    pub(crate) fn ask(
        &mut self,
        call: &Call,
        asked: InputRequired,
        version: &ProtocolVersion,
        now: Instant,
    ) -> Result<Vec<Request>, String> {
        let InputRequired { requests, before } = asked;
        let held: usize = self.waiting.values().map(Waiting::len).sum();
        if self.waiting.len() >= MOST_WAITING || held + length(call, &before) > MOST_BYTES {
            return Err("the client has too many questions to answer already".to_owned());
        }
        let mut open = Vec::new();
        let mut messages = Vec::new();
        for (key, request) in requests {
            // Nobody answers what has not been read, and another process may ask the same client.
            let id = RequestId::from(incident::number());
            let message = in_words_of(request, &id, version)?;
            open.push((id, key));
            messages.push(message);
        }
        let waiting = Waiting { call: call.clone(), before, open, since: now };
        self.waiting.insert(call.serial(), waiting);
        Ok(messages)
    }

    /// Takes an answer. Returns the call that is to be run again, if it was the last one it has waited for.
    pub(crate) fn answered(&mut self, response: Response) -> Option<Call> {
        // An answer to no question of ours, or a second one, is ignored.
        let id = response.id?;
        let (serial, waiting, place) = self.waiting.iter_mut().find_map(|(serial, waiting)| {
            let place = waiting.open.iter().position(|(open, _)| *open == id)?;
            Some((*serial, waiting, place))
        })?;
        let (_, key) = waiting.open.remove(place);
        let answer = match response.outcome {
            Ok(result) => Answered::Result(result),
            Err(error) => Answered::Error(incident::escaped(&error.message)),
        };
        waiting.before.answer(key, answer);
        if !waiting.open.is_empty() {
            return None;
        }
        let Waiting { call, before, .. } = self.waiting.remove(&serial)?;
        Some(call.after(Arc::new(before)))
    }

    /// Whether this call waits for answers.
    pub(crate) fn contains(&self, serial: u64) -> bool {
        self.waiting.contains_key(&serial)
    }

    /// How many calls wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The calls that have waited for this long.
    pub(crate) fn overdue(&self, time: Duration, now: Instant) -> BTreeSet<u64> {
        let is_overdue = |waiting: &Waiting| now.saturating_duration_since(waiting.since) >= time;
        self.waiting.iter().filter(|(_, waiting)| is_overdue(waiting)).map(|(serial, _)| *serial).collect()
    }

    /// Has a call wait no more, and returns what tells the client that its questions are void.
    pub(crate) fn withdraw(&mut self, serial: u64) -> Option<(Call, Vec<Notification>)> {
        let Waiting { call, open, .. } = self.waiting.remove(&serial)?;
        let notifications = open.into_iter().filter_map(|(id, _)| {
            let mut params = CancelledParams::new(id);
            params.reason = Some("the call that asked has ended".to_owned());
            Notification::new(method::CANCELLED, &params).ok()
        });
        Some((call, notifications.collect()))
    }
}

impl Waiting {
    fn len(&self) -> usize {
        length(&self.call, &self.before)
    }
}

/// How many bytes a call that waits holds, more or less.
fn length(call: &Call, before: &Before) -> usize {
    call.params().map_or(0, |params| params.as_str().len()) + before.len()
}

/// A question as the request of a revision.
fn in_words_of(request: InputRequest, id: &RequestId, version: &ProtocolVersion) -> Result<Request, String> {
    let name = request.method();
    let params = match request {
        InputRequest::Elicit(ElicitParams::Url(mut params)) => {
            if *version < ProtocolVersion::V2025_11_25 {
                return Err(beyond("send its user to a page", version));
            }
            if let RequestId::String(id) = id {
                params.elicitation_id.get_or_insert_with(|| id.to_string());
            }
            written(&ElicitParams::Url(params))?
        }
        InputRequest::Elicit(ElicitParams::Form(params)) => written(&narrow_form(params, version)?)?,
        InputRequest::CreateMessage(params) => written(&narrow_sampling(*params, version)?)?,
        InputRequest::ListRoots(params) => params.as_ref().map(written).transpose()?.flatten(),
        _ => return Err("the client cannot be asked this".to_owned()),
    };
    Ok(Request { id: id.clone(), method: name.into(), params })
}

fn written<T: serde::Serialize>(params: &T) -> Result<Option<JsonText>, String> {
    let written = JsonText::of(params).map(Some);
    written.map_err(|error| incident::internal("a question cannot be written", &error).message.into_owned())
}

fn beyond(what: &str, version: &ProtocolVersion) -> String {
    format!("the client cannot be asked: revision {version} cannot {what}")
}

/// A form in the fields that a revision has.
fn narrow_form(mut params: ElicitFormParams, version: &ProtocolVersion) -> Result<ElicitFormParams, String> {
    if *version < ProtocolVersion::V2025_06_18 {
        return Err(beyond("ask its user", version));
    }
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    params.other.shift_remove("mode");
    params.requested_schema.schema = None;
    let mut fields = Members::new();
    for (name, field) in std::mem::take(&mut params.requested_schema.properties) {
        let field =
            narrow_field(field).ok_or_else(|| beyond("ask for several values in one field", version))?;
        fields.insert(name, field);
    }
    params.requested_schema.properties = fields;
    Ok(params)
}

/// A field in the words of 2025-06-18, which knows no default but that of a yes or no; nothing if it has no words for it.
fn narrow_field(field: PrimitiveSchema) -> Option<PrimitiveSchema> {
    Some(match field {
        PrimitiveSchema::String(mut field) => {
            field.default_value = None;
            PrimitiveSchema::String(field)
        }
        PrimitiveSchema::Number(mut field) => {
            field.default_value = None;
            PrimitiveSchema::Number(field)
        }
        PrimitiveSchema::Integer(mut field) => {
            field.default_value = None;
            PrimitiveSchema::Integer(field)
        }
        PrimitiveSchema::UntitledSingleSelect(mut field) => {
            field.default_value = None;
            PrimitiveSchema::UntitledSingleSelect(field)
        }
        PrimitiveSchema::LegacyTitledEnum(mut field) => {
            field.default_value = None;
            PrimitiveSchema::LegacyTitledEnum(field)
        }
        PrimitiveSchema::TitledSingleSelect(field) => {
            let titles: Vec<_> = field.one_of.iter().map(|EnumOption { title, .. }| title.clone()).collect();
            let values: Vec<_> = field.one_of.into_iter().map(|option| option.value).collect();
            let mut narrowed = LegacyTitledEnumSchema::new(values, titles);
            (narrowed.title, narrowed.description) = (field.title, field.description);
            PrimitiveSchema::LegacyTitledEnum(narrowed)
        }
        PrimitiveSchema::Boolean(field) => PrimitiveSchema::Boolean(field),
        _ => return None,
    })
}

/// A question to a model in the words of a revision: before 2025-11-25 it had no tools, and one block in each message.
fn narrow_sampling(
    mut params: CreateMessageParams,
    version: &ProtocolVersion,
) -> Result<CreateMessageParams, String> {
    if *version >= ProtocolVersion::V2025_11_25 {
        return Ok(params);
    }
    if !params.tools.is_empty() || params.tool_choice.is_some() {
        return Err(beyond("give tools to its model", version));
    }
    let split = |message: SamplingMessage| {
        let role = message.role;
        message.content.into_iter().map(move |block| SamplingMessage::new(role, [block]))
    };
    params.messages = std::mem::take(&mut params.messages).into_iter().flat_map(split).collect();
    Ok(params)
}
