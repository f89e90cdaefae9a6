//! Decoding of messages.

use std::borrow::Cow;

use crate::error::ErrorObject;
use crate::json::{JsonText, read_json_string};
use crate::message::id::{MAX_STRING_ID_LEN, RequestId};
use crate::message::scan::{Duplicate, Envelope, MAX_DEPTH, ScanError, Scanner, Span};
use crate::message::{Message, Notification, Request, Response};
use crate::method;

/// Maximum number of messages in a batch.
pub const MAX_BATCH_LEN: usize = 32;

/// Decodes one message.
///
/// # Errors
///
/// Returns an error if the bytes are not a valid message. [`DecodeError::to_response`] returns the response to send.
pub fn decode(bytes: &[u8]) -> Result<Message, DecodeError> {
    Decoder::new().decode(bytes)
}

/// A decoder that reuses its memory from one message to the next.
#[derive(Debug, Default)]
pub struct Decoder {
    scanner: Scanner,
}

impl Decoder {
    /// Creates a decoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes one message.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not a valid message. [`DecodeError::to_response`] returns the response to send.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Message, DecodeError> {
        let text = str::from_utf8(bytes).map_err(|_| DecodeError::NotUtf8)?;
        self.decode_text(text, true)
    }

    fn decode_text(&mut self, text: &str, outermost: bool) -> Result<Message, DecodeError> {
        let envelope = self.scanner.scan_envelope(text)?;
        match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes().first() {
            Some(b'{') => decode_object(text, &envelope),
            Some(b'[') if outermost => self.decode_batch(text),
            _ => Err(DecodeError::invalid(None, "the message must be a JSON object")),
        }
    }

    fn decode_batch(&mut self, text: &str) -> Result<Message, DecodeError> {
        match self.scanner.scan_elements(text, MAX_BATCH_LEN)? {
            None => Err(DecodeError::invalid(None, "a batch must have at most 32 messages")),
            Some(elements) if elements.is_empty() => {
                Err(DecodeError::invalid(None, "a batch must not be empty"))
            }
            Some(elements) => Ok(Message::Batch(
                elements.into_iter().map(|span| self.decode_text(&text[span], false)).collect(),
            )),
        }
    }
}

/// An error returned when bytes cannot be decoded as a message.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not JSON.
    #[error("not valid JSON")]
    Syntax,
    /// The bytes are not UTF-8.
    #[error("not valid UTF-8")]
    NotUtf8,
    /// A string escapes one half of a surrogate pair without the other, so it cannot be decoded.
    #[error("a string must not contain a lone surrogate")]
    LoneSurrogate,
    /// The message is nested deeper than 127 levels.
    #[error("the message must be nested at most {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The message is JSON, but not a valid request.
    #[error("{reason}")]
    InvalidRequest {
        /// The id of the request, if it could be read.
        id: Option<RequestId>,
        /// The reason, which the client receives as the error message.
        reason: &'static str,
    },
    /// The message is a request whose parameters are not valid for any method.
    #[error("{reason}")]
    InvalidParams {
        /// The id of the request.
        id: RequestId,
        /// The reason, which the client receives as the error message.
        reason: &'static str,
    },
    /// The message is an invalid response or notification, which never has a response.
    #[error("{0}")]
    Unanswerable(&'static str),
}

impl DecodeError {
    fn invalid(id: Option<RequestId>, reason: &'static str) -> Self {
        Self::InvalidRequest { id, reason }
    }

    /// Creates the error for a message that exceeds the size limit of the transport.
    pub fn too_long() -> Self {
        Self::invalid(None, "the message is too long")
    }

    /// Returns the response to send to the client, or `None` if the message must not be answered.
    pub fn to_response(&self) -> Option<Response> {
        let (id, error) = match self {
            Self::Unanswerable(_) => return None,
            Self::InvalidRequest { id, reason } => (id.clone(), ErrorObject::invalid_request(*reason)),
            Self::InvalidParams { id, reason } => (Some(id.clone()), ErrorObject::invalid_params(*reason)),
            Self::Syntax | Self::NotUtf8 | Self::LoneSurrogate | Self::TooDeep => {
                (None, ErrorObject::parse_error(self.to_string()))
            }
        };
        Some(Response::error(id, error))
    }
}

impl From<ScanError> for DecodeError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Syntax => Self::Syntax,
            ScanError::TooDeep => Self::TooDeep,
            ScanError::LoneSurrogate => Self::LoneSurrogate,
        }
    }
}

/// Decodes a scanned object as a response, a request or a notification.
fn decode_object(text: &str, envelope: &Envelope) -> Result<Message, DecodeError> {
    if envelope.is_response {
        let error = DecodeError::Unanswerable("the response is malformed");
        return if envelope.duplicate.is_some() || envelope.method.is_some() {
            Err(error)
        } else {
            decode_response(text).ok_or(error)
        };
    }
    let id = envelope.id.clone().map(|span| decode_id(&text[span])).transpose()?;
    let method = validate_method(text, envelope, &id)?;
    let params = match (&envelope.params, id) {
        (None, id) => (None, id),
        (Some(span), id) if text[span.clone()].starts_with('{') => {
            let index = envelope.index.relative_to(span.start);
            (Some(JsonText::indexed(text[span.clone()].to_owned(), index)), id)
        }
        (Some(_), Some(id)) => {
            return Err(DecodeError::InvalidParams { id, reason: "`params` must be an object" });
        }
        (Some(_), None) => {
            return Err(DecodeError::Unanswerable("`params` of a notification must be an object"));
        }
    };
    Ok(match params {
        (params, Some(id)) => Message::Request(Request { id, method, params }),
        (params, None) => Message::Notification(Notification { method, params }),
    })
}

/// Validates the members that every request and notification has, and returns the method.
fn validate_method(
    text: &str,
    envelope: &Envelope,
    id: &Option<RequestId>,
) -> Result<Cow<'static, str>, DecodeError> {
    let invalid = |reason| Err(DecodeError::invalid(id.clone(), reason));
    let member = |span: &Option<Span>| span.clone().map(|span| &text[span]);
    match (envelope.duplicate, id) {
        (Some(Duplicate::Envelope), _) => return invalid("an object must not have duplicate members"),
        (Some(Duplicate::Arguments), Some(id)) => {
            let reason = "`params.arguments` must not have duplicate members";
            return Err(DecodeError::InvalidParams { id: id.clone(), reason });
        }
        _ => {}
    }
    let is_version_2 = |text: &str| {
        text == r#""2.0""# || serde_json::from_str::<Cow<'_, str>>(text).is_ok_and(|v| v == "2.0")
    };
    if !member(&envelope.jsonrpc).is_some_and(is_version_2) {
        return invalid("`jsonrpc` must be \"2.0\"");
    }
    let Some(method) = member(&envelope.method) else {
        return invalid("`method` is missing");
    };
    match read_json_string(method) {
        Some(name) => Ok(method::find(&name).map_or_else(|| Cow::Owned(name.into_owned()), Cow::Borrowed)),
        None => invalid("`method` must be a string"),
    }
}

fn decode_id(text: &str) -> Result<RequestId, DecodeError> {
    let invalid = |reason| DecodeError::invalid(None, reason);
    match text.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|_| DecodeError::Syntax)?;
            if text.len() > MAX_STRING_ID_LEN {
                return Err(invalid("`id` must be at most 1024 bytes long"));
            }
            Ok(RequestId::from(text))
        }
        Some(b'-' | b'0'..=b'9') => {
            RequestId::from_number(text).ok_or_else(|| invalid("a numeric `id` must be a 64-bit integer"))
        }
        _ => Err(invalid("`id` must be a string or an integer")),
    }
}

/// Decodes a response. Returns `None` if it is malformed: a response must not be answered, so no reason is needed.
fn decode_response(text: &str) -> Option<Message> {
    #[derive(serde::Deserialize)]
    struct ResponseMembers {
        jsonrpc: String,
        id: Option<RequestId>,
        result: Option<JsonText>,
        error: Option<ErrorObject>,
    }
    let members: ResponseMembers = serde_json::from_str(text).ok()?;
    let outcome = match (members.result, members.error) {
        (Some(result), None) => Ok(result),
        (None, Some(error)) => Err(error),
        _ => return None,
    };
    (members.jsonrpc == "2.0").then_some(Message::Response(Response { id: members.id, outcome }))
}
