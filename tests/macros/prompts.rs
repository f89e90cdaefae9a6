//! Prompts.

use mcpwright::types::Role;
use mcpwright::{PromptMessage, server};
use serde_json::json;

use crate::client;

struct Writing;

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tone {
    Kind,
    Stern,
}

#[server]
impl Writing {
    /// Ask for a summary.
    #[prompt(title = "Summary", icon(src = "https://example.com/a.png"), meta("a" = 1))]
    async fn summarize(
        &self,
        /// Id of the note.
        #[arg(title = "Note")]
        id: u32,
        tone: Option<Tone>,
        #[arg(default = 3)] sentences: u8,
    ) -> Vec<PromptMessage> {
        vec![PromptMessage::user(format!("{id} {tone:?} {sentences}")), PromptMessage::assistant("Gladly.")]
    }

    #[prompt(name = "greet-user", description = "Greet.")]
    fn greet(name: &str) -> Result<String, String> {
        if name.is_empty() { Err("no name".to_owned()) } else { Ok(format!("Greet {name}.")) }
    }
}

#[tokio::test]
async fn options_are_listed() {
    let prompts = client(Writing).list_prompts().await.expect("prompts can be listed");
    assert_eq!(
        serde_json::to_value(&prompts).expect("prompts are JSON"),
        json!([
            {
                "name": "summarize",
                "title": "Summary",
                "description": "Ask for a summary.",
                "icons": [{ "src": "https://example.com/a.png" }],
                "arguments": [
                    { "name": "id", "title": "Note", "description": "Id of the note.", "required": true },
                    { "name": "tone", "required": false },
                    { "name": "sentences", "required": false },
                ],
                "_meta": { "a": 1 },
            },
            {
                "name": "greet-user",
                "description": "Greet.",
                "arguments": [{ "name": "name", "required": true }],
            },
        ])
    );
}

#[tokio::test]
async fn a_prompt_gets_its_arguments() {
    let client = client(Writing);
    let prompt =
        client.get_prompt("summarize", [("id", "7"), ("tone", "stern")]).await.expect("the prompt is there");
    let texts: Vec<_> =
        prompt.messages.iter().map(|message| (message.role, message.content.as_text())).collect();
    assert_eq!(texts, [(Role::User, Some("7 Some(Stern) 3")), (Role::Assistant, Some("Gladly."))]);
    assert!(client.get_prompt("summarize", [("id", "seven")]).await.is_err());
    assert!(client.get_prompt("greet-user", [("name", "")]).await.is_err());
    let greeting = client.get_prompt("greet-user", [("name", "Ada")]).await.expect("the prompt is there");
    assert_eq!(greeting.messages[0].content.as_text(), Some("Greet Ada."));
}
