//! Values of sessions and callers, and observers of sessions, over connections without a transport.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ErrorObject, ProtocolVersion, SubscriptionFilter};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Caller, CloseReason, Context, MemoryStore, Notify, Observer, ResourceHandler, Server, Session,
    SessionError, SessionInfo, SessionValue, Store, StoreError, SubscriptionInfo, ToolHandler, async_trait,
};
use serde_json::{Map, Value, json};

/// Texts, the first of which a client sends with each call.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Notes(Vec<String>);

impl SessionValue for Notes {
    const NAME: &'static str = "notes";
}

/// Another value of the same session.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Visits(u32);

impl SessionValue for Visits {
    const NAME: &'static str = "visits";
}

async fn note(text: String, notes: Session<Notes>) -> Result<usize, SessionError> {
    notes
        .update(|Notes(notes)| {
            notes.push(text.clone());
            notes.len()
        })
        .await
}

async fn visit(visits: Session<Visits>) -> Result<u32, SessionError> {
    visits
        .update(|Visits(visits)| {
            *visits += 1;
            *visits
        })
        .await
}

async fn visits(visits: Option<Session<Visits>>) -> Result<String, SessionError> {
    match visits {
        Some(visits) => Ok(visits.get().await?.0.to_string()),
        None => Ok("none".to_owned()),
    }
}

async fn session(context: Context) -> String {
    context.session_id().map_or_else(|| "none".to_owned(), |id| id.to_string())
}

fn builder() -> Builder {
    Server::builder("test", "1")
        .tool(ToolHandler::function("note", ["text"], note))
        .tool(ToolHandler::function("visit", [], visit))
        .tool(ToolHandler::function("visits", [], visits))
        .tool(ToolHandler::function("session", [], session))
}

fn caller(name: &str) -> Caller {
    Caller::new(name, [], Map::new())
}

fn legacy(server: &Server) -> Client {
    block_on(Client::legacy(server.clone(), ProtocolVersion::LATEST_LEGACY)).expect("a handshake")
}

fn call(client: &Client, tool: &str) -> Result<String, ErrorObject> {
    call_with(client, tool, json!({}))
}

fn call_with(client: &Client, tool: &str, arguments: Value) -> Result<String, ErrorObject> {
    let result = block_on(client.call_tool(tool, arguments))?;
    Ok(result.content[0].as_text().unwrap_or_default().to_owned())
}

#[test]
fn values_of_sessions_are_separate() {
    let server = builder().build();
    let (one, other) = (legacy(&server), legacy(&server));
    assert_eq!(call(&one, "visit").as_deref(), Ok("1"));
    assert_eq!(call(&one, "visit").as_deref(), Ok("2"));
    assert_eq!(call(&other, "visits").as_deref(), Ok("0"));
    // Another value of the session does not disturb the first.
    assert_eq!(call_with(&one, "note", json!({ "text": "hello" })).as_deref(), Ok("1"));
    assert_eq!(call(&one, "visits").as_deref(), Ok("2"));
    let ids = [call(&one, "session"), call(&one, "session"), call(&other, "session")].map(Result::unwrap);
    assert!(ids[0] == ids[1] && ids[0] != ids[2] && ids[0].len() == 32, "{ids:?}");
}

#[test]
fn modern_calls_have_the_values_of_their_caller() {
    let server = builder().build();
    let client = |name| Client::modern(server.clone()).caller(caller(name));
    assert_eq!(call(&client("ada"), "visit").as_deref(), Ok("1"));
    assert_eq!(call(&client("ada"), "visit").as_deref(), Ok("2"));
    assert_eq!(call(&client("bob"), "visit").as_deref(), Ok("1"));
    assert_eq!(call(&client("ada"), "session").as_deref(), Ok("none"));
    // A session of the same caller has values of its own.
    assert_eq!(call(&legacy(&server).caller(caller("ada")), "visit").as_deref(), Ok("1"));
    let anonymous = Client::modern(server.clone());
    assert_eq!(call(&anonymous, "visit").unwrap_err().code, ErrorCode::INVALID_REQUEST);
    assert_eq!(call(&anonymous, "visits").as_deref(), Ok("none"));
}

#[test]
fn handlers_that_need_a_session_are_known_at_start() {
    let greet =
        mcpwright_server::PromptHandler::function("greet", [], |_: Session<Visits>| async { "hello" });
    assert_eq!(builder().prompt(greet).build().handlers_with_sessions(), ["note", "visit", "greet"]);
}

#[test]
fn size_of_values_is_limited() {
    let client = legacy(&builder().build());
    let note = |bytes| call_with(&client, "note", json!({ "text": "x".repeat(bytes) }));
    assert_eq!(note(60 << 10).as_deref(), Ok("1"));
    let text = note(10 << 10).unwrap();
    assert_eq!(text, "the values of a session must be at most 64 KiB in total");
    assert_eq!(note(1 << 10).as_deref(), Ok("2"), "the rejected change was not stored");
}

#[test]
fn values_expire_after_the_last_change() {
    let (start, passed) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let seconds = Arc::clone(&passed);
    let clock = move || start + Duration::from_secs(seconds.load(Ordering::SeqCst) as u64);
    let store = MemoryStore::with_clock(clock);
    let client = legacy(&builder().store(store).session_ttl(Duration::from_secs(60)).build());
    for expected in ["1", "2"] {
        assert_eq!(call(&client, "visit").as_deref(), Ok(expected));
        passed.fetch_add(59, Ordering::SeqCst);
    }
    assert_eq!(call(&client, "visits").as_deref(), Ok("2"));
    passed.fetch_add(1, Ordering::SeqCst);
    assert_eq!(call(&client, "visits").as_deref(), Ok("0"));
}

/// A store in which another call always changes a value between reading and replacing it, until `losses` is 0.
struct RacingStore {
    memory: MemoryStore,
    losses: AtomicUsize,
}

#[async_trait]
impl Store for RacingStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.memory.get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.memory.put(key, value, ttl).await
    }

    async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        self.memory.put_new(key, value, ttl).await
    }

    async fn replace(
        &self,
        key: &str,
        expected: &[u8],
        value: &[u8],
        ttl: Duration,
    ) -> Result<bool, StoreError> {
        if self.losses.load(Ordering::SeqCst) > 0 {
            self.losses.fetch_sub(1, Ordering::SeqCst);
            let text = String::from_utf8(expected.to_vec())?;
            let count: u32 = text.trim_start_matches(r#"{"visits":"#).trim_end_matches('}').parse()?;
            self.memory.put(key, format!(r#"{{"visits":{}}}"#, count + 10).as_bytes(), ttl).await?;
        }
        self.memory.replace(key, expected, value, ttl).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.memory.remove(key).await
    }
}

#[test]
fn changes_of_other_calls_are_not_lost() {
    let store = Arc::new(RacingStore { memory: MemoryStore::new(), losses: AtomicUsize::new(3) });
    let client = legacy(&builder().store(Arc::clone(&store)).build());
    assert_eq!(call(&client, "visit").as_deref(), Ok("1"));
    assert_eq!(call(&client, "visit").as_deref(), Ok("32"), "three changes of 10 came first");
    store.losses.store(usize::MAX, Ordering::SeqCst);
    let text = call(&client, "visit").unwrap();
    assert_eq!(text, "too many calls change the values of the session: try again");
}

/// A store without `replace`, as one that was written before it existed.
struct OldStore(MemoryStore);

#[async_trait]
impl Store for OldStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.0.put(key, value, ttl).await
    }

    async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        self.0.put_new(key, value, ttl).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.0.remove(key).await
    }
}

#[test]
fn store_without_replace_changes_no_value() {
    let client = legacy(&builder().store(OldStore(MemoryStore::new())).build());
    assert_eq!(call(&client, "visit").as_deref(), Ok("1"));
    // The reason is for the log.
    assert_eq!(call(&client, "visit").as_deref(), Ok("the values of the session are unavailable"));
    assert_eq!(call(&client, "visits").as_deref(), Ok("1"));
}

/// The events of a server, as text.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, event: impl Into<String>) {
        self.0.lock().unwrap().push(event.into());
    }
}

impl Observer for Events {
    fn session_opened(&self, _: &SessionInfo<'_>) {
        self.add("opened");
    }

    fn initialized(&self, session: &SessionInfo<'_>) {
        self.add(format!("initialized {}", session.caller));
    }

    fn session_closed(&self, _: &SessionInfo<'_>, reason: CloseReason) {
        self.add(format!("closed {reason:?}"));
    }

    fn subscription_opened(&self, subscription: &SubscriptionInfo<'_>) {
        let uris = subscription.filter.resource_subscriptions.clone().unwrap_or_default();
        self.add(format!("subscribed {} {uris:?}", subscription.session.is_some()));
    }

    fn subscription_closed(&self, _: &SubscriptionInfo<'_>, reason: CloseReason) {
        self.add(format!("unsubscribed {reason:?}"));
    }
}

fn observed(events: &Events) -> Server {
    let thing = ResourceHandler::function("test://thing", "thing", || async { "thing" });
    builder().resource(thing).observer(events.clone()).build()
}

#[test]
fn sessions_on_a_connection_end_with_it() {
    let events = Events::default();
    let client = legacy(&observed(&events));
    assert_eq!(events.all(), ["opened", "initialized anonymous"]);
    drop(client);
    assert_eq!(events.all()[2..], ["closed Disconnected"]);
}

#[test]
fn modern_clients_are_seen_when_they_subscribe() {
    let events = Events::default();
    let server = observed(&events);
    let client = Client::modern(server.clone());
    let filter = SubscriptionFilter::new().resource_subscriptions(vec!["test://thing".to_owned()]);
    block_on(client.listen(filter)).expect("the subscription is acknowledged");
    assert_eq!(events.all(), [r#"subscribed false ["test://thing"]"#]);
    // An observer may publish changes, although the connection is locked.
    server.notify().resource_updated("test://thing");
    assert_eq!(client.notifications().len(), 1);
    drop(client);
    assert_eq!(events.all()[1..], ["unsubscribed Disconnected"]);
}

/// Publishes a change whenever a client subscribes.
#[derive(Clone, Default)]
struct Publisher(Arc<Mutex<Option<Notify>>>);

impl Observer for Publisher {
    fn subscription_opened(&self, _: &SubscriptionInfo<'_>) {
        if let Some(notify) = &*self.0.lock().unwrap() {
            notify.resource_updated("test://thing");
        }
        panic!("an observer that panics");
    }
}

#[test]
fn observers_may_publish_and_panic() {
    let publisher = Publisher::default();
    let thing = ResourceHandler::function("test://thing", "thing", || async { "thing" });
    let server = builder().resource(thing).observer(publisher.clone()).build();
    *publisher.0.lock().unwrap() = Some(server.notify().clone());
    let client = Client::modern(server);
    let filter = SubscriptionFilter::new().resource_subscriptions(vec!["test://thing".to_owned()]);
    block_on(client.listen(filter)).expect("the subscription is acknowledged");
    assert_eq!(client.notifications().len(), 1, "the change is not lost");
}
