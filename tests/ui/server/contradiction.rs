use mcpwright::server;

struct Notes;

#[server(read_only, destructive)]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {}
