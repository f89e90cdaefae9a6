use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(range = 10..=1)] a: u32,
        #[arg(range = 1..1)] b: u32,
        #[arg(range = 0.5..0.5)] c: f64,
        #[arg(length = 3..=2)] d: String,
        #[arg(length = 0..0)] e: String,
        #[arg(length = ..0)] f: Vec<u32>,
        #[arg(one_of())] g: String,
        #[arg(one_of("red", "green", "red"))] h: String,
    ) {
        let _ = (a, b, c, d, e, f, g, h);
    }
}

fn main() {}
