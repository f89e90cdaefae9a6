//! Suggestions for arguments.

use mcpwright::core::{PromptReference, ResourceTemplateReference};
use mcpwright::{CompletionRequest, prompt, server};

use crate::client;

struct Notes {
    titles: Vec<&'static str>,
}

#[server]
impl Notes {
    #[resource("note://{title}/{part}")]
    fn note(
        &self,
        #[arg(complete = Self::titles)] title: String,
        #[arg(complete = Self::parts)] part: String,
    ) -> String {
        format!("{title} {part}")
    }

    #[prompt]
    fn ask(
        &self,
        #[arg(complete = colours)] colour: String,
        #[arg(complete = |_| async { vec!["1", "2"] })] digit: u8,
        #[arg(one_of("kind", "keen", "stern"))] tone: String,
    ) -> String {
        format!("{colour} {digit} {tone}")
    }

    async fn titles(&self, completing: CompletionRequest) -> Vec<String> {
        let titles = self.titles.iter().filter(|title| title.starts_with(&completing.value));
        titles.map(ToString::to_string).collect()
    }

    fn parts(completing: CompletionRequest) -> Result<Vec<String>, String> {
        Ok(vec![format!("{} of {:?}", completing.value, completing.arguments.get("title"))])
    }
}

async fn colours(completing: CompletionRequest) -> Vec<&'static str> {
    ["red", "green"].into_iter().filter(|colour| colour.starts_with(&completing.value)).collect()
}

#[prompt]
fn free(#[arg(complete = colours)] colour: String) -> String {
    colour
}

async fn suggested(
    reference: impl Into<mcpwright::core::CompletionReference>,
    argument: &str,
    value: &str,
) -> Vec<String> {
    use mcpwright::Serve as _;
    let client = client(Notes { titles: vec!["one", "other"] }.into_builder().prompt(free::prompt()));
    client.complete(reference, argument, value).await.expect("there are suggestions").values
}

#[tokio::test]
async fn functions_of_the_block_may_take_self() {
    let note = || ResourceTemplateReference::new("note://{title}/{part}");
    assert_eq!(suggested(note(), "title", "o").await, ["one", "other"]);
    assert_eq!(suggested(note(), "title", "on").await, ["one"]);
    assert_eq!(suggested(note(), "part", "x").await, ["x of None"]);
}

#[tokio::test]
async fn other_functions_and_closures_may_suggest_too() {
    let ask = || PromptReference::new("ask");
    assert_eq!(suggested(ask(), "colour", "r").await, ["red"]);
    assert_eq!(suggested(ask(), "digit", "").await, ["1", "2"]);
    assert_eq!(suggested(ask(), "tone", "k").await, ["kind", "keen"]);
    assert_eq!(suggested(PromptReference::new("free"), "colour", "g").await, ["green"]);
}
