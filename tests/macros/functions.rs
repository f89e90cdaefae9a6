//! Handlers that are free functions.

use mcpwright::types::ResourceTemplateReference;
use mcpwright::{Context, Json, Server, prompt, resource, tool};
use serde_json::json;

use crate::{EMPTY_RESULT, call, client, definition};

mod elsewhere {
    //! A module with a type of its own.

    use mcpwright::tool;

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    pub(super) struct Point {
        x: i64,
        y: i64,
    }

    /// Measure a distance.
    #[tool(read_only)]
    pub(super) fn distance(point: Point) -> i64 {
        point.x.abs() + point.y.abs()
    }
}

use elsewhere::distance;

/// Add two integers.
#[tool(name = "plus", read_only)]
async fn add(
    /// The first integer.
    a: i64,
    #[arg(default = 1)] b: i64,
    _context: &Context,
) -> Json<i64> {
    Json(a + b)
}

#[resource("note://all", mime_type = "text/plain")]
fn all() -> &'static str {
    "all"
}

#[resource("note://{id}")]
fn note(id: u32) -> String {
    format!("note {id}")
}

/// Ask for a note, or look it up.
#[prompt]
#[tool]
#[resource("topic://{topic}")]
fn topic(topic: &str) -> String {
    format!("about {topic}")
}

fn server() -> Server {
    Server::builder("functions", "1.0.0")
        .tool(add::tool())
        .tool(distance::tool())
        .tool(topic::tool())
        .prompt(topic::prompt())
        .resource(all::resource())
        .template(note::template())
        .template(topic::template())
        .build()
}

#[tokio::test]
async fn a_function_is_a_tool() {
    let client = client(server());
    assert_eq!(call(&client, "plus", json!({ "a": 2 })).await, "3");
    assert_eq!(call(&client, "distance", json!({ "point": { "x": -1, "y": 2 } })).await, "3");
    let plus = definition(&client, "plus").await;
    assert_eq!(plus["description"], "Add two integers.");
    assert_eq!(plus["inputSchema"]["properties"]["a"]["description"], "The first integer.");
}

#[tokio::test]
async fn a_function_stays_a_function() {
    assert_eq!(all(), "all");
    assert_eq!(note(1), "note 1");
    assert_eq!(topic("x"), "about x");
}

#[tokio::test]
async fn a_function_is_a_resource_a_template_and_a_prompt() {
    let client = client(server());
    for (uri, expected) in [("note://all", "all"), ("note://7", "note 7"), ("topic://x", "about x")] {
        let result = client.read_resource(uri).await.expect(uri);
        let contents = serde_json::to_value(&result.contents[0]).expect("contents are JSON");
        assert_eq!(contents["text"], expected);
    }
    let prompt = client.get_prompt("topic", [("topic", "x")]).await.expect("the prompt is there");
    assert_eq!(prompt.messages[0].content.as_text(), Some("about x"));
    assert_eq!(call(&client, "topic", json!({ "topic": "x" })).await, "about x");
    let completion = client.complete(ResourceTemplateReference::new("note://{id}"), "id", "").await;
    assert!(completion.is_err(), "the variable has no completion");
}

#[tokio::test]
async fn a_function_in_a_function_is_a_tool() {
    struct Local(u8);

    impl From<Local> for String {
        fn from(local: Local) -> Self {
            local.0.to_string()
        }
    }

    /// A tool in a function.
    #[tool]
    fn local(number: u8) -> String {
        Local(number).into()
    }

    /// The name is a keyword of Rust.
    #[tool]
    fn r#move() {}

    r#move();
    let client = client(Server::builder("local", "1.0.0").tool(local::tool()).tool(r#move::tool()));
    assert_eq!(call(&client, "move", json!({})).await, EMPTY_RESULT);
    assert_eq!(call(&client, "local", json!({ "number": 5 })).await, "5");
}
