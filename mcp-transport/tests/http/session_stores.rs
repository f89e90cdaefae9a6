//! The store of ended sessions, and requests while it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mcpwright_server::{Key, Store, StoreError, async_trait};
use mcpwright_transport::MemoryStore;
use serde_json::json;

use crate::probe;
use crate::requests::{Session, call, initialize, modern, notification};
use crate::support::TestServer;

/// A store that several servers share, and that can be made to fail.
#[derive(Clone, Default)]
struct SharedStore(Arc<State>);

#[derive(Default)]
struct State {
    memory: MemoryStore,
    is_failing: AtomicBool,
    accesses: AtomicUsize,
}

impl SharedStore {
    fn access(&self) -> Result<&MemoryStore, StoreError> {
        self.0.accesses.fetch_add(1, Ordering::SeqCst);
        if self.0.is_failing.load(Ordering::SeqCst) {
            return Err("the store at /var/lib/secret.sock is unavailable".into());
        }
        Ok(&self.0.memory)
    }

    fn set_failing(&self, is_failing: bool) {
        self.0.is_failing.store(is_failing, Ordering::SeqCst);
    }

    fn accesses(&self) -> usize {
        self.0.accesses.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for SharedStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.access()?.get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        self.access()?.put(key, value, time).await
    }

    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        self.access()?.put_new(key, value, time).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.access()?.remove(key).await
    }
}

async fn start_server(store: &SharedStore) -> TestServer {
    let (builder, probe) = probe::server_builder();
    let http = mcpwright_transport::http(builder.store(store.clone())).key(Key::new([9; 32]));
    TestServer::serve(probe, http).await
}

#[tokio::test(flavor = "multi_thread")]
async fn store_failure_returns_service_unavailable() {
    let store = SharedStore::default();
    let server = start_server(&store).await;
    let session = server.session("2025-11-25").await;
    assert_eq!(server.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    store.set_failing(true);
    let requests = [
        session.call(json!(1), "count", json!({})),
        session.post(&notification("notifications/initialized", json!({}))),
        session.get(None),
        session.delete(),
    ];
    for request in &requests {
        let response = server.send_request(request).await;
        assert_eq!(response.status, 503, "{request:?}\n{response:?}");
        assert!(response.header("retry-after").is_some());
        assert!(!String::from_utf8_lossy(&response.body).contains("secret"), "{response:?}");
    }
    assert_eq!(server.probe.executed(), 1);
    // Neither the modern revision nor `initialize` accesses the store.
    let accesses = store.accesses();
    server.expect_served().await;
    assert_eq!(server.send_request(&modern(json!(1), "server/discover", json!({}))).await.status, 200);
    let listen = modern(json!(1), "subscriptions/listen", json!({ "notifications": {} }));
    server.connect().await.open(&listen).await;
    assert_eq!(server.send_request(&initialize("2025-11-25")).await.status, 200);
    assert_eq!(store.accesses(), accesses);
    // An id that is not authentic is rejected without access to the store.
    let invalid = Session { id: "../../x".to_owned(), version: "2025-11-25" };
    for request in [invalid.call(json!(1), "count", json!({})), invalid.get(None), invalid.delete()] {
        assert_eq!(server.send_request(&request).await.status, 404);
    }
    assert_eq!(store.accesses(), accesses);
    store.set_failing(false);
    assert_eq!(server.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    assert_eq!(server.send_request(&session.delete()).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_session_ends_on_all_replicas() {
    let store = SharedStore::default();
    let (first, second) = (start_server(&store).await, start_server(&store).await);
    let session = first.session("2025-11-25").await;
    assert_eq!(second.send_request(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    assert_eq!(second.send_request(&session.delete()).await.status, 204);
    for server in [&first, &second] {
        for request in [session.call(json!(1), "count", json!({})), session.get(None), session.delete()] {
            assert_eq!(server.send_request(&request).await.status, 404);
        }
    }
    // Requests without a session are still served.
    assert_eq!(first.send_request(&call(json!(1), "count", json!({}))).await.text(), "counted");
}
