use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(range = 1..=10, length = 1..=10)] a: u32,
        #[arg(pattern = "^[a-z]+$", range = 1..=10)] b: String,
        #[arg(length = -1..=10)] c: String,
        #[arg(length = 0.5..)] d: String,
    ) {
        let _ = (a, b, c, d);
    }
}

fn main() {}
