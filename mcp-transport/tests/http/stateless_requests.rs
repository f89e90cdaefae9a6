//! Requests of earlier revisions to a server without sessions, and what its clients cannot have.

use mcpwright_core::{ClientCapabilities, ElicitationCapability};
use mcpwright_server::{Context, InputError, PromptHandler, ResourceHandler, Server, ToolHandler};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::probe;
use crate::requests::{
    LATEST_LEGACY, Request, Session, bodiless, call_message, cancellation, initialize, message, modern,
    notification, post,
};
use crate::support::TestServer;

/// The revisions whose requests declare it in a header or are batches.
const VERSIONS: [&str; 2] = ["2025-03-26", LATEST_LEGACY];

async fn confirm(context: Context) -> Result<&'static str, InputError> {
    context.require(&ClientCapabilities::new().elicitation(ElicitationCapability::default()))?;
    let () = context.elicit("confirm", "Delete all notes?")?;
    Ok("deleted")
}

/// A server with tools, prompts and resources.
async fn notes(has_sessions: bool) -> TestServer {
    let (_, probe) = probe::server_builder();
    let server = Server::builder("notes", "1.0.0")
        .logging()
        .tool(ToolHandler::function("now", [], || async { "noon" }))
        .tool(ToolHandler::function("confirm", [], confirm))
        .prompt(PromptHandler::function("greet", [], || async { "Hello" }))
        .resource(ResourceHandler::function("note://1", "note", || async { "milk" }));
    TestServer::serve(probe, mcpwright_transport::http(server).sessions(has_sessions)).await
}

/// Returns the request without an id, and with ids that this server has not issued.
async fn with_ids(request: &Request, version: &'static str) -> Vec<Request> {
    let issued_elsewhere = TestServer::start().await.session(version).await.id;
    let ids = [issued_elsewhere, "made-up".to_owned(), "{}".to_owned(), "a".repeat(2000)];
    let with_id = ids.map(|id| Session { id, version }.attach(request.clone()));
    let without_id = request.clone().set("MCP-Protocol-Version", version);
    [without_id, request.clone()].into_iter().chain(with_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_sessions_bring_an_id_and_what_needs_one() {
    let [with, without] = [notes(true).await, notes(false).await];
    for version in VERSIONS {
        let opened = with.send_request(&initialize(version)).await;
        assert!(opened.header("mcp-session-id").is_some(), "{opened:?}");
        let full = json!({
            "tools": { "listChanged": true },
            "prompts": { "listChanged": true },
            "resources": { "subscribe": true, "listChanged": true },
            "logging": {},
        });
        let mut expected = opened.json();
        assert_eq!(expected["result"]["capabilities"], full);

        expected["result"]["capabilities"] = json!({ "tools": {}, "prompts": {}, "resources": {} });
        for request in with_ids(&initialize(version), version).await {
            let answered = without.send_request(&request).await;
            assert_eq!((answered.status, answered.header("mcp-session-id")), (200, None), "{request:?}");
            assert_eq!(answered.json(), expected, "{request:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_that_needs_no_session_is_served_with_any_id() {
    let server = notes(false).await;
    let cases = [
        ("ping", json!({}), "", json!({})),
        ("tools/list", json!({}), "/tools/0/name", json!("now")),
        ("tools/call", json!({ "name": "now", "arguments": {} }), "/content/0/text", json!("noon")),
        ("prompts/list", json!({}), "/prompts/0/name", json!("greet")),
        ("prompts/get", json!({ "name": "greet" }), "/messages/0/content/text", json!("Hello")),
        ("resources/list", json!({}), "/resources/0/uri", json!("note://1")),
        ("resources/read", json!({ "uri": "note://1" }), "/contents/0/text", json!("milk")),
    ];
    for version in VERSIONS {
        for (method, params, member, expected) in &cases {
            let request = post(message(json!(1), method, params.clone()).to_string());
            for request in with_ids(&request, version).await {
                let response = server.send_request(&request).await;
                assert_eq!((response.status, response.header("mcp-session-id")), (200, None), "{request:?}");
                let answer = response.json();
                assert_eq!(answer["result"].pointer(member), Some(expected), "{request:?}\n{answer}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_accepted_with_any_id() {
    let server = notes(false).await;
    for version in VERSIONS {
        for message in [notification("notifications/initialized", json!({})), cancellation(json!(1))] {
            for request in with_ids(&post(message.to_string()), version).await {
                let response = server.send_request(&request).await;
                assert_eq!((response.status, response.body.len()), (202, 0), "{request:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_needs_no_session() {
    let server = TestServer::with_settings(|http| http.sessions(false)).await;
    let echo = |id: u32| call_message(json!(id), "echo", json!({ "text": id.to_string() }));
    let batch = post(Value::from([echo(1), echo(2)]).to_string());
    for request in with_ids(&batch, "2025-03-26").await {
        let response = server.send_request(&request).await;
        let mut texts: Vec<_> = response.json().as_array().unwrap_or_else(|| panic!("{response:?}")).clone();
        texts.sort_by_key(|answer| answer["id"].as_u64());
        let texts: Vec<_> = texts.iter().map(|answer| &answer["result"]["content"][0]["text"]).collect();
        assert_eq!(texts, ["1", "2"], "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn get_and_delete_are_not_allowed() {
    let server = notes(false).await;
    let streaming = bodiless("GET", "/mcp").set("Accept", "text/event-stream");
    let resuming = streaming.clone().set("Last-Event-ID", "0-0");
    for request in [streaming, resuming, bodiless("DELETE", "/mcp"), bodiless("PUT", "/mcp")] {
        for request in with_ids(&request, LATEST_LEGACY).await {
            let response = server.send_request(&request).await;
            assert_eq!((response.status, response.header("allow")), (405, Some("POST, OPTIONS")));
        }
    }
    let options = server.send_request(&bodiless("OPTIONS", "/mcp")).await;
    assert_eq!((options.status, options.header("allow")), (204, Some("POST, OPTIONS")));
    // The same requests are allowed, and need a session, where there are any.
    let with_sessions = notes(true).await;
    for method in ["GET", "DELETE"] {
        let request = bodiless(method, "/mcp").set("Accept", "text/event-stream");
        assert_eq!(with_sessions.send_request(&request).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_need_a_session_are_errors() {
    let server = notes(false).await;
    for (method, params) in [
        ("resources/subscribe", json!({ "uri": "note://1" })),
        ("resources/unsubscribe", json!({ "uri": "note://1" })),
        ("logging/setLevel", json!({ "level": "debug" })),
    ] {
        let request = post(message(json!(1), method, params).to_string());
        for request in with_ids(&request, LATEST_LEGACY).await {
            let response = server.send_request(&request).await;
            assert!(response.code().is_some(), "{request:?}\n{response:?}");
        }
    }
    let call = post(call_message(json!(1), "confirm", json!({})).to_string());
    for request in with_ids(&call, LATEST_LEGACY).await {
        let answer = server.send_request(&request).await.json();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn call_reports_progress_but_logs_nothing_without_a_session() {
    let server = TestServer::with_settings(|http| http.sessions(false)).await;
    for version in VERSIONS {
        let request = post(call_message(json!(1), "repeat", json!({ "text": "x" })).to_string());
        for request in with_ids(&request, version).await {
            let response = server.send_request(&request).await;
            let messages = response.messages();
            let methods: Vec<_> = messages.iter().filter_map(|message| message["method"].as_str()).collect();
            assert_eq!(methods, ["notifications/progress"; 3], "{request:?}");
            assert_eq!(response.text(), "x");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_do_not_count_as_sessions() {
    let limits = Limits::default().max_sessions(1);
    let server = TestServer::with_settings(|http| http.limits(limits).sessions(false)).await;
    for _ in 0..5 {
        assert_eq!(server.send_request(&initialize(LATEST_LEGACY)).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn current_clients_receive_changes_from_a_server_without_sessions() {
    let server = TestServer::with_settings(|http| http.sessions(false)).await;
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let mut client = server.connect().await;
    client.open(&modern(json!(1), "subscriptions/listen", filter.clone())).await;
    let acknowledgement = client.message().await;
    assert_eq!(acknowledgement["params"]["notifications"], filter["notifications"]);
    server.probe.notify().tools_list_changed();
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    server.expect_served().await;
}
