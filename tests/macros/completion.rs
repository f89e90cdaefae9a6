//! Completion of arguments.

use mcpwright::types::{PromptReference, ResourceTemplateReference};
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
        #[arg(complete = colors)] color: String,
        #[arg(complete = |_| async { vec!["1", "2"] })] digit: u8,
        #[arg(one_of("kind", "keen", "stern"))] tone: String,
    ) -> String {
        format!("{color} {digit} {tone}")
    }

    async fn titles(&self, completing: CompletionRequest) -> Vec<String> {
        let titles = self.titles.iter().filter(|title| title.starts_with(&completing.value));
        titles.map(ToString::to_string).collect()
    }

    fn parts(completing: CompletionRequest) -> Result<Vec<String>, String> {
        Ok(vec![format!("{} of {:?}", completing.value, completing.arguments.get("title"))])
    }
}

async fn colors(completing: CompletionRequest) -> Vec<&'static str> {
    ["red", "green"].into_iter().filter(|color| color.starts_with(&completing.value)).collect()
}

#[prompt]
fn free(#[arg(complete = colors)] color: String) -> String {
    color
}

async fn complete(
    reference: impl Into<mcpwright::types::CompletionReference>,
    argument: &str,
    value: &str,
) -> Vec<String> {
    use mcpwright::Serve as _;
    let client = client(Notes { titles: vec!["one", "other"] }.into_builder().prompt(free::prompt()));
    client.complete(reference, argument, value).await.expect("the argument has completion").values
}

#[tokio::test]
async fn a_method_can_complete() {
    let note = || ResourceTemplateReference::new("note://{title}/{part}");
    assert_eq!(complete(note(), "title", "o").await, ["one", "other"]);
    assert_eq!(complete(note(), "title", "on").await, ["one"]);
    assert_eq!(complete(note(), "part", "x").await, ["x of None"]);
}

#[tokio::test]
async fn a_function_or_a_closure_can_complete() {
    let ask = || PromptReference::new("ask");
    assert_eq!(complete(ask(), "color", "r").await, ["red"]);
    assert_eq!(complete(ask(), "digit", "").await, ["1", "2"]);
    assert_eq!(complete(ask(), "tone", "k").await, ["kind", "keen"]);
    assert_eq!(complete(PromptReference::new("free"), "color", "g").await, ["green"]);
}
