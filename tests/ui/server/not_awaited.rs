#![deny(unused_must_use)]

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {
    mcpwright::stdio(Notes);
    mcpwright::http(Notes);
}
