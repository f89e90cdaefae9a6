use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(pattern = "[")] a: String,
        #[arg(pattern = "(?<=a)b")] b: String,
        #[arg(pattern = r"\p{L}+")] c: String,
        #[arg(pattern = "(a")] d: Option<String>,
        #[arg(pattern = "^[a-z]+$", default = "A1", example = "b", example = "2")] e: String,
    ) {
        let _ = (a, b, c, d, e);
    }
}

fn main() {}
