//! Observers of sessions and subscriptions over HTTP.

use std::sync::{Arc, Mutex};

use mcpwright_server::{CloseReason, Observer, SessionId, SessionInfo, SubscriptionInfo};
use mcpwright_transport::http::{Http, Limits};
use serde_json::json;

use crate::probe;
use crate::requests::{bodiless, initialize_message, modern, notification, post};
use crate::support::{TestServer, wait_until};

/// The events of a server, as text, and the identities of the sessions.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<(Vec<String>, Vec<SessionId>)>>);

impl Events {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().0.clone()
    }

    fn add(&self, event: String, session: Option<SessionId>) {
        let mut events = self.0.lock().unwrap();
        events.0.push(event);
        events.1.extend(session);
    }

    /// Waits for this number of events, and returns them.
    async fn wait_for(&self, count: usize) -> Vec<String> {
        wait_until("there are more events", || self.all().len() >= count).await;
        self.all()
    }

    /// Asserts that all events were about one session.
    fn expect_one_session(&self) {
        let sessions = &self.0.lock().unwrap().1;
        assert!(sessions.windows(2).all(|pair| pair[0] == pair[1]), "{sessions:?}");
    }
}

impl Observer for Events {
    fn session_opened(&self, session: &SessionInfo<'_>) {
        let revision = session.client.protocol_version().map(ToString::to_string);
        self.add(format!("opened {}", revision.unwrap_or_default()), Some(session.id));
    }

    fn initialized(&self, session: &SessionInfo<'_>) {
        let name = session.client.info().map(|info| info.name.clone());
        self.add(format!("initialized {}", name.unwrap_or_default()), Some(session.id));
        panic!("an observer that panics");
    }

    fn session_closed(&self, session: &SessionInfo<'_>, reason: CloseReason) {
        self.add(format!("closed {reason:?}"), Some(session.id));
    }

    fn subscription_opened(&self, subscription: &SubscriptionInfo<'_>) {
        let filter = serde_json::to_string(subscription.filter).unwrap();
        self.add(format!("subscribed {filter}"), subscription.session);
    }

    fn subscription_closed(&self, subscription: &SubscriptionInfo<'_>, reason: CloseReason) {
        self.add(format!("unsubscribed {reason:?}"), subscription.session);
    }
}

async fn start(settings: impl FnOnce(Http) -> Http) -> (TestServer, Events) {
    let (builder, probe) = probe::server_builder();
    let events = Events::default();
    let http = settings(mcpwright_transport::http(builder.observer(events.clone())));
    (TestServer::serve(probe, http).await, events)
}

const THING: &str = r#"subscribed {"resourceSubscriptions":["test://thing"]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn life_of_a_session_is_observed() {
    let (server, events) = start(|http| http).await;
    let session = server.session("2025-11-25").await;
    let initialized = session.post(&notification("notifications/initialized", json!({})));
    assert_eq!(server.send_request(&initialized).await.status, 202, "a panic of an observer changes nothing");
    for method in ["resources/subscribe", "resources/subscribe", "resources/unsubscribe"] {
        let request = session.request(json!(1), method, json!({ "uri": "test://thing" }));
        assert_eq!(server.send_request(&request).await.status, 200);
    }
    let subscribe = session.request(json!(1), "resources/subscribe", json!({ "uri": "test://thing" }));
    assert_eq!(server.send_request(&subscribe).await.status, 200);
    assert_eq!(server.send_request(&session.delete()).await.status, 204);
    let expected = [
        "opened 2025-11-25",
        "initialized test",
        THING,
        "unsubscribed Client",
        THING,
        "unsubscribed Client",
        "closed Client",
    ];
    assert_eq!(events.all(), expected);
    events.expect_one_session();
    assert_eq!(server.send_request(&session.delete()).await.status, 404);
    assert_eq!(events.all().len(), expected.len(), "a session ends once");
}

#[tokio::test(flavor = "multi_thread")]
async fn eviction_ends_subscriptions_and_not_the_session() {
    let (mut server, events) = start(|http| http.limits(Limits::default().max_sessions(1))).await;
    for _ in 0..2 {
        let session = server.session("2025-06-18").await;
        let request = session.request(json!(1), "resources/subscribe", json!({ "uri": "test://thing" }));
        assert_eq!(server.send_request(&request).await.status, 200);
    }
    let opened = "opened 2025-06-18";
    assert_eq!(events.all(), [opened, THING, opened, "unsubscribed Released", THING]);
    server.stop();
    server.wait_for_shutdown().await;
    assert_eq!(events.all()[5..], ["unsubscribed Shutdown"], "the sessions continue elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn modern_subscriptions_are_observed() {
    let (mut server, events) = start(|http| http).await;
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["test://thing"] });
    let listen = modern(json!(1), "subscriptions/listen", json!({ "notifications": filter }));
    let mut client = server.connect().await;
    client.open(&listen).await;
    client.event().await.unwrap();
    let subscribed = r#"subscribed {"toolsListChanged":true,"resourceSubscriptions":["test://thing"]}"#;
    assert_eq!(events.all(), [subscribed]);
    drop(client);
    assert_eq!(events.wait_for(2).await[1..], ["unsubscribed Disconnected"]);
    let mut client = server.connect().await;
    client.open(&listen).await;
    client.event().await.unwrap();
    server.stop();
    client.remaining_events().await;
    server.wait_for_shutdown().await;
    assert_eq!(events.all()[2..], [subscribed, "unsubscribed Shutdown"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_the_first_transport_end_with_their_stream() {
    let (server, events) = start(|http| http.http_sse("/sse")).await;
    let mut client = server.connect().await;
    client.open(&bodiless("GET", "/sse").set("Accept", "text/event-stream")).await;
    let endpoint = client.event().await.unwrap().data;
    let line = format!("POST /sse{endpoint} HTTP/1.1");
    let initialize = post(initialize_message(json!(1), "2024-11-05").to_string()).with_request_line(&line);
    assert_eq!(server.send_request(&initialize).await.status, 202);
    assert_eq!(client.message().await["id"], 1);
    assert_eq!(events.all(), ["opened 2024-11-05"]);
    drop(client);
    assert_eq!(events.wait_for(2).await, ["opened 2024-11-05", "closed Disconnected"]);
    events.expect_one_session();
}
