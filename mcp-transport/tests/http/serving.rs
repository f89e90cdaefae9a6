//! The server around it all: health, the end, and connections that nobody needs.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;
use tokio::net::TcpStream;

use crate::requests::{Session, bare, call, call_message, loud_call, modern, post};
use crate::support::{A_WHILE, Site};
use crate::wire::Client;

/// A time that is over soon, and is long enough for what has to happen within it: it is looked at twice a second.
const SHORT: Duration = Duration::from_secs(1);

fn soon() -> Limits {
    Limits::default().json_grace(Duration::from_millis(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn health_endpoints_respond() {
    let site = Site::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = site.ask(&bare("GET", path)).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.body.is_empty());
        let mut client = site.connect().await;
        client.send(bare("HEAD", path).bytes()).await;
        assert_eq!(client.head().await.status, 200);
        for method in ["POST", "DELETE", "PUT"] {
            let answer = site.ask(&bare(method, path)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
        }
    }
    assert_eq!(site.ask(&bare("GET", "/")).await.status, 404);
}

/// A connection with a request on it whose head is not complete yet, and the rest of the head.
async fn half_asked(site: &Site, path: &str) -> (Client, Vec<u8>) {
    let mut client = site.connect().await;
    let bytes = bare("GET", path).bytes();
    client.send(&bytes[..20]).await;
    // Nothing says when it has been read; the server has been through all of its connections several times.
    for _ in 0..5 {
        site.serves().await;
        tokio::time::sleep(A_WHILE / 5).await;
    }
    (client, bytes[20..].to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn server_is_alive_but_not_ready_during_shutdown() {
    let mut site = Site::start().await;
    let mut client = site.connect().await;
    client.send(call(json!(1), "wait", json!({})).bytes()).await;
    site.world.begun(1).await;
    let (mut ready, rest_of_ready) = half_asked(&site, "/readyz").await;
    let (mut alive, rest_of_alive) = half_asked(&site, "/healthz").await;
    site.stop();
    refuses_connections(&site).await;
    ready.send(rest_of_ready).await;
    assert_eq!(ready.answer().await.status, 503);
    ready.expect_closed().await;
    alive.send(rest_of_alive).await;
    assert_eq!(alive.answer().await.status, 200);
    site.world.release(1);
    assert_eq!(client.answer().await.text(), "waited");
    site.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_delay_keeps_serving_while_not_ready() {
    let notice = Duration::from_secs(3600);
    let mut site = Site::limited(Limits::default().shutdown_delay(notice).max_connections(3)).await;
    let mut kept = site.connect().await;
    assert_eq!(kept.ask(&bare("GET", "/readyz")).await.status, 200);
    site.stop();
    while kept.ask(&bare("GET", "/readyz")).await.status != 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(kept.ask(&bare("GET", "/healthz")).await.status, 200);
    site.serves().await;
    // There are no more connections than before.
    let mut others = [site.connect().await, site.connect().await];
    for client in &mut others {
        client.ask(&call(json!(1), "count", json!({}))).await;
    }
    let mut waiting = site.connect().await;
    waiting.send(call(json!(1), "count", json!({})).bytes()).await;
    waiting.expect_silence().await;
    drop(others);
    assert_eq!(waiting.answer().await.text(), "counted");
}

/// Nobody new is let in: whoever wants in learns so at once and goes elsewhere.
async fn refuses_connections(site: &Site) {
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    while TcpStream::connect(site.address).await.is_ok() {
        assert!(std::time::Instant::now() < deadline, "somebody new is kept waiting by a server that ends");
        tokio::time::sleep(A_WHILE / 10).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_finishes_calls_and_closes_streams() {
    let mut site = Site::limited(soon()).await;
    let session = site.session("2025-11-25").await;
    let idle = site.session("2025-11-25").await;
    let mut kept = site.connect().await;
    assert_eq!(kept.ask(&call(json!(1), "count", json!({}))).await.text(), "counted");
    let running = [
        call(json!(1), "wait", json!({})).set("Accept", "application/json"),
        loud_call(json!(1), "say_and_wait", json!({}), json!(1)),
        session.call(json!(1), "say_and_wait", json!({})),
        post(call_message(json!(1), "wait", json!({})).to_string()),
    ];
    let mut clients = Vec::new();
    for request in running {
        let mut client = site.connect().await;
        client.send(request.bytes()).await;
        clients.push(client);
    }
    site.world.begun(4).await;
    let mut listening = Vec::new();
    let listen = modern(json!(1), "subscriptions/listen", json!({ "notifications": {} }));
    for request in [listen, session.get(None), idle.get(None)] {
        let mut client = site.connect().await;
        client.open(&request).await;
        client.event().await.unwrap();
        listening.push(client);
    }
    site.stop();
    for client in &mut listening {
        client.rest().await;
        client.expect_closed().await;
    }
    kept.expect_closed().await;
    site.world.release(4);
    for client in &mut clients {
        let answer = client.answer().await;
        assert_eq!(answer.text(), "waited", "{answer:?}");
        client.expect_closed().await;
    }
    assert_eq!(site.world.dropped_so_far(), 0);
    site.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_waits_for_calls_without_a_connection() {
    let mut site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let mut client = site.connect().await;
    client.send(session.call(json!(1), "wait", json!({})).bytes()).await;
    site.world.begun(1).await;
    drop(client);
    site.stop();
    refuses_connections(&site).await;
    let world = site.world.clone();
    let ended = tokio::spawn(site.ended());
    tokio::time::sleep(A_WHILE).await;
    assert!(!ended.is_finished());
    world.release(1);
    ended.await.unwrap();
    assert_eq!(world.dropped_so_far(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn drain_timeout_cancels_running_calls() {
    let mut site = Site::limited(soon().drain_timeout(SHORT)).await;
    let session = site.session("2025-11-25").await;
    let requests = [
        call(json!(1), "wait", json!({})).set("Accept", "application/json"),
        loud_call(json!(1), "say_and_wait", json!({}), json!(1)),
        session.call(json!(1), "say_and_wait", json!({})),
        session.call(json!(2), "wait", json!({})),
        post(call_message(json!(1), "wait", json!({})).to_string()),
    ];
    let mut clients = Vec::new();
    for request in requests {
        let mut client = site.connect().await;
        client.send(request.bytes()).await;
        clients.push(client);
    }
    site.world.begun(5).await;
    clients.remove(3);
    let world = site.world.clone();
    site.stop();
    site.ended().await;
    world.dropped(5).await;
    for client in &mut clients {
        client.drain().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn header_timeout_closes_the_connection() {
    let site = Site::limited(Limits::default().header_timeout(SHORT)).await;
    let bytes = call(json!(1), "count", json!({})).bytes();
    let mut clients = Vec::new();
    for sent in [1, 10, 100] {
        let mut client = site.connect().await;
        client.send(&bytes[..sent]).await;
        clients.push(client);
        // The second one on a connection, too.
        let mut client = site.connect().await;
        client.ask(&call(json!(1), "count", json!({}))).await;
        client.send(&bytes[..sent]).await;
        clients.push(client);
    }
    for client in &mut clients {
        client.expect_closed().await;
    }
    // One byte after the other is no progress.
    let mut client = site.connect().await;
    for byte in &bytes[..30] {
        client.send_if_taken([*byte]).await;
        tokio::time::sleep(SHORT / 10).await;
    }
    assert_eq!(client.drain().await, 0);
    assert_eq!(site.world.executed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed() {
    let site = Site::limited(soon().idle_timeout(SHORT).keep_alive_interval(A_WHILE)).await;
    let session = site.session("2025-11-25").await;
    // Those that do something stay.
    let mut busy = site.connect().await;
    busy.open(&call(json!(1), "wait", json!({}))).await;
    let mut standing = site.connect().await;
    standing.open(&session.get(None)).await;
    let mut silent = site.connect().await;
    let mut used = site.connect().await;
    used.ask(&call(json!(1), "count", json!({}))).await;
    silent.expect_closed().await;
    used.expect_closed().await;
    tokio::time::sleep(SHORT * 2).await;
    busy.comment().await;
    site.world.release(1);
    assert_eq!(busy.message().await["result"]["content"][0]["text"], "waited");
    assert_eq!(busy.event().await, None);
    busy.expect_closed().await;
    standing.comment().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_connections_is_limited() {
    let site = Site::limited(Limits::default().max_connections(3)).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = site.connect().await;
        client.ask(&call(json!(1), "count", json!({}))).await;
        clients.push(client);
    }
    let mut waiting = site.connect().await;
    waiting.send(call(json!(1), "count", json!({})).bytes()).await;
    waiting.expect_silence().await;
    for client in &mut clients {
        assert_eq!(client.ask(&call(json!(1), "count", json!({}))).await.text(), "counted");
    }
    clients.pop();
    assert_eq!(waiting.answer().await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_slow_requests() {
    let site = Site::start().await;
    let mut held = Vec::new();
    for number in 0..300 {
        let mut client = site.connect().await;
        if number % 2 == 0 {
            client.send("POST /mcp HT").await;
        }
        held.push(client);
    }
    for _ in 0..20 {
        site.serves().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn write_timeout_closes_connections_that_do_not_read() {
    let site = Site::limited(soon().write_timeout(SHORT)).await;
    let mut client = site.connect().await;
    client.send(loud_call(json!(1), "flood", json!({ "bytes": 100_000 }), json!(1)).bytes()).await;
    site.world.dropped(1).await;
    client.drain().await;
    // The same of an answer in one piece: it is not all there.
    const BYTES: usize = 64 << 20;
    let request = call(json!(1), "big", json!({ "bytes": BYTES })).set("Connection", "close");
    let mut client = site.connect().await;
    client.send(request.bytes()).await;
    client.sees_something().await;
    tokio::time::sleep(SHORT * 3).await;
    assert!(client.drain().await < BYTES);
    // Whoever does read gets all of it.
    assert!(site.ask(&request).await.body.len() > BYTES);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_survives_a_server_restart() {
    let key = || mcpwright_server::Key::new([3; 32]);
    let mut first = Site::with(|http| http.key(key()).limits(Limits::default().drain_timeout(SHORT))).await;
    let session: Session = first.session("2025-11-25").await;
    first.stop();
    first.ended().await;
    let second = Site::with(|http| http.key(key())).await;
    assert_eq!(second.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}
