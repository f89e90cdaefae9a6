use mcpwright::server;

struct Notes;

#[server(page_size = 0)]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {}
