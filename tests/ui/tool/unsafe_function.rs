use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    unsafe fn find(&self) {}
}

fn main() {}
