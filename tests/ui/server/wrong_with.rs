use mcpwright::{Builder, server};

struct Notes;

#[server(with = Self::extend)]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}

    fn extend(builder: Builder) -> usize {
        drop(builder);
        1
    }
}

fn main() {}
