use mcpwright::server;

#[derive(Debug)]
enum NoteError {
    Missing,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    async fn find(&self) -> Result<String, NoteError> {
        Err(NoteError::Missing)
    }
}

fn main() {}
