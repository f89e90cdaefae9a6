use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

#[server]
impl Notes {
    /// Delete a note.
    #[tool]
    fn delete(&self) {}
}

fn main() {}
