//! Sessions of earlier revisions.

use std::collections::HashSet;
use std::time::Duration;

use mcpwright_server::Key;
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{
    Session, bare, call_message, cancellation, initialize, initialize_message, message, notification, post,
};
use crate::support::{Site, Wrapped};

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn count(session: &Session) -> crate::requests::Request {
    session.call(json!(1), "count", json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn initialize_opens_a_session() {
    let site = Site::start().await;
    for version in LEGACY {
        let answer = site.ask(&initialize(version)).await;
        assert_eq!(answer.json()["result"]["protocolVersion"], version);
        let session = Session { id: answer.header("mcp-session-id").unwrap().to_owned(), version };
        let initialized = session.post(&notification("notifications/initialized", json!({})));
        let answer = site.ask(&initialized).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
        assert_eq!(site.ask(&count(&session)).await.text(), "counted");
        // The header came with a later revision than the first sessions.
        assert_eq!(site.ask(&count(&session).without("MCP-Protocol-Version")).await.text(), "counted");
        assert_eq!(site.ask(&session.request(json!(2), "ping", json!({}))).await.json()["result"], json!({}));
        let answer = site.ask(&session.delete()).await;
        assert!((200..300).contains(&answer.status));
        for request in [count(&session), session.get(None), session.delete()] {
            assert_eq!(site.ask(&request).await.status, 404);
        }
    }
    for unknown in ["1.0", "2026-07-28", "2099-01-01", "", "x"] {
        let answer = site.ask(&initialize(unknown)).await;
        assert_eq!(answer.json()["result"]["protocolVersion"], "2025-11-25");
    }
    // Some clients say more in the head than belongs there.
    let stray =
        initialize("2025-06-18").set("MCP-Protocol-Version", "2026-07-28").set("Mcp-Method", "initialize");
    assert_eq!(site.ask(&stray).await.json()["result"]["protocolVersion"], "2025-06-18");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_ids_are_unique_and_authenticated() {
    let site = Site::start().await;
    let mut client = site.connect().await;
    let mut ids = HashSet::new();
    for _ in 0..500 {
        let answer = client.ask(&initialize("2025-11-25")).await;
        let id = answer.header("mcp-session-id").unwrap();
        assert!(id.len() >= 32 && id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{id}");
        assert!(ids.insert(id.to_owned()));
    }
    // Whatever is changed in one, it is another one's or nobody's.
    let id = ids.iter().next().unwrap();
    for place in 0..id.len() {
        let mut changed = id.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let session = Session { id: String::from_utf8(changed).unwrap(), version: "2025-11-25" };
        assert_eq!(client.ask(&count(&session)).await.status, 404, "{place}");
    }
    assert_eq!(site.world.executed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_session_ids_are_not_found() {
    let site = Site::start().await;
    let real = site.session("2025-11-25").await.id;
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
            let answer = site.ask(&request).await;
            assert_eq!(answer.status, 404, "{request:?}");
            assert_eq!(answer.json().get("id"), None);
        }
        let answer = site.ask(&session.post(&notification("notifications/initialized", json!({})))).await;
        assert_eq!(answer.status, 404);
    }
    let session = Session { id: real, version: "2025-11-25" };
    for request in [count(&session), session.get(None), session.delete()] {
        let answer = site.ask(&request.clone().add("Mcp-Session-Id", &session.id)).await;
        assert_eq!(answer.status, 400);
        assert_eq!(site.ask(&request.set("Mcp-Session-Id", b"\xff\xfe")).await.status, 404);
    }
    assert_eq!(site.world.executed(), 0);
    assert_eq!(site.ask(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_session_id_is_rejected_where_required() {
    let site = Site::start().await;
    for request in [bare("GET", "/mcp").set("Accept", "text/event-stream"), bare("DELETE", "/mcp")] {
        assert_eq!(site.ask(&request).await.status, 400);
        let versioned = request.set("MCP-Protocol-Version", "2025-11-25");
        assert_eq!(site.ask(&versioned).await.status, 400);
    }
    for (method, params) in [
        ("logging/setLevel", json!({ "level": "error" })),
        ("resources/subscribe", json!({ "uri": "test://thing" })),
        ("resources/unsubscribe", json!({ "uri": "test://thing" })),
    ] {
        let request =
            post(message(json!(1), method, params).to_string()).set("MCP-Protocol-Version", "2025-11-25");
        site.refuses(&request, 400, Some(-32600)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_work_without_a_session() {
    let site = Site::start().await;
    for version in LEGACY.into_iter().map(Some).chain([None]) {
        let request = post(call_message(json!(1), "say", json!({ "times": 2 })).to_string());
        let request = match version {
            Some(version) => request.set("MCP-Protocol-Version", version),
            None => request,
        };
        let answer = site.ask(&request).await;
        assert_eq!((answer.messages().len(), answer.text()), (3, "said".to_owned()), "{version:?}");
        assert_eq!(answer.header("mcp-session-id"), None);
        assert!(answer.messages()[2]["result"].get("resultType").is_none());
        let list = post(message(json!(1), "tools/list", json!({})).to_string());
        let list = version.map_or(list.clone(), |version| list.set("MCP-Protocol-Version", version));
        assert!(site.ask(&list).await.json()["result"]["tools"].is_array());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn initialize_ignores_a_client_supplied_session_id() {
    let site = Site::start().await;
    let ended = site.session("2025-11-25").await;
    assert_eq!(site.ask(&ended.delete()).await.status, 204);
    for id in ["mine", "00000000-0000-4000-8000-000000000000", &ended.id] {
        let answer = site.ask(&initialize("2025-11-25").set("Mcp-Session-Id", id)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let minted = answer.header("mcp-session-id").unwrap();
        assert_ne!(minted, id);
        let session = Session { id: minted.to_owned(), version: "2025-11-25" };
        assert_eq!(site.ask(&count(&session)).await.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_capabilities_have_a_size_limit() {
    let site = Site::start().await;
    for size in [100, 1000, 3000, 5000, 20_000, 200_000] {
        let mut message = initialize_message(json!(0), "2025-11-25");
        message["params"]["capabilities"]["experimental"] = json!({ "x": { "y": "z".repeat(size) } });
        let answer = site.ask(&post(message.to_string())).await;
        // A session that was opened can be used.
        let Some(id) = answer.header("mcp-session-id") else {
            assert!(size > 1000 && answer.code().is_some(), "{answer:?}");
            continue;
        };
        let session = Session { id: id.to_owned(), version: "2025-11-25" };
        assert_eq!(site.ask(&count(&session)).await.status, 200, "with {size} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_is_bound_to_its_caller() {
    let site = Wrapped::start().await;
    let session = site.session("alice").await;
    let request = session.call(json!(1), "who", json!({}));
    assert_eq!(site.ask("alice", &request).await.text(), "alice, admin: false");
    for other in ["bob", "Alice", "alice\u{e4}", ""] {
        for request in [request.clone(), session.get(None), session.delete()] {
            assert_eq!(site.ask(other, &request).await.status, 404, "{other}");
        }
    }
    let answer = site.connect().await.ask(&request).await;
    assert_eq!(answer.status, 404, "nobody is not anybody");
    // While it is open, it is not anybody else's either.
    let mut standing = site.connect().await;
    standing.open(&session.get(None).set("x-user", "alice")).await;
    assert_eq!(site.ask("bob", &request).await.status, 404);
    assert_eq!(site.ask("alice", &request).await.text(), "alice, admin: false");
    assert_eq!(site.world.executed(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_those_of_the_request() {
    let site = Wrapped::start().await;
    let session = site.session("alice admin").await;
    let request = session.call(json!(1), "who", json!({}));
    // As long as a stream is open, the server keeps something of the session.
    let mut standing = site.connect().await;
    standing.open(&session.get(None).set("x-user", "alice admin")).await;
    for (user, expected) in [
        ("alice admin", "alice, admin: true"),
        ("alice", "alice, admin: false"),
        ("alice admin other", "alice, admin: true"),
        ("alice other", "alice, admin: false"),
    ] {
        assert_eq!(site.ask(user, &request).await.text(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_continues_on_replicas_with_the_key() {
    let key = || Key::new([1; 32]);
    let first = Site::with(|http| http.key(key())).await;
    let session = first.session("2025-06-18").await;
    assert_eq!(first.ask(&count(&session)).await.text(), "counted");
    let second = Site::with(|http| http.key(key())).await;
    assert_eq!(second.ask(&count(&session)).await.text(), "counted");
    let mut standing = second.connect().await;
    standing.open(&session.get(None)).await;
    let rotated = Site::with(|http| http.key(Key::new([2; 32])).key(key())).await;
    assert_eq!(rotated.ask(&count(&session)).await.text(), "counted");
    let fresh = rotated.session("2025-11-25").await;
    assert_eq!(second.ask(&count(&fresh)).await.status, 404);
    for other in [Site::with(|http| http.key(Key::new([2; 32]))).await, Site::start().await] {
        for request in [count(&session), session.get(None), session.delete()] {
            assert_eq!(other.ask(&request).await.status, 404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_expire() {
    let site = Site::limited(Limits::default().max_session_age(Duration::from_secs(2))).await;
    let session = site.session("2025-11-25").await;
    assert_eq!(site.ask(&count(&session)).await.status, 200);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    for request in [count(&session), session.get(None), session.delete()] {
        assert_eq!(site.ask(&request).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_active_sessions_is_limited() {
    let site = Site::limited(Limits::default().max_sessions(2)).await;
    let (mut sessions, mut standing) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let session = site.session("2025-11-25").await;
        assert_eq!(site.ask(&count(&session)).await.status, 200);
        sessions.push(session);
    }
    for session in &sessions[..2] {
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        standing.push(client);
    }
    for request in [count(&sessions[2]), sessions[2].get(None)] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 503);
        assert!(answer.header("retry-after").is_some());
    }
    // Whoever is in is served, and so is whoever needs no session.
    assert_eq!(site.ask(&count(&sessions[0])).await.status, 200);
    site.serves().await;
    standing.pop();
    while site.ask(&count(&sessions[2])).await.status == 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.ask(&count(&sessions[3])).await.status, 200);
}

/// How a client hears of its session, or not, once the one that was idle for longest has made room.
#[tokio::test(flavor = "multi_thread")]
async fn least_recently_used_session_is_evicted() {
    let site = Site::limited(Limits::default().max_sessions(2)).await;
    let set_level =
        |session: &Session| session.request(json!(1), "logging/setLevel", json!({ "level": "error" }));
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let session = site.session("2025-11-25").await;
        assert_eq!(site.ask(&set_level(&session)).await.status, 200);
        sessions.push(session);
    }
    let mut heard = Vec::new();
    for session in sessions.iter().rev() {
        heard.push(site.ask(&session.call(json!(1), "log", json!({}))).await.messages().len());
    }
    // Its session goes on, with the level of its log forgotten.
    assert_eq!(heard, [2, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_keeps_log_level_and_subscriptions() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let other = site.session("2025-11-25").await;
    let ask = async |session: &Session, method: &str, params: Value| {
        let answer = site.ask(&session.request(json!(1), method, params)).await;
        assert_eq!(answer.json()["result"], json!({}), "{answer:?}");
    };
    let heard = async |session: &Session| {
        site.ask(&session.call(json!(1), "log", json!({}))).await.messages().len() - 1
    };
    assert_eq!((heard(&session).await, heard(&other).await), (2, 2));
    for (level, count) in [("error", 1), ("debug", 3), ("emergency", 0), ("info", 2)] {
        ask(&session, "logging/setLevel", json!({ "level": level })).await;
        assert_eq!((heard(&session).await, heard(&other).await), (count, 2), "{level}");
    }
    let wrong = session.request(json!(1), "logging/setLevel", json!({ "level": "loud" }));
    assert_eq!(site.ask(&wrong).await.code(), Some(-32602));
    ask(&session, "resources/subscribe", json!({ "uri": "test://thing" })).await;
    let (mut standing, mut others) = (site.connect().await, site.connect().await);
    standing.open(&session.get(None)).await;
    others.open(&other.get(None)).await;
    assert!(standing.event().await.unwrap().data.is_empty() && others.event().await.unwrap().data.is_empty());
    site.world.notify().resource_updated("test://thing");
    site.world.notify().tools_list_changed();
    // What is taken at once comes in no certain order.
    let mut told = [standing.message().await, standing.message().await];
    told.sort_by_key(|message| message["method"].to_string());
    assert_eq!(told[0]["method"], "notifications/resources/updated");
    assert_eq!(told[0]["params"], json!({ "uri": "test://thing" }));
    assert_eq!(told[1]["method"], "notifications/tools/list_changed");
    assert_eq!(others.message().await["method"], "notifications/tools/list_changed");
    ask(&session, "resources/unsubscribe", json!({ "uri": "test://thing" })).await;
    site.world.notify().resource_updated("test://thing");
    site.world.notify().prompts_list_changed();
    assert_eq!(standing.message().await["method"], "notifications/prompts/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_request_id_in_flight_is_rejected() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let mut first = site.connect().await;
    first.send(session.call(json!(1), "wait", json!({})).bytes()).await;
    site.world.begun(1).await;
    for _ in 0..20 {
        let answer = site.ask(&session.call(json!(1), "echo", json!({ "text": "swapped" }))).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)));
        assert_eq!(answer.json()["id"], 1);
    }
    // Another kind of id, or another session's, is another id.
    assert_eq!(site.ask(&session.call(json!("1"), "count", json!({}))).await.json()["id"], "1");
    let other = site.session("2025-11-25").await;
    assert_eq!(site.ask(&count(&other)).await.text(), "counted");
    site.world.release(1);
    assert_eq!(first.answer().await.text(), "waited");
    // It is free again.
    assert_eq!(site.ask(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_with_one_id_are_served_or_rejected() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    for round in 0..20 {
        let asked = (0..8).map(|number| {
            let (address, text) = (site.address, format!("{round} {number}"));
            let request = session.call(json!(1), "murmur", json!({ "text": text }));
            tokio::spawn(async move {
                let answer = crate::wire::Client::connect(address).await.ask(&request).await;
                assert_eq!(answer.messages().last().unwrap()["id"], 1);
                if answer.code().is_some() {
                    assert_eq!((answer.status, answer.code()), (400, Some(-32600)));
                    return 0;
                }
                assert!(answer.messages().iter().all(|message| message.to_string().contains(&text)));
                1
            })
        });
        let mut served = 0;
        for answered in asked.collect::<Vec<_>>() {
            served += answered.await.unwrap();
        }
        assert!(served > 0, "nobody was served");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_out_of_order_do_not_close_the_session() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    for _ in 0..2 {
        // Before it is said that the session is initialized, and again.
        assert_eq!(site.ask(&count(&session)).await.text(), "counted");
        let again = session.post(&initialize_message(json!(9), "2025-06-18"));
        let answer = site.ask(&again).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)));
        assert_eq!((answer.json()["id"].clone(), answer.header("mcp-session-id")), (json!(9), None));
        let initialized = session.post(&notification("notifications/initialized", json!({})));
        assert_eq!(site.ask(&initialized).await.status, 202);
        let discover = session.request(json!(1), "server/discover", json!({}));
        assert_eq!(site.ask(&discover).await.code(), Some(-32602));
        let cancel = session.post(&cancellation(json!("nothing")));
        assert_eq!(site.ask(&cancel).await.status, 202);
    }
    assert_eq!(site.ask(&count(&session)).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_version_header_is_rejected_in_a_session() {
    let site = Site::start().await;
    let session = site.session("2025-06-18").await;
    for version in ["", "x", "1.0", "2025-06-19", "2099-01-01", "2026-07-28", "2025-06-18, 2025-11-25"] {
        for request in [count(&session), session.get(None), session.delete()] {
            let answer = site.ask(&request.set("MCP-Protocol-Version", version)).await;
            assert_eq!(answer.status, 400, "{version}: {answer:?}");
        }
    }
    let twice = count(&session).add("MCP-Protocol-Version", "2025-06-18");
    assert_eq!(site.ask(&twice).await.status, 400);
    assert_eq!(site.world.executed(), 0);
    // Another one that has sessions is as good.
    assert_eq!(site.ask(&count(&session).set("MCP-Protocol-Version", "2025-11-25")).await.text(), "counted");
    // Without a session, too.
    let ping = post(message(json!(1), "ping", json!({})).to_string());
    assert_eq!(site.ask(&ping.clone().set("MCP-Protocol-Version", "2025-06-18")).await.status, 200);
    for version in ["x", "2099-01-01", ""] {
        assert_eq!(
            site.ask(&ping.clone().set("MCP-Protocol-Version", version)).await.status,
            400,
            "{version}"
        );
    }
}
