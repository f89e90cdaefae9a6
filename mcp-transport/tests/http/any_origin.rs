//! A server whose origins another layer checks, beside one with the default settings.

use mcpwright_transport::http::Http;
use serde_json::json;

use crate::client::Head;
use crate::requests::{Request, Session, bodiless, call, initialize};
use crate::support::TestServer;

/// One request of each kind, with the status of its answer if the origin is accepted.
fn requests(session: &Session) -> [(Request, u16); 7] {
    [
        (call(json!(1), "count", json!({})), 200),
        (initialize("2025-11-25"), 200),
        (session.call(json!(1), "count", json!({})), 200),
        (session.get(None), 200),
        (bodiless("OPTIONS", "/mcp").set("Access-Control-Request-Method", "POST"), 204),
        (bodiless("PUT", "/mcp"), 405),
        // The last one: it ends the session.
        (session.delete(), 204),
    ]
}

/// Sends a request and reads the head of its answer, which may be a stream that does not end.
async fn head(server: &TestServer, request: &Request) -> Head {
    let mut client = server.connect().await;
    client.send(request.bytes()).await;
    client.head().await
}

fn assert_no_cors(head: &Head) {
    let names = || head.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    assert!(!names().any(|name| name.starts_with("access-control")), "{head:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_origin_is_accepted_without_headers_of_cors() {
    let server = TestServer::with_settings(Http::allow_any_origin).await;
    let default = TestServer::start().await;
    let default_session = default.session("2025-11-25").await;
    for origin in ["https://app.example", "null", "", "file://", "http://127.0.0.1:1", "*", "a b", "\u{fc}"] {
        let session = server.session("2025-11-25").await;
        for (request, status) in requests(&session) {
            let head = head(&server, &request.set("Origin", origin)).await;
            assert_eq!(head.status, status, "{origin}: {head:?}");
            assert_no_cors(&head);
        }
        for (request, _) in requests(&default_session) {
            let head = head(&default, &request.set("Origin", origin)).await;
            assert_eq!(head.status, 403, "{origin}: {head:?}");
            assert_no_cors(&head);
        }
    }
    let twice = call(json!(1), "count", json!({}))
        .append("Origin", "https://app.example")
        .append("Origin", "https://other.example");
    assert_eq!(head(&server, &twice).await.status, 200);
    assert_eq!(head(&default, &twice).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn host_is_checked_although_every_origin_is_accepted() {
    let server = TestServer::with_settings(Http::allow_any_origin).await;
    let session = server.session("2025-11-25").await;
    for (request, _) in requests(&session) {
        for request in [request.clone(), request.set("Origin", "http://evil.example")] {
            let head = head(&server, &request.set("Host", "evil.example")).await;
            assert_eq!(head.status, 403, "{head:?}");
        }
    }
    assert_eq!(server.probe.executed(), 0);
}
