use mcpwright::server;

struct Notes;

const SECONDS: u64 = 30;

#[server]
impl Notes {
    /// Search the notes.
    #[tool(timeout = SECONDS, title = missing)]
    fn find(&self) {}
}

fn main() {}
