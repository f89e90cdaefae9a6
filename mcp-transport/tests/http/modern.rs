//! Calls of revision 2026-07-28: response types, notifications, disconnects and limits.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::probe::Tenant;
use crate::requests::{Request, call, call_with_progress, cancellation, modern, post};
use crate::support::TestServer;

/// Longer than any test runs.
const ONE_HOUR: Duration = Duration::from_secs(3600);

fn json_only(request: Request) -> Request {
    request.set("Accept", "application/json")
}

#[track_caller]
fn assert_progress(message: &Value, token: &Value, progress: f64) {
    assert_eq!(message["method"], "notifications/progress", "{message}");
    assert_eq!(message["params"]["progressToken"], *token, "{message}");
    assert_eq!(message["params"]["progress"].as_f64(), Some(progress), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fast_call_returns_json() {
    let server = TestServer::start().await;
    let response = server.send_request(&call(json!("a"), "echo", json!({ "text": "ünï" }))).await;
    assert_eq!((response.status, response.json()["id"].clone()), (200, json!("a")));
    assert_eq!(response.json()["result"]["resultType"], "complete");
    assert_eq!(response.text(), "ünï");
    assert_eq!(response.header("mcp-session-id"), None);
    // A missing argument is a tool error, which the model reads.
    let response = server.send_request(&call(json!(2), "echo", json!({}))).await;
    assert_eq!((response.status, response.json()["result"]["isError"].clone()), (200, json!(true)));
    let response = server.send_request(&call(json!(3), "no such tool", json!({}))).await;
    assert_eq!((response.status, response.code()), (200, Some(-32602)));
}

#[tokio::test(flavor = "multi_thread")]
async fn call_with_notifications_returns_a_stream() {
    let server = TestServer::with_limits(Limits::default().json_grace(ONE_HOUR)).await;
    for token in [json!("t"), json!(0), json!(""), json!(u64::MAX)] {
        for times in [1, 2, 20] {
            let request = call_with_progress(json!(7), "progress", json!({ "times": times }), token.clone());
            let response = server.send_request(&request).await;
            assert!(response.is_event_stream(), "the notifications are lost: {response:?}");
            let messages = response.messages();
            assert_eq!(messages.len(), times + 1);
            for (message, number) in messages.iter().zip(1..=times) {
                assert_progress(message, &token, number as f64);
            }
            assert_eq!(messages[times]["id"], 7);
            assert_eq!(response.text(), "reported");
            assert!(response.events().iter().all(|event| event.id.is_none() && event.retry.is_none()));
        }
    }
    // Also after the server has learned that the tool is fast.
    for _ in 0..100 {
        let response = server
            .send_request(&call_with_progress(json!(7), "progress", json!({ "times": 1 }), json!(1)))
            .await;
        assert_eq!(response.messages().len(), 2);
    }
    let response = server.send_request(&call_with_progress(json!(7), "log", json!({}), json!(1))).await;
    let levels: Vec<_> = response
        .messages()
        .iter()
        .filter_map(|message| message["params"]["level"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(levels, ["debug", "info", "error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_sent_only_if_requested() {
    let server = TestServer::start().await;
    let response = server.send_request(&call(json!(1), "progress", json!({ "times": 3 }))).await;
    assert_eq!(response.messages().len(), 1);
    let response = server.send_request(&call(json!(1), "log", json!({}))).await;
    assert_eq!(response.messages().len(), 1);
    // The log level of a request does not apply to the next request on the connection.
    let mut client = server.connect().await;
    for _ in 0..3 {
        let meta = json!({ "io.modelcontextprotocol/logLevel": "error" });
        let request = modern(json!(1), "tools/call", json!({ "name": "log", "_meta": meta }));
        assert_eq!(client.send_request(&request).await.messages().len(), 2);
        assert_eq!(client.send_request(&call(json!(1), "log", json!({}))).await.messages().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_without_event_streams_gets_json() {
    let server = TestServer::with_limits(Limits::default().json_grace(Duration::from_millis(20))).await;
    let request = json_only(call_with_progress(json!(1), "progress", json!({ "times": 3 }), json!(1)));
    for request in [request.clone(), request.without("Accept")] {
        let response = server.send_request(&request).await;
        assert_eq!(response.json()["result"]["content"][0]["text"], "reported");
    }
    let mut client = server.connect().await;
    client
        .send(json_only(call_with_progress(json!(1), "progress_and_wait", json!({}), json!(1))).bytes())
        .await;
    server.probe.wait_for_started(1).await;
    client.expect_silence().await;
    server.probe.release(1);
    assert_eq!(client.response().await.json()["result"]["content"][0]["text"], "waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_call_returns_a_stream() {
    let limits = Limits::default()
        .json_grace(Duration::from_millis(20))
        .keep_alive_interval(Duration::from_millis(50));
    let server = TestServer::with_limits(limits).await;
    let mut client = server.connect().await;
    client.open(&call(json!(1), "wait", json!({}))).await;
    client.wait_for_comment().await;
    client.wait_for_comment().await;
    server.probe.release(1);
    let message = client.message().await;
    assert_eq!((&message["id"], &message["result"]["content"][0]["text"]), (&json!(1), &json!("waited")));
    assert_eq!(client.event().await, None);
    assert!(client.comments > 0);
    // The connection can be reused.
    assert_eq!(client.send_request(&call(json!(2), "count", json!({}))).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_sent_immediately() {
    let server = TestServer::with_limits(Limits::default().json_grace(ONE_HOUR)).await;
    let mut client = server.connect().await;
    client.open(&call_with_progress(json!(1), "progress_and_wait", json!({}), json!("t"))).await;
    assert_progress(&client.message().await, &json!("t"), 1.0);
    client.expect_silence().await;
    server.probe.release(1);
    assert_progress(&client.message().await, &json!("t"), 2.0);
    assert_eq!(client.message().await["result"]["content"][0]["text"], "waited");
    assert_eq!(client.event().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_cancels_the_call() {
    let server = TestServer::with_limits(Limits::default().json_grace(ONE_HOUR)).await;
    // Disconnect before the response starts.
    for (index, request) in [
        call(json!(1), "wait", json!({})),
        json_only(call(json!(1), "wait", json!({}))),
        call(json!(1), "wait", json!({})).set("Accept", "text/event-stream"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = server.connect().await;
        client.send(request.bytes()).await;
        server.probe.wait_for_started(index + 1).await;
        drop(client);
        server.probe.wait_for_dropped(index + 1).await;
    }
    // Disconnect during the stream.
    let mut client = server.connect().await;
    client.open(&call_with_progress(json!(1), "progress_and_wait", json!({}), json!("t"))).await;
    assert_progress(&client.message().await, &json!("t"), 1.0);
    server.probe.wait_for_started(4).await;
    drop(client);
    server.probe.wait_for_dropped(4).await;
    server.expect_served().await;
}

// https://github.com/hyperium/hyper/blob/v1.12.0/src/proto/h1/conn.rs#L493-L499: `mid_message_detect_eof` does not read while
// the read buffer has bytes. `docs/src/http.md` describes the effect.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hyper does not detect a disconnect while bytes of the next request are unread"]
async fn disconnect_after_a_pipelined_request_cancels_the_call() {
    let server = TestServer::with_limits(Limits::default().json_grace(ONE_HOUR)).await;
    for (index, extra) in
        [call(json!(2), "count", json!({})).bytes(), b"\r\n".to_vec()].into_iter().enumerate()
    {
        let mut client = server.connect().await;
        client.send([call(json!(1), "wait", json!({})).bytes(), extra].concat()).await;
        server.probe.wait_for_started(index + 1).await;
        drop(client);
        server.probe.wait_for_dropped(index + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_does_not_cancel_other_calls() {
    let server = TestServer::with_limits(Limits::default().json_grace(Duration::from_millis(10))).await;
    let mut others = Vec::new();
    for _ in 0..8 {
        let mut client = server.connect().await;
        client.send(call(json!(1), "wait", json!({})).bytes()).await;
        others.push(client);
    }
    let mut disconnecting = server.connect().await;
    disconnecting.send(call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(9).await;
    drop(disconnecting);
    server.probe.wait_for_dropped(1).await;
    server.probe.release(8);
    for client in &mut others {
        assert_eq!(client.response().await.text(), "waited");
    }
    assert_eq!(server.probe.dropped(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_other_clients_cannot_be_cancelled() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let mut client = server.connect().await;
    client.send(call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(1).await;
    let cancel = post(cancellation(json!(1)).to_string());
    for request in
        [cancel.clone().set("MCP-Protocol-Version", "2026-07-28"), cancel.clone(), session.attach(cancel)]
    {
        let response = server.send_request(&request).await;
        assert_eq!((response.status, response.body.len()), (202, 0));
    }
    client.expect_silence().await;
    server.probe.release(1);
    assert_eq!(client.response().await.text(), "waited");
    assert_eq!(server.probe.dropped(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn panic_is_a_tool_error_of_its_call() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let mut client = server.connect().await;
    for request in [call(json!(1), "panic", json!({})), session.call(json!(1), "panic", json!({}))] {
        for _ in 0..40 {
            let response = client.send_request(&request).await;
            assert_eq!((response.status, response.code()), (200, None));
            assert_eq!(
                (&response.json()["id"], &response.json()["result"]["isError"]),
                (&json!(1), &json!(true))
            );
            assert!(response.text().starts_with("panic panicked, incident "), "{response:?}");
        }
    }
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_ids_of_different_clients_do_not_interfere() {
    let server = TestServer::with_limits(Limits::default().json_grace(Duration::from_millis(5))).await;
    let clients = (0..64).map(|number| {
        let address = server.address;
        tokio::spawn(async move {
            let text = format!("payload of {number}");
            let token = json!("token");
            let request = call_with_progress(json!(1), "repeat", json!({ "text": text }), token.clone());
            let response = crate::client::Client::connect(address).await.send_request(&request).await;
            let messages = response.messages();
            assert_eq!(messages.len(), 7, "{messages:?}");
            assert!(messages.iter().all(|message| message.to_string().contains(&text)), "{messages:?}");
            assert_eq!(messages[6]["id"], 1);
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_running_calls_is_limited() {
    let server = TestServer::with_limits(Limits::default().max_calls(2)).await;
    let session = server.session("2025-11-25").await;
    let mut waiting = Vec::new();
    for request in [call(json!(1), "wait", json!({})), session.call(json!(1), "wait", json!({}))] {
        let mut client = server.connect().await;
        client.send(request.bytes()).await;
        waiting.push(client);
    }
    server.probe.wait_for_started(2).await;
    let sessionless = post(crate::requests::call_message(json!(3), "count", json!({})).to_string());
    for request in
        [call(json!(2), "count", json!({})), session.call(json!(2), "count", json!({})), sessionless]
    {
        let response = server.send_request(&request).await;
        assert_eq!(response.status, 429, "{response:?}");
        assert_eq!(response.code(), Some(-32603));
        assert!(response.header("retry-after").is_some(), "{response:?}");
    }
    // Requests that are not calls are still served.
    assert_eq!(server.send_request(&session.request(json!(3), "ping", json!({}))).await.status, 200);
    server.probe.release(2);
    for client in &mut waiting {
        assert_eq!(client.response().await.text(), "waited");
    }
    // The counter may be updated shortly after the client has received the response.
    while server.send_request(&call(json!(4), "count", json!({}))).await.status == 429 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.probe.executed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_receive_extracted_values() {
    let server = TestServer::with_settings(|http| {
        http.extract(|request| Some(Tenant(request.headers.get("x-tenant")?.to_str().ok()?.to_owned())))
    })
    .await;
    let session = server.session("2025-11-25").await;
    let mut client = server.connect().await;
    for tenant in ["one", "two"] {
        for request in [call(json!(1), "tenant", json!({})), session.call(json!(1), "tenant", json!({}))] {
            assert_eq!(client.send_request(&request.clone().set("X-Tenant", tenant)).await.text(), tenant);
            // The value of the previous request is not kept.
            let response = client.send_request(&request).await;
            assert_eq!(response.json()["result"]["isError"], true, "{response:?}");
            let missing = "tenant needs a value that the server does not have, incident ";
            assert!(response.text().starts_with(missing), "{response:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_reader_does_not_slow_other_clients() {
    let server = TestServer::with_limits(Limits::default().write_timeout(ONE_HOUR)).await;
    let mut slow = server.connect().await;
    slow.open(&call_with_progress(json!(1), "flood", json!({ "bytes": 100_000 }), json!("t"))).await;
    server.probe.wait_for_started(1).await;
    for _ in 0..50 {
        server.expect_served().await;
    }
    // The slow client receives events in order, without those that were dropped.
    let mut last = 0.0;
    for _ in 0..100 {
        let progress = slow.message().await["params"]["progress"].as_f64().unwrap();
        assert!(progress > last);
        last = progress;
    }
    drop(slow);
    server.probe.wait_for_dropped(1).await;
}
