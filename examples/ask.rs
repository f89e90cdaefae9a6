//! A tool that requests input from its user: `cargo run --example ask`, as a client starts it.
//!
//! The handler is straight-line code. It runs again from the top with each input response. Work before the input request
//! is wrapped in a step, which runs once, however often the handler runs.

use std::sync::atomic::{AtomicU32, Ordering};

use mcpwright::{Choice, Context, Form, Result, server};

/// A theatre with seats that are held and sold.
#[derive(Default)]
struct Theatre {
    held: AtomicU32,
}

/// The form that the user fills in before a seat is sold.
#[derive(Form)]
struct Booking {
    /// The part of the house
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
        // The step holds one seat per call, although the handler runs again, possibly in another process.
        let seat: u32 = context.step("hold", async { self.hold() }).await?;
        // If the user declines, the call returns this error as the tool's error, which the model reads.
        let booking: Booking = context.elicit("booking", format!("Seat {seat} is yours for ten minutes."))?;
        let Booking { place, name, programme } = booking;
        Ok(format!("seat {seat} for {name}: {place:?}, programme: {programme}"))
    }

    /// Count the seats that are held.
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
