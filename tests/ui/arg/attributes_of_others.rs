use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(
        &self,
        #[serde(default)] limit: u32,
        #[serde(rename = "words")] query: String,
        #[serde(flatten)] page: String,
        #[schemars(range(min = 1), description = "How many.")] count: u32,
        #[schemars(description = "Words.")] text: String,
        #[validate(length(min = 1))] name: String,
        #[serde(with = "hex")] id: String,
        #[tool(param)] one: String,
        #[tool(aggr)] two: String,
    ) {
        let _ = (limit, query, page, count, text, name, id, one, two);
    }
}

fn main() {}
