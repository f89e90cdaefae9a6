use mcpwright::server;

struct Plain;

#[derive(serde::Deserialize)]
struct WithoutSchema {
    _id: u32,
}

#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
struct OnlySchema {
    id: u32,
}

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    async fn find(&self, plain: Plain, known: u32, wrapped: Option<Plain>) {
        let _ = (plain, known, wrapped);
    }

    /// List the notes.
    #[tool]
    fn list(&self, without_schema: WithoutSchema, only_schema: OnlySchema) {
        let _ = (without_schema, only_schema);
    }

    /// Count the notes.
    #[tool]
    fn count(&self, borrowed: &Plain, several: &[Plain]) {
        let _ = (borrowed, several);
    }
}

fn main() {}
