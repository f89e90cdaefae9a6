//! Server lifecycle: health endpoints, shutdown, connection limits and timeouts.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;
use tokio::net::TcpStream;

use crate::client::Client;
use crate::requests::{Session, bodiless, call, call_message, call_with_progress, modern, post};
use crate::support::{QUIET_PERIOD, TestServer, short_grace};

/// A short timeout, longer than the interval at which the server checks its timeouts (twice per second).
const SHORT_TIMEOUT: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn health_endpoints_respond() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        let response = server.send_request(&bodiless("GET", path)).await;
        assert_eq!(response.status, 200);
        assert!(!response.body.is_empty());
        let mut client = server.connect().await;
        client.send(bodiless("HEAD", path).bytes()).await;
        assert_eq!(client.head().await.status, 200);
        for method in ["POST", "DELETE", "PUT"] {
            let response = server.send_request(&bodiless(method, path)).await;
            assert_eq!((response.status, response.header("allow")), (405, Some("GET, HEAD")));
        }
    }
    assert_eq!(server.send_request(&bodiless("GET", "/")).await.status, 404);
}

/// Sends a part of the head of a request. Returns the connection, and the rest of the head.
async fn send_partial_head(server: &TestServer, path: &str) -> (Client, Vec<u8>) {
    let mut client = server.connect().await;
    let bytes = bodiless("GET", path).bytes();
    client.send(&bytes[..20]).await;
    // Gives the server time to read the part: there is no signal for it.
    for _ in 0..5 {
        server.expect_served().await;
        tokio::time::sleep(QUIET_PERIOD / 5).await;
    }
    (client, bytes[20..].to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn server_is_alive_but_not_ready_during_shutdown() {
    let mut server = TestServer::start().await;
    let mut client = server.connect().await;
    client.send(call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(1).await;
    let (mut ready, ready_rest) = send_partial_head(&server, "/readyz").await;
    let (mut alive, alive_rest) = send_partial_head(&server, "/healthz").await;
    server.stop();
    wait_for_connection_refused(&server).await;
    ready.send(ready_rest).await;
    assert_eq!(ready.response().await.status, 503);
    ready.expect_closed().await;
    alive.send(alive_rest).await;
    assert_eq!(alive.response().await.status, 200);
    server.probe.release(1);
    assert_eq!(client.response().await.text(), "waited");
    server.wait_for_shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_delay_keeps_serving_while_not_ready() {
    let delay = Duration::from_secs(3600);
    let mut server =
        TestServer::with_limits(Limits::default().shutdown_delay(delay).max_connections(3)).await;
    let mut reused = server.connect().await;
    assert_eq!(reused.send_request(&bodiless("GET", "/readyz")).await.status, 200);
    server.stop();
    while reused.send_request(&bodiless("GET", "/readyz")).await.status != 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(reused.send_request(&bodiless("GET", "/healthz")).await.status, 200);
    server.expect_served().await;
    // The connection limit still applies.
    let mut others = [server.connect().await, server.connect().await];
    for client in &mut others {
        client.send_request(&call(json!(1), "count", json!({}))).await;
    }
    let mut waiting = server.connect().await;
    waiting.send(call(json!(1), "count", json!({})).bytes()).await;
    waiting.expect_silence().await;
    drop(others);
    assert_eq!(waiting.response().await.text(), "counted");
}

/// Waits until new connections are refused.
async fn wait_for_connection_refused(server: &TestServer) {
    let deadline = std::time::Instant::now() + crate::support::TIMEOUT;
    while TcpStream::connect(server.address).await.is_ok() {
        assert!(std::time::Instant::now() < deadline, "a server that shuts down still accepts connections");
        tokio::time::sleep(QUIET_PERIOD / 10).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_finishes_calls_and_closes_streams() {
    let mut server = TestServer::with_limits(short_grace()).await;
    let session = server.session("2025-11-25").await;
    let idle = server.session("2025-11-25").await;
    let mut reused = server.connect().await;
    assert_eq!(reused.send_request(&call(json!(1), "count", json!({}))).await.text(), "counted");
    let running = [
        call(json!(1), "wait", json!({})).set("Accept", "application/json"),
        call_with_progress(json!(1), "progress_and_wait", json!({}), json!(1)),
        session.call(json!(1), "progress_and_wait", json!({})),
        post(call_message(json!(1), "wait", json!({})).to_string()),
    ];
    let mut clients = Vec::new();
    for request in running {
        let mut client = server.connect().await;
        client.send(request.bytes()).await;
        clients.push(client);
    }
    server.probe.wait_for_started(4).await;
    let mut listening = Vec::new();
    let listen = modern(json!(1), "subscriptions/listen", json!({ "notifications": {} }));
    for request in [listen, session.get(None), idle.get(None)] {
        let mut client = server.connect().await;
        client.open(&request).await;
        client.event().await.unwrap();
        listening.push(client);
    }
    server.stop();
    for client in &mut listening {
        client.remaining_events().await;
        client.expect_closed().await;
    }
    reused.expect_closed().await;
    server.probe.release(4);
    for client in &mut clients {
        let response = client.response().await;
        assert_eq!(response.text(), "waited", "{response:?}");
        client.expect_closed().await;
    }
    assert_eq!(server.probe.dropped(), 0);
    server.wait_for_shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_waits_for_calls_without_a_connection() {
    let mut server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let mut client = server.connect().await;
    client.send(session.call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(1).await;
    drop(client);
    server.stop();
    wait_for_connection_refused(&server).await;
    let probe = server.probe.clone();
    let ended = tokio::spawn(server.wait_for_shutdown());
    tokio::time::sleep(QUIET_PERIOD).await;
    assert!(!ended.is_finished());
    probe.release(1);
    ended.await.unwrap();
    assert_eq!(probe.dropped(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn drain_timeout_cancels_running_calls() {
    let mut server = TestServer::with_limits(short_grace().drain_timeout(SHORT_TIMEOUT)).await;
    let session = server.session("2025-11-25").await;
    let requests = [
        call(json!(1), "wait", json!({})).set("Accept", "application/json"),
        call_with_progress(json!(1), "progress_and_wait", json!({}), json!(1)),
        session.call(json!(1), "progress_and_wait", json!({})),
        session.call(json!(2), "wait", json!({})),
        post(call_message(json!(1), "wait", json!({})).to_string()),
    ];
    let mut clients = Vec::new();
    for request in requests {
        let mut client = server.connect().await;
        client.send(request.bytes()).await;
        clients.push(client);
    }
    server.probe.wait_for_started(5).await;
    clients.remove(3);
    let probe = server.probe.clone();
    server.stop();
    server.wait_for_shutdown().await;
    probe.wait_for_dropped(5).await;
    for client in &mut clients {
        client.drain().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn header_timeout_closes_the_connection() {
    let server = TestServer::with_limits(Limits::default().header_timeout(SHORT_TIMEOUT)).await;
    let bytes = call(json!(1), "count", json!({})).bytes();
    let mut clients = Vec::new();
    for sent in [1, 10, 100] {
        let mut client = server.connect().await;
        client.send(&bytes[..sent]).await;
        clients.push(client);
        // The same for the second request on a connection.
        let mut client = server.connect().await;
        client.send_request(&call(json!(1), "count", json!({}))).await;
        client.send(&bytes[..sent]).await;
        clients.push(client);
    }
    for client in &mut clients {
        client.expect_closed().await;
    }
    // Single bytes do not extend the timeout.
    let mut client = server.connect().await;
    for byte in &bytes[..30] {
        client.send_until_closed([*byte]).await;
        tokio::time::sleep(SHORT_TIMEOUT / 10).await;
    }
    assert_eq!(client.drain().await, 0);
    assert_eq!(server.probe.executed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed() {
    let server =
        TestServer::with_limits(short_grace().idle_timeout(SHORT_TIMEOUT).keep_alive_interval(QUIET_PERIOD))
            .await;
    let session = server.session("2025-11-25").await;
    // Connections with a running call or an open stream stay open.
    let mut busy = server.connect().await;
    busy.open(&call(json!(1), "wait", json!({}))).await;
    let mut standalone = server.connect().await;
    standalone.open(&session.get(None)).await;
    let mut silent = server.connect().await;
    let mut used = server.connect().await;
    used.send_request(&call(json!(1), "count", json!({}))).await;
    silent.expect_closed().await;
    used.expect_closed().await;
    tokio::time::sleep(SHORT_TIMEOUT * 2).await;
    busy.wait_for_comment().await;
    server.probe.release(1);
    assert_eq!(busy.message().await["result"]["content"][0]["text"], "waited");
    assert_eq!(busy.event().await, None);
    busy.expect_closed().await;
    standalone.wait_for_comment().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_connections_is_limited() {
    let server = TestServer::with_limits(Limits::default().max_connections(3)).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = server.connect().await;
        client.send_request(&call(json!(1), "count", json!({}))).await;
        clients.push(client);
    }
    let mut waiting = server.connect().await;
    waiting.send(call(json!(1), "count", json!({})).bytes()).await;
    waiting.expect_silence().await;
    for client in &mut clients {
        assert_eq!(client.send_request(&call(json!(1), "count", json!({}))).await.text(), "counted");
    }
    clients.pop();
    assert_eq!(waiting.response().await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_slow_requests() {
    let server = TestServer::start().await;
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut client = server.connect().await;
        if number % 2 == 0 {
            client.send("POST /mcp HT").await;
        }
        idle.push(client);
    }
    for _ in 0..20 {
        server.expect_served().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn write_timeout_closes_connections_that_do_not_read() {
    let server = TestServer::with_limits(short_grace().write_timeout(SHORT_TIMEOUT)).await;
    let mut client = server.connect().await;
    client.send(call_with_progress(json!(1), "flood", json!({ "bytes": 100_000 }), json!(1)).bytes()).await;
    server.probe.wait_for_dropped(1).await;
    client.drain().await;
    // The same for a JSON response: it is truncated.
    const BYTES: usize = 64 << 20;
    let request = call(json!(1), "large", json!({ "bytes": BYTES })).set("Connection", "close");
    let mut client = server.connect().await;
    client.send(request.bytes()).await;
    client.wait_readable().await;
    tokio::time::sleep(SHORT_TIMEOUT * 3).await;
    assert!(client.drain().await < BYTES);
    // A client that reads receives the whole response.
    assert!(server.send_request(&request).await.body.len() > BYTES);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_survives_a_server_restart() {
    let key = || mcpwright_server::Key::new([3; 32]);
    let mut first = TestServer::with_settings(|http| {
        http.key(key()).limits(Limits::default().drain_timeout(SHORT_TIMEOUT))
    })
    .await;
    let session: Session = first.session("2025-11-25").await;
    first.stop();
    first.wait_for_shutdown().await;
    let second = TestServer::with_settings(|http| http.key(key())).await;
    assert_eq!(second.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}
