//! JSON-RPC 2.0 messages, and how they are read and written.
//!
//! See [messages](https://modelcontextprotocol.io/specification/2026-07-28/basic#messages).

use std::borrow::Cow;

use serde::Serialize;

use crate::{ErrorObject, JsonText};

mod decode;
mod encode;
mod id;
mod scan;

pub use decode::{DecodeError, Decoder, MAX_BATCH, decode};
pub use id::{MAX_STRING_ID, RequestId};
pub(crate) use scan::plain_end;

/// One thing that one side says to the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Something that wants an answer.
    Request(Request),
    /// Something that wants none.
    Notification(Notification),
    /// An answer.
    Response(Response),
    /// Several messages at once: revision 2025-03-26 only.
    Batch(Vec<Result<Message, DecodeError>>),
}

/// A message that wants an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What its answer will be known by.
    pub id: RequestId,
    /// What is asked.
    pub method: Cow<'static, str>,
    /// With which parameters: always an object.
    pub params: Option<JsonText>,
}

/// A message that wants no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// What happened.
    pub method: Cow<'static, str>,
    /// With which parameters: always an object.
    pub params: Option<JsonText>,
}

impl Notification {
    /// A notification with parameters.
    ///
    /// # Errors
    ///
    /// The parameters cannot be written as JSON.
    pub fn new<T: Serialize>(method: &'static str, params: &T) -> Result<Self, serde_json::Error> {
        Ok(Self { method: Cow::Borrowed(method), params: Some(JsonText::of(params)?) })
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The id of the request; nothing where it could not be read.
    pub id: Option<RequestId>,
    /// What came of it.
    pub outcome: Result<JsonText, ErrorObject>,
}

impl Response {
    /// The answer to a request that went well.
    pub fn ok(id: RequestId, result: JsonText) -> Self {
        Self { id: Some(id), outcome: Ok(result) }
    }

    /// The answer to a request that did not.
    pub fn error(id: impl Into<Option<RequestId>>, error: ErrorObject) -> Self {
        Self { id: id.into(), outcome: Err(error) }
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Notification> for Message {
    fn from(notification: Notification) -> Self {
        Self::Notification(notification)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}
