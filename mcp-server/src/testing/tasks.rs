//! Requests of the tasks extension.

use mcpwright_core::{
    CallToolParams, CreateTaskResult, DetailedTask, ErrorObject, InputResponses, JsonText, TaskParams,
    UpdateTaskParams, method,
};
use serde::Serialize;

use crate::testing::arguments::Arguments;
use crate::testing::client::Client;
use crate::testing::internal_error;

/// For a modern client that has declared `io.modelcontextprotocol/tasks` among the extensions of its
/// [`capabilities`](Self::capabilities). If the server has no runtime, a task makes progress only during these calls.
impl Client {
    /// Calls a tool that creates a task.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, TASKS_EXTENSION, TaskStatus};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, TaskMode, ToolHandler};
    /// use serde_json::Map;
    ///
    /// # futures::executor::block_on(async {
    /// let report = ToolHandler::function("report", [], || async { "a long one" }).task(TaskMode::Always);
    /// let client = Client::modern(Server::builder("reports", "1.0.0").tool(report))
    ///     .capabilities(ClientCapabilities::new().extensions([(TASKS_EXTENSION, Map::new())]));
    /// let created = client.create_task("report", ()).await?;
    /// let state = client.get_task(&created.task_id).await?;
    /// assert_eq!(state.task.status, TaskStatus::Completed);
    /// assert!(state.result.is_some());
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server, or an internal error if the result is not a task.
    pub async fn create_task(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<CreateTaskResult, ErrorObject> {
        let arguments = JsonText::encode(&arguments.into_object()).map_err(|error| internal_error(&error))?;
        let params = CallToolParams::new(name).arguments(arguments);
        let params = serde_json::to_value(params).map_err(|error| internal_error(&error))?;
        let result = self.send(method::TOOLS_CALL, params).await?;
        result.decode_owned().map_err(|error| internal_error(&error))
    }

    /// Requests the state of a task.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn get_task(&self, id: &str) -> Result<DetailedTask, ErrorObject> {
        self.request::<method::GetTask>(&TaskParams::new(id)).await
    }

    /// Responds to input requests of a task, by key.
    ///
    /// ```
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability, TASKS_EXTENSION, TaskStatus};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, TaskMode, ToolHandler};
    /// use serde_json::{Map, json};
    ///
    /// async fn clear(context: Context) -> Result<&'static str, InputError> {
    ///     let () = context.elicit("confirm", "Delete all notes?")?;
    ///     Ok("deleted")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let clear = ToolHandler::function("clear", [], clear).task(TaskMode::Always);
    /// let capabilities = ClientCapabilities::new()
    ///     .elicitation(ElicitationCapability::default())
    ///     .extensions([(TASKS_EXTENSION, Map::new())]);
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(clear)).capabilities(capabilities);
    /// let created = client.create_task("clear", ()).await?;
    /// assert_eq!(client.get_task(&created.task_id).await?.task.status, TaskStatus::InputRequired);
    /// let accepted = json!({ "action": "accept", "content": {} });
    /// client.update_task(&created.task_id, [("confirm", accepted)]).await?;
    /// assert_eq!(client.get_task(&created.task_id).await?.task.status, TaskStatus::Completed);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn update_task<T: Serialize>(
        &self,
        id: &str,
        responses: impl IntoIterator<Item = (&str, T)>,
    ) -> Result<(), ErrorObject> {
        let mut params = InputResponses::new();
        for (key, response) in responses {
            params.insert(key, JsonText::encode(&response).map_err(|error| internal_error(&error))?);
        }
        self.request::<method::UpdateTask>(&UpdateTaskParams::new(id, params)).await?;
        Ok(())
    }

    /// Cancels a task.
    ///
    /// # Errors
    ///
    /// Returns the error of the server.
    pub async fn cancel_task(&self, id: &str) -> Result<(), ErrorObject> {
        self.request::<method::CancelTask>(&TaskParams::new(id)).await?;
        Ok(())
    }
}
