use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, #[arg(one_of("red", 5))] color: String, #[arg(title = missing)] name: String) {
        let _ = (color, name);
    }
}

fn main() {}
