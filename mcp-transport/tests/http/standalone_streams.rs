//! Standalone streams of earlier revisions: changes are sent once, to one of them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mcpwright_server::{Notify, ResourceHandler, Server};
use serde_json::json;

use crate::client::Client;
use crate::requests::{LATEST_LEGACY, Session};
use crate::support::{QUIET_PERIOD, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn notification_is_sent_on_one_stream_only() {
    let server = TestServer::start().await;
    let session = server.session(LATEST_LEGACY).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        client.priming_event().await;
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
        client.priming_event().await;
    } else {
        client.wait_for_comment().await;
    }
    client
}

/// Rules run while the connection is in use, and while a change is delivered: a change that a rule publishes would cause the
/// next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_rule_publishes_is_ignored() {
    let (_, probe) = crate::probe::server_builder();
    let notify = Arc::new(OnceLock::<Notify>::new());
    let shared = Arc::clone(&notify);
    let builder = Server::builder("bare", "1")
        .resource(ResourceHandler::function("test://thing", "thing", || async { "thing" }))
        .visible(move |_, _| {
            shared.get().into_iter().for_each(|notify| notify.resource_updated("test://thing"));
            true
        });
    notify.set(builder.notify().clone()).unwrap();
    let server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let session = server.session(LATEST_LEGACY).await;
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    client.priming_event().await;
    let request = session.request(json!(1), "resources/subscribe", json!({ "uri": "test://thing" }));
    assert_eq!(server.send_request(&request).await.json()["result"], json!({}));
    for _ in 0..2 {
        notify.get().unwrap().resource_updated("test://thing");
        assert_eq!(client.message().await["method"], "notifications/resources/updated");
    }
    client.expect_silence().await;
}
