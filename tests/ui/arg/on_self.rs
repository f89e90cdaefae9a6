use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(#[arg(name = "notes")] &self) {}
}

fn main() {}
