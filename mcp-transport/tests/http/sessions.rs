//! Sessions of earlier revisions.

use std::collections::HashSet;
use std::time::Duration;

use mcpwright_server::Key;
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{
    Session, bodiless, call_message, cancellation, initialize, initialize_message, message, notification,
    post,
};
use crate::support::{EmbeddedServer, TestServer};

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn count(session: &Session) -> crate::requests::Request {
    session.call(json!(1), "count", json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn initialize_opens_a_session() {
    let server = TestServer::start().await;
    for version in LEGACY {
        let response = server.send_request(&initialize(version)).await;
        assert_eq!(response.json()["result"]["protocolVersion"], version);
        let session = Session { id: response.header("mcp-session-id").unwrap().to_owned(), version };
        let initialized = session.post(&notification("notifications/initialized", json!({})));
        let response = server.send_request(&initialized).await;
        assert_eq!((response.status, response.body.len()), (202, 0));
        assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
        // The version header is optional, because the first revisions with sessions do not have it.
        assert_eq!(
            server.send_request(&count(&session).without("MCP-Protocol-Version")).await.text(),
            "counted"
        );
        assert_eq!(
            server.send_request(&session.request(json!(2), "ping", json!({}))).await.json()["result"],
            json!({})
        );
        let response = server.send_request(&session.delete()).await;
        assert!((200..300).contains(&response.status));
        for request in [count(&session), session.get(None), session.delete()] {
            assert_eq!(server.send_request(&request).await.status, 404);
        }
    }
    for unknown in ["1.0", "2026-07-28", "2099-01-01", "", "x"] {
        let response = server.send_request(&initialize(unknown)).await;
        assert_eq!(response.json()["result"]["protocolVersion"], "2025-11-25");
    }
    // Some clients send headers of another revision with `initialize`.
    let extra_headers =
        initialize("2025-06-18").set("MCP-Protocol-Version", "2026-07-28").set("Mcp-Method", "initialize");
    assert_eq!(server.send_request(&extra_headers).await.json()["result"]["protocolVersion"], "2025-06-18");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_ids_are_unique_and_authenticated() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    let mut ids = HashSet::new();
    for _ in 0..500 {
        let response = client.send_request(&initialize("2025-11-25")).await;
        let id = response.header("mcp-session-id").unwrap();
        assert!(id.len() >= 32 && id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{id}");
        assert!(ids.insert(id.to_owned()));
    }
    // An id with any byte changed is not the id of a session.
    let id = ids.iter().next().unwrap();
    for index in 0..id.len() {
        let mut changed = id.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let session = Session { id: String::from_utf8(changed).unwrap(), version: "2025-11-25" };
        assert_eq!(client.send_request(&count(&session)).await.status, 404, "{index}");
    }
    assert_eq!(server.probe.executed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_session_ids_are_not_found() {
    let server = TestServer::start().await;
    let real = server.session("2025-11-25").await.id;
    let ids = [
        "x".to_owned(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        "../../../etc/passwd".to_owned(),
        "..%2f..%2fetc".to_owned(),
        "mcp:session:*".to_owned(),
        "' OR 1=1 --".to_owned(),
        "A".repeat(6 << 10),
        "A".repeat(12 << 10),
        format!("{real},{real}"),
        format!("{real}, x"),
        format!("{real}A"),
        format!("\"{real}\""),
        real[1..].to_owned(),
        real.to_ascii_uppercase(),
    ];
    for id in ids {
        let session = Session { id, version: "2025-11-25" };
        for request in [count(&session), session.get(None), session.delete()] {
            let response = server.send_request(&request).await;
            assert_eq!(response.status, 404, "{request:?}");
            assert_eq!(response.json().get("id"), None);
        }
        let response =
            server.send_request(&session.post(&notification("notifications/initialized", json!({})))).await;
        assert_eq!(response.status, 404);
    }
    let session = Session { id: real, version: "2025-11-25" };
    for request in [count(&session), session.get(None), session.delete()] {
        let response = server.send_request(&request.clone().append("Mcp-Session-Id", &session.id)).await;
        assert_eq!(response.status, 400);
        assert_eq!(server.send_request(&request.set("Mcp-Session-Id", b"\xff\xfe")).await.status, 404);
    }
    assert_eq!(server.probe.executed(), 0);
    assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_session_id_is_rejected_where_required() {
    let server = TestServer::start().await;
    for request in [bodiless("GET", "/mcp").set("Accept", "text/event-stream"), bodiless("DELETE", "/mcp")] {
        assert_eq!(server.send_request(&request).await.status, 400);
        let versioned = request.set("MCP-Protocol-Version", "2025-11-25");
        assert_eq!(server.send_request(&versioned).await.status, 400);
    }
    for (method, params) in [
        ("logging/setLevel", json!({ "level": "error" })),
        ("resources/subscribe", json!({ "uri": "test://thing" })),
        ("resources/unsubscribe", json!({ "uri": "test://thing" })),
    ] {
        let request =
            post(message(json!(1), method, params).to_string()).set("MCP-Protocol-Version", "2025-11-25");
        server.expect_rejected(&request, 400, Some(-32600)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_work_without_a_session() {
    let server = TestServer::start().await;
    for version in LEGACY.into_iter().map(Some).chain([None]) {
        let request = post(call_message(json!(1), "progress", json!({ "times": 2 })).to_string());
        let request = match version {
            Some(version) => request.set("MCP-Protocol-Version", version),
            None => request,
        };
        let response = server.send_request(&request).await;
        assert_eq!((response.messages().len(), response.text()), (3, "reported".to_owned()), "{version:?}");
        assert_eq!(response.header("mcp-session-id"), None);
        assert!(response.messages()[2]["result"].get("resultType").is_none());
        let list = post(message(json!(1), "tools/list", json!({})).to_string());
        let list = version.map_or(list.clone(), |version| list.set("MCP-Protocol-Version", version));
        assert!(server.send_request(&list).await.json()["result"]["tools"].is_array());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn initialize_ignores_a_client_supplied_session_id() {
    let server = TestServer::start().await;
    let ended = server.session("2025-11-25").await;
    assert_eq!(server.send_request(&ended.delete()).await.status, 204);
    for id in ["mine", "00000000-0000-4000-8000-000000000000", &ended.id] {
        let response = server.send_request(&initialize("2025-11-25").set("Mcp-Session-Id", id)).await;
        assert_eq!(response.status, 200, "{response:?}");
        let issued = response.header("mcp-session-id").unwrap();
        assert_ne!(issued, id);
        let session = Session { id: issued.to_owned(), version: "2025-11-25" };
        assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_capabilities_have_a_size_limit() {
    let server = TestServer::start().await;
    for size in [100, 1000, 3000, 5000, 20_000, 200_000] {
        let mut message = initialize_message(json!(0), "2025-11-25");
        message["params"]["capabilities"]["experimental"] = json!({ "x": { "y": "z".repeat(size) } });
        let response = server.send_request(&post(message.to_string())).await;
        // If a session was opened, it can be used.
        let Some(id) = response.header("mcp-session-id") else {
            assert!(size > 1000 && response.code().is_some(), "{response:?}");
            continue;
        };
        let session = Session { id: id.to_owned(), version: "2025-11-25" };
        assert_eq!(server.send_request(&count(&session)).await.status, 200, "with {size} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_is_bound_to_its_caller() {
    let server = EmbeddedServer::start().await;
    let session = server.session("alice").await;
    let request = session.call(json!(1), "caller", json!({}));
    assert_eq!(server.send_request("alice", &request).await.text(), "alice, admin: false");
    for other in ["bob", "Alice", "alice\u{e4}", ""] {
        for request in [request.clone(), session.get(None), session.delete()] {
            assert_eq!(server.send_request(other, &request).await.status, 404, "{other}");
        }
    }
    let response = server.connect().await.send_request(&request).await;
    assert_eq!(response.status, 404, "an anonymous caller does not own the session");
    // Other callers are rejected while a stream is open, too.
    let mut standalone = server.connect().await;
    standalone.open(&session.get(None).set("x-user", "alice")).await;
    assert_eq!(server.send_request("bob", &request).await.status, 404);
    assert_eq!(server.send_request("alice", &request).await.text(), "alice, admin: false");
    assert_eq!(server.probe.executed(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_those_of_the_request() {
    let server = EmbeddedServer::start().await;
    let session = server.session("alice admin").await;
    let request = session.call(json!(1), "caller", json!({}));
    // The session is active while a stream is open.
    let mut standalone = server.connect().await;
    standalone.open(&session.get(None).set("x-user", "alice admin")).await;
    for (user, expected) in [
        ("alice admin", "alice, admin: true"),
        ("alice", "alice, admin: false"),
        ("alice admin other", "alice, admin: true"),
        ("alice other", "alice, admin: false"),
    ] {
        assert_eq!(server.send_request(user, &request).await.text(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_continues_on_replicas_with_the_key() {
    let key = || Key::new([1; 32]);
    let first = TestServer::with_settings(|http| http.key(key())).await;
    let session = first.session("2025-06-18").await;
    assert_eq!(first.send_request(&count(&session)).await.text(), "counted");
    let second = TestServer::with_settings(|http| http.key(key())).await;
    assert_eq!(second.send_request(&count(&session)).await.text(), "counted");
    let mut standalone = second.connect().await;
    standalone.open(&session.get(None)).await;
    let rotated = TestServer::with_settings(|http| http.key(Key::new([2; 32])).key(key())).await;
    assert_eq!(rotated.send_request(&count(&session)).await.text(), "counted");
    let fresh = rotated.session("2025-11-25").await;
    assert_eq!(second.send_request(&count(&fresh)).await.status, 404);
    for other in
        [TestServer::with_settings(|http| http.key(Key::new([2; 32]))).await, TestServer::start().await]
    {
        for request in [count(&session), session.get(None), session.delete()] {
            assert_eq!(other.send_request(&request).await.status, 404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_expire() {
    let server = TestServer::with_limits(Limits::default().max_session_age(Duration::from_secs(2))).await;
    let session = server.session("2025-11-25").await;
    assert_eq!(server.send_request(&count(&session)).await.status, 200);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    for request in [count(&session), session.get(None), session.delete()] {
        assert_eq!(server.send_request(&request).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_active_sessions_is_limited() {
    let server = TestServer::with_limits(Limits::default().max_sessions(2)).await;
    let (mut sessions, mut standalone) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let session = server.session("2025-11-25").await;
        assert_eq!(server.send_request(&count(&session)).await.status, 200);
        sessions.push(session);
    }
    for session in &sessions[..2] {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        standalone.push(client);
    }
    for request in [count(&sessions[2]), sessions[2].get(None)] {
        let response = server.send_request(&request).await;
        assert_eq!(response.status, 503);
        assert!(response.header("retry-after").is_some());
    }
    // Active sessions are served, and so are requests without a session.
    assert_eq!(server.send_request(&count(&sessions[0])).await.status, 200);
    server.expect_served().await;
    standalone.pop();
    while server.send_request(&count(&sessions[2])).await.status == 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.send_request(&count(&sessions[3])).await.status, 200);
}

/// An evicted session stays valid, but its state is reset.
#[tokio::test(flavor = "multi_thread")]
async fn least_recently_used_session_is_evicted() {
    let server = TestServer::with_limits(Limits::default().max_sessions(2)).await;
    let set_level =
        |session: &Session| session.request(json!(1), "logging/setLevel", json!({ "level": "error" }));
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let session = server.session("2025-11-25").await;
        assert_eq!(server.send_request(&set_level(&session)).await.status, 200);
        sessions.push(session);
    }
    let mut counts = Vec::new();
    for session in sessions.iter().rev() {
        counts.push(server.send_request(&session.call(json!(1), "log", json!({}))).await.messages().len());
    }
    // The evicted session is still served, with the default log level.
    assert_eq!(counts, [2, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_keeps_log_level_and_subscriptions() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let other = server.session("2025-11-25").await;
    let send = async |session: &Session, method: &str, params: Value| {
        let response = server.send_request(&session.request(json!(1), method, params)).await;
        assert_eq!(response.json()["result"], json!({}), "{response:?}");
    };
    let log_count = async |session: &Session| {
        server.send_request(&session.call(json!(1), "log", json!({}))).await.messages().len() - 1
    };
    assert_eq!((log_count(&session).await, log_count(&other).await), (2, 2));
    for (level, count) in [("error", 1), ("debug", 3), ("emergency", 0), ("info", 2)] {
        send(&session, "logging/setLevel", json!({ "level": level })).await;
        assert_eq!((log_count(&session).await, log_count(&other).await), (count, 2), "{level}");
    }
    let wrong = session.request(json!(1), "logging/setLevel", json!({ "level": "loud" }));
    assert_eq!(server.send_request(&wrong).await.code(), Some(-32602));
    send(&session, "resources/subscribe", json!({ "uri": "test://thing" })).await;
    let (mut standalone, mut others) = (server.connect().await, server.connect().await);
    standalone.open(&session.get(None)).await;
    others.open(&other.get(None)).await;
    assert!(
        standalone.event().await.unwrap().data.is_empty() && others.event().await.unwrap().data.is_empty()
    );
    server.probe.notify().resource_updated("test://thing");
    server.probe.notify().tools_list_changed();
    // The order of notifications that are pending at the same time is unspecified.
    let mut notifications = [standalone.message().await, standalone.message().await];
    notifications.sort_by_key(|message| message["method"].to_string());
    assert_eq!(notifications[0]["method"], "notifications/resources/updated");
    assert_eq!(notifications[0]["params"], json!({ "uri": "test://thing" }));
    assert_eq!(notifications[1]["method"], "notifications/tools/list_changed");
    assert_eq!(others.message().await["method"], "notifications/tools/list_changed");
    send(&session, "resources/unsubscribe", json!({ "uri": "test://thing" })).await;
    server.probe.notify().resource_updated("test://thing");
    server.probe.notify().prompts_list_changed();
    assert_eq!(standalone.message().await["method"], "notifications/prompts/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_request_id_in_flight_is_rejected() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let mut first = server.connect().await;
    first.send(session.call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(1).await;
    for _ in 0..20 {
        let response =
            server.send_request(&session.call(json!(1), "echo", json!({ "text": "swapped" }))).await;
        assert_eq!((response.status, response.code()), (400, Some(-32600)));
        assert_eq!(response.json()["id"], 1);
    }
    // An id of another type, or of another session, is a different id.
    assert_eq!(server.send_request(&session.call(json!("1"), "count", json!({}))).await.json()["id"], "1");
    let other = server.session("2025-11-25").await;
    assert_eq!(server.send_request(&count(&other)).await.text(), "counted");
    server.probe.release(1);
    assert_eq!(first.response().await.text(), "waited");
    // The id can be used again.
    assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_with_one_id_are_served_or_rejected() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for round in 0..20 {
        let calls = (0..8).map(|number| {
            let (address, text) = (server.address, format!("{round} {number}"));
            let request = session.call(json!(1), "repeat", json!({ "text": text }));
            tokio::spawn(async move {
                let response = crate::client::Client::connect(address).await.send_request(&request).await;
                assert_eq!(response.messages().last().unwrap()["id"], 1);
                if response.code().is_some() {
                    assert_eq!((response.status, response.code()), (400, Some(-32600)));
                    return 0;
                }
                assert!(response.messages().iter().all(|message| message.to_string().contains(&text)));
                1
            })
        });
        let mut served = 0;
        for call in calls.collect::<Vec<_>>() {
            served += call.await.unwrap();
        }
        assert!(served > 0, "no call was served");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_out_of_order_do_not_close_the_session() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for _ in 0..2 {
        // Before `notifications/initialized`, and after it.
        assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
        let again = session.post(&initialize_message(json!(9), "2025-06-18"));
        let response = server.send_request(&again).await;
        assert_eq!((response.status, response.code()), (400, Some(-32600)));
        assert_eq!((response.json()["id"].clone(), response.header("mcp-session-id")), (json!(9), None));
        let initialized = session.post(&notification("notifications/initialized", json!({})));
        assert_eq!(server.send_request(&initialized).await.status, 202);
        let discover = session.request(json!(1), "server/discover", json!({}));
        assert_eq!(server.send_request(&discover).await.code(), Some(-32601));
        let cancel = session.post(&cancellation(json!("nothing")));
        assert_eq!(server.send_request(&cancel).await.status, 202);
    }
    assert_eq!(server.send_request(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_version_header_is_rejected_in_a_session() {
    let server = TestServer::start().await;
    let session = server.session("2025-06-18").await;
    for version in ["", "x", "1.0", "2025-06-19", "2099-01-01", "2026-07-28", "2025-06-18, 2025-11-25"] {
        for request in [count(&session), session.get(None), session.delete()] {
            let response = server.send_request(&request.set("MCP-Protocol-Version", version)).await;
            assert_eq!(response.status, 400, "{version}: {response:?}");
        }
    }
    let twice = count(&session).append("MCP-Protocol-Version", "2025-06-18");
    assert_eq!(server.send_request(&twice).await.status, 400);
    assert_eq!(server.probe.executed(), 0);
    // Another revision with sessions is accepted.
    assert_eq!(
        server.send_request(&count(&session).set("MCP-Protocol-Version", "2025-11-25")).await.text(),
        "counted"
    );
    // The same holds without a session.
    let ping = post(message(json!(1), "ping", json!({})).to_string());
    assert_eq!(
        server.send_request(&ping.clone().set("MCP-Protocol-Version", "2025-06-18")).await.status,
        200
    );
    for version in ["x", "2099-01-01", ""] {
        assert_eq!(
            server.send_request(&ping.clone().set("MCP-Protocol-Version", version)).await.status,
            400,
            "{version}"
        );
    }
}
