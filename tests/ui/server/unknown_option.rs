use mcpwright::{Server, server};

struct Notes;

#[server(instruction = "Search first.", versoin = "1.0.0", color = "red")]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {
    let _ = Server::from(Notes);
}
