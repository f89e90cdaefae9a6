use mcpwright::server;

const WORD: &str = "ten";

#[derive(serde::Deserialize, schemars::JsonSchema)]
enum Color {
    Red,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    #[allow(clippy::too_many_arguments)]
    fn find(
        &self,
        #[arg(default = "10")] a: u32,
        #[arg(default = WORD)] b: Option<i64>,
        #[arg(default = 5)] c: String,
        #[arg(default = 1)] d: bool,
        #[arg(default = "a, b")] e: Vec<String>,
        #[arg(default = true)] f: f64,
        #[arg(default = 0.5)] g: u8,
        #[arg(default = -1)] h: u8,
        #[arg(default = ["a"])] i: &str,
        #[arg(example = "5")] j: u32,
        #[arg(one_of("1", "2"))] k: u32,
        #[arg(default = "Red")] known_at_start: Color,
    ) {
        let _ = (a, b, c, d, e, f, g, h, i, j, k, matches!(known_at_start, Color::Red));
    }

    /// Count the notes, whose defaults are right.
    #[tool]
    fn count(
        &self,
        #[arg(default = 10, example = 5, range = ..=100)] a: u64,
        #[arg(default = -1, one_of(-1, 1))] b: i8,
        #[arg(default = 1, range = 0.5..)] c: f32,
        #[arg(default = "a", length = 1.., pattern = "^a")] d: Option<String>,
        #[arg(default = ["a", "b"], length = ..5)] e: &[String],
        #[arg(default = 'a')] f: char,
        #[arg(default = true)] g: Option<bool>,
    ) {
        let _ = (a, b, c, d, e, f, g);
    }
}

fn main() {}
