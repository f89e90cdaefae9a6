//! Cancellation of the calls of earlier revisions, and disconnects, which cancel none.

use std::time::Duration;

use serde_json::json;

use crate::requests::{LATEST_LEGACY, call_message, cancellation, post};
use crate::support::{TestServer, short_grace, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_does_not_cancel_a_legacy_call() {
    let server = TestServer::start().await;
    for session in [Some(server.session(LATEST_LEGACY).await), Some(server.session("2025-06-18").await), None]
    {
        let request = match &session {
            Some(session) => session.call(json!(1), "wait", json!({})),
            None => post(call_message(json!(1), "wait", json!({})).to_string()),
        };
        let before = server.probe.executed();
        let mut client = server.connect().await;
        client.send(request.bytes()).await;
        wait_until("the call runs", || server.probe.executed() > before).await;
        drop(client);
    }
    server.probe.wait_for_started(3).await;
    server.expect_served().await;
    server.probe.release(3);
    server.expect_served().await;
    assert_eq!(server.probe.dropped(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_own_session_cancels_a_call() {
    let server = TestServer::with_limits(short_grace()).await;
    let (session, other) = (server.session(LATEST_LEGACY).await, server.session(LATEST_LEGACY).await);
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "wait", json!({}))).await;
    let first = client.priming_event().await;
    server.probe.wait_for_started(1).await;
    for id in [json!(2), json!("1"), json!(1.5), json!(null), json!([1])] {
        assert_eq!(server.send_request(&session.post(&cancellation(id))).await.status, 202);
    }
    assert_eq!(server.send_request(&other.post(&cancellation(json!(1)))).await.status, 202);
    assert_eq!(server.probe.dropped(), 0);
    assert_eq!(server.send_request(&session.post(&cancellation(json!(1)))).await.status, 202);
    server.probe.wait_for_dropped(1).await;
    assert_eq!(client.remaining_events().await, [], "a cancelled call sends nothing more");
    assert_eq!(server.send_request(&session.get(Some(first.id()))).await.status, 405);
    // The id can be used again.
    assert_eq!(server.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}

/// In either order, a cancelled call does not continue, and its stream ends.
#[tokio::test(flavor = "multi_thread")]
async fn cancellation_races_with_its_call() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    // The session is active while a stream is open, so all requests share its state.
    let mut standalone = server.connect().await;
    standalone.open(&session.get(None)).await;
    for _ in 0..200 {
        let (mut calling, mut cancelling) = (server.connect().await, server.connect().await);
        let (request, cancel) =
            (session.call(json!(1), "wait", json!({})), session.post(&cancellation(json!(1))));
        let both = (request.bytes(), cancel.bytes());
        tokio::join!(calling.send(both.0), cancelling.send(both.1));
        assert_eq!(cancelling.response().await.status, 202);
        let response = calling.response();
        tokio::pin!(response);
        loop {
            tokio::select! {
                response = &mut response => break assert_eq!(response.events().len(), 1, "{response:?}"),
                // The cancellation may have arrived before the call, so it is sent again.
                () = tokio::time::sleep(Duration::from_millis(5)) => { cancelling.send_request(&cancel).await; }
            }
        }
    }
    wait_until("all started calls were dropped", || server.probe.dropped() == server.probe.executed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_session_ends_its_streams_and_calls() {
    let server = TestServer::with_limits(short_grace()).await;
    let (session, other) = (server.session(LATEST_LEGACY).await, server.session(LATEST_LEGACY).await);
    let mut streams = Vec::new();
    for request in [
        session.get(None),
        session.call(json!(1), "wait", json!({})),
        other.call(json!(1), "wait", json!({})),
    ] {
        let mut client = server.connect().await;
        client.open(&request).await;
        let first = client.priming_event().await;
        streams.push((client, first));
    }
    server.probe.wait_for_started(2).await;
    assert_eq!(server.send_request(&session.delete()).await.status, 204);
    server.probe.wait_for_dropped(1).await;
    for (client, first) in &mut streams[..2] {
        assert_eq!(client.remaining_events().await, []);
        assert_eq!(server.send_request(&session.get(Some(first.id()))).await.status, 404);
    }
    server.probe.release(1);
    assert_eq!(streams[2].0.remaining_events().await.len(), 1);
    assert_eq!(server.probe.dropped(), 1);
}
