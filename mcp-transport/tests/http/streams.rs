//! Streams of earlier revisions: clients that come back for the rest, and what the session is told by itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mcpwright_server::{Notify, ResourceHandler, Server};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{Session, call_message, cancellation, post};
use crate::support::{A_WHILE, Site};
use crate::wire::{Client, Event};

const LAST: &str = "2025-11-25";
const EARLIER: [&str; 3] = ["2024-11-05", "2025-03-26", "2025-06-18"];

fn soon() -> Limits {
    Limits::default().json_grace(Duration::from_millis(20))
}

/// Goes on with a stream from this event on.
async fn resume(site: &Site, session: &Session, event: &Event) -> Client {
    let mut client = site.connect().await;
    client.open(&session.get(Some(event.id()))).await;
    client
}

/// The event at the beginning of a stream, from which a client can go on.
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
    let site = Site::limited(soon()).await;
    let session = site.session(LAST).await;
    for request in [
        session.call(json!(1), "say", json!({ "times": 1 })),
        session.call(json!(1), "murmur", json!({ "text": "x" })),
    ] {
        let mut client = site.connect().await;
        client.open(&request).await;
        let first = priming(&mut client).await;
        let rest = client.rest().await;
        let mut ids: Vec<_> = rest.iter().chain([&first]).map(Event::id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{rest:?}");
        assert!(rest.last().unwrap().message()["result"].is_object());
    }
    let mut client = site.connect().await;
    client.open(&session.get(None)).await;
    priming(&mut client).await;
    for version in EARLIER {
        let session = site.session(version).await;
        let answer = site.ask(&session.call(json!(1), "say", json!({ "times": 2 }))).await;
        assert_eq!(answer.events().len(), 3, "{version}");
        assert!(answer.events().iter().all(|event| !event.data.is_empty() && event.retry.is_none()));
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        // It is there, and a client that waits for a first byte gets one.
        client.comment().await;
        site.world.notify().tools_list_changed();
        assert_eq!(client.message().await["method"], "notifications/tools/list_changed", "{version}");
    }
    // Nobody comes back who has no session.
    let request = post(call_message(json!(1), "say", json!({ "times": 2 })).to_string());
    let answer = site.ask(&request.set("MCP-Protocol-Version", LAST)).await;
    assert!(answer.events().iter().all(|event| !event.data.is_empty() && event.retry.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn resumed_stream_replays_the_rest() {
    let site = Site::limited(soon()).await;
    for version in [LAST, "2025-06-18"] {
        let session = site.session(version).await;
        let mut client = site.connect().await;
        client.open(&session.call(json!(1), "say_and_wait", json!({}))).await;
        if version == LAST {
            priming(&mut client).await;
        }
        let first = client.event().await.unwrap();
        assert!(is_progress(&first, 1.0));
        drop(client);
        site.world.release(1);
        let rest = resume(&site, &session, &first).await.rest().await;
        assert_eq!(rest.len(), 2, "{rest:?}");
        assert!(is_progress(&rest[0], 2.0));
        assert_eq!(rest[1].message()["result"]["content"][0]["text"], "waited");
        // It may have been lost once more.
        assert_eq!(resume(&site, &session, &first).await.rest().await, rest);
        assert_eq!(resume(&site, &session, &rest[0]).await.rest().await, rest[1..]);
        // Nothing comes after its end, and nobody waits for it.
        assert_eq!(site.ask(&session.get(Some(rest[1].id()))).await.status, 405);
    }
    assert_eq!(site.world.dropped_so_far(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn resuming_before_the_result_waits_for_it() {
    let site = Site::limited(soon()).await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "wait", json!({}))).await;
    let first = priming(&mut client).await;
    site.world.begun(1).await;
    // The connection that it has not noticed to be lost ends, and says nothing more.
    let mut second = resume(&site, &session, &first).await;
    assert_eq!(client.event().await, None);
    second.comment().await;
    drop(second);
    let mut third = resume(&site, &session, &first).await;
    third.comment().await;
    site.world.release(1);
    let rest = third.rest().await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].message()["result"]["content"][0]["text"], "waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_does_not_cancel_a_legacy_call() {
    let site = Site::start().await;
    for session in [Some(site.session(LAST).await), Some(site.session("2025-06-18").await), None] {
        let request = match &session {
            Some(session) => session.call(json!(1), "wait", json!({})),
            None => post(call_message(json!(1), "wait", json!({})).to_string()),
        };
        let before = site.world.executed();
        let mut client = site.connect().await;
        client.send(request.bytes()).await;
        crate::support::eventually("it runs", || site.world.executed() > before).await;
        drop(client);
    }
    site.world.begun(3).await;
    site.serves().await;
    site.world.release(3);
    site.serves().await;
    assert_eq!(site.world.dropped_so_far(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_own_session_cancels_a_call() {
    let site = Site::limited(soon()).await;
    let (session, other) = (site.session(LAST).await, site.session(LAST).await);
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "wait", json!({}))).await;
    let first = priming(&mut client).await;
    site.world.begun(1).await;
    for id in [json!(2), json!("1"), json!(1.5), json!(null), json!([1])] {
        assert_eq!(site.ask(&session.post(&cancellation(id))).await.status, 202);
    }
    assert_eq!(site.ask(&other.post(&cancellation(json!(1)))).await.status, 202);
    assert_eq!(site.world.dropped_so_far(), 0);
    assert_eq!(site.ask(&session.post(&cancellation(json!(1)))).await.status, 202);
    site.world.dropped(1).await;
    assert_eq!(client.rest().await, [], "nothing is said after it");
    assert_eq!(site.ask(&session.get(Some(first.id()))).await.status, 405);
    // The id is free.
    assert_eq!(site.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}

/// Whichever comes first: a call that is cancelled does not run on, and its client does not wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn cancellation_races_with_its_call() {
    let site = Site::start().await;
    let session = site.session(LAST).await;
    // As long as a stream is open, all of them meet in one place.
    let mut standing = site.connect().await;
    standing.open(&session.get(None)).await;
    for _ in 0..200 {
        let (mut asking, mut cancelling) = (site.connect().await, site.connect().await);
        let (request, cancel) =
            (session.call(json!(1), "wait", json!({})), session.post(&cancellation(json!(1))));
        let both = (request.bytes(), cancel.bytes());
        tokio::join!(asking.send(both.0), cancelling.send(both.1));
        assert_eq!(cancelling.answer().await.status, 202);
        let answered = asking.answer();
        tokio::pin!(answered);
        loop {
            tokio::select! {
                answer = &mut answered => break assert_eq!(answer.events().len(), 1, "{answer:?}"),
                // It may have come too early, and been about nothing.
                () = tokio::time::sleep(Duration::from_millis(5)) => { cancelling.ask(&cancel).await; }
            }
        }
    }
    crate::support::eventually("all that began was dropped", || {
        site.world.dropped_so_far() == site.world.executed()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_streams_per_session_is_limited() {
    let site = Site::start().await;
    let session = site.session(LAST).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        priming(&mut client).await;
        clients.push(client);
    }
    for client in &mut clients[..4] {
        assert_eq!(client.event().await, None);
    }
    // Those that are left are told of a change, once.
    site.world.notify().tools_list_changed();
    assert_eq!(clients[19].message().await["method"], "notifications/tools/list_changed");
}

/// However many calls there are: each has its stream until it is answered, also while its client is away.
#[tokio::test(flavor = "multi_thread")]
async fn streams_with_pending_responses_are_not_evicted() {
    let site = Site::limited(soon()).await;
    let session = site.session(LAST).await;
    let (mut clients, mut away) = (Vec::new(), Vec::new());
    for id in 0..40 {
        let mut client = site.connect().await;
        client.open(&session.call(json!(id), "say_and_wait", json!({}))).await;
        let first = priming(&mut client).await;
        if id % 2 == 0 {
            clients.push((client, json!(id)));
        } else {
            away.push((first, json!(id)));
        }
        let mut standing = site.connect().await;
        standing.open(&session.get(None)).await;
    }
    site.world.begun(40).await;
    site.world.release(40);
    for (first, id) in away {
        clients.push((resume(&site, &session, &first).await, id));
    }
    for (mut client, id) in clients {
        let last = client.rest().await.pop().map(|event| event.message());
        assert_eq!(last.unwrap_or_default()["id"], id, "nothing instead of the answer to {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn close_stream_lets_the_client_resume() {
    let site = Site::limited(Limits::default().json_grace(Duration::from_secs(3600))).await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "close_stream", json!({}))).await;
    let first = priming(&mut client).await;
    let said = client.rest().await;
    let last = said.last().unwrap_or(&first);
    site.world.begun(1).await;
    let mut second = resume(&site, &session, last).await;
    site.world.release(1);
    let all = [said, second.rest().await].concat();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(is_progress(&all[0], 1.0) && is_progress(&all[1], 2.0));
    assert_eq!(all[2].message()["result"]["content"][0]["text"], "waited");
    // Others do not know that, and their connection stays.
    for version in EARLIER {
        let session = site.session(version).await;
        let mut client = site.connect().await;
        client.open(&session.call(json!(1), "close_stream", json!({}))).await;
        assert!(is_progress(&client.event().await.unwrap(), 1.0));
        client.expect_silence().await;
        site.world.release(1);
        assert_eq!(client.rest().await.len(), 2, "{version}");
    }
    // One that takes no streams has none to come back to.
    let mut client = site.connect().await;
    client
        .send(session.call(json!(2), "close_stream", json!({})).set("Accept", "application/json").bytes())
        .await;
    client.expect_silence().await;
    site.world.release(1);
    assert_eq!(client.answer().await.json()["result"]["content"][0]["text"], "waited");
    let mut client = site.connect().await;
    client.open(&crate::requests::loud_call(json!(1), "close_stream", json!({}), json!(1))).await;
    client.message().await;
    client.expect_silence().await;
    site.world.release(1);
    assert_eq!(client.rest().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn replay_returns_only_events_of_its_stream() {
    let site = Site::limited(soon()).await;
    let (session, other) = (site.session(LAST).await, site.session(LAST).await);
    let mut firsts = Vec::new();
    for (session, text) in [(&session, "one"), (&session, "two"), (&other, "three")] {
        let mut client = site.connect().await;
        client.open(&session.call(json!(text), "murmur", json!({ "text": text }))).await;
        firsts.push((priming(&mut client).await, text));
        client.rest().await;
    }
    for (first, text) in &firsts[..2] {
        let rest = resume(&site, &session, first).await.rest().await;
        assert_eq!(rest.len(), 7);
        assert!(rest.iter().all(|event| event.data.contains(text)), "{rest:?}");
    }
    // Nothing of another session comes out, whatever is said of it.
    let foreign = &firsts[2].0;
    for id in [foreign.id(), &foreign.id().replace('a', "s")] {
        let mut client = site.connect().await;
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
        let answer = site.ask(&session.get(Some(id))).await;
        assert_eq!(answer.status, 400, "{id}");
    }
    // One from the future of a stream brings nothing, and nothing twice.
    let (kind, _) = firsts[0].0.id().rsplit_once('-').unwrap();
    let far = format!("{kind}-{}", u64::MAX);
    assert!([400, 405].contains(&site.ask(&session.get(Some(&far))).await.status));
}

#[tokio::test(flavor = "multi_thread")]
async fn notification_is_sent_on_one_stream_only() {
    let site = Site::start().await;
    let session = site.session(LAST).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        priming(&mut client).await;
        clients.push(client);
    }
    let mut heard = [0, 0];
    let changes = [Notify::tools_list_changed, Notify::prompts_list_changed, Notify::resources_list_changed];
    for change in changes {
        change(site.world.notify());
        // One of them is told, and the other is not.
        let (first, second) = clients.split_at_mut(1);
        let which = tokio::select! { _ = first[0].message() => 0, _ = second[0].message() => 1 };
        heard[which] += 1;
        clients[1 - which].expect_silence().await;
    }
    assert_eq!(heard[0] + heard[1], 3);
    // When one goes, the other is told.
    let mut left = clients.remove(0);
    drop(clients);
    loop {
        site.world.notify().tools_list_changed();
        if tokio::time::timeout(Duration::from_millis(100), left.event()).await.is_ok() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_notifications_are_replayed_on_resume() {
    let site = Site::start().await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.get(None)).await;
    let first = priming(&mut client).await;
    site.world.notify().tools_list_changed();
    let second = client.event().await.unwrap();
    drop(client);
    site.world.notify().prompts_list_changed();
    let mut client = resume(&site, &session, &second).await;
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
    client.expect_silence().await;
    let mut client = resume(&site, &session, &first).await;
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    assert_eq!(client.message().await["method"], "notifications/prompts/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_stream_are_delivered_once() {
    let site = Site::start().await;
    for version in [LAST, "2025-06-18"] {
        let session = site.session(version).await;
        let mut client = listener(&site, &session, version).await;
        site.world.notify().tools_list_changed();
        client.message().await;
        drop(client);
        // Until the server has noticed, what it tells is told to the one that has gone.
        tokio::time::sleep(A_WHILE).await;
        (0..3).for_each(|_| site.world.notify().prompts_list_changed());
        let mut client = listener(&site, &session, version).await;
        assert_eq!(client.message().await["method"], "notifications/prompts/list_changed", "{version}");
        client.expect_silence().await;
        listener(&site, &session, version).await.expect_silence().await;
    }
}

/// Opens a stream for what a session is told, and reads how it begins.
async fn listener(site: &Site, session: &Session, version: &str) -> Client {
    let mut client = site.connect().await;
    client.open(&session.get(None)).await;
    if version == LAST {
        priming(&mut client).await;
    } else {
        client.comment().await;
    }
    client
}

/// The rules of a server are asked while a connection is in use: what they tell of must not wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn may_read_can_publish_a_change() {
    let (_, world) = crate::world::server();
    let notify = Arc::new(OnceLock::<Notify>::new());
    let known = Arc::clone(&notify);
    let builder = Server::builder("bare", "1")
        .resource(ResourceHandler::function("test://thing", "thing", || async { "thing" }))
        .may_read(move |_, _| {
            known.get().into_iter().for_each(Notify::tools_list_changed);
            true
        });
    notify.set(builder.notify().clone()).unwrap();
    let site = Site::serve(world, mcpwright_transport::http(builder)).await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.get(None)).await;
    priming(&mut client).await;
    let request = session.request(json!(1), "resources/subscribe", json!({ "uri": "test://thing" }));
    assert_eq!(site.ask(&request).await.json()["result"], json!({}));
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    // They are asked once more by whoever sends the stream.
    notify.get().unwrap().resource_updated("test://thing");
    assert_eq!(client.message().await["method"], "notifications/resources/updated");
    assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_session_ends_its_streams_and_calls() {
    let site = Site::limited(soon()).await;
    let (session, other) = (site.session(LAST).await, site.session(LAST).await);
    let mut streams = Vec::new();
    for request in [
        session.get(None),
        session.call(json!(1), "wait", json!({})),
        other.call(json!(1), "wait", json!({})),
    ] {
        let mut client = site.connect().await;
        client.open(&request).await;
        let first = priming(&mut client).await;
        streams.push((client, first));
    }
    site.world.begun(2).await;
    assert_eq!(site.ask(&session.delete()).await.status, 204);
    site.world.dropped(1).await;
    for (client, first) in &mut streams[..2] {
        assert_eq!(client.rest().await, []);
        assert_eq!(site.ask(&session.get(Some(first.id()))).await.status, 404);
    }
    site.world.release(1);
    assert_eq!(streams[2].0.rest().await.len(), 1);
    assert_eq!(site.world.dropped_so_far(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_session_loses_its_replay_buffer() {
    let site = Site::limited(soon().session_idle_timeout(Duration::from_millis(50))).await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "say_and_wait", json!({}))).await;
    let first = priming(&mut client).await;
    site.world.release(1);
    assert_eq!(client.rest().await.len(), 3);
    // That is looked for from time to time.
    while site.ask(&session.get(Some(first.id()))).await.status == 200 {
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    assert_eq!(site.ask(&session.get(Some(first.id()))).await.status, 400);
    assert_eq!(site.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_reader_gets_the_result_with_bounded_buffering() {
    let site = Site::limited(soon()).await;
    let session = site.session(LAST).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "say", json!({ "times": 100_000 }))).await;
    let events = client.rest().await;
    assert!(events.len() < 10_000, "{}", events.len());
    let mut last = 0.0;
    for event in &events[1..events.len() - 1] {
        let progress = event.message()["params"]["progress"].as_f64().unwrap();
        assert!(progress > last);
        last = progress;
    }
    assert_eq!(events.last().unwrap().message()["result"]["content"][0]["text"], "said");
    // One that reads nothing at all.
    let mut stuck = site.connect().await;
    stuck.open(&session.call(json!(2), "flood", json!({ "bytes": 100_000 }))).await;
    site.world.begun(1).await;
    for _ in 0..50 {
        site.serves().await;
        assert_eq!(site.ask(&session.call(json!(3), "count", json!({}))).await.text(), "counted");
    }
    site.ask(&session.post(&cancellation(json!(2)))).await;
    site.world.dropped(1).await;
    let rest: Vec<Value> = stuck.rest().await[1..].iter().map(Event::message).collect();
    assert!(rest.iter().all(|message| message["method"] == "notifications/progress"));
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_streams_receive_keep_alive_comments() {
    let site = Site::limited(soon().keep_alive_interval(Duration::from_millis(30))).await;
    for version in [LAST, "2025-06-18"] {
        let session = site.session(version).await;
        for request in [session.get(None), session.call(json!(1), "wait", json!({}))] {
            let mut client = site.connect().await;
            client.open(&request).await;
            client.comment().await;
            client.comment().await;
        }
    }
}
