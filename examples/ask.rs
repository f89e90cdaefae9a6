//! A tool that asks its user: `cargo run --example ask`, as a client starts it.
//!
//! The handler is a straight line, and is run again from the top with each answer. What it does before it asks is a step:
//! that happens once, however often the handler is run.

use std::sync::atomic::{AtomicU32, Ordering};

use mcpwright::{Choice, Context, Form, Result, server};

/// A theatre with seats that are held, and sold.
#[derive(Default)]
struct Theatre {
    held: AtomicU32,
}

/// What the user has to say before a seat is sold.
#[derive(Form)]
struct Booking {
    /// Where to sit
    place: Place,
    /// The name on the ticket
    #[form(length = 1..=80)]
    name: String,
    /// A programme, for two euros
    #[form(default = false)]
    programme: bool,
}

#[derive(Choice, Debug)]
#[choice(rename_all = "snake_case")]
enum Place {
    /// The stalls, 40 euros
    Stalls,
    /// The balcony, 25 euros
    Balcony,
}

#[server]
impl Theatre {
    /// Book a seat for tonight's play. The user chooses it.
    #[tool]
    async fn book(&self, context: &Context) -> Result<String> {
        // Not held twice, although the answer brings us here again: perhaps in another process.
        let seat: u32 = context.step("hold", async { self.hold() }).await?;
        // Where the user declines, this is the tool's error, and the model reads it.
        let booking: Booking = context.elicit("booking", format!("Seat {seat} is yours for ten minutes."))?;
        let Booking { place, name, programme } = booking;
        Ok(format!("seat {seat} for {name}: {place:?}, programme: {programme}"))
    }

    /// Say how many seats are held.
    #[tool(read_only)]
    async fn held(&self) -> u32 {
        self.held.load(Ordering::SeqCst)
    }

    fn hold(&self) -> Result<u32> {
        Ok(self.held.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    mcpwright::stdio(Theatre::default()).await?;
    Ok(())
}
