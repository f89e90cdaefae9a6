use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool(read_onyl, desc = "Search.", readOnlyHint = true, color = "red")]
    fn find(&self) {}
}

fn main() {}
