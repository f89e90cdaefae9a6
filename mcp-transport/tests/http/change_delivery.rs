//! Delivery of changes: to modern and legacy clients, across replicas, with read rules and stream limits.

use mcpwright_server::Bus;
use mcpwright_transport::MemoryBus;
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::client::Client;
use crate::probe;
use crate::requests::{Request, Session, modern};
use crate::support::{EmbeddedServer, QUIET_PERIOD, TestServer};

const THING: &str = "test://thing";

fn listen(id: u32) -> Request {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": [THING] });
    modern(json!(id), "subscriptions/listen", json!({ "notifications": filter }))
}

fn subscribe(session: &Session) -> Request {
    session.request(json!(1), "resources/subscribe", json!({ "uri": THING }))
}

/// A modern client that subscribes to the tool list and to [`THING`].
async fn modern_listener(server: &TestServer) -> Client {
    let mut client = server.connect().await;
    client.open(&listen(1)).await;
    assert_eq!(client.message().await["method"], "notifications/subscriptions/acknowledged");
    client
}

/// A legacy client that subscribes to [`THING`].
async fn legacy_listener(server: &TestServer) -> Client {
    let session = server.session("2025-11-25").await;
    assert_eq!(server.send_request(&subscribe(&session)).await.json()["result"], json!({}));
    let mut client = server.connect().await;
    client.open(&session.get(None)).await;
    assert!(client.event().await.unwrap().data.is_empty());
    client
}

/// Reads the method and the URI of the next notification, without the subscription id.
async fn next_change(client: &mut Client) -> (Value, Value) {
    let message = client.message().await;
    (message["method"].clone(), message["params"]["uri"].clone())
}

async fn replica(bus: impl Bus) -> TestServer {
    let (builder, probe) = probe::server_builder();
    TestServer::serve(probe, mcpwright_transport::http(builder.bus(bus))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_clients_of_all_replicas() {
    let bus = MemoryBus::new();
    let replicas = [replica(bus.clone()).await, replica(bus.clone()).await];
    // One replica without the bus, and one that has been dropped.
    let isolated = TestServer::start().await;
    drop(probe::server_builder().0.bus(bus).build());
    let mut silent = [modern_listener(&isolated).await, legacy_listener(&isolated).await];
    let mut clients = Vec::new();
    for server in &replicas {
        clients.extend([modern_listener(server).await, legacy_listener(server).await]);
    }
    for server in &replicas {
        server.probe.notify().resource_updated(THING);
        for client in &mut clients {
            assert_eq!(next_change(client).await, (json!("notifications/resources/updated"), json!(THING)));
        }
        server.probe.notify().tools_list_changed();
        for client in &mut clients {
            assert_eq!(next_change(client).await, (json!("notifications/tools/list_changed"), Value::Null));
        }
    }
    for client in clients.iter_mut().chain(&mut silent) {
        client.expect_silence().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_read_access_stops_updates() {
    let server = EmbeddedServer::start().await;
    let mut clients = Vec::new();
    for user in ["kept", "denied"] {
        let mut client = server.connect().await;
        client.open(&listen(1).set("x-user", user)).await;
        client.message().await;
        clients.push((client, user));
        let session = server.session(user).await;
        assert_eq!(server.send_request(user, &subscribe(&session)).await.json()["result"], json!({}));
        let mut client = server.connect().await;
        client.open(&session.get(None).set("x-user", user)).await;
        client.event().await.unwrap();
        clients.push((client, user));
    }
    for denied in [None, Some("denied"), None, Some("denied")] {
        server.probe.deny_reads(denied);
        server.probe.notify().resource_updated(THING);
        for (client, user) in &mut clients {
            if Some(*user) == denied {
                client.expect_silence().await;
            } else {
                assert_eq!(next_change(client).await.1, THING);
            }
        }
    }
    let read = modern(json!(1), "resources/read", json!({ "uri": THING }));
    assert_eq!(server.send_request("denied", &read).await.code(), Some(-32602));
    assert_eq!(server.send_request("kept", &read).await.code(), None);
    let mut client = server.connect().await;
    client.open(&listen(2).set("x-user", "denied")).await;
    let acknowledged = json!({ "toolsListChanged": true, "resourceSubscriptions": [] });
    assert_eq!(client.message().await["params"]["notifications"], acknowledged);
    let session = server.session("denied").await;
    assert_eq!(server.send_request("denied", &subscribe(&session)).await.code(), Some(-32002));
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_streams_per_caller_is_limited() {
    let server = EmbeddedServer::start().await;
    let mut clients = Vec::new();
    for number in 0..99 {
        let mut client = server.connect().await;
        client.open(&listen(number).set("x-user", "greedy")).await;
        client.message().await;
        clients.push(client);
    }
    let session = server.session("greedy").await;
    let get = session.get(None).set("x-user", "greedy");
    let mut client = server.connect().await;
    client.open(&get).await;
    client.event().await.unwrap();
    let response = server.send_request("greedy", &listen(1)).await;
    assert_eq!((response.status, response.code()), (429, Some(-32603)), "{response:?}");
    assert!(response.header("retry-after").is_some());
    let another = server.session("greedy").await;
    let response = server.send_request("greedy", &another.get(None)).await;
    assert_eq!((response.status, response.code()), (429, Some(-32603)), "{response:?}");
    // Other callers are not affected, and calls have a separate limit.
    for user in ["modest", ""] {
        let mut client = server.connect().await;
        client.open(&listen(1).set("x-user", user)).await;
    }
    assert_eq!(server.send_request("greedy", &modern(json!(1), "tools/list", json!({}))).await.status, 200);
    drop(clients);
    loop {
        let mut client = server.connect().await;
        client.send(listen(1).set("x-user", "greedy").bytes()).await;
        if client.head().await.status == 200 {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_streams_count_toward_the_stream_limit() {
    let server = TestServer::with_limits(Limits::default().max_streams(2)).await;
    let (_first, _second) = (modern_listener(&server).await, legacy_listener(&server).await);
    let more = server.session("2025-11-25").await;
    for request in [listen(1), more.get(None)] {
        assert_eq!(server.send_request(&request).await.status, 429);
    }
}

/// Changes between a subscription and the first stream wait for it, each once.
#[tokio::test(flavor = "multi_thread")]
async fn changes_before_the_first_stream_are_delivered_to_it() {
    let server = TestServer::start().await;
    for version in ["2025-06-18", "2025-11-25"] {
        let session = server.session(version).await;
        let others = [server.session(version).await, server.session(version).await];
        assert_eq!(server.send_request(&subscribe(&session)).await.json()["result"], json!({}));
        assert_eq!(server.send_request(&subscribe(&others[0])).await.json()["result"], json!({}));
        let unsubscribe = others[0].request(json!(2), "resources/unsubscribe", json!({ "uri": THING }));
        assert_eq!(server.send_request(&unsubscribe).await.json()["result"], json!({}));
        for _ in 0..100 {
            server.probe.notify().resource_updated(THING);
            server.probe.notify().tools_list_changed();
            server.probe.notify().resource_updated("test://other");
        }
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        let mut received = Vec::new();
        for _ in 0..2 {
            let event = loop {
                let event = client.event().await.unwrap();
                if !event.data.is_empty() {
                    break event;
                }
            };
            received.push(event.message()["method"].as_str().unwrap().to_owned());
        }
        assert_eq!(received, ["notifications/tools/list_changed", "notifications/resources/updated"]);
        client.expect_silence().await;
        server.probe.notify().resource_updated(THING);
        assert_eq!(next_change(&mut client).await.1, THING);
        // Neither a session without subscriptions nor one that has ended them receives anything.
        for other in &others {
            let mut client = server.connect().await;
            client.open(&other.get(None)).await;
            if version == "2025-11-25" {
                client.priming_event().await;
            }
            client.expect_silence().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_stream_are_delivered_to_the_next_one() {
    let server = TestServer::start().await;
    let session = server.session("2025-06-18").await;
    server.send_request(&subscribe(&session)).await;
    loop {
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        client.wait_for_comment().await;
        drop(client);
        // If the server has not detected the disconnect yet, the notification is sent to the closed stream.
        server.probe.notify().resource_updated(THING);
        let mut client = server.connect().await;
        client.open(&session.get(None)).await;
        if let Ok(change) = tokio::time::timeout(QUIET_PERIOD, next_change(&mut client)).await {
            assert_eq!(change.1, THING);
            break;
        }
    }
}
