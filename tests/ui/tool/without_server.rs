use mcpwright::tool;

struct Notes;

impl Notes {
    /// Search the notes.
    #[tool(read_only)]
    fn find(&self, #[arg(default = 1)] limit: u32) -> u32 {
        limit
    }
}

fn main() {
    Notes.find(1);
}
