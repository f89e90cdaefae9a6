use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}

    fn list(&self, #[arg(default = 10)] limit: u32) {
        let _ = limit;
    }
}

fn main() {}
