use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[arg(min = 1, max = 10)] limit: u32,
        #[arg(min_length = 1, regex = "^a$", doc = "Words.")] query: String,
        #[arg(choices("a", "b"), rename = "kind", optional)] r#type: String,
        #[arg(suggest = Self::suggest, format = "email", multiple_of = 5, hidden)] count: u32,
    ) {
        let _ = (limit, query, r#type, count);
    }
}

fn main() {}
