use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, query: String, #[arg(name = "query")] word: String) {
        let _ = (query, word);
    }
}

fn main() {}
