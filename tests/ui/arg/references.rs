use mcpwright::{Context, server};

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, context: &mut Context, query: &'static str) {
        let _ = (context, query);
    }
}

fn main() {}
