use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, words: Vec<&str>, part: Option<&'static str>, pair: (u32, &[u32])) {
        let _ = (words, part, pair);
    }
}

fn main() {}
