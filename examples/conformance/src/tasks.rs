//! Tools whose calls become tasks, and one whose calls never become tasks.

use std::time::Duration;

use mcpwright::{Context, ErrorObject, Form, InputError, Result, server};
use tokio::time::sleep;

use crate::fixture::Fixture;
use crate::forms::Name;

/// The user's confirmation.
#[derive(Form)]
struct Confirmation {
    confirm: bool,
}

#[server(part = tasks)]
impl Fixture {
    /// Greet a person.
    #[tool(read_only)]
    fn greet(
        /// The person's name.
        name: &str,
    ) -> String {
        format!("Hello, {name}!")
    }

    /// Sleep for some seconds.
    #[tool(read_only, task = optional)]
    async fn slow_compute(
        /// Duration, in seconds.
        #[arg(range = 0..=3600)]
        seconds: f64,
        /// A label for the result.
        label: Option<String>,
    ) -> String {
        sleep(Duration::from_secs_f64(seconds)).await;
        format!("{} took {seconds} seconds.", label.as_deref().unwrap_or("It"))
    }

    /// Fail with a tool error after one second.
    #[tool(read_only, task)]
    async fn failing_job() -> Result<(), &'static str> {
        sleep(Duration::from_secs(1)).await;
        Err("This job fails on purpose.")
    }

    /// Fail with a JSON-RPC error.
    #[tool(read_only, task = optional)]
    async fn protocol_error_job() -> Result<(), ErrorObject> {
        Err(ErrorObject::internal("This job returns a protocol error on purpose."))
    }

    /// Delete a file after the user confirms it.
    #[tool(destructive, task = optional)]
    fn confirm_delete(
        context: &Context,
        /// The file's name.
        filename: &str,
    ) -> Result<String, InputError> {
        let Confirmation { confirm } =
            context.elicit("confirm", format!("Delete {filename} permanently?"))?;
        Ok(if confirm { format!("Deleted {filename}.") } else { format!("Kept {filename}.") })
    }

    /// Send two input requests at once.
    #[tool(read_only, task = optional)]
    fn multi_input(context: &Context) -> Result<String, InputError> {
        let name = context.elicit::<Name>("name", "What is your name?");
        let confirmation = context.elicit::<Confirmation>("confirmation", "Continue?");
        let (Name { name }, Confirmation { confirm }) = (name?, confirmation?);
        Ok(format!("{name}, {confirm}"))
    }

    /// Request the user's name, then greet the user after half a second.
    #[tool(read_only, task = "50ms")]
    async fn test_tool_with_task(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("name", "What is your name?")?;
        sleep(Duration::from_millis(500)).await;
        Ok(format!("Hello, {name}!"))
    }
}
