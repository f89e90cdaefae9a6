//! Event streams of earlier revisions: resumption, replay, cancellation, and standalone streams.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mcpwright_server::{Notify, ResourceHandler, Server};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::client::{Client, Event};
use crate::requests::{Session, call_message, cancellation, post};
use crate::support::{QUIET_PERIOD, TestServer};

const LATEST_LEGACY: &str = "2025-11-25";
const EARLIER: [&str; 3] = ["2024-11-05", "2025-03-26", "2025-06-18"];

fn short_grace() -> Limits {
    Limits::default().json_grace(Duration::from_millis(20))
}

/// Resumes a stream after this event.
async fn resume(server: &TestServer, session: &Session, event: &Event) -> Client {
    let mut client = server.connect().await;
    client.open(&session.get(Some(event.id()))).await;
    client
}

/// Reads the priming event of a stream, after which a client can resume it.
async fn priming(client: &mut Client) -> Event {
    let event = client.event().await.expect("an event");
    assert_eq!(
        (event.data.as_str(), event.retry.is_some(), event.id.is_some()),
        ("", true, true),
        "{event:?}"
    );
    event
}

#[track_caller]
fn is_progress(event: &Event, progress: f64) -> bool {
    let message = event.message();
    message["method"] == "notifications/progress" && message["params"]["progress"].as_f64() == Some(progress)
}

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
        let first = priming(&mut client).await;
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
    priming(&mut client).await;
    for version in EARLIER {
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
            priming(&mut client).await;
        }
        let first = client.event().await.unwrap();
        assert!(is_progress(&first, 1.0));
        drop(client);
        server.probe.release(1);
        let rest = resume(&server, &session, &first).await.remaining_events().await;
        assert_eq!(rest.len(), 2, "{rest:?}");
        assert!(is_progress(&rest[0], 2.0));
        assert_eq!(rest[1].message()["result"]["content"][0]["text"], "waited");
        // The same events can be replayed again.
        assert_eq!(resume(&server, &session, &first).await.remaining_events().await, rest);
        assert_eq!(resume(&server, &session, &rest[0]).await.remaining_events().await, rest[1..]);
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
    let first = priming(&mut client).await;
    server.probe.wait_for_started(1).await;
    // The earlier connection of the stream is closed without further events.
    let mut second = resume(&server, &session, &first).await;
    assert_eq!(client.event().await, None);
    second.wait_for_comment().await;
    drop(second);
    let mut third = resume(&server, &session, &first).await;
    third.wait_for_comment().await;
    server.probe.release(1);
    let rest = third.remaining_events().await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].message()["result"]["content"][0]["text"], "waited");
}

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
        crate::support::wait_until("the call runs", || server.probe.executed() > before).await;
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
    let first = priming(&mut client).await;
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
    crate::support::wait_until("all started calls were dropped", || {
        server.probe.dropped() == server.probe.executed()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_streams_per_session_is_limited() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        priming(&mut client).await;
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
        let first = priming(&mut client).await;
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
        clients.push((resume(&server, &session, &first).await, id));
    }
    for (mut client, id) in clients {
        let last = client.remaining_events().await.pop().map(|event| event.message());
        assert_eq!(last.unwrap_or_default()["id"], id, "no response to {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn close_stream_lets_the_client_resume() {
    let server = TestServer::with_limits(Limits::default().json_grace(Duration::from_secs(3600))).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "close_stream", json!({}))).await;
    let first = priming(&mut client).await;
    let received = client.remaining_events().await;
    let last = received.last().unwrap_or(&first);
    server.probe.wait_for_started(1).await;
    let mut second = resume(&server, &session, last).await;
    server.probe.release(1);
    let all = [received, second.remaining_events().await].concat();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(is_progress(&all[0], 1.0) && is_progress(&all[1], 2.0));
    assert_eq!(all[2].message()["result"]["content"][0]["text"], "waited");
    // Earlier revisions do not support this, so the connection stays open.
    for version in EARLIER {
        let session = server.session(version).await;
        let mut client = server.connect().await;
        client.open(&session.call(json!(1), "close_stream", json!({}))).await;
        assert!(is_progress(&client.event().await.unwrap(), 1.0));
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
    client.open(&crate::requests::call_with_progress(json!(1), "close_stream", json!({}), json!(1))).await;
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
        firsts.push((priming(&mut client).await, text));
        client.remaining_events().await;
    }
    for (first, text) in &firsts[..2] {
        let rest = resume(&server, &session, first).await.remaining_events().await;
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
            priming(&mut client).await;
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
async fn notification_is_sent_on_one_stream_only() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        priming(&mut client).await;
        clients.push(client);
    }
    let mut counts = [0, 0];
    let changes = [Notify::tools_list_changed, Notify::prompts_list_changed, Notify::resources_list_changed];
    for change in changes {
        change(server.probe.notify());
        // Exactly one stream receives the notification.
        let (first, second) = clients.split_at_mut(1);
        let receiver = tokio::select! { _ = first[0].message() => 0, _ = second[0].message() => 1 };
        counts[receiver] += 1;
        clients[1 - receiver].expect_silence().await;
    }
    assert_eq!(counts[0] + counts[1], 3);
    // After one stream is closed, the other receives the notifications.
    let mut left = clients.remove(0);
    drop(clients);
    loop {
        server.probe.notify().tools_list_changed();
        if tokio::time::timeout(Duration::from_millis(100), left.event()).await.is_ok() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_notifications_are_replayed_on_resume() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    let first = priming(&mut client).await;
    server.probe.notify().tools_list_changed();
    let second = client.event().await.unwrap();
    drop(client);
    server.probe.notify().prompts_list_changed();
    let mut client = resume(&server, &session, &second).await;
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
    client.expect_silence().await;
    let mut client = resume(&server, &session, &first).await;
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_stream_are_delivered_once() {
    let server = TestServer::start().await;
    for version in [LATEST_LEGACY, "2025-06-18"] {
        let session = server.session(version).await;
        let mut client = open_standalone(&server, &session, version).await;
        server.probe.notify().tools_list_changed();
        client.message().await;
        drop(client);
        // Until the server has detected the disconnect, notifications are sent to the closed stream.
        tokio::time::sleep(QUIET_PERIOD).await;
        (0..3).for_each(|_| server.probe.notify().prompts_list_changed());
        let mut client = open_standalone(&server, &session, version).await;
        assert_eq!(client.message().await["method"], "notifications/prompts/list_changed", "{version}");
        client.expect_silence().await;
        open_standalone(&server, &session, version).await.expect_silence().await;
    }
}

/// Opens a standalone stream, and reads its priming event or first comment.
async fn open_standalone(server: &TestServer, session: &Session, version: &str) -> Client {
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    if version == LATEST_LEGACY {
        priming(&mut client).await;
    } else {
        client.wait_for_comment().await;
    }
    client
}

/// Read rules run while the connection is in use, so a change that a rule publishes must not wait for the connection.
#[tokio::test(flavor = "multi_thread")]
async fn may_read_can_publish_a_change() {
    let (_, probe) = crate::probe::server_builder();
    let notify = Arc::new(OnceLock::<Notify>::new());
    let shared = Arc::clone(&notify);
    let builder = Server::builder("bare", "1")
        .resource(ResourceHandler::function("test://thing", "thing", || async { "thing" }))
        .may_read(move |_, _| {
            shared.get().into_iter().for_each(Notify::tools_list_changed);
            true
        });
    notify.set(builder.notify().clone()).unwrap();
    let server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    priming(&mut client).await;
    let request = session.request(json!(1), "resources/subscribe", json!({ "uri": "test://thing" }));
    assert_eq!(server.send_request(&request).await.json()["result"], json!({}));
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    // The rule runs again when the stream sends the update.
    notify.get().unwrap().resource_updated("test://thing");
    assert_eq!(client.message().await["method"], "notifications/resources/updated");
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
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
        let first = priming(&mut client).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn idle_session_loses_its_replay_buffer() {
    let server = TestServer::with_limits(short_grace().session_idle_timeout(Duration::from_millis(50))).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "progress_and_wait", json!({}))).await;
    let first = priming(&mut client).await;
    server.probe.release(1);
    assert_eq!(client.remaining_events().await.len(), 3);
    // The server checks for idle sessions periodically.
    while server.send_request(&session.get(Some(first.id()))).await.status == 200 {
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    assert_eq!(server.send_request(&session.get(Some(first.id()))).await.status, 400);
    assert_eq!(server.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
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
    let mut stuck = server.connect().await;
    stuck.open(&session.call(json!(2), "flood", json!({ "bytes": 100_000 }))).await;
    server.probe.wait_for_started(1).await;
    for _ in 0..50 {
        server.expect_served().await;
        assert_eq!(server.send_request(&session.call(json!(3), "count", json!({}))).await.text(), "counted");
    }
    server.send_request(&session.post(&cancellation(json!(2)))).await;
    server.probe.wait_for_dropped(1).await;
    let rest: Vec<Value> = stuck.remaining_events().await[1..].iter().map(Event::message).collect();
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
