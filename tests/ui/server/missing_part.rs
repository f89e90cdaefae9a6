use mcpwright::server;

struct Notes;

#[server(parts(admin))]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {}
