use std::sync::Arc;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Close the notes.
    #[tool]
    fn close(self) {}

    /// Open the notes.
    #[tool]
    fn open(self: Arc<Self>) {}
}

fn main() {}
