//! Tasks behind a store that answers late, or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::TaskStatus;
use mcpwright_server::{Host, MemoryStore, Store, StoreError, TaskMode, async_trait};

use super::{Stage, answer, asking, client, poll, server};

/// A store in which one kind of operation, on keys that end in this, waits until it is free.
struct Held {
    store: MemoryStore,
    hold: Mutex<Option<(&'static str, String)>>,
    is_free: AtomicBool,
    is_down: AtomicBool,
}

impl Held {
    /// One whose clock is that of the stage.
    fn on(stage: &Arc<Stage>) -> Arc<Self> {
        let (start, stage) = (Instant::now(), Arc::clone(stage));
        let clock = move || start + Duration::from_secs(stage.seconds.load(Ordering::SeqCst));
        Arc::new(Self {
            store: MemoryStore::with_clock(clock),
            hold: Mutex::default(),
            is_free: AtomicBool::default(),
            is_down: AtomicBool::default(),
        })
    }

    fn hold(&self, operation: &'static str, end: &str) {
        *self.hold.lock().unwrap() = Some((operation, end.to_owned()));
    }

    async fn held(&self, operation: &str, key: &str) -> Result<(), StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err("down".into());
        }
        let hold = self.hold.lock().unwrap().clone();
        if hold.is_some_and(|(held, end)| held == operation && key.ends_with(&end)) {
            let is_free = || self.is_free.load(Ordering::SeqCst);
            std::future::poll_fn(|_| if is_free() { Poll::Ready(()) } else { Poll::Pending }).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Held {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        // What was read may be old by the time it is there.
        let value = self.store.get(key).await?;
        self.held("get", key).await?;
        Ok(value)
    }
    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        self.held("put", key).await?;
        self.store.put(key, value, time).await
    }
    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        self.held("put_new", key).await?;
        self.store.put_new(key, value, time).await
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.store.remove(key).await
    }
}

#[test]
fn a_task_goes_on_although_its_client_has_left() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (ask, _) = asking(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tool(ask).build();
    let client = client(server.on(Arc::clone(&stage) as Arc<dyn Host>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.go_on();
    // The claim takes long, and the client does not wait for it.
    store.hold("put", &id);
    let answers = [("first", answer("Ada")), ("last", answer("Lovelace"))];
    let mut update = Box::pin(client.update_task(&id, answers));
    poll(&mut update);
    drop(update);
    stage.go_on();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    store.is_free.store(true, Ordering::SeqCst);
    stage.go_on();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::InputRequired);
}

#[test]
fn a_task_is_lost_with_the_one_who_claimed_it() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (ask, _) = asking(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tool(ask).build();
    let client = client(server.on(Arc::clone(&stage) as Arc<dyn Host>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.go_on();
    store.hold("put", &id);
    block_on(client.update_task(&id, [("first", answer("Ada")), ("last", answer("Lovelace"))])).unwrap();
    stage.go_on();
    // Killed after its claim. Whoever asks meanwhile does not keep the claim alive.
    stage.beside.lock().unwrap().clear();
    for _ in 0..3 {
        assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
        stage.advance(6);
    }
    stage.advance(6);
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Failed);
}
