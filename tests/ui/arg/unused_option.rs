use mcpwright::{CompletionRequest, server};

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, #[arg(complete = Self::suggest)] query: String) {
        let _ = query;
    }

    #[prompt]
    fn ask(&self, #[arg(header = "Region")] region: String) -> String {
        region
    }

    fn suggest(&self, _: CompletionRequest) -> Vec<String> {
        vec![]
    }
}

fn main() {}
