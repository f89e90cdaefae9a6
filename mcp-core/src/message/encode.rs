//! From messages to bytes.

use super::{Message, Notification, Request, RequestId, Response};
use crate::JsonText;

impl Message {
    /// Appends the message as JSON on one line, without the line's end.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Request(request) => request.encode(out),
            Self::Notification(notification) => notification.encode(out),
            Self::Response(response) => response.encode(out),
            Self::Batch(messages) => {
                out.push(b'[');
                for (place, message) in messages.iter().flatten().enumerate() {
                    if place > 0 {
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
        open(out, Some(&self.id));
        call(out, &self.method, self.params.as_ref());
    }
}

impl Notification {
    /// Appends the notification as JSON on one line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        open(out, None);
        call(out, &self.method, self.params.as_ref());
    }
}

impl Response {
    /// What stands before and after the result when the response is written as JSON on one line: for whoever writes a long
    /// result without copying it.
    pub fn around_result(id: &RequestId) -> (Vec<u8>, &'static [u8]) {
        let mut before = Vec::with_capacity(64);
        open(&mut before, Some(id));
        before.extend_from_slice(RESULT);
        (before, b"}")
    }

    /// The response as JSON on one line, in memory of just its size.
    pub fn to_bytes(&self) -> Vec<u8> {
        const AROUND: usize = r#"{"jsonrpc":"2.0","id":,"result":}"#.len();
        let size = match (&self.id, &self.outcome) {
            (Some(id), Ok(result)) => AROUND + id.written_len() + result.as_str().len(),
            _ => AROUND,
        };
        let mut out = Vec::with_capacity(size);
        self.encode(&mut out);
        out
    }

    /// Appends the response as JSON on one line.
    pub fn encode(&self, out: &mut Vec<u8>) {
        open(out, self.id.as_ref());
        match &self.outcome {
            Ok(result) => {
                out.extend_from_slice(RESULT);
                out.extend_from_slice(result.as_str().as_bytes());
            }
            Err(error) => {
                out.extend_from_slice(br#","error":"#);
                // An error object holds only strings, numbers and JSON values: writing it to a vector cannot fail.
                let _ = serde_json::to_writer(&mut *out, error);
            }
        }
        out.push(b'}');
    }
}

const RESULT: &[u8] = br#","result":"#;

fn open(out: &mut Vec<u8>, id: Option<&RequestId>) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0""#);
    if let Some(id) = id {
        out.extend_from_slice(br#","id":"#);
        id.write(out);
    }
}

fn call(out: &mut Vec<u8>, method: &str, params: Option<&JsonText>) {
    out.extend_from_slice(br#","method":"#);
    // Writing a string to a vector cannot fail.
    let _ = serde_json::to_writer(&mut *out, method);
    if let Some(params) = params {
        out.extend_from_slice(br#","params":"#);
        out.extend_from_slice(params.as_str().as_bytes());
    }
    out.push(b'}');
}
