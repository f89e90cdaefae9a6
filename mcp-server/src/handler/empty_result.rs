//! Empty results of tools, which a text describes: a model takes a result without content for an error, and some clients
//! reject it.

use mcpwright_core::{CallToolResult, ContentBlock, JsonText};

use crate::handler::ToolHandler;

/// The text of an empty result whose tool has no text of its own.
const EMPTY_TEXT: &str = "The call succeeded. Its result is empty.";

impl ToolHandler {
    /// Sets the text of a result that is empty: of `()`, of `None`, of a text without visible characters, of no content
    /// blocks, and of an empty list or object. Default: a text that says that the call succeeded.
    ///
    /// Structured content stays as it is. Without a text of its own, it is described by its JSON, such as `[]`.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Json, Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let orders = ToolHandler::function("orders", [], || async { Json(Vec::<u32>::new()) }).empty_text("No orders.");
    /// let cancel = ToolHandler::function("cancel", ["id"], |_id: u32| async {});
    /// let client = Client::modern(Server::builder("shop", "1.0.0").tool(orders).tool(cancel));
    ///
    /// let result = client.call_tool("orders", ()).await?;
    /// assert_eq!(result.content[0].as_text(), Some("No orders."));
    /// assert_eq!(result.structured_content.unwrap().as_str(), r#"{"result":[]}"#);
    ///
    /// let result = client.call_tool("cancel", [("id", 7)]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("The call succeeded. Its result is empty."));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn empty_text(mut self, text: impl Into<String>) -> Self {
        self.parts_mut().settings.empty_text = Some(text.into());
        self
    }

    /// Describes a result that is empty, before its structured content is wrapped.
    pub(crate) fn describe_empty(&self, result: &mut CallToolResult) {
        let own = self.settings().empty_text.as_deref();
        let text = match (result.content.as_slice(), &result.structured_content) {
            ([], Some(structured)) if is_empty(structured) => own.unwrap_or(structured.as_str()),
            // The text block repeats the structured content.
            ([ContentBlock::Text(block)], Some(structured))
                if is_empty(structured) && block.text == structured.as_str() =>
            {
                own.unwrap_or(structured.as_str())
            }
            (content, None) if content.iter().all(is_blank) => match result.is_error {
                Some(true) => return *result = self.failed(String::new()),
                _ => own.unwrap_or(EMPTY_TEXT),
            },
            _ => return,
        };
        result.content = vec![ContentBlock::text(text)];
    }

    /// Returns the result of a call that failed with an error, which may have no text.
    pub(crate) fn failed(&self, text: String) -> CallToolResult {
        if text.trim().is_empty() {
            return CallToolResult::error(format!("{} failed, and gave no reason", self.definition().name));
        }
        CallToolResult::error(text)
    }
}

/// Returns `true` for a text block without visible characters.
fn is_blank(block: &ContentBlock) -> bool {
    block.as_text().is_some_and(|text| text.trim_start().is_empty())
}

/// Returns `true` for `null`, and for a text, a list and an object that are empty.
fn is_empty(structured: &JsonText) -> bool {
    matches!(structured.as_str(), "null" | r#""""# | "[]" | "{}")
}
