use mcpwright::{Context, server};

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, context: &mut Context) {
        let _ = context;
    }
}

fn main() {}
