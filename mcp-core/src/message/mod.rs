//! JSON-RPC 2.0 messages: types, decoding and encoding.
//!
//! See [messages](https://modelcontextprotocol.io/specification/2026-07-28/basic#messages).

use std::borrow::Cow;

use serde::Serialize;

use crate::error::ErrorObject;
use crate::json::JsonText;

mod decode;
mod encode;
pub(crate) mod id;
mod scan;

pub use decode::{DecodeError, Decoder, MAX_BATCH_LEN, decode};
pub use id::{MAX_STRING_ID_LEN, RequestId};

/// A JSON-RPC message.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A notification.
    Notification(Notification),
    /// A response.
    Response(Response),
    /// A batch of messages. Only revision 2025-03-26 has batches.
    Batch(Vec<Result<Message, DecodeError>>),
}

/// A message that requires a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The id, which the response repeats.
    pub id: RequestId,
    /// The name of the method.
    pub method: Cow<'static, str>,
    /// The parameters. Always a JSON object.
    pub params: Option<JsonText>,
}

/// A message that has no response.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// The name of the method.
    pub method: Cow<'static, str>,
    /// The parameters. Always a JSON object.
    pub params: Option<JsonText>,
}

impl Notification {
    /// Creates a notification with parameters.
    ///
    /// # Errors
    ///
    /// Returns an error if the parameters cannot be serialized as JSON.
    pub fn new<T: Serialize>(method: &'static str, params: &T) -> Result<Self, serde_json::Error> {
        Ok(Self { method: Cow::Borrowed(method), params: Some(JsonText::encode(params)?) })
    }
}

/// The response to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The id of the request, or `None` if the id could not be read.
    pub id: Option<RequestId>,
    /// The result of the request, or its error.
    pub outcome: Result<JsonText, ErrorObject>,
}

impl Response {
    /// Creates the response to a request that succeeded.
    pub fn ok(id: RequestId, result: JsonText) -> Self {
        Self { id: Some(id), outcome: Ok(result) }
    }

    /// Creates the response to a request that failed.
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
