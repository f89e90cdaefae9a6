//! Who hears of changes: clients of either era, at any replica, as far as they may, and so many.

use mcpwright_server::Bus;
use mcpwright_transport::MemoryBus;
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};

use crate::requests::{Request, Session, modern};
use crate::support::{A_WHILE, Site, Wrapped};
use crate::wire::Client;
use crate::world;

const THING: &str = "test://thing";

fn listen(id: u32) -> Request {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": [THING] });
    modern(json!(id), "subscriptions/listen", json!({ "notifications": filter }))
}

fn subscribe(session: &Session) -> Request {
    session.request(json!(1), "resources/subscribe", json!({ "uri": THING }))
}

/// A client that hears of the tools and of the thing.
async fn listener(site: &Site) -> Client {
    let mut client = site.connect().await;
    client.open(&listen(1)).await;
    assert_eq!(client.message().await["method"], "notifications/subscriptions/acknowledged");
    client
}

/// The same, of an earlier revision.
async fn session(site: &Site) -> Client {
    let session = site.session("2025-11-25").await;
    assert_eq!(site.ask(&subscribe(&session)).await.json()["result"], json!({}));
    let mut client = site.connect().await;
    client.open(&session.get(None)).await;
    assert!(client.event().await.unwrap().data.is_empty());
    client
}

/// What a client hears, without what tells one subscription from another.
async fn hear(client: &mut Client) -> (Value, Value) {
    let message = client.message().await;
    (message["method"].clone(), message["params"]["uri"].clone())
}

async fn replica(bus: impl Bus) -> Site {
    let (builder, world) = world::server();
    Site::serve(world, mcpwright_transport::http(builder.bus(bus))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_clients_of_all_replicas() {
    let bus = MemoryBus::new();
    let replicas = [replica(bus.clone()).await, replica(bus.clone()).await];
    // One that has no bus, and one that has ended.
    let stranger = Site::start().await;
    drop(world::server().0.bus(bus).build());
    let mut silent = [listener(&stranger).await, session(&stranger).await];
    let mut clients = Vec::new();
    for site in &replicas {
        clients.extend([listener(site).await, session(site).await]);
    }
    for site in &replicas {
        site.world.notify().resource_updated(THING);
        for client in &mut clients {
            assert_eq!(hear(client).await, (json!("notifications/resources/updated"), json!(THING)));
        }
        site.world.notify().tools_list_changed();
        for client in &mut clients {
            assert_eq!(hear(client).await, (json!("notifications/tools/list_changed"), Value::Null));
        }
    }
    for client in clients.iter_mut().chain(&mut silent) {
        client.expect_silence().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_read_access_stops_updates() {
    let site = Wrapped::start().await;
    let mut clients = Vec::new();
    for user in ["kept", "barred"] {
        let mut client = site.connect().await;
        client.open(&listen(1).set("x-user", user)).await;
        client.message().await;
        clients.push((client, user));
        let session = site.session(user).await;
        assert_eq!(site.ask(user, &subscribe(&session)).await.json()["result"], json!({}));
        let mut client = site.connect().await;
        client.open(&session.get(None).set("x-user", user)).await;
        client.event().await.unwrap();
        clients.push((client, user));
    }
    for barred in [None, Some("barred"), None, Some("barred")] {
        site.world.bar(barred);
        site.world.notify().resource_updated(THING);
        for (client, user) in &mut clients {
            if Some(*user) == barred {
                client.expect_silence().await;
            } else {
                assert_eq!(hear(client).await.1, THING);
            }
        }
    }
    let read = modern(json!(1), "resources/read", json!({ "uri": THING }));
    assert_eq!(site.ask("barred", &read).await.code(), Some(-32602));
    assert_eq!(site.ask("kept", &read).await.code(), None);
    let mut client = site.connect().await;
    client.open(&listen(2).set("x-user", "barred")).await;
    let acknowledged = json!({ "toolsListChanged": true, "resourceSubscriptions": [] });
    assert_eq!(client.message().await["params"]["notifications"], acknowledged);
    let session = site.session("barred").await;
    assert_eq!(site.ask("barred", &subscribe(&session)).await.code(), Some(-32002));
}

#[tokio::test(flavor = "multi_thread")]
async fn number_of_streams_per_caller_is_limited() {
    let site = Wrapped::start().await;
    let mut clients = Vec::new();
    for number in 0..99 {
        let mut client = site.connect().await;
        client.open(&listen(number).set("x-user", "greedy")).await;
        client.message().await;
        clients.push(client);
    }
    let session = site.session("greedy").await;
    let get = session.get(None).set("x-user", "greedy");
    let mut client = site.connect().await;
    client.open(&get).await;
    client.event().await.unwrap();
    let answer = site.ask("greedy", &listen(1)).await;
    assert_eq!((answer.status, answer.code()), (429, Some(-32603)), "{answer:?}");
    assert!(answer.header("retry-after").is_some());
    let another = site.session("greedy").await;
    let answer = site.ask("greedy", &another.get(None)).await;
    assert_eq!((answer.status, answer.code()), (429, Some(-32603)), "{answer:?}");
    // Others can, and calls are counted by themselves.
    for user in ["modest", ""] {
        let mut client = site.connect().await;
        client.open(&listen(1).set("x-user", user)).await;
    }
    assert_eq!(site.ask("greedy", &modern(json!(1), "tools/list", json!({}))).await.status, 200);
    drop(clients);
    loop {
        let mut client = site.connect().await;
        client.send(listen(1).set("x-user", "greedy").bytes()).await;
        if client.head().await.status == 200 {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_streams_count_toward_the_stream_limit() {
    let site = Site::limited(Limits::default().max_streams(2)).await;
    let (_first, _second) = (listener(&site).await, session(&site).await);
    let more = site.session("2025-11-25").await;
    for request in [listen(1), more.get(None)] {
        assert_eq!(site.ask(&request).await.status, 429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_stream_are_delivered_to_the_next_one() {
    let site = Site::start().await;
    let session = site.session("2025-06-18").await;
    site.ask(&subscribe(&session)).await;
    loop {
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        client.comment().await;
        drop(client);
        // Where the server has not noticed yet that the client is gone, it tells it.
        site.world.notify().resource_updated(THING);
        let mut client = site.connect().await;
        client.open(&session.get(None)).await;
        if let Ok(heard) = tokio::time::timeout(A_WHILE, hear(&mut client)).await {
            assert_eq!(heard.1, THING);
            break;
        }
    }
}
