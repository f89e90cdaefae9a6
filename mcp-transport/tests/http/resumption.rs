//! Event streams of earlier revisions: priming events, resumption, and replay.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::client::Event;
use crate::requests::{EARLIER_REVISIONS, LATEST_LEGACY, call_message, call_with_progress, post};
use crate::support::{TestServer, short_grace};

#[tokio::test(flavor = "multi_thread")]
async fn latest_legacy_revision_primes_its_streams() {
    let server = TestServer::with_limits(short_grace()).await;
    let session = server.session(LATEST_LEGACY).await;
    for request in [
        session.call(json!(1), "progress", json!({ "times": 1 })),
        session.call(json!(1), "repeat", json!({ "text": "x" })),
    ] {
        let mut client = server.connect().await;
        client.open(&request).await;
        let first = client.priming_event().await;
        let rest = client.remaining_events().await;
        let mut ids: Vec<_> = rest.iter().chain([&first]).map(Event::id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{rest:?}");
        assert!(rest.last().unwrap().message()["result"].is_object());
    }
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    client.priming_event().await;
    for version in EARLIER_REVISIONS {
        let session = server.session(version).await;
        let response = server.send_request(&session.call(json!(1), "progress", json!({ "times": 2 }))).await;
        assert_eq!(response.events().len(), 3, "{version}");
        assert!(response.events().iter().all(|event| !event.data.is_empty() && event.retry.is_none()));
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        // The stream starts with a comment, so that the client receives a first byte.
        client.wait_for_comment().await;
        server.probe.notify().tools_list_changed();
        assert_eq!(client.message().await["method"], "notifications/tools/list_changed", "{version}");
    }
    // Streams without a session cannot be resumed.
    let request = post(call_message(json!(1), "progress", json!({ "times": 2 })).to_string());
    let response = server.send_request(&request.set("MCP-Protocol-Version", LATEST_LEGACY)).await;
    assert!(response.events().iter().all(|event| !event.data.is_empty() && event.retry.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn resumed_stream_replays_the_rest() {
    let server = TestServer::with_limits(short_grace()).await;
    for version in [LATEST_LEGACY, "2025-06-18"] {
        let session = server.session(version).await;
        let mut client = server.connect().await;
        client.open(&session.call(json!(1), "progress_and_wait", json!({}))).await;
        if version == LATEST_LEGACY {
            client.priming_event().await;
        }
        let first = client.event().await.unwrap();
        assert!(first.is_progress(1.0));
        drop(client);
        server.probe.release(1);
        let rest = server.resume(&session, &first).await.remaining_events().await;
        assert_eq!(rest.len(), 2, "{rest:?}");
        assert!(rest[0].is_progress(2.0));
        assert_eq!(rest[1].message()["result"]["content"][0]["text"], "waited");
        // The same events can be replayed again.
        assert_eq!(server.resume(&session, &first).await.remaining_events().await, rest);
        assert_eq!(server.resume(&session, &rest[0]).await.remaining_events().await, rest[1..]);
        // A completed stream cannot be resumed after its last event.
        assert_eq!(server.send_request(&session.get(Some(rest[1].id()))).await.status, 405);
    }
    assert_eq!(server.probe.dropped(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn resuming_before_the_result_waits_for_it() {
    let server = TestServer::with_limits(short_grace()).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "wait", json!({}))).await;
    let first = client.priming_event().await;
    server.probe.wait_for_started(1).await;
    // The earlier connection of the stream is closed without further events.
    let mut second = server.resume(&session, &first).await;
    assert_eq!(client.event().await, None);
    second.wait_for_comment().await;
    drop(second);
    let mut third = server.resume(&session, &first).await;
    third.wait_for_comment().await;
    server.probe.release(1);
    let rest = third.remaining_events().await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].message()["result"]["content"][0]["text"], "waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn close_stream_lets_the_client_resume() {
    let server = TestServer::with_limits(Limits::default().json_grace(Duration::from_secs(3600))).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "close_stream", json!({}))).await;
    let first = client.priming_event().await;
    let received = client.remaining_events().await;
    let last = received.last().unwrap_or(&first);
    server.probe.wait_for_started(1).await;
    let mut second = server.resume(&session, last).await;
    server.probe.release(1);
    let all = [received, second.remaining_events().await].concat();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].is_progress(1.0) && all[1].is_progress(2.0));
    assert_eq!(all[2].message()["result"]["content"][0]["text"], "waited");
    // Earlier revisions do not support this, so the connection stays open.
    for version in EARLIER_REVISIONS {
        let session = server.session(version).await;
        let mut client = server.connect().await;
        client.open(&session.call(json!(1), "close_stream", json!({}))).await;
        assert!(client.event().await.unwrap().is_progress(1.0));
        client.expect_silence().await;
        server.probe.release(1);
        assert_eq!(client.remaining_events().await.len(), 2, "{version}");
    }
    // A client that accepts only JSON has no stream to resume.
    let mut client = server.connect().await;
    client
        .send(session.call(json!(2), "close_stream", json!({})).set("Accept", "application/json").bytes())
        .await;
    client.expect_silence().await;
    server.probe.release(1);
    assert_eq!(client.response().await.json()["result"]["content"][0]["text"], "waited");
    let mut client = server.connect().await;
    client.open(&call_with_progress(json!(1), "close_stream", json!({}), json!(1))).await;
    client.message().await;
    client.expect_silence().await;
    server.probe.release(1);
    assert_eq!(client.remaining_events().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn replay_returns_only_events_of_its_stream() {
    let server = TestServer::with_limits(short_grace()).await;
    let (session, other) = (server.session(LATEST_LEGACY).await, server.session(LATEST_LEGACY).await);
    let mut firsts = Vec::new();
    for (session, text) in [(&session, "one"), (&session, "two"), (&other, "three")] {
        let mut client = server.connect().await;
        client.open(&session.call(json!(text), "repeat", json!({ "text": text }))).await;
        firsts.push((client.priming_event().await, text));
        client.remaining_events().await;
    }
    for (first, text) in &firsts[..2] {
        let rest = server.resume(&session, first).await.remaining_events().await;
        assert_eq!(rest.len(), 7);
        assert!(rest.iter().all(|event| event.data.contains(text)), "{rest:?}");
    }
    // An event id of another session replays nothing.
    let foreign = &firsts[2].0;
    for id in [foreign.id(), &foreign.id().replace('a', "s")] {
        let mut client = server.connect().await;
        client.send(session.get(Some(id)).bytes()).await;
        let head = client.head().await;
        if head.status == 200 {
            client.priming_event().await;
            client.expect_silence().await;
        } else {
            assert_eq!(head.status, 400);
        }
    }
    for id in
        ["", "x", "a", "1", "a0000000000000000-0", "a-1", "-", "a0000000000000000", "../x", &"9".repeat(5000)]
    {
        let response = server.send_request(&session.get(Some(id))).await;
        assert_eq!(response.status, 400, "{id}");
    }
    // An event id beyond the end of a stream replays nothing.
    let (kind, _) = firsts[0].0.id().rsplit_once('-').unwrap();
    let far = format!("{kind}-{}", u64::MAX);
    assert!([400, 405].contains(&server.send_request(&session.get(Some(&far))).await.status));
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_notifications_are_replayed_on_resume() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    let first = client.priming_event().await;
    server.probe.notify().tools_list_changed();
    let second = client.event().await.unwrap();
    drop(client);
    server.probe.notify().prompts_list_changed();
    let mut client = server.resume(&session, &second).await;
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
    client.expect_silence().await;
    let mut client = server.resume(&session, &first).await;
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_session_loses_its_replay_buffer() {
    let server = TestServer::with_limits(short_grace().session_idle_timeout(Duration::from_millis(50))).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "progress_and_wait", json!({}))).await;
    let first = client.priming_event().await;
    server.probe.release(1);
    assert_eq!(client.remaining_events().await.len(), 3);
    // The server checks for idle sessions periodically.
    while server.send_request(&session.get(Some(first.id()))).await.status == 200 {
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    assert_eq!(server.send_request(&session.get(Some(first.id()))).await.status, 400);
    assert_eq!(server.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}
