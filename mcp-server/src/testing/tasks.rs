//! The methods of tasks.

use mcpwright_core::{
    CallToolParams, CreateTaskResult, DetailedTask, ErrorObject, InputResponses, JsonText, TaskParams,
    UpdateTaskParams, method,
};
use serde::Serialize;

use crate::testing::{Arguments, Client, own};

/// For a modern client that has declared `io.modelcontextprotocol/tasks` among the extensions of its
/// [`capabilities`](Self::capabilities). Without a host, what a task has left to do goes on whenever one of these is called.
impl Client {
    /// Calls a tool, and expects the call to become a task.
    ///
    /// # Errors
    ///
    /// What the server answers; a result that is no task is an internal error.
    pub async fn create_task(
        &self,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<CreateTaskResult, ErrorObject> {
        let arguments = JsonText::of(&arguments.into_object()).map_err(|error| own(&error))?;
        let params = CallToolParams::new(name).arguments(arguments);
        let params = serde_json::to_value(params).map_err(|error| own(&error))?;
        let result = self.send(method::TOOLS_CALL, params).await?;
        result.to().map_err(|error| own(&error))
    }

    /// Asks how it is with a task.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn get_task(&self, id: &str) -> Result<DetailedTask, ErrorObject> {
        self.request::<method::GetTask>(&TaskParams::new(id)).await
    }

    /// Answers questions of a task, by their keys.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn update_task<T: Serialize>(
        &self,
        id: &str,
        answers: impl IntoIterator<Item = (&str, T)>,
    ) -> Result<(), ErrorObject> {
        let mut responses = InputResponses::new();
        for (key, answer) in answers {
            responses.insert(key, JsonText::of(&answer).map_err(|error| own(&error))?);
        }
        self.request::<method::UpdateTask>(&UpdateTaskParams::new(id, responses)).await?;
        Ok(())
    }

    /// Cancels a task.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn cancel_task(&self, id: &str) -> Result<(), ErrorObject> {
        self.request::<method::CancelTask>(&TaskParams::new(id)).await?;
        Ok(())
    }
}
