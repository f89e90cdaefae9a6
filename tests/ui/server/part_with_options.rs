use mcpwright::server;

struct Notes;

#[server(parts(admin))]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

#[server(part = admin, instructions = "Search first.")]
impl Notes {
    /// Delete a note.
    #[tool]
    fn delete(&self) {}
}

fn main() {}
