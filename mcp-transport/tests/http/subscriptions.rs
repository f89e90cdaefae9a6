//! `subscriptions/listen` of 2026-07-28.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{Request, modern};
use crate::support::{A_WHILE, Site};
use crate::wire::Client;

const ID: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(id: &Value, filter: Value) -> Request {
    modern(id.clone(), "subscriptions/listen", json!({ "notifications": filter }))
}

/// Opens a stream, and returns the filter that was acknowledged.
async fn open(client: &mut Client, id: &Value, filter: Value) -> Value {
    let head = client.open(&listen(id, filter)).await;
    assert_eq!(head.header("mcp-session-id"), None);
    let acknowledged = client.message().await;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(acknowledged["params"]["_meta"][ID], *id);
    acknowledged["params"]["notifications"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn listener_receives_the_requested_changes() {
    let site = Site::start().await;
    let mut client = site.connect().await;
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://thing"] });
    assert_eq!(open(&mut client, &json!(1), filter.clone()).await, filter);
    let notify = site.world.notify();
    notify.prompts_list_changed();
    notify.resources_list_changed();
    notify.resource_updated("test://other");
    notify.tools_list_changed();
    let message = client.message().await;
    assert_eq!(message["method"], "notifications/tools/list_changed");
    assert_eq!(message["params"], json!({ "_meta": { ID: 1 } }));
    site.world.notify().resource_updated("test://thing");
    let message = client.message().await;
    assert_eq!(message["method"], "notifications/resources/updated");
    assert_eq!(message["params"], json!({ "_meta": { ID: 1 }, "uri": "test://thing" }));
    client.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgement_contains_only_supported_notifications() {
    let server = mcpwright_server::Server::builder("bare", "1");
    let (_, world) = crate::world::server();
    let site = Site::serve(world, mcpwright_transport::http(server)).await;
    let mut client = site.connect().await;
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["a://b"], "unknown": true });
    assert_eq!(open(&mut client, &json!("x"), filter).await, json!({}));
    let mut client = site.connect().await;
    assert_eq!(open(&mut client, &json!("x"), json!({ "toolsListChanged": false })).await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_ids_equal_request_ids() {
    let site = Site::start().await;
    let ids =
        [json!(1), json!("1"), json!(1), json!(0), json!(""), json!(u64::MAX), json!(i64::MIN), json!("ü")];
    let mut clients = Vec::new();
    for id in &ids {
        let mut client = site.connect().await;
        open(&mut client, id, json!({ "promptsListChanged": true })).await;
        clients.push(client);
    }
    site.world.notify().prompts_list_changed();
    for (client, id) in clients.iter_mut().zip(&ids) {
        assert_eq!(client.message().await["params"]["_meta"][ID], *id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgement_precedes_changes() {
    let site = Site::start().await;
    let notify = site.world.notify().clone();
    let storm = tokio::spawn(async move {
        loop {
            notify.tools_list_changed();
            notify.resource_updated("test://thing");
            tokio::task::yield_now().await;
        }
    });
    for number in 0..50 {
        let mut client = site.connect().await;
        let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://thing"] });
        open(&mut client, &json!(number), filter).await;
        for _ in 0..4 {
            assert_eq!(client.message().await["params"]["_meta"][ID], number);
        }
    }
    storm.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn coalesced_updates_are_not_lost() {
    let site = Site::start().await;
    let mut client = site.connect().await;
    let uris: Vec<_> = (0..500).map(|number| format!("test://{number}")).collect();
    open(&mut client, &json!(1), json!({ "resourceSubscriptions": uris })).await;
    for _ in 0..3 {
        uris.iter().for_each(|uri| site.world.notify().resource_updated(uri));
    }
    let mut missing: std::collections::BTreeSet<_> = uris.into_iter().collect();
    while !missing.is_empty() {
        let message = client.message().await;
        missing.remove(message["params"]["uri"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_completes_subscriptions() {
    let mut site = Site::start().await;
    let mut clients = Vec::new();
    for id in [json!(1), json!("a")] {
        let mut client = site.connect().await;
        open(&mut client, &id, json!({ "toolsListChanged": true })).await;
        clients.push((client, id));
    }
    site.stop();
    for (client, id) in &mut clients {
        let message = client.message().await;
        assert_eq!(message["id"], *id);
        assert_eq!(message["result"]["resultType"], "complete");
        assert_eq!(message["result"]["_meta"][ID], *id);
        assert_eq!(client.event().await, None);
        client.expect_closed().await;
    }
    site.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_streams_receive_keep_alive_comments() {
    let site = Site::limited(Limits::default().keep_alive_interval(Duration::from_millis(30))).await;
    let mut client = site.connect().await;
    open(&mut client, &json!(1), json!({ "toolsListChanged": true })).await;
    for _ in 0..3 {
        client.comment().await;
        site.world.notify().tools_list_changed();
        assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    }
    assert!(client.comments >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_listeners_is_limited() {
    let site = Site::limited(Limits::default().max_streams(2)).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = site.connect().await;
        open(&mut client, &json!(1), json!({})).await;
        clients.push(client);
    }
    let answer = site.ask(&listen(&json!(1), json!({}))).await;
    assert_eq!((answer.status, answer.code()), (429, Some(-32603)));
    assert!(answer.header("retry-after").is_some());
    // Calls are counted by themselves.
    site.serves().await;
    clients.pop();
    loop {
        let mut client = site.connect().await;
        client.send(listen(&json!(1), json!({})).bytes()).await;
        if client.head().await.status == 200 {
            break;
        }
        tokio::time::sleep(A_WHILE / 10).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listen_requires_an_event_stream() {
    let site = Site::start().await;
    let request = listen(&json!(1), json!({ "toolsListChanged": true }));
    assert_eq!(site.ask(&request.clone().set("Accept", "application/json")).await.status, 406);
    for takes in ["text/event-stream", "*/*", "text/*"] {
        let mut client = site.connect().await;
        client.open(&request.clone().set("Accept", takes)).await;
        assert_eq!(client.message().await["method"], "notifications/subscriptions/acknowledged");
    }
    // Nobody listens without saying to what.
    let request = modern(json!(1), "subscriptions/listen", json!({}));
    let answer = site.ask(&request).await;
    assert_eq!((answer.status, answer.code()), (400, Some(-32602)), "{answer:?}");
}
