//! The error of an input request without a response.

use std::error::Error;

use mcpwright_core::ClientCapabilities;

/// The message for a client that cannot be sent a request.
const UNSUPPORTED: &str =
    "the client does not support this input request: it has not declared the capability";

/// The error of an input request without a response.
///
/// A handler usually returns it with `?`. Whatever error a handler returns while an input request is pending, the request is
/// sent to the client, and the handler runs again from the top with the response.
///
/// ```
/// use mcpwright_core::{ClientCapabilities, ElicitationCapability};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Context, InputError, Server, ToolHandler};
/// use serde_json::json;
///
/// async fn clear(context: Context) -> Result<&'static str, InputError> {
///     match context.elicit::<()>("clear", "Delete all notes?") {
///         Ok(()) => Ok("deleted"),
///         Err(InputError::Declined | InputError::Cancelled) => Ok("the user keeps the notes"),
///         Err(error) => Err(error),
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("notes", "1.0.0").tool(ToolHandler::function("clear", [], clear)))
///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
///     .input_handler(|_| Ok(json!({ "action": "decline" })));
/// assert_eq!(client.call_tool("clear", ()).await?.content[0].as_text(), Some("the user keeps the notes"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The request is pending: it is sent to the client once the handler returns an error.
    #[error("the client must respond to `{key}` first")]
    Pending {
        /// The key of the input request.
        key: String,
    },
    /// The user declined.
    #[error("the user declined to answer")]
    Declined,
    /// The user dismissed the request without a choice.
    #[error("the user dismissed the request without an answer")]
    Cancelled,
    /// The client has not declared these capabilities, which the request needs.
    #[error("{UNSUPPORTED}")]
    Unsupported(Box<ClientCapabilities>),
    /// The client responded with something that does not fit the request: a form three times, a completion or roots once. A tool
    /// that passes this error on answers with its text, for the model.
    #[error("the client's response to `{key}` was not accepted: {reason}")]
    Invalid {
        /// The key of the input request.
        key: String,
        /// The reason why the last response does not fit, such as "`name` is missing and must be a string".
        reason: String,
    },
    /// The client responded with an error, which has this message: only clients of revisions before 2026-07-28.
    #[error("the client could not answer: {0}")]
    Failed(String),
}

impl InputError {
    /// Returns `true` if an error is [`Unsupported`](Self::Unsupported), or was made from it: some error types keep only the
    /// message.
    pub(crate) fn is_unsupported(error: &(dyn Error + 'static)) -> bool {
        let mut error = Some(error);
        while let Some(current) = error {
            if matches!(current.downcast_ref(), Some(Self::Unsupported(_)))
                || current.to_string().contains(UNSUPPORTED)
            {
                return true;
            }
            error = current.source();
        }
        false
    }
}
