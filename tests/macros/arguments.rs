//! What parameters and `#[arg]` say of arguments.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mcpwright::{Server, server};
use serde_json::json;

use crate::{argument, call, client, definition};

const MOST: u8 = 9;

struct Arguments;

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tone {
    Kind,
    Stern,
}

#[server]
impl Arguments {
    /// Defaults.
    #[tool]
    fn defaults(
        #[arg(default = 10)] limit: u32,
        #[arg(default = "kind")] tone: Tone,
        #[arg(default = MOST)] most: u8,
        #[arg(default = 5_000_000_000)] big: u64,
        #[arg(default = ["a", "b"])] tags: Vec<String>,
        maybe: Option<String>,
    ) -> String {
        format!("{limit} {tone:?} {most} {big} {tags:?} {maybe:?}")
    }

    /// Limits.
    #[tool]
    fn limits(
        /// A number.
        #[arg(range = 1..=10)]
        number: u32,
        #[arg(range = -1.5..1.5)] ratio: Option<f64>,
        #[arg(length = 2..=4, pattern = "^[a-z]+$")] word: Option<String>,
        #[arg(length = ..=2)] list: Option<Vec<u8>>,
        #[arg(one_of("red", "green"))] colour: Option<String>,
        #[arg(one_of = [1, 2])] digit: Option<u8>,
    ) -> String {
        format!("{number} {ratio:?} {word:?} {list:?} {colour:?} {digit:?}")
    }

    /// Names.
    #[tool]
    fn names(
        r#type: String,
        #[arg(name = "from")] origin: String,
        #[arg(name = "_id")] _identifier: u8,
        #[arg(name = "pair")] (left, right): (u8, u8),
        mut changed: u8,
    ) -> String {
        changed += 1;
        r#type + &format!(" {origin} {left} {right} {changed}")
    }

    /// Descriptions.
    #[tool]
    fn descriptions(
        /// First line,
        /// second line.
        #[arg(title = "Commented", example = "a", example = "b")]
        commented: String,
        /// Not this.
        #[arg(description = "But this.")]
        said: String,
        #[arg(header = "Region", keyword("x-first" = 1, "x-second" = true))] region: String,
    ) -> String {
        format!("{commented} {said} {region}")
    }

    /// Names that the macro could have used itself.
    #[tool]
    async fn hygiene(&self, this: u8, input: u8, builder: u8, argument_0: u8) -> u8 {
        this + input + builder + argument_0
    }

    /// References.
    #[tool]
    async fn references<'a>(
        &'a self,
        word: &'a str,
        list: &[String],
        number: &u8,
        _shared: &'a mcpwright::Context,
    ) -> &'a str {
        if list.len() == usize::from(*number) { word } else { "" }
    }
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let client = client(Arguments);
    assert_eq!(call(&client, "defaults", json!({})).await, r#"10 Kind 9 5000000000 ["a", "b"] None"#);
    let given = json!({ "limit": 1, "tone": "stern", "most": 2, "big": 3, "tags": [], "maybe": "yes" });
    assert_eq!(call(&client, "defaults", given).await, r#"1 Stern 2 3 [] Some("yes")"#);
    let schema = definition(&client, "defaults").await["inputSchema"].clone();
    assert_eq!(schema["required"], json!(null));
    assert_eq!(schema["properties"]["limit"]["default"], 10);
}

#[tokio::test]
async fn what_models_send_slightly_wrong_is_understood() {
    let client = client(Arguments);
    let given = json!({ "limit": "1", "big": 3.0, "tags": "[\"x\"]", "maybe": null });
    assert_eq!(call(&client, "defaults", given).await, r#"1 Kind 9 3 ["x"] None"#);
}

#[tokio::test]
async fn limits_are_published_and_kept() {
    let client = client(Arguments);
    let number = argument(&client, "limits", "number").await;
    assert_eq!(number, json!({ "type": "integer", "description": "A number.", "minimum": 1, "maximum": 10 }));
    let word = argument(&client, "limits", "word").await;
    assert_eq!(word, json!({ "type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 4 }));
    assert_eq!(argument(&client, "limits", "list").await["maxItems"], 2);
    assert_eq!(argument(&client, "limits", "colour").await["enum"], json!(["red", "green"]));
    assert_eq!(argument(&client, "limits", "digit").await["enum"], json!([1, 2]));
    for right in [json!({ "number": 10, "ratio": 1.25, "word": "abc" }), json!({ "number": 1, "digit": 2 })] {
        assert!(!call(&client, "limits", right).await.starts_with("error"));
    }
    for wrong in [
        json!({ "number": 11 }),
        json!({ "number": 1, "ratio": 1.5 }),
        json!({ "number": 1, "word": "A1" }),
        json!({ "number": 1, "word": "a" }),
        json!({ "number": 1, "list": [1, 2, 3] }),
        json!({ "number": 1, "colour": "blue" }),
        json!({ "number": 1, "digit": 3 }),
    ] {
        let text = call(&client, "limits", wrong.clone()).await;
        assert!(text.starts_with("error: limits was not called"), "{wrong}: {text}");
    }
}

#[tokio::test]
async fn names_are_those_of_parameters() {
    let client = client(Arguments);
    let given = json!({ "type": "t", "from": "f", "_id": 1, "pair": [2, 3], "changed": 4 });
    assert_eq!(call(&client, "names", given).await, "t f 2 3 5");
    assert_eq!(
        call(&client, "hygiene", json!({ "this": 1, "input": 2, "builder": 3, "argument_0": 4 })).await,
        "10"
    );
}

#[tokio::test]
async fn references_are_lent() {
    let client = client(Arguments);
    let given = json!({ "word": "yes", "list": ["a", "b"], "number": 2 });
    assert_eq!(call(&client, "references", given).await, "yes");
}

#[tokio::test]
async fn comments_are_descriptions() {
    let client = client(Arguments);
    assert_eq!(
        argument(&client, "descriptions", "commented").await,
        json!({
            "type": "string",
            "title": "Commented",
            "description": "First line, second line.",
            "examples": ["a", "b"],
        })
    );
    assert_eq!(argument(&client, "descriptions", "said").await["description"], "But this.");
    let region = argument(&client, "descriptions", "region").await;
    assert_eq!(region, json!({ "type": "string", "x-mcp-header": "Region", "x-first": 1, "x-second": true }));
}

struct WrongDefault;

#[server]
impl WrongDefault {
    /// Wrong.
    #[tool]
    fn wrong(#[arg(default = "ten")] limit: u32) -> u32 {
        limit
    }
}

#[test]
fn a_default_of_the_wrong_type_panics_at_start() {
    assert_eq!(
        panic_of(|| drop(Server::from(WrongDefault))),
        r#"the tool `wrong`: the argument `limit`: `default` must be a value of the argument's type: "ten" is not"#
    );
}

fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    panic.downcast_ref::<String>().expect("a panic has a text").clone()
}
