//! Answers: their statuses, headers and bodies.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use mcpwright_core::{Era, ErrorCode, ErrorObject, JsonText, Message, Response};
use mcpwright_server::Overloaded;
use serde_json::json;

use crate::http::edge::body::{Body, BodyError, Events};
use crate::http::limits::Limits;

pub(crate) type Answer = http::Response<Body>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The stage at which an answer was determined: before or after the handler ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    BeforeCall,
    AfterCall,
}

/// Returns the status of the answer to a request.
///
/// See [request metadata](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata).
pub(crate) fn status(error: Option<&ErrorObject>, era: Era, stage: Stage) -> StatusCode {
    let Some(error) = error else { return StatusCode::OK };
    match (error.code, era, stage) {
        (ErrorCode::METHOD_NOT_FOUND, Era::Modern, _) => StatusCode::NOT_FOUND,
        (ErrorCode::INTERNAL_ERROR, _, Stage::BeforeCall) => StatusCode::INTERNAL_SERVER_ERROR,
        (ErrorCode::PARSE_ERROR | ErrorCode::INVALID_REQUEST, _, Stage::BeforeCall)
        | (_, Era::Modern, Stage::BeforeCall)
        | (
            ErrorCode::HEADER_MISMATCH
            | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
            | ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
            ..,
        ) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// Returns an answer with a message or a batch.
pub(crate) fn json(status: StatusCode, message: &Message) -> Answer {
    whole(status, encoded(message))
}

/// Returns the bytes of a message.
pub(crate) fn encoded(message: &Message) -> Vec<u8> {
    match message {
        // In a buffer of the exact size, which becomes the body.
        Message::Response(response) => response.to_bytes(),
        _ => {
            let mut bytes = Vec::with_capacity(96);
            message.encode(&mut bytes);
            bytes
        }
    }
}

/// Size from which a result is not copied into its answer, in bytes.
const MIN_SHARED_BYTES: usize = 8 << 10;

/// Returns an answer with a response.
pub(crate) fn response(status: StatusCode, response: Response) -> Answer {
    match (response.id, response.outcome) {
        (Some(id), Ok(result)) if result.as_str().len() >= MIN_SHARED_BYTES => {
            let (before, after) = Response::result_envelope(&id);
            let pieces = vec![before.into(), Bytes::from_owner(Text(result)), Bytes::from_static(after)];
            with_body(status, Body::pieces(pieces))
        }
        (id, outcome) => whole(status, Response { id, outcome }.to_bytes()),
    }
}

/// The text of a value, as bytes.
struct Text(JsonText);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_str().as_bytes()
    }
}

/// Returns an answer with serialized JSON.
pub(crate) fn whole(status: StatusCode, bytes: Vec<u8>) -> Answer {
    with_body(status, Body::whole(bytes))
}

fn with_body(status: StatusCode, body: Body) -> Answer {
    let mut answer = http::Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, JSON);
    if is_temporary(status) {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}

/// Returns `true` if the same request may succeed a moment later.
fn is_temporary(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

/// Returns an answer with an event stream.
pub(crate) fn events(events: impl Events + 'static) -> Answer {
    let mut answer = http::Response::new(Body::stream(events));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    // A proxy that buffers events would withhold them from the client.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    answer
}

/// Returns an answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = http::Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// Returns the answer to a request above a limit, with its serialized response: the only one with status 429.
pub(crate) fn overloaded(response: Vec<u8>) -> Answer {
    whole(StatusCode::TOO_MANY_REQUESTS, response)
}

/// Returns the answer to a request above a limit, before the request was read.
pub(crate) fn limit_reached(overloaded: &Overloaded) -> Answer {
    self::overloaded(Response::error(None, overloaded.clone().into()).to_bytes())
}

/// Returns an error answer, with the reason.
pub(crate) fn rejection(status: StatusCode, reason: impl Into<String>) -> Answer {
    let error = if is_temporary(status) {
        ErrorObject::internal(reason.into()).data(json!({ "retryAfterMs": 1000 }))
    } else {
        ErrorObject::invalid_request(reason.into())
    };
    json(status, &Response::error(None, error).into())
}

/// Returns an error answer that closes the connection.
pub(crate) fn closing(status: StatusCode, reason: impl Into<String>) -> Answer {
    let mut answer = rejection(status, reason);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Returns the answer to a body that is not declared as JSON.
pub(crate) fn not_json() -> Answer {
    let reason = "the body of a request must be JSON: send `Content-Type: application/json`";
    closing(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason)
}

/// Returns the answer to a body in an encoding. Its `Accept-Encoding` says that there is none.
pub(crate) fn encoded_body() -> Answer {
    let reason = "the body of a request must not be encoded: send it without `Content-Encoding`";
    let mut answer = closing(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason);
    answer.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    answer
}

/// Returns the answer to a request for an event stream whose `Accept` excludes it.
pub(crate) fn not_an_event_stream() -> Answer {
    rejection(StatusCode::NOT_ACCEPTABLE, "a stream is text/event-stream: `Accept` must allow it")
}

/// Returns the answer to a body that could not be read.
pub(crate) fn unreadable_body(error: &BodyError, limits: &Limits) -> Answer {
    match error {
        BodyError::TooLarge => {
            let reason = format!("the body must be at most {} bytes", limits.max_body_bytes);
            closing(StatusCode::PAYLOAD_TOO_LARGE, reason)
        }
        BodyError::TimedOut => closing(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        BodyError::Incomplete => closing(StatusCode::BAD_REQUEST, "the body is incomplete"),
    }
}

/// Returns the answer to an HTTP method that is not allowed.
pub(crate) fn not_allowed(allowed: &'static str) -> Answer {
    let mut answer =
        rejection(StatusCode::METHOD_NOT_ALLOWED, format!("the method must be one of {allowed}"));
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
