//! Tasks with a store that is slow or fails.

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

use super::{Error, ManualRuntime, accepted, client, input_tool, poll, server, slow_tool, text, tool, value};

/// A store that blocks one kind of operation, on keys with a given suffix, until it is released.
struct SlowStore {
    store: MemoryStore,
    blocked: Mutex<Option<(&'static str, String)>>,
    is_released: AtomicBool,
    is_down: AtomicBool,
}

impl SlowStore {
    /// Creates a store that uses the clock of `runtime`.
    fn with_clock_of(runtime: &Arc<ManualRuntime>) -> Arc<Self> {
        let (start, runtime) = (Instant::now(), Arc::clone(runtime));
        let clock = move || start + Duration::from_secs(runtime.seconds.load(Ordering::SeqCst));
        Arc::new(Self {
            store: MemoryStore::with_clock(clock),
            blocked: Mutex::default(),
            is_released: AtomicBool::default(),
            is_down: AtomicBool::default(),
        })
    }

    fn block(&self, operation: &'static str, suffix: &str) {
        *self.blocked.lock().unwrap() = Some((operation, suffix.to_owned()));
    }

    async fn wait_if_blocked(&self, operation: &str, key: &str) -> Result<(), StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err("down".into());
        }
        let blocked = self.blocked.lock().unwrap().clone();
        if blocked.is_some_and(|(blocked, suffix)| blocked == operation && key.ends_with(&suffix)) {
            let is_released = || self.is_released.load(Ordering::SeqCst);
            std::future::poll_fn(|_| if is_released() { Poll::Ready(()) } else { Poll::Pending }).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for SlowStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        // The value is read before the wait, so it may be stale when it is returned.
        let value = self.store.get(key).await?;
        self.wait_if_blocked("get", key).await?;
        Ok(value)
    }
    async fn put(&self, key: &str, value: &[u8], time: Duration) -> Result<(), StoreError> {
        self.wait_if_blocked("put", key).await?;
        self.store.put(key, value, time).await
    }
    async fn put_new(&self, key: &str, value: &[u8], time: Duration) -> Result<bool, StoreError> {
        self.wait_if_blocked("put_new", key).await?;
        self.store.put_new(key, value, time).await
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.store.remove(key).await
    }
}

#[test]
fn a_task_resumes_although_its_client_disconnected() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (ask, _) = input_tool(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    runtime.run_pending();
    // Claiming the task is slow, and the client disconnects before it completes.
    store.block("put", &id);
    let responses = [("first", accepted("Ada")), ("last", accepted("Lovelace"))];
    let mut update = Box::pin(client.update_task(&id, responses));
    poll(&mut update);
    drop(update);
    runtime.run_pending();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    store.is_released.store(true, Ordering::SeqCst);
    runtime.run_pending();
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::InputRequired);
}

#[test]
fn a_task_fails_if_the_replica_that_claimed_it_is_killed() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (ask, _) = input_tool(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    runtime.run_pending();
    store.block("put", &id);
    block_on(client.update_task(&id, [("first", accepted("Ada")), ("last", accepted("Lovelace"))])).unwrap();
    runtime.run_pending();
    // The replica is killed after its claim. Reads of the task do not renew the claim.
    runtime.spawned.lock().unwrap().clear();
    for _ in 0..3 {
        assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Working);
        runtime.advance(6);
    }
    runtime.advance(6);
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Failed);
}

#[test]
fn a_creation_that_is_dropped_does_not_count_against_the_limit() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let tasks = TaskConfig::new().max_per_caller(1);
    let (ask, _) = input_tool(TaskMode::Always);
    let server = server().store(Arc::clone(&store)).tasks(tasks).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    store.block("put", "");
    for _ in 0..3 {
        let mut create = Box::pin(client.create_task("ask", ()));
        assert!(poll(&mut create).is_none(), "the store does not respond");
        drop(create);
    }
    store.is_released.store(true, Ordering::SeqCst);
    block_on(client.create_task("ask", ())).unwrap();
    let error = block_on(client.create_task("ask", ())).unwrap_err();
    assert_eq!(error.message, "too many tasks");
}

/// Takes the notifications that `client` has received, and returns the statuses in order.
fn received_statuses(client: &Client) -> Vec<Value> {
    let params = client
        .notifications()
        .into_iter()
        .map(|notification| notification.params.unwrap().decode_owned::<Value>().unwrap());
    params.map(|task| task["status"].clone()).collect()
}

#[test]
fn the_final_status_is_the_last_notification() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (tool, _) = slow_tool(&runtime, Some(TaskMode::Always));
    let server = server().store(Arc::clone(&store)).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 5)])).unwrap().task_id;
    runtime.run_pending();
    // The state of the task is read, and is stale when the read completes.
    store.block("get", &id);
    block_on(client.listen(SubscriptionFilter::new().task_ids(vec![id]))).unwrap();
    runtime.run_pending();
    runtime.advance(5);
    let statuses = received_statuses(&client);
    store.is_released.store(true, Ordering::SeqCst);
    runtime.run_pending();
    runtime.advance(10);
    assert_eq!(statuses.into_iter().chain(received_statuses(&client)).next_back().unwrap(), "completed");
}

/// A bus that connects two replicas.
#[derive(Clone, Default)]
struct PairBus(Arc<Mutex<Vec<ReplicaHandle>>>);

impl Bus for PairBus {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        // Serializes the change, as a bus between processes does.
        let change: Change = serde_json::from_str(&serde_json::to_string(change).unwrap()).unwrap();
        let replicas = self.0.lock().unwrap().clone();
        replicas.iter().filter(|replica| *replica != from).for_each(|replica| {
            replica.deliver(&change);
        });
    }

    fn attach(&self, replica: ReplicaHandle) {
        self.0.lock().unwrap().push(replica);
    }
}

#[test]
fn a_cancelled_task_does_not_request_input() {
    let runtime = Arc::new(ManualRuntime::default());
    let (store, bus, handler_runtime) =
        (SlowStore::with_clock_of(&runtime), PairBus::default(), Arc::clone(&runtime));
    let ask = move |context: Context| {
        let runtime = Arc::clone(&handler_runtime);
        async move {
            runtime.sleep(Duration::from_secs(1)).await;
            Ok::<_, Error>(value(&context, "name")?)
        }
    };
    let ask = ToolHandler::function("ask", [], ask).description("Ask.").task(TaskMode::Always);
    let replica = |tool: ToolHandler| {
        let server = server().store(Arc::clone(&store)).bus(bus.clone()).tool(tool).build();
        client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>))
    };
    let (other, client) = (replica(tool("ask", TaskMode::Always)), replica(ask));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    runtime.run_pending();
    block_on(client.listen(SubscriptionFilter::new().task_ids(vec![id.clone()]))).unwrap();
    runtime.run_pending();
    block_on(other.cancel_task(&id)).unwrap();
    // The handler requests input before it observes the cancellation.
    runtime.advance(1);
    let statuses = received_statuses(&client);
    runtime.advance(30);
    assert_eq!(statuses.into_iter().chain(received_statuses(&client)).next_back().unwrap(), "cancelled");
}

#[test]
fn a_task_that_could_not_be_stored_does_not_count() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let always = tool("always", TaskMode::Always);
    let client =
        client(server().store(Arc::clone(&store)).tasks(TaskConfig::new().max_per_caller(2)).tool(always));
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
fn a_handler_is_dropped_when_its_task_expires() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (tool, dropped) = slow_tool(&runtime, Some(TaskMode::Always));
    let tool = tool.timeout(Duration::from_secs(100_000));
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(61))).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 90_000)])).unwrap().task_id;
    runtime.run_pending();
    (0..30).for_each(|_| runtime.advance(2));
    assert!(!dropped.load(Ordering::SeqCst));
    runtime.advance(1);
    assert!(dropped.load(Ordering::SeqCst));
    let failed = block_on(client.get_task(&id)).unwrap();
    assert_eq!(failed.error.unwrap().message, "the task has expired");
}

#[test]
fn a_result_is_available_for_at_least_one_minute() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (tool, _) = slow_tool(&runtime, Some(TaskMode::Always));
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(60))).tool(tool).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 58)])).unwrap().task_id;
    runtime.run_pending();
    (0..29).for_each(|_| runtime.advance(2));
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!((task.status, task.ttl_ms), (TaskStatus::Completed, Some(118_000)));
    runtime.advance(59);
    block_on(client.get_task(&id)).unwrap();
    runtime.advance(1);
    block_on(client.get_task(&id)).unwrap_err();
}

#[test]
fn a_resumed_handler_has_the_remaining_time() {
    let runtime = Arc::new(ManualRuntime::default());
    let (store, handler_runtime) = (SlowStore::with_clock_of(&runtime), Arc::clone(&runtime));
    let ask = move |context: Context| {
        let runtime = Arc::clone(&handler_runtime);
        async move {
            let name = value(&context, "name")?;
            runtime.sleep(Duration::from_secs(30)).await;
            Ok::<_, Error>(name)
        }
    };
    let ask = ToolHandler::function("ask", [], ask).description("Ask.").task(TaskMode::Always);
    let server =
        server().store(store).tasks(TaskConfig::new().ttl(Duration::from_secs(60))).tool(ask).build();
    let client = client(server.with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    runtime.run_pending();
    runtime.advance(40);
    block_on(client.update_task(&id, [("name", accepted("Ada"))])).unwrap();
    runtime.run_pending();
    (0..10).for_each(|_| runtime.advance(2));
    let done = block_on(client.get_task(&id)).unwrap();
    assert_eq!((done.task.status, done.task.ttl_ms), (TaskStatus::Completed, Some(120_000)));
    assert!(text(&done).contains("longer than 20s"), "{}", text(&done));
}

#[test]
fn shutdown_cancels_all_tasks_although_the_store_is_slow_for_one() {
    let runtime = Arc::new(ManualRuntime::default());
    let store = SlowStore::with_clock_of(&runtime);
    let (tool, dropped) = slow_tool(&runtime, Some(TaskMode::Always));
    let server = server()
        .store(Arc::clone(&store))
        .tool(tool)
        .build()
        .with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>);
    let client = client(server.clone());
    let create = || block_on(client.create_task("slow", [("seconds", 60)])).unwrap().task_id;
    let ids = [create(), create()];
    runtime.run_pending();
    let (blocked, other) = (ids.iter().min().unwrap(), ids.iter().max().unwrap());
    store.block("put_new", &format!("{blocked}:end"));
    let mut shutdown = Box::pin(server.cancel_tasks());
    assert!(poll(&mut shutdown).is_none());
    runtime.run_pending();
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(block_on(client.get_task(other)).unwrap().task.status, TaskStatus::Cancelled);
    store.is_released.store(true, Ordering::SeqCst);
    poll(&mut shutdown).unwrap();
    assert_eq!(block_on(client.get_task(blocked)).unwrap().task.status, TaskStatus::Cancelled);
}
