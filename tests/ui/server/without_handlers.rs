use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    fn find(&self) {}
}

fn main() {}
