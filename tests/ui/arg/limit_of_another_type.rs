use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(range = 1..=10)] a: String,
        #[arg(range = 1..=10)] b: bool,
        #[arg(range = ..5)] c: Vec<u32>,
        #[arg(length = 1..=10)] d: u32,
        #[arg(length = 1..)] e: Option<f64>,
        #[arg(pattern = "^a$")] f: i64,
        #[arg(pattern = "^a$")] g: &[String],
    ) {
        let _ = (a, b, c, d, e, f, g);
    }
}

fn main() {}
