use mcpwright::tool;

/// Search the notes.
#[tool]
struct Find {
    query: String,
}

fn main() {}
