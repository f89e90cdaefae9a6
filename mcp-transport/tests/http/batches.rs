//! Several messages at once, which one revision has.

use serde_json::{Value, json};

use crate::requests::{
    Request, Session, call_message, cancellation, initialize_message, message, meta, notification, post,
};
use crate::support::Site;

/// The ids of the answers in a batch, in order.
fn ids(answer: &Value) -> Vec<String> {
    let mut ids: Vec<_> = answer.as_array().unwrap().iter().map(|answer| answer["id"].to_string()).collect();
    ids.sort();
    ids
}

/// Both kinds of client that may send batches.
fn of_either_kind(session: &Session, messages: &[Value]) -> [Request; 2] {
    let request = post(Value::from(messages).to_string());
    [session.name(request.clone()), request]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_a_batch_is_answered() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "count", json!({})),
        notification("notifications/initialized", json!({})),
        call_message(json!("1"), "echo", json!({ "text": "x" })),
        message(json!(2), "ping", json!({})),
        message(json!(3), "no/such", json!({})),
        json!({ "jsonrpc": "2.0", "id": 4, "result": {} }),
        call_message(json!(5), "panic", json!({})),
    ];
    for request in of_either_kind(&session, &batch) {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(ids(&answer.json()), ["\"1\"", "1", "2", "3", "5"]);
    }
    for request in of_either_kind(&session, &[batch[1].clone(), batch[5].clone()]) {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    for request in of_either_kind(&session, &batch[..1]) {
        assert_eq!(ids(&site.ask(&request).await.json()), ["1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_with_notifications_returns_a_stream() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "say", json!({ "times": 2 })),
        call_message(json!(2), "murmur", json!({ "text": "x" })),
    ];
    for request in of_either_kind(&session, &batch) {
        let events = site.ask(&request).await.events();
        let last: Value = serde_json::from_str(&events.last().unwrap().data).unwrap();
        assert_eq!(ids(&last), ["1", "2"]);
        assert!(events.len() > 3);
        assert!(events[..events.len() - 1].iter().all(|event| event.data.contains("notifications/")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_size_is_limited() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let batch: Vec<_> = (0..33).map(|id| call_message(json!(id), "count", json!({}))).collect();
    for body in ["[]".to_owned(), Value::from(&batch[..]).to_string(), "[".to_owned()] {
        for request in [session.name(post(&body)), post(&body)] {
            let code = if body == "[" { -32700 } else { -32600 };
            site.refuses(&request, 400, Some(code)).await;
        }
    }
    for request in of_either_kind(&session, &batch[..32]) {
        assert_eq!(site.ask(&request).await.json().as_array().unwrap().len(), 32);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_batch_entries_are_rejected_individually() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let mut listen = message(json!(3), "subscriptions/listen", json!({ "notifications": {} }));
    let bare_listen = listen.clone();
    listen["params"]["_meta"] = meta();
    // Of a revision whose requests are held against their headers: in a batch, there are none to hold it against.
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
        for request in of_either_kind(&session, &batch) {
            let before = site.world.executed();
            let answer = site.ask(&request).await;
            assert_eq!(answer.status, 200, "{wrong}: {answer:?}");
            let answers = answer.json();
            assert_eq!(answers.as_array().unwrap().len(), 2, "{wrong}: {answers}");
            let right = |answer: &&Value| answer["result"]["content"][0]["text"] == "right";
            assert_eq!(answers.as_array().unwrap().iter().filter(right).count(), 1, "{wrong}: {answers}");
            assert_eq!(
                answers.as_array().unwrap().iter().filter(|answer| answer["error"].is_object()).count(),
                1
            );
            assert_eq!(site.world.executed(), before + 1, "{wrong}");
        }
        // By itself, too.
        for request in of_either_kind(&session, &[wrong.clone(), wrong.clone()]) {
            let answer = site.ask(&request).await;
            assert_eq!(answer.status, 200, "{wrong}: {answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_one_call_of_a_batch_keeps_the_others() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    for round in 1..=50 {
        let batch = [call_message(json!(1), "count", json!({})), call_message(json!(2), "wait", json!({}))];
        let mut client = site.connect().await;
        client.send(session.post(&Value::from(&batch[..])).bytes()).await;
        site.world.begun(round).await;
        assert_eq!(site.ask(&session.post(&cancellation(json!(2)))).await.status, 202);
        let answer = client.answer().await;
        assert_eq!((answer.status, ids(&answer.json())), (200, vec!["1".to_owned()]));
        site.world.dropped(round).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn call_cancelled_in_the_same_batch_is_not_run() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let batch = [
        call_message(json!(1), "echo", json!({ "text": "x" })),
        call_message(json!(2), "count", json!({})),
        cancellation(json!(2)),
    ];
    for request in of_either_kind(&session, &batch) {
        let before = site.world.executed();
        assert_eq!(ids(&site.ask(&request).await.json()), ["1"]);
        assert_eq!(site.world.executed(), before + 1);
    }
    let alone = [call_message(json!(2), "count", json!({})), cancellation(json!(2))];
    for request in of_either_kind(&session, &alone) {
        let before = site.world.executed();
        let answer = site.ask(&request).await;
        assert!(answer.body.is_empty() || answer.is_events() && answer.messages().is_empty(), "{answer:?}");
        assert_eq!(site.world.executed(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_can_cancel_a_call_of_another_request() {
    let site = Site::start().await;
    let session = site.session("2025-03-26").await;
    let wait = call_message(json!(2), "wait", json!({}));
    let here = [cancellation(json!(2)), message(json!(9), "ping", json!({}))];
    let waiting = [
        wait.clone(),
        Value::from(&[wait.clone()][..]),
        Value::from(&[call_message(json!(1), "count", json!({})), wait][..]),
    ];
    for (round, there) in waiting.iter().enumerate() {
        let mut client = site.connect().await;
        client.send(session.post(there).bytes()).await;
        site.world.begun(round + 1).await;
        let answer = site.ask(&session.post(&Value::from(&here[..]))).await;
        assert_eq!(ids(&answer.json()), ["9"], "{there}");
        let answer = client.answer().await;
        match round {
            2 => assert_eq!(ids(&answer.json()), ["1"]),
            _ => assert!(answer.is_events() && answer.events().is_empty(), "{answer:?}"),
        }
        site.world.dropped(round + 1).await;
    }
}
