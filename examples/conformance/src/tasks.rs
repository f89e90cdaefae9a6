//! Tools whose calls become tasks, and one whose calls never do.

use std::time::Duration;

use mcpwright::{Context, ErrorObject, Form, InputError, Result, server};
use tokio::time::sleep;

use crate::fixture::Fixture;

/// Somebody's name.
#[derive(Form)]
struct Name {
    name: String,
}

/// That it may be done.
#[derive(Form)]
struct Confirmation {
    confirm: bool,
}

#[server(part = tasks)]
impl Fixture {
    /// Greet somebody.
    #[tool(read_only)]
    fn greet(
        /// Whom.
        name: &str,
    ) -> String {
        format!("Hello, {name}!")
    }

    /// Take some time.
    #[tool(read_only, task = optional)]
    async fn slow_compute(
        /// How many seconds.
        #[arg(range = 0..=3600)]
        seconds: f64,
        /// What it is called.
        label: Option<String>,
    ) -> String {
        sleep(Duration::from_secs_f64(seconds)).await;
        format!("{} took {seconds} seconds.", label.as_deref().unwrap_or("It"))
    }

    /// Fail after a second.
    #[tool(read_only, task)]
    async fn failing_job() -> Result<(), &'static str> {
        sleep(Duration::from_secs(1)).await;
        Err("This job fails on purpose.")
    }

    /// Fail with an error of the protocol.
    #[tool(read_only, task = optional)]
    async fn protocol_error_job() -> Result<(), ErrorObject> {
        Err(ErrorObject::internal("This job breaks the protocol's way on purpose."))
    }

    /// Delete a file, once the user has agreed.
    #[tool(destructive, task = optional)]
    fn confirm_delete(
        context: &Context,
        /// The file's name.
        filename: &str,
    ) -> Result<String, InputError> {
        let Confirmation { confirm } = context.elicit("confirm", format!("Delete {filename} for good?"))?;
        Ok(if confirm { format!("Deleted {filename}.") } else { format!("Kept {filename}.") })
    }

    /// Ask the user two things at once.
    #[tool(read_only, task = optional)]
    fn multi_input(context: &Context) -> Result<String, InputError> {
        let name = context.elicit::<Name>("name", "What is your name?");
        let confirmation = context.elicit::<Confirmation>("confirmation", "Shall I go on?");
        let (Name { name }, Confirmation { confirm }) = (name?, confirmation?);
        Ok(format!("{name}, {confirm}"))
    }

    /// Ask the user something, and take some time with the answer.
    #[tool(read_only, task = "50ms")]
    async fn test_tool_with_task(context: &Context) -> Result<String, InputError> {
        let Name { name } = context.elicit("name", "What is your name?")?;
        sleep(Duration::from_millis(500)).await;
        Ok(format!("Hello, {name}!"))
    }
}
