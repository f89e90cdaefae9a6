//! Definitions of tools as clients receive them, and results that are checked against them.

use futures::executor::block_on;
use mcpwright_core::{CallToolResult, JsonText, ProtocolVersion, Tool};
use mcpwright_server::testing::Client;
use mcpwright_server::{Builder, Catalog, Execution, Server, ToolHandler};
use serde_json::{Value, json};

fn builder() -> Builder {
    Server::builder("test", "1.0.0")
}

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name, [], || async { "done" })
}

/// Clients of both eras.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    [Client::modern(server), legacy]
}

/// Returns the tools that a client of each era lists.
fn listed(tools: impl IntoIterator<Item = ToolHandler>) -> [Vec<Tool>; 2] {
    let builder = tools.into_iter().fold(builder(), Builder::tool);
    clients(builder).map(|client| block_on(client.list_tools()).unwrap())
}

/// A definition with every member that a definition can have.
fn definition() -> Value {
    json!({
        "name": "other",
        "title": "Get an issue",
        "description": "Returns an issue.",
        "inputSchema": { "type": "object", "properties": { "number": { "type": "integer" } } },
        "outputSchema": { "type": "object", "properties": { "text": { "type": "string" } } },
        "annotations": {
            "title": "Issue", "readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": false,
        },
        "icons": [{ "src": "https://example.com/icon.png", "mimeType": "image/png", "sizes": ["48x48"] }],
        "_meta": { "example.com/team": "support" },
        "example.com/rank": 7,
    })
}

fn described(definition: Value) -> ToolHandler {
    let own =
        ToolHandler::function("own", ["word"], |word: String| async move { mcpwright_server::Json(word) });
    own.title("Own").description("Own.").described_by(serde_json::from_value(definition).unwrap())
}

#[test]
fn clients_list_what_a_definition_from_elsewhere_says() {
    for tools in listed([described(definition())]) {
        let mut listed = serde_json::to_value(&tools[0]).unwrap();
        assert_eq!(listed["name"], "own");
        assert_eq!(listed["inputSchema"]["properties"]["word"]["type"], "string");
        assert_eq!(listed["outputSchema"]["required"], json!(["result"]));
        let mut expected = definition();
        for member in ["name", "inputSchema", "outputSchema"] {
            listed.as_object_mut().unwrap().remove(member);
            expected.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(listed, expected);
    }
}

#[test]
fn what_a_definition_from_elsewhere_does_not_say_is_absent() {
    let bare = described(json!({ "name": "other", "inputSchema": { "type": "object" } }));
    let definition = serde_json::to_value(bare.definition()).unwrap();
    let members: Vec<_> = definition.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["name", "inputSchema", "outputSchema"]);
    // Later calls say more.
    let more = bare.described_by(Tool::new("other", serde_json::Map::new())).description("Said later.");
    assert_eq!(more.checked().unwrap().definition().description.as_deref(), Some("Said later."));
}

#[test]
fn contradicting_hints_of_a_definition_are_an_error() {
    let hints = |read_only: bool, destructive: bool| {
        let mut definition = definition();
        definition["annotations"] = json!({ "readOnlyHint": read_only, "destructiveHint": destructive });
        described(definition).checked().map(drop).map_err(|error| error.to_string())
    };
    let error = hints(true, true).unwrap_err();
    assert!(error.contains("own") && error.contains("destructive"), "{error}");
    for (read_only, destructive) in [(true, false), (false, true), (false, false)] {
        assert_eq!(hints(read_only, destructive), Ok(()));
    }
}

#[test]
fn builder_returns_its_own_tools_in_order() {
    let catalog = Catalog::new();
    catalog.insert(tool("provided"));
    let builder = builder().tool(tool("first")).tool(tool("second").title("Second")).tool_provider(catalog);
    let tools: Vec<_> = builder.tools().map(|tool| (tool.name.clone(), tool.title.clone())).collect();
    assert_eq!(tools, [("first".to_owned(), None), ("second".to_owned(), Some("Second".to_owned()))]);
    let builder = builder.retain_tools(|tool| tool.name != "first").tool(tool("third"));
    let names: Vec<_> = builder.tools().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["second", "third"]);
    assert_eq!(Server::builder("empty", "1.0.0").tools().count(), 0);
}

#[test]
fn clients_find_properties_in_every_input_schema() {
    let portable = |name: &str, schema| {
        ToolHandler::with_portable_schema(name, schema, |arguments, _| async move { arguments.to_string() })
    };
    let tools = [
        tool("plain"),
        tool("strict").strict(),
        tool("open").allow_unknown_arguments(),
        portable("portable", json!({ "type": "object" })),
        portable("portable_open", json!({ "type": "object" })).allow_unknown_arguments(),
    ];
    for tools in listed(tools) {
        assert_eq!(tools.len(), 5);
        for tool in tools {
            let schema = &tool.input_schema;
            assert_eq!(schema["type"], "object", "{}", tool.name);
            assert_eq!(schema.get("properties"), Some(&json!({})), "{}: {schema:?}", tool.name);
        }
    }
}

#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "the schema is what counts")]
struct Depth {
    bids: Vec<f64>,
}

/// A tool whose structured content does not match the schema of `Depth`.
fn mismatching(name: &str, is_error: bool) -> ToolHandler {
    ToolHandler::new(name, move |arguments| {
        arguments.check()?;
        let structured = JsonText::from(json!({ "errors": ["no such symbol"], "bids": 5 }));
        let mut result = CallToolResult::text("no such symbol").structured_content(structured);
        result.is_error = is_error.then_some(true);
        Ok(Execution::future(async move { Ok(result) }))
    })
}

/// Asserts that each client gets the error result as it is, and an error in place of the other result.
fn assert_only_results_are_checked(with_schema: impl Fn(ToolHandler) -> ToolHandler) {
    let failed = with_schema(mismatching("failed", true));
    assert!(failed.definition().output_schema.is_some());
    let builder = builder().tool(failed).tool(with_schema(mismatching("succeeded", false)));
    for client in clients(builder) {
        let result = block_on(client.call_tool("failed", ())).unwrap();
        assert_eq!((result.is_error, result.content[0].as_text()), (Some(true), Some("no such symbol")));
        let structured = result.structured_content.unwrap();
        assert_eq!(structured.as_str(), r#"{"errors":["no such symbol"],"bids":5}"#);
        let result = block_on(client.call_tool("succeeded", ())).unwrap();
        assert_eq!((result.is_error, result.structured_content), (Some(true), None));
        let text = result.content[0].as_text().unwrap();
        assert!(text.contains("incident") && !text.contains("bids"), "{text}");
    }
}

#[test]
fn error_result_is_not_checked_against_the_schema_of_a_type() {
    assert_only_results_are_checked(ToolHandler::output::<Depth>);
}

#[cfg(feature = "validate")]
#[test]
fn error_result_is_not_checked_against_a_schema_written_by_hand() {
    let schema =
        json!({ "type": "object", "properties": { "bids": { "type": "array" } }, "required": ["bids"] });
    assert_only_results_are_checked(|tool| tool.output_schema(schema.clone()));
}
