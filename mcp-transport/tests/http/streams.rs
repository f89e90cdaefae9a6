//! Event streams of earlier revisions: their limits, and keep-alive comments.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Event;
use crate::requests::{LATEST_LEGACY, cancellation};
use crate::support::{TestServer, short_grace};

#[tokio::test(flavor = "multi_thread")]
async fn number_of_streams_per_session_is_limited() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        client.priming_event().await;
        clients.push(client);
    }
    for client in &mut clients[..4] {
        assert_eq!(client.event().await, None);
    }
    // The remaining streams receive a change once.
    server.probe.notify().tools_list_changed();
    assert_eq!(clients[19].message().await["method"], "notifications/tools/list_changed");
}

/// Every call keeps its stream until its result is sent, also while its client is disconnected.
#[tokio::test(flavor = "multi_thread")]
async fn streams_with_pending_responses_are_not_evicted() {
    let server = TestServer::with_limits(short_grace()).await;
    let session = server.session(LATEST_LEGACY).await;
    let (mut clients, mut disconnected) = (Vec::new(), Vec::new());
    for id in 0..40 {
        let mut client = server.connect().await;
        client.open(&session.call(json!(id), "progress_and_wait", json!({}))).await;
        let first = client.priming_event().await;
        if id % 2 == 0 {
            clients.push((client, json!(id)));
        } else {
            disconnected.push((first, json!(id)));
        }
        let mut standalone = server.connect().await;
        standalone.open(&session.get(None)).await;
    }
    server.probe.wait_for_started(40).await;
    server.probe.release(40);
    for (first, id) in disconnected {
        clients.push((server.resume(&session, &first).await, id));
    }
    for (mut client, id) in clients {
        let last = client.remaining_events().await.pop().map(|event| event.message());
        assert_eq!(last.unwrap_or_default()["id"], id, "no response to {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_reader_gets_the_result_with_bounded_buffering() {
    let server = TestServer::with_limits(short_grace()).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "progress", json!({ "times": 100_000 }))).await;
    let events = client.remaining_events().await;
    assert!(events.len() < 10_000, "{}", events.len());
    let mut last = 0.0;
    for event in &events[1..events.len() - 1] {
        let progress = event.message()["params"]["progress"].as_f64().unwrap();
        assert!(progress > last);
        last = progress;
    }
    assert_eq!(events.last().unwrap().message()["result"]["content"][0]["text"], "reported");
    // A client that reads nothing.
    let mut stalled = server.connect().await;
    stalled.open(&session.call(json!(2), "flood", json!({ "bytes": 100_000 }))).await;
    server.probe.wait_for_started(1).await;
    for _ in 0..50 {
        server.expect_served().await;
        assert_eq!(server.send_request(&session.call(json!(3), "count", json!({}))).await.text(), "counted");
    }
    server.send_request(&session.post(&cancellation(json!(2)))).await;
    server.probe.wait_for_dropped(1).await;
    let rest: Vec<Value> = stalled.remaining_events().await[1..].iter().map(Event::message).collect();
    assert!(rest.iter().all(|message| message["method"] == "notifications/progress"));
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_streams_receive_keep_alive_comments() {
    let server = TestServer::with_limits(short_grace().keep_alive_interval(Duration::from_millis(30))).await;
    for version in [LATEST_LEGACY, "2025-06-18"] {
        let session = server.session(version).await;
        for request in [session.get(None), session.call(json!(1), "wait", json!({}))] {
            let mut client = server.connect().await;
            client.open(&request).await;
            client.wait_for_comment().await;
            client.wait_for_comment().await;
        }
    }
}
