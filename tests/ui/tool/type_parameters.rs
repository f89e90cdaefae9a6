use std::fmt::Display;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find<Q: Display>(&self, query: Q) -> String {
        query.to_string()
    }

    /// List the notes.
    #[tool]
    fn list(&self, query: impl Display) -> String {
        query.to_string()
    }
}

fn main() {}
