use mcpwright::server;

struct Notes;

trait Find {
    fn find(&self);
}

#[server]
impl Find for Notes {
    /// Search the notes.
    #[tool]
    fn find(&self) {}
}

fn main() {}
