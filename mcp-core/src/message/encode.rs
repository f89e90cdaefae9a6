//! Encoding of messages.

use crate::json::JsonText;
use crate::message::id::RequestId;
use crate::message::{Message, Notification, Request, Response};

impl Message {
    /// Appends the message as JSON on one line, without a line break at the end.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Request(request) => request.encode(out),
            Self::Notification(notification) => notification.encode(out),
            Self::Response(response) => response.encode(out),
            Self::Batch(messages) => {
                out.push(b'[');
                for (index, message) in messages.iter().flatten().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    message.encode(out);
                }
                out.push(b']');
            }
        }
    }
}

impl Request {
    /// Appends the request as JSON on one line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        push_start(out, Some(&self.id));
        push_call(out, &self.method, self.params.as_ref());
    }
}

impl Notification {
    /// Appends the notification as JSON on one line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        push_start(out, None);
        push_call(out, &self.method, self.params.as_ref());
    }
}

impl Response {
    /// Returns the bytes before and after the result in a successful response on one line.
    ///
    /// A transport uses this to write a long result without copying it.
    pub fn result_envelope(id: &RequestId) -> (Vec<u8>, &'static [u8]) {
        let mut before = Vec::with_capacity(64);
        push_start(&mut before, Some(id));
        before.extend_from_slice(RESULT);
        (before, b"}")
    }

    /// Encodes the response as JSON on one line, in a buffer allocated at the size of the response.
    pub fn to_bytes(&self) -> Vec<u8> {
        const ENVELOPE_LEN: usize = r#"{"jsonrpc":"2.0","id":,"result":}"#.len();
        let size = match (&self.id, &self.outcome) {
            (Some(id), Ok(result)) => ENVELOPE_LEN + id.encoded_len() + result.as_str().len(),
            _ => ENVELOPE_LEN,
        };
        let mut out = Vec::with_capacity(size);
        self.encode(&mut out);
        out
    }

    /// Appends the response as JSON on one line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        push_start(out, self.id.as_ref());
        match &self.outcome {
            Ok(result) => {
                out.extend_from_slice(RESULT);
                out.extend_from_slice(result.as_str().as_bytes());
            }
            Err(error) => {
                out.extend_from_slice(br#","error":"#);
                // Cannot fail: an error object consists of strings, numbers and JSON values, and the output is a
                // vector.
                let _ = serde_json::to_writer(&mut *out, error);
            }
        }
        out.push(b'}');
    }
}

const RESULT: &[u8] = br#","result":"#;

/// Appends the start of every message, up to the id.
fn push_start(out: &mut Vec<u8>, id: Option<&RequestId>) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0""#);
    if let Some(id) = id {
        out.extend_from_slice(br#","id":"#);
        id.write(out);
    }
}

/// Appends the method and the parameters, and closes the message.
fn push_call(out: &mut Vec<u8>, method: &str, params: Option<&JsonText>) {
    out.extend_from_slice(br#","method":"#);
    // Writing a string to a vector cannot fail.
    let _ = serde_json::to_writer(&mut *out, method);
    if let Some(params) = params {
        out.extend_from_slice(br#","params":"#);
        out.extend_from_slice(params.as_str().as_bytes());
    }
    out.push(b'}');
}
