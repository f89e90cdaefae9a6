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
