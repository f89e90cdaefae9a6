//! Tools with long-running calls: `cargo run --example task`, as a client starts it.
//!
//! A client that declares the tasks extension receives a task instead of a result, polls its state, and answers the
//! handler's input requests. For all other clients the same functions are ordinary calls.

use std::time::Duration;

use mcpwright::{Context, Form, Result, Serve as _, TaskConfig, server};
use tokio::time::sleep;

/// A print shop.
struct Press;

/// The customer's decision about the proof.
#[derive(Form)]
struct Proof {
    /// The proof is correct and may be printed
    approved: bool,
}

#[server]
impl Press {
    /// Print a book. The customer sees a proof first.
    #[tool(task = optional)]
    async fn print(
        &self,
        context: &Context,
        /// The book's title.
        title: &str,
        /// Number of copies.
        #[arg(default = 3, range = 1..=100)]
        copies: u32,
    ) -> Result<String> {
        // The step sets the text once, although the handler runs again with the customer's decision.
        let proof: String = context.step("set", self.set(title)).await?;
        let Proof { approved } = context.elicit("proof", format!("Please look at the {proof}."))?;
        if !approved {
            return Err("the customer wants another proof".into());
        }
        for copy in 1..=copies {
            // In a task, this text becomes the task's status message.
            context.progress_with(copy, copies, format!("copy {copy} of {copies}"));
            sleep(Duration::from_millis(10)).await;
        }
        Ok(format!("{copies} copies of {title}"))
    }

    /// Bind printed books. A call that takes longer than 50 ms becomes a task.
    #[tool(task = "50ms")]
    async fn bind(
        &self,
        /// Number of books.
        books: u64,
    ) -> String {
        sleep(Duration::from_millis(books)).await;
        format!("{books} books")
    }

    async fn set(&self, title: &str) -> Result<String> {
        sleep(Duration::from_millis(10)).await;
        Ok(format!("proof of {title}"))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let tasks =
        TaskConfig::new().ttl(Duration::from_secs(24 * 60 * 60)).poll_interval(Duration::from_millis(20));
    mcpwright::stdio(Press.into_builder().tasks(tasks)).await?;
    Ok(())
}
