use mcpwright::tool;

struct Notes;

impl Notes {
    /// Add two integers.
    #[tool]
    fn add(a: u32, b: u32) -> u32 {
        a + b
    }
}

fn main() {
    Notes::add(1, 2);
}
