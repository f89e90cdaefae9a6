//! `subscriptions/listen` of revision 2026-07-28.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::client::Client;
use crate::requests::{Request, modern};
use crate::support::{QUIET_PERIOD, TestServer};

const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(id: &Value, filter: Value) -> Request {
    modern(id.clone(), "subscriptions/listen", json!({ "notifications": filter }))
}

/// Opens a subscription stream, and returns the acknowledged filter.
async fn open(client: &mut Client, id: &Value, filter: Value) -> Value {
    let head = client.open(&listen(id, filter)).await;
    assert_eq!(head.header("mcp-session-id"), None);
    let acknowledged = client.message().await;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(acknowledged["params"]["_meta"][SUBSCRIPTION_ID], *id);
    acknowledged["params"]["notifications"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn listener_receives_the_requested_changes() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://thing"] });
    assert_eq!(open(&mut client, &json!(1), filter.clone()).await, filter);
    let notify = server.probe.notify();
    notify.prompts_list_changed();
    notify.resources_list_changed();
    notify.resource_updated("test://other");
    notify.tools_list_changed();
    let message = client.message().await;
    assert_eq!(message["method"], "notifications/tools/list_changed");
    assert_eq!(message["params"], json!({ "_meta": { SUBSCRIPTION_ID: 1 } }));
    server.probe.notify().resource_updated("test://thing");
    let message = client.message().await;
    assert_eq!(message["method"], "notifications/resources/updated");
    assert_eq!(message["params"], json!({ "_meta": { SUBSCRIPTION_ID: 1 }, "uri": "test://thing" }));
    client.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgement_contains_only_supported_notifications() {
    let builder = mcpwright_server::Server::builder("bare", "1");
    let (_, probe) = crate::probe::server_builder();
    let server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let mut client = server.connect().await;
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["a://b"], "unknown": true });
    assert_eq!(open(&mut client, &json!("x"), filter).await, json!({}));
    let mut client = server.connect().await;
    assert_eq!(open(&mut client, &json!("x"), json!({ "toolsListChanged": false })).await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_ids_equal_request_ids() {
    let server = TestServer::start().await;
    let ids =
        [json!(1), json!("1"), json!(1), json!(0), json!(""), json!(u64::MAX), json!(i64::MIN), json!("ü")];
    let mut clients = Vec::new();
    for id in &ids {
        let mut client = server.connect().await;
        open(&mut client, id, json!({ "promptsListChanged": true })).await;
        clients.push(client);
    }
    server.probe.notify().prompts_list_changed();
    for (client, id) in clients.iter_mut().zip(&ids) {
        assert_eq!(client.message().await["params"]["_meta"][SUBSCRIPTION_ID], *id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledgement_precedes_changes() {
    let server = TestServer::start().await;
    let notify = server.probe.notify().clone();
    let publisher = tokio::spawn(async move {
        loop {
            notify.tools_list_changed();
            notify.resource_updated("test://thing");
            tokio::task::yield_now().await;
        }
    });
    for number in 0..50 {
        let mut client = server.connect().await;
        let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://thing"] });
        open(&mut client, &json!(number), filter).await;
        for _ in 0..4 {
            assert_eq!(client.message().await["params"]["_meta"][SUBSCRIPTION_ID], number);
        }
    }
    publisher.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn coalesced_updates_are_not_lost() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    let uris: Vec<_> = (0..500).map(|number| format!("test://{number}")).collect();
    open(&mut client, &json!(1), json!({ "resourceSubscriptions": uris })).await;
    for _ in 0..3 {
        uris.iter().for_each(|uri| server.probe.notify().resource_updated(uri));
    }
    let mut missing: std::collections::BTreeSet<_> = uris.into_iter().collect();
    while !missing.is_empty() {
        let message = client.message().await;
        missing.remove(message["params"]["uri"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_completes_subscriptions() {
    let mut server = TestServer::start().await;
    let mut clients = Vec::new();
    for id in [json!(1), json!("a")] {
        let mut client = server.connect().await;
        open(&mut client, &id, json!({ "toolsListChanged": true })).await;
        clients.push((client, id));
    }
    server.stop();
    for (client, id) in &mut clients {
        let message = client.message().await;
        assert_eq!(message["id"], *id);
        assert_eq!(message["result"]["resultType"], "complete");
        assert_eq!(message["result"]["_meta"][SUBSCRIPTION_ID], *id);
        assert_eq!(client.event().await, None);
        client.expect_closed().await;
    }
    server.wait_for_shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_streams_receive_keep_alive_comments() {
    let server =
        TestServer::with_limits(Limits::default().keep_alive_interval(Duration::from_millis(30))).await;
    let mut client = server.connect().await;
    open(&mut client, &json!(1), json!({ "toolsListChanged": true })).await;
    for _ in 0..3 {
        client.wait_for_comment().await;
        server.probe.notify().tools_list_changed();
        assert_eq!(client.message().await["method"], "notifications/tools/list_changed");
    }
    assert!(client.comments >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_listeners_is_limited() {
    let server = TestServer::with_limits(Limits::default().max_streams(2)).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        open(&mut client, &json!(1), json!({})).await;
        clients.push(client);
    }
    let response = server.send_request(&listen(&json!(1), json!({}))).await;
    assert_eq!((response.status, response.code()), (429, Some(-32603)));
    assert!(response.header("retry-after").is_some());
    // Calls have a separate limit.
    server.expect_served().await;
    clients.pop();
    loop {
        let mut client = server.connect().await;
        client.send(listen(&json!(1), json!({})).bytes()).await;
        if client.head().await.status == 200 {
            break;
        }
        tokio::time::sleep(QUIET_PERIOD / 10).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listen_requires_an_event_stream() {
    let server = TestServer::start().await;
    let request = listen(&json!(1), json!({ "toolsListChanged": true }));
    assert_eq!(server.send_request(&request.clone().set("Accept", "application/json")).await.status, 406);
    for accept in ["text/event-stream", "*/*", "text/*"] {
        let mut client = server.connect().await;
        client.open(&request.clone().set("Accept", accept)).await;
        assert_eq!(client.message().await["method"], "notifications/subscriptions/acknowledged");
    }
    // A subscription must have a filter.
    let request = modern(json!(1), "subscriptions/listen", json!({}));
    let response = server.send_request(&request).await;
    assert_eq!((response.status, response.code()), (400, Some(-32602)), "{response:?}");
}
