//! Handlers whose arguments are the fields of a struct.

use crate::handler::parameters::function::{Function, handler_of};
use crate::handler::results::prompt::IntoPromptResult;
use crate::handler::results::tool::IntoToolResult;
use crate::handler::{PromptHandler, ToolHandler};

impl ToolHandler {
    /// Returns a tool that calls an asynchronous function which takes a struct: its fields are the arguments.
    ///
    /// The fields have the descriptions, the defaults and the constraints that the struct declares. The function may take
    /// extractors too, and several structs if their fields have different names. For arguments in addition to
    /// those of a struct, use [`function`](Self::function) and [`Argument::flatten`](crate::Argument::flatten).
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Caller, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct SubmitOrder {
    ///     /// Symbol of the share.
    ///     symbol: String,
    ///     #[schemars(range(min = 1))]
    ///     quantity: u32,
    ///     limit: Option<f64>,
    /// }
    ///
    /// let submit = ToolHandler::from_struct("submit", |order: SubmitOrder, caller: Caller| async move {
    ///     format!("{caller} orders {} {} at {:?}", order.quantity, order.symbol, order.limit)
    /// });
    /// assert_eq!(submit.definition().input_schema["required"], json!(["symbol", "quantity"]));
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("broker", "1.0.0").tool(submit));
    /// let result = client.call_tool("submit", json!({ "symbol": "ACME", "quantity": "5" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some("anonymous orders 5 ACME at None"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the name cannot be the name of a tool, if an argument is not a struct
    /// with named fields, if two fields have the same name, or if a type has a schema that cannot be published.
    #[track_caller]
    pub fn from_struct<F, K, P>(name: impl Into<String>, function: F) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoToolResult,
    {
        let tool = Self::new(name, handler_of(function, F::Output::into_tool_result));
        tool.with_parameters(F::declare(None)).returns::<F::Output>()
    }
}

impl PromptHandler {
    /// Returns a prompt that calls an asynchronous function which takes a struct: its fields are the arguments. As
    /// [`ToolHandler::from_struct`], with fields of types that can be read from text.
    ///
    /// ```
    /// use mcpwright_server::PromptHandler;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Review {
    ///     /// Path of the file.
    ///     path: String,
    ///     remarks: Option<u32>,
    /// }
    ///
    /// let review = PromptHandler::from_struct("review", |review: Review| async move {
    ///     format!("Review {} with at most {} remarks.", review.path, review.remarks.unwrap_or(3))
    /// });
    /// let path = &review.definition().arguments[0];
    /// assert_eq!((path.description.as_deref(), path.required), (Some("Path of the file."), Some(true)));
    /// ```
    ///
    /// The handler has an [error](Self::checked) if the name is empty, if an argument is not a struct with named fields, if
    /// two fields have the same name, or if a type has a schema that cannot be published.
    #[track_caller]
    pub fn from_struct<F, K, P>(name: impl Into<String>, function: F) -> Self
    where
        F: Function<K, P>,
        F::Output: IntoPromptResult,
    {
        let prompt = Self::new(name, handler_of(function, F::Output::into_prompt_result));
        prompt.with_parameters(F::declare(None))
    }
}
