//! Servers with more than the methods of their block: free functions, and a function that extends the builder.

use std::sync::Arc;

use mcpwright::{Argument, Builder, Ext, Server, ToolHandler, prompt, resource, server, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{call, client, definition, empty};

mod arithmetic {
    //! Tools in another module.

    use mcpwright::tool;

    /// Add two integers.
    #[tool]
    pub(super) async fn add(a: i64, b: i64) -> i64 {
        a + b
    }
}

/// Subtract two integers.
#[tool]
fn sub(a: i64, b: i64) -> i64 {
    a - b
}

/// Ask for a calculation.
#[prompt]
fn ask(question: &str) -> String {
    format!("What is {question}?")
}

#[resource("number://all")]
fn numbers() -> &'static str {
    "0, 1, 2, …"
}

#[resource("number://{number}")]
fn number(number: u8) -> String {
    format!("number {number}")
}

struct Calculator {
    greeting: &'static str,
}

#[server(
    name = "calculator",
    read_only,
    tools(arithmetic::add, sub),
    prompts(ask),
    resources(numbers),
    templates(number),
    with = Self::extend
)]
impl Calculator {
    /// Greet.
    #[tool]
    fn greet(&self, name: Ext<String>) -> String {
        format!("{}, {name}!", self.greeting)
    }

    /// Adds what this instance knows.
    fn extend(self: &Arc<Self>, builder: Builder) -> Builder {
        let this = Arc::clone(self);
        let shout = ToolHandler::function("shout", [], move || {
            let text = this.greeting.to_uppercase();
            async move { text }
        });
        builder.share("Ada".to_owned()).title("Calculator").tool(shout.description("Greet loudly."))
    }
}

#[tokio::test]
async fn a_server_has_free_functions_and_extends_its_builder() {
    let server = Server::from(Calculator { greeting: "Hello" });
    assert_eq!((&*server.info().name, server.info().title.as_deref()), ("calculator", Some("Calculator")));
    let client = client(server);
    let tools = client.list_tools().await.expect("tools can be listed");
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["greet", "add", "sub", "shout"]);
    assert_eq!(definition(&client, "sub").await["annotations"], json!({ "readOnlyHint": true }));
    assert_eq!(call(&client, "add", json!({ "a": 1, "b": 2 })).await, "3");
    assert_eq!(call(&client, "sub", json!({ "a": 1, "b": 2 })).await, "-1");
    assert_eq!(call(&client, "greet", empty()).await, "Hello, Ada!");
    assert_eq!(call(&client, "shout", empty()).await, "HELLO");
    let prompt = client.get_prompt("ask", [("question", "1 + 1")]).await.expect("the prompt is there");
    assert_eq!(prompt.messages[0].content.as_text(), Some("What is 1 + 1?"));
    for (uri, expected) in [("number://all", "0, 1, 2, …"), ("number://7", "number 7")] {
        let result = client.read_resource(uri).await.expect(uri);
        assert_eq!(serde_json::to_value(&result.contents[0]).expect("contents are JSON")["text"], expected);
    }
}

/// A server without handlers in its block, extended by a closure.
struct Empty;

#[server(tools(sub), with = |builder| builder.title("Empty"))]
impl Empty {}

struct Extended;

/// Adds tools of a table.
fn with_table(builder: Builder) -> Builder {
    #[derive(Deserialize, JsonSchema)]
    struct Id {
        id: u32,
    }

    let mut builder = builder;
    for kind in ["user", "order", "invoice"] {
        for (verb, is_read_only) in [("get", true), ("delete", false)] {
            let tool = ToolHandler::from_struct(format!("{verb}_{kind}"), move |Id { id }: Id| async move {
                format!("{verb} {kind} {id}")
            });
            builder = builder.tool(tool.description(format!("{verb} the {kind}")).read_only(is_read_only));
        }
    }
    builder
}

#[server(with = with_table)]
impl Extended {}

#[tokio::test]
async fn a_block_may_be_empty() {
    let server = Server::from(Empty);
    assert_eq!(server.info().title.as_deref(), Some("Empty"));
    assert_eq!(server.tools().len(), 1);
    let client = client(Extended);
    assert_eq!(client.list_tools().await.expect("tools can be listed").len(), 6);
    assert_eq!(call(&client, "delete_order", json!({ "id": "7" })).await, "delete order 7");
    assert_eq!(definition(&client, "get_user").await["annotations"], json!({ "readOnlyHint": true }));
}

#[test]
#[should_panic(expected = "the tool `tool`: the argument `id`: `flatten` must be the only setting")]
fn an_invalid_tool_of_an_extension_panics_when_the_server_is_built() {
    struct Invalid;

    #[server(with = |builder| builder.tool(
        ToolHandler::function("tool", ["id"], |id: u8| async move { id })
            .argument("id", |id: Argument| id.range(1..).flatten())
    ))]
    impl Invalid {}

    drop(Server::from(Invalid));
}
