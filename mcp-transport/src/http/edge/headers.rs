//! Headers of a modern request. They repeat parts of its body for proxies, which do not read bodies.
//!
//! See [request metadata](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use mcpwright_core::{ErrorCode, ErrorObject, JsonText, ProtocolVersion, Request, method, read_json_string};
use mcpwright_server::{DeclaredRevision, Extensions, HeaderParam, TransportMetadata};
use serde_json::Value;

use crate::http::edge::head::{Field, Head, METHOD, NAME, VERSION};
use crate::http::edge::origin::shown;
use crate::http::state::HttpState;

/// The markers around a value in base64.
const BASE64_MARKERS: (&str, &str) = ("=?base64?", "?=");

/// Returns the revision that a request declares in its header.
pub(crate) fn declared_revision(head: &Head<'_>) -> DeclaredRevision {
    let value = match head.version {
        Field::Absent => return DeclaredRevision::Absent,
        Field::Repeated(_) => return DeclaredRevision::Unknown,
        Field::Once(value) => value,
    };
    let known = value.to_str().map(ProtocolVersion::new).ok().filter(|known| known.era().is_some());
    known.map_or(DeclaredRevision::Unknown, DeclaredRevision::Supported)
}

/// The headers of a request, which the engine compares with its body.
pub(crate) struct Headers<'a> {
    pub(crate) state: &'a HttpState,
    pub(crate) head: &'a Head<'a>,
    /// The client accepts an event stream, and so requests of the server before the response.
    pub(crate) accepts_events: bool,
}

impl TransportMetadata for Headers<'_> {
    fn check(
        &self,
        request: &Request,
        version: &str,
        header_params: &[HeaderParam],
    ) -> Result<(), ErrorObject> {
        let head = self.head;
        if single_value(head.version, &VERSION)? != version {
            return Err(header_mismatch("MCP-Protocol-Version", head.version, version));
        }
        if single_value(head.method, &METHOD)? != request.method {
            return Err(header_mismatch("Mcp-Method", head.method, &request.method));
        }
        let source = match &*request.method {
            method::TOOLS_CALL | method::PROMPTS_GET => "name",
            method::RESOURCES_READ => "uri",
            method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL => "taskId",
            _ => return Ok(()),
        };
        let named =
            request.params.as_ref().and_then(|params| params.member(source)).and_then(read_json_string);
        // Without it, the parameters are invalid, and the method reports that.
        let Some(named) = named else { return Ok(()) };
        if decoded(single_value(head.name, &NAME)?, &NAME)? != named {
            return Err(header_mismatch("Mcp-Name", head.name, &named));
        }
        if request.method != method::TOOLS_CALL {
            return Ok(());
        }
        self.check_params(request.params.as_ref(), header_params)
    }

    fn has_header_params(&self) -> bool {
        true
    }

    fn accepts_server_requests(&self) -> bool {
        self.accepts_events
    }

    fn has_session_id(&self) -> bool {
        self.state.has_sessions && self.head.session.is_present()
    }

    fn has_sessions(&self) -> bool {
        self.state.has_sessions
    }

    fn declared_revision(&self) -> DeclaredRevision {
        declared_revision(self.head)
    }

    fn extensions(&self) -> Extensions {
        self.state.extensions(self.head.parts)
    }
}

impl Headers<'_> {
    /// Compares the arguments that are repeated in headers with those in the body.
    fn check_params(
        &self,
        params: Option<&JsonText>,
        header_params: &[HeaderParam],
    ) -> Result<(), ErrorObject> {
        if header_params.is_empty() {
            return Ok(());
        }
        let arguments = params.and_then(|params| params.member("arguments")).unwrap_or("{}");
        // Dispatch rejects arguments that are not an object. It accepts an object in a string, as some models send it.
        let arguments = match serde_json::from_str(arguments).unwrap_or_default() {
            Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            arguments => arguments,
        };
        for parameter in header_params {
            let value = parameter.path().iter().try_fold(&arguments, |value, name| value.get(name));
            let Ok(header) = HeaderName::from_bytes(parameter.header().as_bytes()) else { continue };
            let field = Field::of(&self.head.parts.headers, &header);
            match value.filter(|value| !value.is_null()) {
                None if field.is_present() => {
                    return Err(mismatch(format!("the header {header} has no argument in the body")));
                }
                None => {}
                Some(value) if is_equal(&decoded(single_value(field, &header)?, &header)?, value) => {}
                Some(_) => {
                    return Err(mismatch(format!(
                        "the header {header} differs from its argument in the body"
                    )));
                }
            }
        }
        Ok(())
    }
}

/// Returns the value of a header that must occur once.
fn single_value<'a>(field: Field<'a>, name: &HeaderName) -> Result<&'a str, ErrorObject> {
    match field {
        Field::Once(value) => match value.to_str() {
            Ok(text) => Ok(text.trim_ascii()),
            Err(_) => Err(mismatch(format!("the header {name} must be ASCII"))),
        },
        Field::Absent => Err(mismatch(format!("the header {name} is missing"))),
        Field::Repeated(_) => Err(mismatch(format!("the header {name} must not be repeated"))),
    }
}

/// Returns `true` if the text of a header equals a value. Numbers are compared as numbers.
fn is_equal(text: &str, value: &Value) -> bool {
    match value {
        Value::String(value) => text == value,
        Value::Bool(value) => text == if *value { "true" } else { "false" },
        Value::Number(value) => {
            let as_integer = text.parse::<i64>().ok().zip(value.as_i64());
            let as_number = || text.parse::<f64>().ok().zip(value.as_f64());
            as_integer.map_or_else(|| as_number().is_some_and(|(a, b)| a == b), |(a, b)| a == b)
        }
        // The schema of the argument rejects such a value.
        _ => true,
    }
}

/// Returns the value of a header without its base64 encoding.
fn decoded<'a>(value: &'a str, name: &HeaderName) -> Result<Cow<'a, str>, ErrorObject> {
    let Some(inner) =
        value.strip_prefix(BASE64_MARKERS.0).and_then(|rest| rest.strip_suffix(BASE64_MARKERS.1))
    else {
        return Ok(Cow::Borrowed(value));
    };
    let text = STANDARD.decode(inner).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Cow::Owned).ok_or_else(|| mismatch(format!("the header {name} is not valid base64 of UTF-8")))
}

fn header_mismatch(name: &str, field: Field<'_>, body: &str) -> ErrorObject {
    let header = field.first().map(HeaderValue::as_bytes).map_or_else(String::new, shown);
    mismatch(format!("the header {name} is {header}, and the body has {}", shown(body.as_bytes())))
}

fn mismatch(message: String) -> ErrorObject {
    ErrorObject::new(ErrorCode::HEADER_MISMATCH, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_values_are_decoded() {
        let plain = |value: &str| decoded(value, &NAME).map(Cow::into_owned).ok();
        assert_eq!(plain("us-west1").as_deref(), Some("us-west1"));
        assert_eq!(plain("=?base64?SGVsbG8=?=").as_deref(), Some("Hello"));
        assert_eq!(plain("=?base64?SGVsbG8sIOS4lueVjA==?=").as_deref(), Some("Hello, 世界"));
        assert_eq!(plain("=?base64??=").as_deref(), Some(""));
        assert_eq!(plain("SGVsbG8=").as_deref(), Some("SGVsbG8="));
        assert_eq!(plain("=?base64?SGVsbG8=").as_deref(), Some("=?base64?SGVsbG8="));
        assert_eq!(plain("=?BASE64?SGVsbG8=?=").as_deref(), Some("=?BASE64?SGVsbG8=?="));
        for wrong in
            ["=?base64?SGVsbG8?=", "=?base64?SGVs!!!bG8=?=", "=?base64?/w==?=", "=?base64?SGVsbG9=?="]
        {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let equal = |text: &str, value: Value| is_equal(text, &value);
        assert!(equal("42", 42.into()) && equal("42.0", 42.into()) && equal("-7", (-7).into()));
        assert!(equal("42", 42.0.into()) && !equal("42", 43.into()) && !equal("forty", 42.into()));
        assert!(equal("9007199254740993", 9_007_199_254_740_993_i64.into()));
        assert!(!equal("9007199254740992", 9_007_199_254_740_993_i64.into()));
        assert!(equal("true", true.into()) && !equal("True", true.into()) && equal("", "".into()));
    }
}
