//! Responses to input requests.

use crate::json::{JsonText, Members};

/// Responses of a client to [`InputRequests`](crate::InputRequests), by the keys of the input requests.
///
/// The type of a response depends on its input request: [`ElicitResult`](crate::ElicitResult),
/// [`CreateMessageResult`](crate::CreateMessageResult) or [`ListRootsResult`](crate::ListRootsResult). Responses are
/// kept as text until the code that made the input request reads them.
///
/// See [`InputResponses`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputresponses).
///
/// ```
/// use mcpwright_core::{ElicitAction, ElicitResult, InputResponses, JsonText};
///
/// let response = JsonText::parse(r#"{"action":"accept","content":{"name":"Ada"}}"#)?;
/// let responses = InputResponses::from([("who", response)]);
///
/// let result: ElicitResult = responses.get("who").unwrap().decode_owned()?;
/// assert_eq!(result.action, ElicitAction::Accept);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type InputResponses = Members<JsonText>;
