//! Calls of 2026-07-28: how they are answered, and what becomes of them when the client goes away.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{Request, call, cancellation, loud_call, modern, post};
use crate::support::Site;
use crate::world::Tenant;

/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);

fn takes_json(request: Request) -> Request {
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
    let site = Site::start().await;
    let answer = site.ask(&call(json!("a"), "echo", json!({ "text": "ünï" }))).await;
    assert_eq!((answer.status, answer.json()["id"].clone()), (200, json!("a")));
    assert_eq!(answer.json()["result"]["resultType"], "complete");
    assert_eq!(answer.text(), "ünï");
    assert_eq!(answer.header("mcp-session-id"), None);
    // Without arguments, an error is the model's to read.
    let answer = site.ask(&call(json!(2), "echo", json!({}))).await;
    assert_eq!((answer.status, answer.json()["result"]["isError"].clone()), (200, json!(true)));
    let answer = site.ask(&call(json!(3), "no such tool", json!({}))).await;
    assert_eq!((answer.status, answer.code()), (200, Some(-32602)));
}

#[tokio::test(flavor = "multi_thread")]
async fn call_with_notifications_returns_a_stream() {
    let site = Site::limited(Limits::default().json_grace(NEVER)).await;
    for token in [json!("t"), json!(0), json!(""), json!(u64::MAX)] {
        for times in [1, 2, 20] {
            let request = loud_call(json!(7), "say", json!({ "times": times }), token.clone());
            let answer = site.ask(&request).await;
            assert!(answer.is_events(), "what was said is lost: {answer:?}");
            let messages = answer.messages();
            assert_eq!(messages.len(), times + 1);
            for (message, number) in messages.iter().zip(1..=times) {
                assert_progress(message, &token, number as f64);
            }
            assert_eq!(messages[times]["id"], 7);
            assert_eq!(answer.text(), "said");
            assert!(answer.events().iter().all(|event| event.id.is_none() && event.retry.is_none()));
        }
    }
    // Once it is known that the tool is quick, too.
    for _ in 0..100 {
        let answer = site.ask(&loud_call(json!(7), "say", json!({ "times": 1 }), json!(1))).await;
        assert_eq!(answer.messages().len(), 2);
    }
    let answer = site.ask(&loud_call(json!(7), "log", json!({}), json!(1))).await;
    let levels: Vec<_> = answer
        .messages()
        .iter()
        .filter_map(|message| message["params"]["level"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(levels, ["debug", "info", "error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_sent_only_if_requested() {
    let site = Site::start().await;
    let answer = site.ask(&call(json!(1), "say", json!({ "times": 3 }))).await;
    assert_eq!(answer.messages().len(), 1);
    let answer = site.ask(&call(json!(1), "log", json!({}))).await;
    assert_eq!(answer.messages().len(), 1);
    // One request's wishes are not those of the next one on the same connection.
    let mut client = site.connect().await;
    for _ in 0..3 {
        let meta = json!({ "io.modelcontextprotocol/logLevel": "error" });
        let request = modern(json!(1), "tools/call", json!({ "name": "log", "_meta": meta }));
        assert_eq!(client.ask(&request).await.messages().len(), 2);
        assert_eq!(client.ask(&call(json!(1), "log", json!({}))).await.messages().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_without_event_streams_gets_json() {
    let site = Site::limited(Limits::default().json_grace(Duration::from_millis(20))).await;
    let request = takes_json(loud_call(json!(1), "say", json!({ "times": 3 }), json!(1)));
    for request in [request.clone(), request.without("Accept")] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.json()["result"]["content"][0]["text"], "said");
    }
    let mut client = site.connect().await;
    client.send(takes_json(loud_call(json!(1), "say_and_wait", json!({}), json!(1))).bytes()).await;
    site.world.begun(1).await;
    client.expect_silence().await;
    site.world.release(1);
    assert_eq!(client.answer().await.json()["result"]["content"][0]["text"], "waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_call_returns_a_stream() {
    let limits = Limits::default()
        .json_grace(Duration::from_millis(20))
        .keep_alive_interval(Duration::from_millis(50));
    let site = Site::limited(limits).await;
    let mut client = site.connect().await;
    client.open(&call(json!(1), "wait", json!({}))).await;
    client.comment().await;
    client.comment().await;
    site.world.release(1);
    let message = client.message().await;
    assert_eq!((&message["id"], &message["result"]["content"][0]["text"]), (&json!(1), &json!("waited")));
    assert_eq!(client.event().await, None);
    assert!(client.comments > 0);
    // The connection is there for the next one.
    assert_eq!(client.ask(&call(json!(2), "count", json!({}))).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_sent_immediately() {
    let site = Site::limited(Limits::default().json_grace(NEVER)).await;
    let mut client = site.connect().await;
    client.open(&loud_call(json!(1), "say_and_wait", json!({}), json!("t"))).await;
    assert_progress(&client.message().await, &json!("t"), 1.0);
    client.expect_silence().await;
    site.world.release(1);
    assert_progress(&client.message().await, &json!("t"), 2.0);
    assert_eq!(client.message().await["result"]["content"][0]["text"], "waited");
    assert_eq!(client.event().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_cancels_the_call() {
    let site = Site::limited(Limits::default().json_grace(NEVER)).await;
    // Before there is an answer,
    for (done, request) in [
        call(json!(1), "wait", json!({})),
        takes_json(call(json!(1), "wait", json!({}))),
        call(json!(1), "wait", json!({})).set("Accept", "text/event-stream"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = site.connect().await;
        client.send(request.bytes()).await;
        site.world.begun(done + 1).await;
        drop(client);
        site.world.dropped(done + 1).await;
    }
    // and while it streams.
    let mut client = site.connect().await;
    client.open(&loud_call(json!(1), "say_and_wait", json!({}), json!("t"))).await;
    assert_progress(&client.message().await, &json!("t"), 1.0);
    site.world.begun(4).await;
    drop(client);
    site.world.dropped(4).await;
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "hyper does not look whether a client is gone while bytes of a next request wait to be read"]
async fn disconnect_after_a_pipelined_request_cancels_the_call() {
    let site = Site::limited(Limits::default().json_grace(NEVER)).await;
    for (done, more) in [call(json!(2), "count", json!({})).bytes(), b"\r\n".to_vec()].into_iter().enumerate()
    {
        let mut client = site.connect().await;
        client.send([call(json!(1), "wait", json!({})).bytes(), more].concat()).await;
        site.world.begun(done + 1).await;
        drop(client);
        site.world.dropped(done + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_does_not_cancel_other_calls() {
    let site = Site::limited(Limits::default().json_grace(Duration::from_millis(10))).await;
    let mut others = Vec::new();
    for _ in 0..8 {
        let mut client = site.connect().await;
        client.send(call(json!(1), "wait", json!({})).bytes()).await;
        others.push(client);
    }
    let mut leaving = site.connect().await;
    leaving.send(call(json!(1), "wait", json!({})).bytes()).await;
    site.world.begun(9).await;
    drop(leaving);
    site.world.dropped(1).await;
    site.world.release(8);
    for client in &mut others {
        assert_eq!(client.answer().await.text(), "waited");
    }
    assert_eq!(site.world.dropped_so_far(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_other_clients_cannot_be_cancelled() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let mut client = site.connect().await;
    client.send(call(json!(1), "wait", json!({})).bytes()).await;
    site.world.begun(1).await;
    let cancel = post(cancellation(json!(1)).to_string());
    for request in
        [cancel.clone().set("MCP-Protocol-Version", "2026-07-28"), cancel.clone(), session.name(cancel)]
    {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    client.expect_silence().await;
    site.world.release(1);
    assert_eq!(client.answer().await.text(), "waited");
    assert_eq!(site.world.dropped_so_far(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn panic_is_an_internal_error_of_its_call() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let mut client = site.connect().await;
    for request in [call(json!(1), "panic", json!({})), session.call(json!(1), "panic", json!({}))] {
        for _ in 0..40 {
            let answer = client.ask(&request).await;
            assert_eq!((answer.status, answer.code()), (200, Some(-32603)));
            assert_eq!(answer.json()["id"], 1);
            assert!(answer.json()["error"]["message"].as_str().unwrap().contains("incident"));
        }
    }
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_ids_of_different_clients_do_not_interfere() {
    let site = Site::limited(Limits::default().json_grace(Duration::from_millis(5))).await;
    let clients = (0..64).map(|number| {
        let address = site.address;
        tokio::spawn(async move {
            let text = format!("payload of {number}");
            let token = json!("token");
            let request = loud_call(json!(1), "murmur", json!({ "text": text }), token.clone());
            let answer = crate::wire::Client::connect(address).await.ask(&request).await;
            let messages = answer.messages();
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
    let site = Site::limited(Limits::default().max_calls(2)).await;
    let session = site.session("2025-11-25").await;
    let mut waiting = Vec::new();
    for request in [call(json!(1), "wait", json!({})), session.call(json!(1), "wait", json!({}))] {
        let mut client = site.connect().await;
        client.send(request.bytes()).await;
        waiting.push(client);
    }
    site.world.begun(2).await;
    let sessionless = post(crate::requests::call_message(json!(3), "count", json!({})).to_string());
    for request in
        [call(json!(2), "count", json!({})), session.call(json!(2), "count", json!({})), sessionless]
    {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 429, "{answer:?}");
        assert_eq!(answer.code(), Some(-32603));
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    // What is no call is answered all the same.
    assert_eq!(site.ask(&session.request(json!(3), "ping", json!({}))).await.status, 200);
    site.world.release(2);
    for client in &mut waiting {
        assert_eq!(client.answer().await.text(), "waited");
    }
    // Whoever counts may hear of their end a little later than the client.
    while site.ask(&call(json!(4), "count", json!({}))).await.status == 429 {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.world.executed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_receive_extracted_values() {
    let site = Site::with(|http| {
        http.extract(|request| Some(Tenant(request.headers.get("x-tenant")?.to_str().ok()?.to_owned())))
    })
    .await;
    let session = site.session("2025-11-25").await;
    let mut client = site.connect().await;
    for tenant in ["one", "two"] {
        for request in [call(json!(1), "tenant", json!({})), session.call(json!(1), "tenant", json!({}))] {
            assert_eq!(client.ask(&request.clone().set("X-Tenant", tenant)).await.text(), tenant);
            // Nothing is left of the one before.
            let answer = client.ask(&request).await;
            assert_eq!(answer.code(), Some(-32603), "{answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_reader_does_not_slow_other_clients() {
    let site = Site::limited(Limits::default().write_timeout(NEVER)).await;
    let mut slow = site.connect().await;
    slow.open(&loud_call(json!(1), "flood", json!({ "bytes": 100_000 }), json!("t"))).await;
    site.world.begun(1).await;
    for _ in 0..50 {
        site.serves().await;
    }
    // It gets what it can take, in order, and with what it was too slow for left out.
    let mut last = 0.0;
    for _ in 0..100 {
        let progress = slow.message().await["params"]["progress"].as_f64().unwrap();
        assert!(progress > last);
        last = progress;
    }
    drop(slow);
    site.world.dropped(1).await;
}
