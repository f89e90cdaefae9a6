use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(range = 5)] a: u32,
        #[arg(range = ..)] b: u32,
        #[arg(length = "1")] c: String,
        #[arg(one_of = "red")] d: String,
        #[arg(description = 5)] e: u32,
    ) {
        let _ = (a, b, c, d, e);
    }
}

fn main() {}
