//! Arguments: parameters, and options of `#[arg]`.

use mcpwright::server;
use serde_json::json;

use crate::{argument, call, client, definition};

const MAX: u8 = 9;

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
        #[arg(default = MAX)] max: u8,
        #[arg(default = 5_000_000_000)] big: u64,
        #[arg(default = ["a", "b"])] tags: Vec<String>,
        maybe: Option<String>,
    ) -> String {
        format!("{limit} {tone:?} {max} {big} {tags:?} {maybe:?}")
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
        #[arg(one_of("red", "green"))] color: Option<String>,
        #[arg(one_of = [1, 2])] digit: Option<u8>,
    ) -> String {
        format!("{number} {ratio:?} {word:?} {list:?} {color:?} {digit:?}")
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
        /// Not published.
        #[arg(description = "Published.")]
        replaced: String,
        #[arg(header = "Region", keyword("x-first" = 1, "x-second" = true))] region: String,
    ) -> String {
        format!("{commented} {replaced} {region}")
    }

    /// Names that the expansion uses too.
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
async fn an_absent_argument_has_its_default() {
    let client = client(Arguments);
    assert_eq!(call(&client, "defaults", json!({})).await, r#"10 Kind 9 5000000000 ["a", "b"] None"#);
    let given = json!({ "limit": 1, "tone": "stern", "max": 2, "big": 3, "tags": [], "maybe": "yes" });
    assert_eq!(call(&client, "defaults", given).await, r#"1 Stern 2 3 [] Some("yes")"#);
    let schema = definition(&client, "defaults").await["inputSchema"].clone();
    assert_eq!(schema["required"], json!(null));
    assert_eq!(schema["properties"]["limit"]["default"], 10);
}

#[tokio::test]
async fn arguments_of_similar_types_are_converted() {
    let client = client(Arguments);
    let given = json!({ "limit": "1", "big": 3.0, "tags": "[\"x\"]", "maybe": null });
    assert_eq!(call(&client, "defaults", given).await, r#"1 Kind 9 3 ["x"] None"#);
}

#[tokio::test]
async fn limits_are_published_and_enforced() {
    let client = client(Arguments);
    let number = argument(&client, "limits", "number").await;
    assert_eq!(number, json!({ "type": "integer", "description": "A number.", "minimum": 1, "maximum": 10 }));
    let word = argument(&client, "limits", "word").await;
    assert_eq!(word, json!({ "type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 4 }));
    assert_eq!(argument(&client, "limits", "list").await["maxItems"], 2);
    assert_eq!(argument(&client, "limits", "color").await["enum"], json!(["red", "green"]));
    assert_eq!(argument(&client, "limits", "digit").await["enum"], json!([1, 2]));
    for valid in [json!({ "number": 10, "ratio": 1.25, "word": "abc" }), json!({ "number": 1, "digit": 2 })] {
        assert!(!call(&client, "limits", valid).await.starts_with("error"));
    }
    for invalid in [
        json!({ "number": 11 }),
        json!({ "number": 1, "ratio": 1.5 }),
        json!({ "number": 1, "word": "A1" }),
        json!({ "number": 1, "word": "a" }),
        json!({ "number": 1, "list": [1, 2, 3] }),
        json!({ "number": 1, "color": "blue" }),
        json!({ "number": 1, "digit": 3 }),
    ] {
        let text = call(&client, "limits", invalid.clone()).await;
        assert!(text.starts_with("error: limits was not called"), "{invalid}: {text}");
    }
}

#[tokio::test]
async fn an_argument_has_the_name_of_its_parameter() {
    let client = client(Arguments);
    let given = json!({ "type": "t", "from": "f", "_id": 1, "pair": [2, 3], "changed": 4 });
    assert_eq!(call(&client, "names", given).await, "t f 2 3 5");
    assert_eq!(
        call(&client, "hygiene", json!({ "this": 1, "input": 2, "builder": 3, "argument_0": 4 })).await,
        "10"
    );
}

#[tokio::test]
async fn arguments_are_passed_by_reference() {
    let client = client(Arguments);
    let given = json!({ "word": "yes", "list": ["a", "b"], "number": 2 });
    assert_eq!(call(&client, "references", given).await, "yes");
}

#[tokio::test]
async fn doc_comments_are_descriptions() {
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
    assert_eq!(argument(&client, "descriptions", "replaced").await["description"], "Published.");
    let region = argument(&client, "descriptions", "region").await;
    assert_eq!(region, json!({ "type": "string", "x-mcp-header": "Region", "x-first": 1, "x-second": true }));
}
