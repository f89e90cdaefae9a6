//! Return types of prompts.

use mcpwright_core::{ContentBlock, GetPromptResult, PromptMessage};

use crate::handler::error::{Failure, IntoError};

/// A return type of a prompt: text of the user, messages, or a `Result` of these.
///
/// ```
/// use mcpwright_core::{ContentBlock, GetPromptResult, PromptMessage, ResourceContents};
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Failure, IntoPromptResult, PromptHandler, Server};
///
/// /// A request to review a file, which is embedded.
/// struct Review {
///     uri: String,
///     text: String,
/// }
///
/// impl IntoPromptResult for Review {
///     fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
///         let file = ContentBlock::resource(ResourceContents::text(self.uri, self.text));
///         Ok(GetPromptResult::new([PromptMessage::user("Review this file."), PromptMessage::user(file)]))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let review = PromptHandler::function("review", ["uri"], |uri: String| async move {
///     Review { uri, text: "fn main() {}".to_owned() }
/// });
/// let client = Client::modern(Server::builder("editor", "1.0.0").prompt(review));
/// let result = client.get_prompt("review", [("uri", "file:///src/main.rs")]).await?;
/// assert_eq!(result.messages.len(), 2);
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a prompt",
    label = "a prompt cannot return this",
    note = "return text, a `PromptMessage`, a `Vec<PromptMessage>`, a `GetPromptResult`, or a `Result` of these; \
            the error of a `Result` is anything that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait IntoPromptResult {
    /// Converts the value into a result.
    ///
    /// # Errors
    ///
    /// Returns an error if the prompt failed.
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure>;
}

impl IntoPromptResult for GetPromptResult {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(self)
    }
}

impl IntoPromptResult for Vec<PromptMessage> {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new(self))
    }
}

impl<const N: usize> IntoPromptResult for [PromptMessage; N] {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new(self))
    }
}

impl IntoPromptResult for PromptMessage {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        Ok(GetPromptResult::new([self]))
    }
}

impl IntoPromptResult for ContentBlock {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for String {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for &str {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl<T: IntoPromptResult, E: IntoError> IntoPromptResult for Result<T, E> {
    fn into_prompt_result(self) -> Result<GetPromptResult, Failure> {
        self.map_err(|error| Failure::Error(error.into_error()))?.into_prompt_result()
    }
}
