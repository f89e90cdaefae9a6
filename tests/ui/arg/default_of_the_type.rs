use mcpwright::server;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Filter {
    year: u16,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, #[arg(default)] filter: Filter) {
        let _ = filter.year;
    }
}

fn main() {}
