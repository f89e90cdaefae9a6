use mcpwright::types::RequestId;
use mcpwright::{Json, server};

/// The trait that a derive of another version of schemars implements.
mod schemars08 {
    pub trait JsonSchema {}
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Note {
    id: u32,
}

impl schemars08::JsonSchema for Note {}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, id: RequestId, other: Option<RequestId>, like: Note) -> Json<RequestId> {
        let _ = (other, like.id);
        Json(id)
    }

    /// List the notes.
    #[tool]
    fn list(&self) -> Json<Vec<Note>> {
        Json(Vec::new())
    }
}

fn main() {}
