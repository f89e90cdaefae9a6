use std::cell::RefCell;

use mcpwright::server;

struct Notes {
    found: RefCell<u32>,
}

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) -> u32 {
        self.found.replace(1)
    }

    /// Search the notes slowly.
    #[tool]
    async fn find_slowly(&self) -> u32 {
        self.found.replace(2)
    }
}

fn main() {}
