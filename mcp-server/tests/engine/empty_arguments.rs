//! Empty strings, which some models send for arguments that they do not use.

use futures::executor::block_on;
use mcpwright_core::ProtocolVersion;
use mcpwright_server::testing::Client;
use mcpwright_server::{Server, ToolHandler};
use serde_json::{Value, json};

/// The answer of a tool: its text, or the text of its error.
type Answer = Result<String, String>;

/// Calls the tool as a client of each era, which must get the same answer.
fn call(tool: &ToolHandler, arguments: &Value) -> Answer {
    let server = Server::builder("test", "1.0.0").tool(tool.clone()).build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    let [modern, legacy] = [Client::modern(server), legacy].map(|client| {
        let result = block_on(client.call_tool("tool", arguments.clone())).unwrap();
        let text = result.content[0].as_text().unwrap().to_owned();
        if result.is_error == Some(true) { Err(text) } else { Ok(text) }
    });
    assert_eq!(modern, legacy, "{arguments}");
    modern
}

fn received(value: &impl std::fmt::Debug) -> String {
    format!("received {value:?}")
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "the tool prints it")]
struct Filter {
    size: Option<u32>,
    exact: Option<bool>,
    text: Option<String>,
}

/// A tool with an optional argument `value`.
macro_rules! optional {
    ($type:ty) => {
        ToolHandler::function("tool", ["value"], |value: Option<$type>| async move { received(&value) })
    };
}

/// A tool with a required argument `value`.
macro_rules! required {
    ($type:ty) => {
        ToolHandler::function("tool", ["value"], |value: $type| async move { received(&value) })
    };
}

#[test]
fn empty_text_is_the_absence_of_an_optional_argument_that_is_no_text() {
    let empty = json!({ "value": "" });
    for tool in [
        optional!(i64),
        optional!(f64),
        optional!(bool),
        optional!(Vec<String>),
        optional!(Vec<Filter>),
        optional!(Filter),
    ] {
        assert_eq!(call(&tool, &empty).unwrap(), "received None");
        assert_eq!(call(&tool, &json!({})).unwrap(), "received None");
        // Only an empty text is.
        let blank = call(&tool, &json!({ "value": " " })).unwrap_err();
        assert!(blank.contains("value"), "{blank}");
        let strict = call(&tool.strict(), &empty).unwrap_err();
        assert!(strict.contains("value"), "{strict}");
    }
}

#[test]
fn empty_text_is_refused_for_a_required_argument_that_is_no_text() {
    for tool in [required!(i64), required!(f64), required!(bool), required!(Vec<String>), required!(Filter)] {
        for tool in [tool.clone(), tool.strict()] {
            let refused = call(&tool, &json!({ "value": "" })).unwrap_err();
            assert!(refused.contains("value") && !refused.contains("received"), "{refused}");
        }
    }
}

#[test]
fn empty_text_stays_where_text_is_expected() {
    let empty = json!({ "value": "" });
    for tool in [optional!(String), optional!(String).strict()] {
        assert_eq!(call(&tool, &empty).unwrap(), r#"received Some("")"#);
    }
    for tool in [required!(String), required!(String).strict()] {
        assert_eq!(call(&tool, &empty).unwrap(), r#"received """#);
    }
    let any = call(&optional!(Value), &empty).unwrap();
    assert_eq!(any, r#"received Some(String(""))"#);
}

#[test]
fn empty_text_is_no_choice() {
    let tool =
        ToolHandler::function("tool", ["order"], |order: Option<String>| async move { format!("{order:?}") })
            .argument("order", |order| order.one_of(["up", "down"]));
    for (sent, expected) in [("", "None"), ("UP", r#"Some("up")"#)] {
        assert_eq!(call(&tool, &json!({ "order": sent })).unwrap(), expected);
    }
    assert!(call(&tool, &json!({ "order": "sideways" })).is_err());
}

#[test]
fn empty_text_in_a_structure_is_the_absence_of_its_members() {
    let filter = json!({ "size": "", "exact": "", "text": "" });
    let expected = r#"Filter { size: None, exact: None, text: Some("") }"#;
    for sent in [filter.clone(), json!(filter.to_string())] {
        let sent = json!({ "value": sent });
        assert_eq!(call(&required!(Filter), &sent).unwrap(), format!("received {expected}"));
        assert_eq!(call(&optional!(Filter), &sent).unwrap(), format!("received Some({expected})"));
        assert!(call(&required!(Filter).strict(), &sent).is_err());
    }
    let list = json!({ "value": [filter, { "size": "5" }] });
    let second = "Filter { size: Some(5), exact: None, text: None }";
    assert_eq!(call(&required!(Vec<Filter>), &list).unwrap(), format!("received [{expected}, {second}]"));
    // An element of a list is not optional.
    assert!(call(&required!(Vec<i64>), &json!({ "value": [1, ""] })).is_err());
}

#[test]
fn empty_text_stands_for_the_default() {
    let tool = required!(i64).argument("value", |value| value.default(7));
    for arguments in [json!({ "value": "" }), json!({ "value": null }), json!({})] {
        assert_eq!(call(&tool, &arguments).unwrap(), "received 7", "{arguments}");
    }
    assert_eq!(call(&tool, &json!({ "value": "5" })).unwrap(), "received 5");
}

/// A tool that returns the arguments that it receives, with a schema written by hand.
fn portable() -> ToolHandler {
    let page = json!({ "type": "object", "required": ["size"], "properties": {
        "size": { "type": "integer" }, "after": { "type": "number" }, "word": { "type": "string" },
    } });
    let schema = json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "type": "integer" },
        "all": { "type": "boolean" },
        "tags": { "type": "array", "items": { "type": "string" } },
        "page": page,
        "pages": { "type": "array", "items": page },
        "word": { "type": "string" },
    } });
    ToolHandler::with_portable_schema("tool", schema, |arguments, _| async move { arguments.to_string() })
}

#[test]
fn schema_written_by_hand_reads_empty_text_alike() {
    let page = json!({ "size": 2, "after": "", "word": "" });
    let cases = [
        (json!({ "id": 1, "all": "", "tags": "", "page": "", "pages": "" }), json!({ "id": 1 })),
        (
            json!({ "id": 1, "word": "", "tags": ["", "a"] }),
            json!({ "id": 1, "word": "", "tags": ["", "a"] }),
        ),
        (json!({ "id": 1, "page": page }), json!({ "id": 1, "page": { "size": 2, "word": "" } })),
        (json!({ "id": 1, "pages": [page] }), json!({ "id": 1, "pages": [{ "size": 2, "word": "" }] })),
    ];
    for (sent, expected) in cases {
        let received: Value = serde_json::from_str(&call(&portable(), &sent).unwrap()).unwrap();
        assert_eq!(received, expected);
    }
    let refused = [json!({ "id": "" }), json!({ "id": 1, "page": { "size": "" } })];
    for arguments in refused {
        assert!(call(&portable(), &arguments).is_err(), "{arguments}");
    }
    let strict = portable().strict();
    for arguments in [json!({ "id": 1, "all": "" }), json!({ "id": 1, "page": page })] {
        assert!(call(&strict, &arguments).is_err(), "{arguments}");
        assert!(call(&portable(), &arguments).is_ok(), "{arguments}");
    }
}
