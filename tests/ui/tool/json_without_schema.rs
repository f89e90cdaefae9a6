use mcpwright::{Json, server};

#[derive(serde::Serialize)]
struct Note {
    id: u32,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    async fn find(&self) -> Json<Note> {
        Json(Note { id: 1 })
    }
}

fn main() {}
