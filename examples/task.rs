//! Tools that take their time: `cargo run --example task`, as a client starts it.
//!
//! A client that knows tasks gets a task in the place of a result, asks from time to time how it is with it, and answers
//! what the handler asks meanwhile. For all others the same functions are calls like any other.

use std::time::Duration;

use mcpwright::{Context, Form, Result, Serve as _, TaskConfig, server};
use tokio::time::sleep;

/// A print shop.
struct Press;

/// What the customer has to say before anything is printed.
#[derive(Form)]
struct Proof {
    /// The proof is right, and may be printed
    approved: bool,
}

#[server]
impl Press {
    /// Print a book. The customer sees a proof first.
    #[tool(task = optional)]
    async fn print(
        &self,
        context: &Context,
        /// Its title.
        title: &str,
        /// How many copies.
        #[arg(default = 3, range = 1..=100)]
        copies: u32,
    ) -> Result<String> {
        // Set once, although the answer brings us here again.
        let proof: String = context.step("set", self.set(title)).await?;
        let Proof { approved } = context.elicit("proof", format!("Please look at the {proof}."))?;
        if !approved {
            return Err("the customer wants another proof".into());
        }
        for copy in 1..=copies {
            // In a task, this is what its status says.
            context.progress_with(copy, copies, format!("copy {copy} of {copies}"));
            sleep(Duration::from_millis(10)).await;
        }
        Ok(format!("{copies} copies of {title}"))
    }

    /// Bind what was printed. Mostly it is done at once; what takes longer becomes a task.
    #[tool(task = "50ms")]
    async fn bind(
        &self,
        /// How many books.
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
