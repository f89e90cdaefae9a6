//! Paths of a service that another server mounts: with further endpoints, it serves these paths only.

use std::pin::pin;

use http::HeaderMap;
use http_body::Body as _;
use mcpwright_server::{Ext, Server, ToolHandler};
use mcpwright_transport::Error;
use mcpwright_transport::http::{Http, HttpService};
use serde_json::{Value, json};

use crate::requests::{LATEST_LEGACY, initialize_message, message, meta};

/// The value of the endpoint at `/agent`.
#[derive(Clone)]
struct Agent;

fn http() -> Http {
    let report = |agent: Option<Ext<Agent>>| async move { format!("agent: {}", agent.is_some()) };
    let server = Server::builder("shop", "1.0.0").tool(ToolHandler::function("report", [], report));
    mcpwright_transport::http(server)
}

/// A response of the service.
struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answered {
    /// The text of a tool result, unless this is an error.
    fn tool_text(&self) -> Option<String> {
        let answer: Value = serde_json::from_str(&self.text).unwrap_or_default();
        answer["result"]["content"][0]["text"].as_str().map(str::to_owned)
    }
}

async fn handle(service: &HttpService, request: http::request::Builder, body: String) -> Answered {
    let request = request
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    let (parts, body) = service.handle(request.body(body).unwrap()).await.into_parts();
    let (mut body, mut bytes) = (pin!(body), Vec::new());
    let is_stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    while !is_stream && let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        bytes.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    Answered {
        status: parts.status.as_u16(),
        headers: parts.headers,
        text: String::from_utf8(bytes).unwrap(),
    }
}

/// Calls `report` as a client of the current revision.
async fn call(service: &HttpService, uri: &str) -> Answered {
    let params = json!({ "name": "report", "arguments": {}, "_meta": meta() });
    let request = http::Request::post(uri)
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "report");
    handle(service, request, message(json!(1), "tools/call", params).to_string()).await
}

/// Opens a session and returns its id.
async fn open_session(service: &HttpService, uri: &str) -> Option<String> {
    let body = initialize_message(json!(1), LATEST_LEGACY).to_string();
    let opened = handle(service, http::Request::post(uri), body).await;
    let id = opened.headers.get("mcp-session-id")?;
    Some(id.to_str().unwrap().to_owned())
}

/// Calls `report` in a session.
async fn call_in_session(service: &HttpService, uri: &str, id: &str) -> Answered {
    let params = json!({ "name": "report", "arguments": {} });
    let request =
        http::Request::post(uri).header("mcp-protocol-version", LATEST_LEGACY).header("mcp-session-id", id);
    handle(service, request, message(json!(1), "tools/call", params).to_string()).await
}

const OTHER_PATHS: [&str; 10] = [
    "/",
    "/v2/",
    "/other",
    "/agent//",
    "/agent/x",
    "/mcp/agent",
    "/agent%2F",
    "/mcp//",
    "/AGENT/",
    "http://localhost/v2/",
];

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_of_a_service_serves_its_own_path() {
    let service = http().endpoint("/agent", Agent).into_service();
    for (path, expected) in [
        ("/mcp", "agent: false"),
        ("/agent", "agent: true"),
        ("/agent?region=eu", "agent: true"),
        ("/mcp/", "agent: false"),
        ("/agent/", "agent: true"),
        ("/agent/?region=eu", "agent: true"),
        ("http://localhost/agent/", "agent: true"),
        ("http://localhost/agent", "agent: true"),
    ] {
        let answered = call(&service, path).await;
        assert_eq!(answered.tool_text().as_deref(), Some(expected), "{path}: {}", answered.text);
        let id = open_session(&service, path).await.unwrap();
        let answered = call_in_session(&service, path, &id).await;
        assert_eq!(answered.tool_text().as_deref(), Some(expected), "{path}: {}", answered.text);
        for other in OTHER_PATHS {
            assert_eq!(call_in_session(&service, other, &id).await.status, 404, "{other}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_of_a_service_with_endpoints_do_not_exist() {
    let service = http().endpoint("/agent", Agent).into_service();
    for path in OTHER_PATHS {
        let answered = call(&service, path).await;
        assert_eq!((answered.status, answered.tool_text()), (404, None), "{path}");
        assert!(answered.text.contains("/mcp, /agent"), "{}", answered.text);
        assert_eq!(open_session(&service, path).await, None, "{path}");
        for method in ["GET", "DELETE", "OPTIONS", "PUT"] {
            let request = http::Request::builder().method(method).uri(path);
            assert_eq!(handle(&service, request, String::new()).await.status, 404, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn service_with_endpoints_serves_the_paths_that_are_set() {
    let service = http().path("/v2/shop").http_sse("/sse").endpoint("/agent", Agent).into_service();
    assert_eq!(call(&service, "/v2/shop").await.tool_text().as_deref(), Some("agent: false"));
    assert_eq!(call(&service, "/agent").await.tool_text().as_deref(), Some("agent: true"));
    assert_eq!(call(&service, "/mcp").await.status, 404);
    let stream = handle(&service, http::Request::get("/sse"), String::new()).await;
    assert_eq!((stream.status, stream.headers["content-type"].as_bytes()), (200, &b"text/event-stream"[..]));
}

/// A session of one endpoint is unknown at the others, with a `/` at the end and without.
#[tokio::test(flavor = "multi_thread")]
async fn slash_at_the_end_does_not_change_the_endpoint_of_a_session() {
    let service = http().endpoint("/agent/", Agent).into_service();
    for (paths, others) in
        [(["/agent", "/agent/"], ["/mcp", "/mcp/"]), (["/mcp", "/mcp/"], ["/agent", "/agent/"])]
    {
        for path in paths {
            let id = open_session(&service, path).await.unwrap();
            for path in paths {
                assert_eq!(call_in_session(&service, path, &id).await.status, 200, "{path}");
            }
            for other in others {
                assert_eq!(call_in_session(&service, other, &id).await.status, 404, "{other}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn service_without_endpoints_serves_any_path() {
    let service = http().into_service();
    for path in ["/mcp", "/agent"].into_iter().chain(OTHER_PATHS) {
        assert_eq!(call(&service, path).await.tool_text().as_deref(), Some("agent: false"), "{path}");
        let id = open_session(&service, path).await.unwrap();
        // The code that mounts the service decides about paths.
        let answered = call_in_session(&service, "/elsewhere", &id).await;
        assert_eq!(answered.tool_text().as_deref(), Some("agent: false"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listening_at_one_path_twice_is_a_settings_error() {
    let (main, sse) = (http().endpoint("/mcp", Agent), http().http_sse("/sse").endpoint("/sse", Agent));
    let moved = http().endpoint("/agent", Agent).path("/agent");
    let with_slash = http().endpoint("/mcp/", Agent);
    for (http, path) in [(main, "/mcp"), (sse, "/sse"), (moved, "/agent"), (with_slash, "/mcp")] {
        match http.listen("127.0.0.1:0").await {
            Err(Error::Settings(reason)) => assert!(reason.contains(&format!("`{path}`")), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    let distinct = http().http_sse("/sse").endpoint("/agent", Agent).endpoint("/other", Agent);
    assert!(distinct.listen("127.0.0.1:0").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "two endpoints must not have the path `/mcp`")]
async fn service_with_one_path_twice_panics() {
    let _ = http().endpoint("/mcp/", Agent).into_service();
}
