//! Messages that only revisions up to 2025-11-25 have.

use mcpwright_core::method::{self, Initialize, Method, SetLevel, Subscribe, Unsubscribe};
use mcpwright_core::{
    ClientCapabilities, ElicitParams, Era, Implementation, InitializeParams, InitializeResult, JsonText,
    LoggingLevel, Members, ProtocolVersion, SamplingMessage, ServerCapabilities, SetLevelParams,
    SubscribeParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Deserializes a value and checks that it survives a round trip.
fn read<T: Serialize + DeserializeOwned>(value: &Value) -> T {
    let read: T = JsonText::encode(value).expect("JSON").decode_owned().expect("a valid value");
    assert_eq!(&serde_json::to_value(&read).expect("JSON"), value);
    read
}

#[test]
fn initialize_params_survive_a_round_trip() {
    let params: InitializeParams = read(&json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {
            "roots": { "listChanged": true },
            "sampling": { "tools": {} },
            "elicitation": { "form": {}, "url": {} },
            "tasks": { "cancel": {}, "requests": { "sampling": { "createMessage": {} } } },
        },
        "clientInfo": {
            "name": "inspector",
            "title": "Inspector",
            "version": "0.1.0",
            "icons": [{ "src": "https://example.org/icon.png", "mimeType": "image/png", "sizes": ["48x48"] }],
        },
    }));
    assert_eq!(params.protocol_version.era(), Some(Era::Legacy));
    assert_eq!(params.client_info.name, "inspector");
    assert_eq!(params.capabilities.roots.expect("roots").list_changed, Some(true));
    assert!(params.capabilities.other.contains_key("tasks"));
}

#[test]
fn initialize_results_survive_a_round_trip() {
    let result: InitializeResult = read(&json!({
        "protocolVersion": "2024-11-05",
        "capabilities": { "logging": {}, "tools": { "listChanged": true }, "resources": { "subscribe": true } },
        "serverInfo": { "name": "one", "version": "1.0.0" },
        "instructions": "Use it well.",
    }));
    assert_eq!(result.capabilities.resources.expect("resources").subscribe, Some(true));

    let result = InitializeResult::new(
        ProtocolVersion::LATEST_LEGACY,
        ServerCapabilities::new(),
        Implementation::new("one", "1.0.0"),
    );
    let version = ProtocolVersion::LATEST_LEGACY.as_str().to_owned();
    let expected = json!({
        "protocolVersion": version, "capabilities": {}, "serverInfo": { "name": "one", "version": "1.0.0" },
    });
    assert_eq!(json!(result), expected);
}

#[test]
fn set_level_and_subscribe_params_survive_a_round_trip() {
    let params: SetLevelParams = read(&json!({ "level": "warning" }));
    assert_eq!(params.level, LoggingLevel::Warning);
    let params: SubscribeParams = read(&json!({ "uri": "file:///one", "_meta": { "progressToken": 1 } }));
    assert_eq!(params.uri, "file:///one");
}

#[test]
fn levels_are_ordered_by_severity() {
    let names = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
    let levels = names.map(|name| read::<LoggingLevel>(&json!(name)));
    assert!(levels.is_sorted() && levels[0] < levels[7]);
}

#[test]
fn a_single_block_of_content_is_an_object() {
    let message: SamplingMessage =
        read(&json!({ "role": "user", "content": { "type": "text", "text": "question" } }));
    assert_eq!(message, SamplingMessage::user("question"));
}

#[test]
fn form_mode_may_be_absent() {
    let form: ElicitParams = read(&json!({
        "message": "What is your name?",
        "requestedSchema": {
            "type": "object",
            "properties": { "kind": { "type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"] } },
        },
    }));
    assert!(matches!(form, ElicitParams::Form(_)));
    let page: ElicitParams = read(&json!({
        "mode": "url", "message": "Please sign.", "url": "https://example.org/sign", "elicitationId": "one",
    }));
    assert!(matches!(page, ElicitParams::Url(url) if url.elicitation_id.as_deref() == Some("one")));
}

#[test]
fn elicitation_without_modes_supports_forms() {
    let supports_forms = |elicitation: Value| {
        let capabilities: ClientCapabilities = read(&json!({ "elicitation": elicitation }));
        capabilities.elicitation.is_some_and(|elicitation| elicitation.supports_forms())
    };
    assert!(supports_forms(json!({})));
    assert!(supports_forms(json!({ "form": {} })));
    assert!(supports_forms(json!({ "form": {}, "url": {} })));
    assert!(!supports_forms(json!({ "url": {} })));
}

#[test]
fn names_are_known() {
    let names = [Initialize::NAME, SetLevel::NAME, Subscribe::NAME, Unsubscribe::NAME, method::INITIALIZED];
    assert!(names.iter().all(|name| method::find(name) == Some(name)));
    assert_eq!(method::find("tools/cal"), None);
}

#[test]
fn members_keep_their_order() {
    let mut members = Members::from([("b", 1), ("a", 2), ("b", 3)]);
    members.insert("c", 4);
    assert_eq!(serde_json::to_string(&members).expect("JSON"), r#"{"b":3,"a":2,"c":4}"#);
    assert_eq!((members.len(), members.get("a"), members.get("d")), (3, Some(&2), None));
}
