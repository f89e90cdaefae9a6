//! Where it is kept which sessions have ended, and what happens when that cannot be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mcpwright_server::{Key, Store, StoreError, async_trait};
use mcpwright_transport::MemoryStore;
use serde_json::json;

use crate::requests::{Session, call, initialize, modern, notification};
use crate::support::Site;
use crate::world;

/// A store that several servers share, and that can be out of order.
#[derive(Clone, Default)]
struct Shared(Arc<State>);

#[derive(Default)]
struct State {
    memory: MemoryStore,
    is_broken: AtomicBool,
    asked: AtomicUsize,
}

impl Shared {
    fn work(&self) -> Result<&MemoryStore, StoreError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.is_broken.load(Ordering::SeqCst) {
            return Err("the store at /var/lib/secret.sock is out of order".into());
        }
        Ok(&self.0.memory)
    }

    fn is_broken(&self, is_broken: bool) {
        self.0.is_broken.store(is_broken, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for Shared {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.work()?.get(key).await
    }

    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        self.work()?.put(key, value, time).await
    }

    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        self.work()?.put_new(key, value, time).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.work()?.remove(key).await
    }
}

async fn site(store: &Shared) -> Site {
    let (builder, world) = world::server();
    let http = mcpwright_transport::http(builder.store(store.clone())).key(Key::new([9; 32]));
    Site::serve(world, http).await
}

#[tokio::test(flavor = "multi_thread")]
async fn store_failure_returns_service_unavailable() {
    let store = Shared::default();
    let site = site(&store).await;
    let session = site.session("2025-11-25").await;
    assert_eq!(site.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    store.is_broken(true);
    let requests = [
        session.call(json!(1), "count", json!({})),
        session.post(&notification("notifications/initialized", json!({}))),
        session.get(None),
        session.delete(),
    ];
    for request in &requests {
        let answer = site.ask(request).await;
        assert_eq!(answer.status, 503, "{request:?}\n{answer:?}");
        assert!(answer.header("retry-after").is_some());
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "{answer:?}");
    }
    assert_eq!(site.world.executed(), 1);
    // Nothing of this revision needs it, and neither does a handshake.
    let asked = store.asked();
    site.serves().await;
    assert_eq!(site.ask(&modern(json!(1), "server/discover", json!({}))).await.status, 200);
    let listen = modern(json!(1), "subscriptions/listen", json!({ "notifications": {} }));
    site.connect().await.open(&listen).await;
    assert_eq!(site.ask(&initialize("2025-11-25")).await.status, 200);
    assert_eq!(store.asked(), asked);
    // What is no session at all is not looked for.
    let junk = Session { id: "../../x".to_owned(), version: "2025-11-25" };
    for request in [junk.call(json!(1), "count", json!({})), junk.get(None), junk.delete()] {
        assert_eq!(site.ask(&request).await.status, 404);
    }
    assert_eq!(store.asked(), asked);
    store.is_broken(false);
    assert_eq!(site.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    assert_eq!(site.ask(&session.delete()).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_session_ends_on_all_replicas() {
    let store = Shared::default();
    let (first, second) = (site(&store).await, site(&store).await);
    let session = first.session("2025-11-25").await;
    assert_eq!(second.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
    assert_eq!(second.ask(&session.delete()).await.status, 204);
    for site in [&first, &second] {
        for request in [session.call(json!(1), "count", json!({})), session.get(None), session.delete()] {
            assert_eq!(site.ask(&request).await.status, 404);
        }
    }
    // Another process with the key and without the store would not know.
    assert_eq!(first.ask(&call(json!(1), "count", json!({}))).await.text(), "counted");
}
