use std::collections::BTreeMap;

use mcpwright::server;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Note {
    id: u32,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    async fn find(&self) -> Note {
        Note { id: 1 }
    }

    /// List the notes.
    #[tool]
    fn list(&self) -> Result<Vec<Note>, std::io::Error> {
        Ok(vec![])
    }

    /// Count the notes.
    #[tool]
    fn count(&self) -> BTreeMap<String, u32> {
        BTreeMap::new()
    }
}

fn main() {}
