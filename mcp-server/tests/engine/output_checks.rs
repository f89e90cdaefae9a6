//! Structured results that do not match the schema that their tool publishes: none of them is sent.

use futures::executor::block_on;
use mcpwright_core::{
    CallToolResult, ClientCapabilities, JsonText, ProtocolVersion, TASKS_EXTENSION, TaskStatus, Tool, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Call, Catalog, Failure, IntoToolResult, Json, Middleware, Next, Outcome, Server, TaskMode,
    ToolHandler, async_trait,
};
use serde_json::{Map, Value, json};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Weather {
    degrees: f64,
    #[serde(serialize_with = "as_text")]
    wind: f64,
    #[schemars(range(max = 100))]
    humidity: u8,
}

/// Serializes a negative number as a text, against the schema of its field.
fn as_text<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if *number < 0.0 { serializer.serialize_str("none") } else { serializer.serialize_f64(*number) }
}

fn weather(kind: &str) -> Weather {
    Weather {
        degrees: if kind == "nan" { f64::NAN } else { 21.5 },
        wind: if kind == "text" { -1.0 } else { 3.0 },
        humidity: if kind == "bound" { 101 } else { 40 },
    }
}

/// A type with a schema of its own, whose result may lack structured content.
struct Custom(String);

impl IntoToolResult for Custom {
    fn output_schema() -> Option<schemars::Schema> {
        Json::<Weather>::output_schema()
    }

    fn into_tool_result(self) -> Result<CallToolResult, Failure> {
        match &*self.0 {
            "fine" => Json(weather("fine")).into_tool_result(),
            _ => Ok(CallToolResult::text("calm")),
        }
    }
}

/// Tools with structured results, and the kinds of results that break their schemas.
fn tools() -> Vec<(ToolHandler, &'static [&'static str])> {
    let definition = Tool::new("other", Map::new());
    vec![
        (
            ToolHandler::function("object", ["kind"], |kind: String| async move { Json(weather(&kind)) }),
            &["nan", "text", "bound"],
        ),
        (
            ToolHandler::function("list", ["kind"], |kind: String| async move {
                Ok::<_, String>(Json(vec![weather("fine"), weather(&kind)]))
            }),
            &["nan", "text", "bound"],
        ),
        (ToolHandler::function("custom", ["kind"], |kind: String| async move { Custom(kind) }), &["missing"]),
        (
            ToolHandler::function("value", ["kind"], |kind: String| async move { json!(weather(&kind)) })
                .output::<Weather>(),
            &["nan", "text", "bound"],
        ),
        (
            ToolHandler::function("described", ["kind"], |kind: String| async move { Json(weather(&kind)) })
                .described_by(definition),
            &["nan"],
        ),
        #[cfg(feature = "validate")]
        (
            ToolHandler::function("by_hand", ["kind"], |kind: String| async move {
                match &*kind {
                    "missing" => CallToolResult::text("calm"),
                    _ => CallToolResult::default().structured_content(JsonText::from(json!(weather(&kind)))),
                }
            })
            .output_schema(json!({ "type": "object", "properties": { "degrees": { "type": "number" } } })),
            &["nan", "missing"],
        ),
    ]
}

/// Returns clients of both eras.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18)).unwrap();
    [Client::modern(server), legacy]
}

#[track_caller]
fn assert_refused(result: &CallToolResult, name: &str) {
    assert_eq!((result.is_error, &result.structured_content), (Some(true), &None), "{name}");
    let text = result.content[0].as_text().unwrap();
    let expected = format!("the result of {name} does not match its output schema, incident ");
    assert!(text.starts_with(&expected), "{text}");
}

fn check(prefix: &str, builder: Builder) {
    for client in clients(builder) {
        for (tool, breaking) in tools() {
            let name = format!("{prefix}{}", tool.definition().name);
            let fine = block_on(client.call_tool(&name, [("kind", "fine")])).unwrap();
            assert!(fine.structured_content.is_some() && fine.is_error != Some(true), "{name}");
            for kind in breaking {
                assert_refused(&block_on(client.call_tool(&name, [("kind", kind)])).unwrap(), &name);
            }
        }
    }
}

fn with_tools(name: &str) -> Builder {
    tools().into_iter().fold(Server::builder(name, "1.0.0"), |builder, (tool, _)| builder.tool(tool))
}

#[test]
fn results_are_held_against_their_schema_wherever_the_tool_comes_from() {
    check("", with_tools("own"));
    check("inner_", Server::builder("outer", "1.0.0").mount("inner", with_tools("inner")));
    let catalog = Catalog::new();
    tools().into_iter().for_each(|(tool, _)| catalog.insert(tool));
    check("", Server::builder("provided", "1.0.0").tool_provider(catalog.clone()));
    let inner = Server::builder("inner", "1.0.0").tool_provider(catalog);
    check("inner_", Server::builder("outer", "1.0.0").mount("inner", inner));
}

#[test]
fn results_of_tasks_are_held_against_their_schema() {
    let tool = ToolHandler::function("object", ["kind"], |kind: String| async move { Json(weather(&kind)) });
    let client = Client::modern(Server::builder("tasks", "1.0.0").tool(tool.task(TaskMode::Always)))
        .capabilities(ClientCapabilities::new().extensions([(TASKS_EXTENSION, Map::new())]));
    let created = block_on(client.create_task("object", [("kind", "nan")])).unwrap();
    let task = block_on(client.get_task(&created.task_id)).unwrap();
    assert_eq!(task.task.status, TaskStatus::Completed);
    assert_refused(&task.result.unwrap().decode_owned().unwrap(), "object");
}

/// A middleware that replaces the structured content of results.
struct Replacing(Value);

#[async_trait]
impl Middleware for Replacing {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        let outcome = next.run(call).await;
        if call.method() != method::TOOLS_CALL {
            return outcome;
        }
        outcome.map_result(|result: CallToolResult| result.structured_content(JsonText::from(self.0.clone())))
    }
}

#[test]
fn results_of_a_middleware_are_held_against_the_schema_of_the_tool() {
    for (content, is_valid) in [
        (json!({ "degrees": 1, "wind": 2, "humidity": 3 }), true),
        (json!({ "degrees": null, "wind": 2, "humidity": 3 }), false),
    ] {
        for client in clients(with_tools("own").middleware(Replacing(content.clone()))) {
            let result = block_on(client.call_tool("object", [("kind", "fine")])).unwrap();
            if is_valid {
                assert_eq!(result.structured_content, Some(JsonText::from(content.clone())));
            } else {
                assert_refused(&result, "object");
            }
        }
    }
}
