//! Tasks behind a store that answers late, or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::{SubscriptionFilter, TaskStatus};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Bus, Change, Context, MemoryStore, ReplicaHandle, Runtime, Store, StoreError, TaskConfig, TaskMode,
    ToolHandler, async_trait,
};
use serde_json::Value;

use super::{Error, Stage, answer, asking, client, poll, server, slow, text, tool, value};

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
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.run_pending();
    // The claim takes long, and the client does not wait for it.
    store.hold("put", &id);
    let answers = [("first", answer("Ada")), ("last", answer("Lovelace"))];
    let mut update = Box::pin(client.update_task(&id, answers));
    poll(&mut update);
    drop(update);
    stage.run_pending();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    store.is_free.store(true, Ordering::SeqCst);
    stage.run_pending();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::InputRequired);
}

#[test]
fn a_task_is_lost_with_the_one_who_claimed_it() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (ask, _) = asking(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.run_pending();
    store.hold("put", &id);
    block_on(client.update_task(&id, [("first", answer("Ada")), ("last", answer("Lovelace"))])).unwrap();
    stage.run_pending();
    // Killed after its claim. Whoever asks meanwhile does not keep the claim alive.
    stage.beside.lock().unwrap().clear();
    for _ in 0..3 {
        assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
        stage.advance(6);
    }
    stage.advance(6);
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Failed);
}

/// The states that a client has been told, in their order.
fn told(client: &Client) -> Vec<Value> {
    let params = client.notifications().into_iter().map(|told| told.params.unwrap().decode_owned::<Value>().unwrap());
    params.map(|told| told["status"].clone()).collect()
}

#[test]
fn who_listens_hears_the_end_last() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (tool, _) = slow(&stage, Some(TaskMode::Always));
    let server = server().store(Arc::clone(&store)).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 5)])).unwrap().task_id;
    stage.run_pending();
    // How it is with the task is read, and is old by the time it is there.
    store.hold("get", &id);
    block_on(client.listen(SubscriptionFilter::new().task_ids(vec![id]))).unwrap();
    stage.run_pending();
    stage.advance(5);
    let heard = told(&client);
    store.is_free.store(true, Ordering::SeqCst);
    stage.run_pending();
    stage.advance(10);
    assert_eq!(heard.into_iter().chain(told(&client)).next_back().unwrap(), "completed");
}

/// A bus between two replicas.
#[derive(Clone, Default)]
struct Pair(Arc<Mutex<Vec<ReplicaHandle>>>);

impl Bus for Pair {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        // As between processes.
        let change: Change = serde_json::from_str(&serde_json::to_string(change).unwrap()).unwrap();
        let all = self.0.lock().unwrap().clone();
        all.iter().filter(|listeners| *listeners != from).for_each(|listeners| {
            listeners.deliver(&change);
        });
    }

    fn attach(&self, listeners: ReplicaHandle) {
        self.0.lock().unwrap().push(listeners);
    }
}

#[test]
fn a_cancelled_task_does_not_ask() {
    let stage = Arc::new(Stage::default());
    let (store, bus, sleeping) = (Held::on(&stage), Pair::default(), Arc::clone(&stage));
    let ask = move |context: Context| {
        let stage = Arc::clone(&sleeping);
        async move {
            stage.sleep(Duration::from_secs(1)).await;
            Ok::<_, Error>(value(&context, "name")?)
        }
    };
    let ask = ToolHandler::function("ask", [], ask).description("Ask.").task(TaskMode::Always);
    let replica = |tool: ToolHandler| {
        let server = server().store(Arc::clone(&store)).bus(bus.clone()).tool(tool).build();
        client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>))
    };
    let (other, client) = (replica(tool("ask", TaskMode::Always)), replica(ask));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.run_pending();
    block_on(client.listen(SubscriptionFilter::new().task_ids(vec![id.clone()]))).unwrap();
    stage.run_pending();
    block_on(other.cancel_task(&id)).unwrap();
    // It asks before it notices.
    stage.advance(1);
    let heard = told(&client);
    stage.advance(30);
    assert_eq!(heard.into_iter().chain(told(&client)).next_back().unwrap(), "cancelled");
}

#[test]
fn what_could_not_be_kept_does_not_count() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let get_static = tool("always", TaskMode::Always);
    let client = client(
        server().store(Arc::clone(&store)).tasks(TaskConfig::new().max_per_caller(2)).tool(get_static),
    );
    store.is_down.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        block_on(client.create_task("always", ())).unwrap_err();
    }
    store.is_down.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        block_on(client.create_task("always", ())).unwrap();
    }
    assert_eq!(block_on(client.create_task("always", ())).unwrap_err().message, "too many tasks");
}

#[test]
fn no_handler_outlives_its_task() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (tool, dropped) = slow(&stage, Some(TaskMode::Always));
    let tool = tool.timeout(Duration::from_secs(100_000));
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(61))).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 90_000)])).unwrap().task_id;
    stage.run_pending();
    (0..30).for_each(|_| stage.advance(2));
    assert!(!dropped.load(Ordering::SeqCst));
    stage.advance(1);
    assert!(dropped.load(Ordering::SeqCst));
    let failed = block_on(client.get_task(&id)).unwrap();
    assert_eq!(failed.error.unwrap().message, "the task has expired");
}

#[test]
fn what_came_of_a_task_can_be_seen_for_a_minute() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (tool, _) = slow(&stage, Some(TaskMode::Always));
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(60))).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 58)])).unwrap().task_id;
    stage.run_pending();
    (0..29).for_each(|_| stage.advance(2));
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!((task.status, task.ttl_ms), (TaskStatus::Completed, Some(118_000)));
    stage.advance(59);
    block_on(client.get_task(&id)).unwrap();
    stage.advance(1);
    block_on(client.get_task(&id)).unwrap_err();
}

#[test]
fn a_handler_that_runs_again_has_the_time_that_is_left() {
    let stage = Arc::new(Stage::default());
    let (store, sleeping) = (Held::on(&stage), Arc::clone(&stage));
    let ask = move |context: Context| {
        let stage = Arc::clone(&sleeping);
        async move {
            let name = value(&context, "name")?;
            stage.sleep(Duration::from_secs(30)).await;
            Ok::<_, Error>(name)
        }
    };
    let ask = ToolHandler::function("ask", [], ask).description("Ask.").task(TaskMode::Always);
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(60))).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    stage.run_pending();
    stage.advance(40);
    block_on(client.update_task(&id, [("name", answer("Ada"))])).unwrap();
    stage.run_pending();
    (0..10).for_each(|_| stage.advance(2));
    let done = block_on(client.get_task(&id)).unwrap();
    assert_eq!((done.task.status, done.task.ttl_ms), (TaskStatus::Completed, Some(120_000)));
    assert!(text(&done).contains("longer than 20s"), "{}", text(&done));
}

#[test]
fn a_server_that_ends_waits_for_no_task_before_the_others_are_cancelled() {
    let stage = Arc::new(Stage::default());
    let store = Held::on(&stage);
    let (tool, dropped) = slow(&stage, Some(TaskMode::Always));
    let server = server()
        .store(Arc::clone(&store))
        .tool(tool)
        .build()
        .with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>);
    let client = client(server.clone());
    let create = || block_on(client.create_task("slow", [("seconds", 60)])).unwrap().task_id;
    let ids = [create(), create()];
    stage.run_pending();
    let (held, other) = (ids.iter().min().unwrap(), ids.iter().max().unwrap());
    store.hold("put_new", &format!("{held}:end"));
    let mut end = Box::pin(server.cancel_tasks());
    assert!(poll(&mut end).is_none());
    stage.run_pending();
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(block_on(client.get_task(other)).unwrap().task.status, TaskStatus::Cancelled);
    store.is_free.store(true, Ordering::SeqCst);
    poll(&mut end).unwrap();
    assert_eq!(block_on(client.get_task(held)).unwrap().task.status, TaskStatus::Cancelled);
}
