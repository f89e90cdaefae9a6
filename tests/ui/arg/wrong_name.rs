use mcpwright::{server, tool};

struct Notes;

#[server]
impl Notes {
    /// Search the notes.
    #[tool]
    fn find(&self, größe: u32, #[arg(name = "all words")] words: String, #[arg(name = "")] limit: u32) {}

    /// Arguments of prompts are not sent to models as a schema.
    #[prompt]
    fn ask(&self, größe: u32) -> String {
        größe.to_string()
    }
}

/// Count the notes.
#[tool]
fn count(#[arg(name = "notes_of_a_person_whose_name_is_longer_than_any_provider_of_a_model_accepts")] of: String) {}

fn main() {}
