//! From bytes to messages.

use std::borrow::Cow;

use super::scan::{Duplicate, Envelope, Fault, Scanner, Span};
use super::{MAX_STRING_ID, Message, Notification, Request, RequestId, Response};
use crate::{ErrorObject, JsonText, method};

/// The most messages that a batch may hold.
pub const MAX_BATCH: usize = 32;

/// Reads one message.
///
/// # Errors
///
/// The bytes are not a message; [`DecodeError::answer`] says what to tell the client.
pub fn decode(bytes: &[u8]) -> Result<Message, DecodeError> {
    Decoder::new().decode(bytes)
}

/// Reads messages one after the other and keeps its memory from one to the next.
#[derive(Debug, Default)]
pub struct Decoder {
    scanner: Scanner,
}

impl Decoder {
    /// A decoder that has read nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one message.
    ///
    /// # Errors
    ///
    /// The bytes are not a message; [`DecodeError::answer`] says what to tell the client.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Message, DecodeError> {
        let text = str::from_utf8(bytes).map_err(|_| DecodeError::NotUtf8)?;
        self.message(text, true)
    }

    fn message(&mut self, text: &str, outermost: bool) -> Result<Message, DecodeError> {
        let envelope = self.scanner.envelope(text)?;
        match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes().first() {
            Some(b'{') => read(text, &envelope),
            Some(b'[') if outermost => self.batch(text),
            _ => Err(DecodeError::invalid(None, "a message is a JSON object")),
        }
    }

    fn batch(&mut self, text: &str) -> Result<Message, DecodeError> {
        match self.scanner.elements(text, MAX_BATCH)? {
            None => Err(DecodeError::invalid(None, "a batch holds at most 32 messages")),
            Some(elements) if elements.is_empty() => {
                Err(DecodeError::invalid(None, "an empty batch asks nothing"))
            }
            Some(elements) => Ok(Message::Batch(
                elements.into_iter().map(|span| self.message(&text[span], false)).collect(),
            )),
        }
    }
}

/// Why bytes are not a message.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is not JSON.
    #[error("not valid JSON")]
    Syntax,
    /// It is not UTF-8.
    #[error("not valid UTF-8")]
    NotUtf8,
    /// It holds half of a surrogate pair, which no text can hold.
    #[error("a string holds a lone surrogate")]
    LoneSurrogate,
    /// It is nested deeper than 127 levels.
    #[error("too deep: at most 127 levels are read")]
    TooDeep,
    /// It is JSON, but no request.
    #[error("{reason}")]
    Invalid {
        /// The id, where one could be read.
        id: Option<RequestId>,
        /// What is wrong.
        reason: &'static str,
    },
    /// It is a request whose parameters cannot be right for any method.
    #[error("{reason}")]
    Params {
        /// The id of the request.
        id: RequestId,
        /// What is wrong.
        reason: &'static str,
    },
    /// It is a malformed answer or notification: those are never answered.
    #[error("{0}")]
    Unanswerable(&'static str),
}

impl DecodeError {
    fn invalid(id: Option<RequestId>, reason: &'static str) -> Self {
        Self::Invalid { id, reason }
    }

    /// The error for a message that is larger than the transport reads.
    pub fn too_long() -> Self {
        Self::invalid(None, "the message is too long")
    }

    /// What to tell the client, if it may be told anything.
    pub fn answer(&self) -> Option<Response> {
        let (id, error) = match self {
            Self::Unanswerable(_) => return None,
            Self::Invalid { id, reason } => (id.clone(), ErrorObject::invalid_request(*reason)),
            Self::Params { id, reason } => (Some(id.clone()), ErrorObject::invalid_params(*reason)),
            Self::Syntax | Self::NotUtf8 | Self::LoneSurrogate | Self::TooDeep => {
                (None, ErrorObject::parse_error(self.to_string()))
            }
        };
        Some(Response::error(id, error))
    }
}

impl From<Fault> for DecodeError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Syntax => Self::Syntax,
            Fault::TooDeep => Self::TooDeep,
            Fault::LoneSurrogate => Self::LoneSurrogate,
        }
    }
}

/// An answer, or else a call of some kind.
fn read(text: &str, envelope: &Envelope) -> Result<Message, DecodeError> {
    if envelope.answers {
        let unanswerable = DecodeError::Unanswerable("a malformed answer");
        return if envelope.duplicate.is_some() || envelope.method.is_some() {
            Err(unanswerable)
        } else {
            response(text).ok_or(unanswerable)
        };
    }
    let id = envelope.id.clone().map(|span| id(&text[span])).transpose()?;
    let method = check(text, envelope, &id)?;
    let params = match (&envelope.params, id) {
        (None, id) => (None, id),
        (Some(span), id) if text[span.clone()].starts_with('{') => {
            let index = envelope.index.from(span.start);
            (Some(JsonText::indexed(text[span.clone()].to_owned(), index)), id)
        }
        (Some(_), Some(id)) => {
            return Err(DecodeError::Params { id, reason: "params is an object" });
        }
        (Some(_), None) => return Err(DecodeError::Unanswerable("a notification whose params is no object")),
    };
    Ok(match params {
        (params, Some(id)) => Message::Request(Request { id, method, params }),
        (params, None) => Message::Notification(Notification { method, params }),
    })
}

/// What every request and notification has, whatever its method: returns the method.
fn check(text: &str, envelope: &Envelope, id: &Option<RequestId>) -> Result<Cow<'static, str>, DecodeError> {
    let invalid = |reason| Err(DecodeError::invalid(id.clone(), reason));
    let member = |span: &Option<Span>| span.clone().map(|span| &text[span]);
    match (envelope.duplicate, id) {
        (Some(Duplicate::Envelope), _) => return invalid("an object says the same member twice"),
        (Some(Duplicate::Arguments), Some(id)) => {
            let reason = "the arguments say the same member twice";
            return Err(DecodeError::Params { id: id.clone(), reason });
        }
        _ => {}
    }
    let is_version_2 = |text: &str| {
        text == r#""2.0""# || serde_json::from_str::<Cow<'_, str>>(text).is_ok_and(|v| v == "2.0")
    };
    if !member(&envelope.jsonrpc).is_some_and(is_version_2) {
        return invalid("jsonrpc is exactly \"2.0\"");
    }
    let Some(method) = member(&envelope.method) else {
        return invalid("the method is missing");
    };
    match string(method) {
        Ok(name) => Ok(method::known(&name).map_or_else(|| Cow::Owned(name.into_owned()), Cow::Borrowed)),
        Err(_) => invalid("the method is a string"),
    }
}

/// A JSON string; most hold no escape and are there already.
fn string(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        _ => serde_json::from_str::<String>(text).map(Cow::Owned),
    }
}

fn id(text: &str) -> Result<RequestId, DecodeError> {
    let invalid = |reason| DecodeError::invalid(None, reason);
    match text.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| DecodeError::Syntax)?;
            if text.len() > MAX_STRING_ID {
                return Err(invalid("an id is at most 1024 bytes long"));
            }
            Ok(RequestId::from(text))
        }
        Some(b'-' | b'0'..=b'9') => {
            RequestId::from_number(text).ok_or_else(|| invalid("a number as an id is an integer of 64 bits"))
        }
        _ => Err(invalid("an id is a string or an integer")),
    }
}

/// An answer; nothing if it is malformed, since nobody may answer an answer.
fn response(text: &str) -> Option<Message> {
    #[derive(serde::Deserialize)]
    struct Answer {
        jsonrpc: String,
        id: Option<RequestId>,
        result: Option<JsonText>,
        error: Option<ErrorObject>,
    }
    let answer: Answer = serde_json::from_str(text).ok()?;
    let outcome = match (answer.result, answer.error) {
        (Some(result), None) => Ok(result),
        (None, Some(error)) => Err(error),
        _ => return None,
    };
    (answer.jsonrpc == "2.0").then_some(Message::Response(Response { id: answer.id, outcome }))
}
