use std::rc::Rc;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    async fn find(&self) -> String {
        let found = Rc::new(1);
        std::future::ready(()).await;
        found.to_string()
    }
}

fn main() {}
