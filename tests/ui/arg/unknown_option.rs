use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, #[arg(defualt = 10)] limit: u32, #[arg(max = 100)] max: u32) {
        let _ = (limit, max);
    }
}

fn main() {}
