//! Batches of revision 2025-03-26.

use serde_json::{Value, json};

use crate::requests::{
    Request, Session, call_message, cancellation, initialize_message, message, meta, notification, post,
};
use crate::support::TestServer;

/// The ids of the responses of a batch, sorted.
fn ids(response: &Value) -> Vec<String> {
    let mut ids: Vec<_> =
        response.as_array().unwrap().iter().map(|response| response["id"].to_string()).collect();
    ids.sort();
    ids
}

/// A batch request with a session, and one without.
fn batch_requests(session: &Session, messages: &[Value]) -> [Request; 2] {
    let request = post(Value::from(messages).to_string());
    [session.attach(request.clone()), request]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_a_batch_is_answered() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "count", json!({})),
        notification("notifications/initialized", json!({})),
        call_message(json!("1"), "echo", json!({ "text": "x" })),
        message(json!(2), "ping", json!({})),
        message(json!(3), "no/such", json!({})),
        json!({ "jsonrpc": "2.0", "id": 4, "result": {} }),
        call_message(json!(5), "panic", json!({})),
    ];
    for request in batch_requests(&session, &batch) {
        let response = server.send_request(&request).await;
        assert_eq!(response.status, 200);
        assert_eq!(ids(&response.json()), ["\"1\"", "1", "2", "3", "5"]);
    }
    for request in batch_requests(&session, &[batch[1].clone(), batch[5].clone()]) {
        let response = server.send_request(&request).await;
        assert_eq!((response.status, response.body.len()), (202, 0));
    }
    for request in batch_requests(&session, &batch[..1]) {
        assert_eq!(ids(&server.send_request(&request).await.json()), ["1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_with_notifications_returns_a_stream() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "progress", json!({ "times": 2 })),
        call_message(json!(2), "repeat", json!({ "text": "x" })),
    ];
    for request in batch_requests(&session, &batch) {
        let events = server.send_request(&request).await.events();
        let last: Value = serde_json::from_str(&events.last().unwrap().data).unwrap();
        assert_eq!(ids(&last), ["1", "2"]);
        assert!(events.len() > 3);
        assert!(events[..events.len() - 1].iter().all(|event| event.data.contains("notifications/")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_size_is_limited() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let batch: Vec<_> = (0..33).map(|id| call_message(json!(id), "count", json!({}))).collect();
    for body in ["[]".to_owned(), Value::from(&batch[..]).to_string(), "[".to_owned()] {
        for request in [session.attach(post(&body)), post(&body)] {
            let code = if body == "[" { -32700 } else { -32600 };
            server.expect_rejected(&request, 400, Some(code)).await;
        }
    }
    for request in batch_requests(&session, &batch[..32]) {
        assert_eq!(server.send_request(&request).await.json().as_array().unwrap().len(), 32);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_batch_entries_are_rejected_individually() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let mut listen = message(json!(3), "subscriptions/listen", json!({ "notifications": {} }));
    let bare_listen = listen.clone();
    listen["params"]["_meta"] = meta();
    // Requests of revision 2026-07-28 must match their headers, which a batch does not have.
    let mut modern = call_message(json!(3), "count", json!({}));
    modern["params"]["_meta"] = meta();
    let wrong = [
        initialize_message(json!(3), "2025-03-26"),
        call_message(json!(1), "count", json!({})),
        listen,
        bare_listen,
        modern,
        json!([]),
        json!(null),
        json!({ "jsonrpc": "1.0", "id": 3, "method": "ping" }),
    ];
    for wrong in wrong {
        let batch = [call_message(json!(1), "echo", json!({ "text": "right" })), wrong.clone()];
        for request in batch_requests(&session, &batch) {
            let before = server.probe.executed();
            let response = server.send_request(&request).await;
            assert_eq!(response.status, 200, "{wrong}: {response:?}");
            let responses = response.json();
            assert_eq!(responses.as_array().unwrap().len(), 2, "{wrong}: {responses}");
            let is_echo = |response: &&Value| response["result"]["content"][0]["text"] == "right";
            assert_eq!(
                responses.as_array().unwrap().iter().filter(is_echo).count(),
                1,
                "{wrong}: {responses}"
            );
            assert_eq!(
                responses.as_array().unwrap().iter().filter(|response| response["error"].is_object()).count(),
                1
            );
            assert_eq!(server.probe.executed(), before + 1, "{wrong}");
        }
        // Also if all messages are invalid.
        for request in batch_requests(&session, &[wrong.clone(), wrong.clone()]) {
            let response = server.send_request(&request).await;
            assert_eq!(response.status, 200, "{wrong}: {response:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_one_call_of_a_batch_keeps_the_others() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    for round in 1..=50 {
        let batch = [call_message(json!(1), "count", json!({})), call_message(json!(2), "wait", json!({}))];
        let mut client = server.connect().await;
        client.send(session.post(&Value::from(&batch[..])).bytes()).await;
        server.probe.wait_for_started(round).await;
        assert_eq!(server.send_request(&session.post(&cancellation(json!(2)))).await.status, 202);
        let response = client.response().await;
        assert_eq!((response.status, ids(&response.json())), (200, vec!["1".to_owned()]));
        server.probe.wait_for_dropped(round).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn call_cancelled_in_the_same_batch_is_not_run() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "echo", json!({ "text": "x" })),
        call_message(json!(2), "count", json!({})),
        cancellation(json!(2)),
    ];
    for request in batch_requests(&session, &batch) {
        let before = server.probe.executed();
        assert_eq!(ids(&server.send_request(&request).await.json()), ["1"]);
        assert_eq!(server.probe.executed(), before + 1);
    }
    let cancelled_only = [call_message(json!(2), "count", json!({})), cancellation(json!(2))];
    for request in batch_requests(&session, &cancelled_only) {
        let before = server.probe.executed();
        let response = server.send_request(&request).await;
        assert!(
            response.body.is_empty() || response.is_event_stream() && response.messages().is_empty(),
            "{response:?}"
        );
        assert_eq!(server.probe.executed(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_can_cancel_a_call_of_another_request() {
    let server = TestServer::start().await;
    let session = server.session("2025-03-26").await;
    let wait = call_message(json!(2), "wait", json!({}));
    let cancelling = [cancellation(json!(2)), message(json!(9), "ping", json!({}))];
    let waiting = [
        wait.clone(),
        Value::from(&[wait.clone()][..]),
        Value::from(&[call_message(json!(1), "count", json!({})), wait][..]),
    ];
    for (round, pending) in waiting.iter().enumerate() {
        let mut client = server.connect().await;
        client.send(session.post(pending).bytes()).await;
        server.probe.wait_for_started(round + 1).await;
        let response = server.send_request(&session.post(&Value::from(&cancelling[..]))).await;
        assert_eq!(ids(&response.json()), ["9"], "{pending}");
        let response = client.response().await;
        match round {
            2 => assert_eq!(ids(&response.json()), ["1"]),
            _ => assert!(response.is_event_stream() && response.events().is_empty(), "{response:?}"),
        }
        server.probe.wait_for_dropped(round + 1).await;
    }
}
