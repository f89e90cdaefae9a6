use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(range = 1..=100, default = 500)] a: u32,
        #[arg(default = 100, range = ..100)] b: u32,
        #[arg(range = -1.5..1.5, default = -2)] c: f64,
        #[arg(length = 2..=4, default = "a")] d: String,
        #[arg(length = ..=1, default = ["a", "b"])] e: Vec<String>,
        #[arg(one_of("red", "green"), default = "blue")] f: String,
        #[arg(one_of = [1, 2], default = 3)] g: u32,
        #[arg(range = 1..=10, example = 11)] h: u32,
        #[arg(length = 1.., example = "")] i: String,
        #[arg(range = 1..=10, one_of(5, 50))] j: u32,
        #[arg(range = 1..=10, default = "five")] k: u32,
        #[arg(length = 1..=10, default = 5)] l: String,
        #[arg(range = "a"..)] m: u32,
    ) {
        let _ = (a, b, c, d, e, f, g, h, i, j, k, l, m);
    }
}

fn main() {}
