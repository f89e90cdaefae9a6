//! Tasks in a shared store: any replica resumes them, and tasks of a lost replica fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, TaskStatus};
use mcpwright_server::{MemoryStore, Runtime, Store, StoreError, TaskMode, async_trait};

use super::{ManualRuntime, accepted, client, input_tool, keys, server, slow_tool, text, tool};

#[test]
fn a_replica_resumes_and_cancels_tasks_of_another() {
    let store = Arc::new(MemoryStore::new());
    let (first_runtime, second_runtime) =
        (Arc::new(ManualRuntime::default()), Arc::new(ManualRuntime::default()));
    let replica = |runtime: &Arc<ManualRuntime>| {
        let ((ask, count), (slow, dropped)) =
            (input_tool(TaskMode::Always), slow_tool(runtime, Some(TaskMode::Always)));
        let server = server().store(Arc::clone(&store)).tool(ask).tool(slow).build();
        (client(server.with_runtime(Arc::clone(runtime) as Arc<dyn Runtime>)), count, dropped)
    };
    let ((first, count, dropped), (second, second_count, _)) =
        (replica(&first_runtime), replica(&second_runtime));
    let id = block_on(first.create_task("ask", ())).unwrap().task_id;
    first_runtime.run_pending();
    // Two replicas receive the input, and the one that receives the last response resumes the task.
    block_on(first.update_task(&id, [("first", accepted("Ada"))])).unwrap();
    block_on(second.update_task(&id, [("last", accepted("Lovelace"))])).unwrap();
    assert_eq!(block_on(first.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    second_runtime.run_pending();
    assert_eq!(keys(&block_on(first.get_task(&id)).unwrap()), ["title"]);
    block_on(second.update_task(&id, [("title", accepted("Countess"))])).unwrap();
    second_runtime.run_pending();
    assert_eq!(text(&block_on(first.get_task(&id)).unwrap()), "Countess Ada Lovelace, 1");
    assert_eq!((count.load(Ordering::SeqCst), second_count.load(Ordering::SeqCst)), (1, 0));
    // A task that runs on one replica is cancelled through the other, and its handler is dropped.
    let id = block_on(first.create_task("slow", [("seconds", 600)])).unwrap().task_id;
    first_runtime.run_pending();
    block_on(second.cancel_task(&id)).unwrap();
    assert_eq!(block_on(first.get_task(&id)).unwrap().task.status, TaskStatus::Cancelled);
    assert!(!dropped.load(Ordering::SeqCst));
    first_runtime.advance(2);
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn a_task_of_a_killed_replica_fails() {
    let start = Instant::now();
    let ahead = Arc::new(AtomicU64::new(0));
    let clock = {
        let ahead = Arc::clone(&ahead);
        move || start + Duration::from_secs(ahead.load(Ordering::SeqCst))
    };
    let store = Arc::new(MemoryStore::with_clock(clock));
    let runtime = Arc::new(ManualRuntime::default());
    let replica = || {
        let (slow, _) = slow_tool(&runtime, Some(TaskMode::Always));
        client(
            server()
                .store(Arc::clone(&store))
                .tool(slow)
                .build()
                .with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>),
        )
    };
    let (first, second) = (replica(), replica());
    let id = block_on(first.create_task("slow", [("seconds", 600)])).unwrap().task_id;
    // The replica is killed: its futures are dropped without an update in the store.
    runtime.spawned.lock().unwrap().clear();
    drop(first);
    assert_eq!(block_on(second.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    ahead.store(30, Ordering::SeqCst);
    let lost = block_on(second.get_task(&id)).unwrap();
    assert_eq!((lost.task.status, lost.error.unwrap().code), (TaskStatus::Failed, ErrorCode::INTERNAL_ERROR));
    ahead.store(4000, Ordering::SeqCst);
    assert_eq!(block_on(second.get_task(&id)).unwrap_err().code, ErrorCode::INVALID_PARAMS);
}

#[test]
fn shutdown_cancels_running_tasks_and_reports_the_reason() {
    let (store, runtime) = (Arc::new(MemoryStore::new()), Arc::new(ManualRuntime::default()));
    let (tool, dropped) = slow_tool(&runtime, Some(TaskMode::Always));
    let server = server()
        .store(Arc::clone(&store))
        .tool(tool)
        .build()
        .with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>);
    let client = client(server.clone());
    let id = block_on(client.create_task("slow", [("seconds", 60)])).unwrap().task_id;
    runtime.run_pending();
    block_on(server.cancel_tasks());
    runtime.run_pending();
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!((task.status, dropped.load(Ordering::SeqCst)), (TaskStatus::Cancelled, true));
    assert_eq!(task.status_message.as_deref(), Some("the server shut down before the task had ended"));
}

/// A store that fails every operation.
struct FailingStore;

#[async_trait]
impl Store for FailingStore {
    async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err("no store".into())
    }
    async fn put(&self, _: &str, _: &[u8], _: Duration) -> Result<(), StoreError> {
        Err("no store".into())
    }
    async fn put_new(&self, _: &str, _: &[u8], _: Duration) -> Result<bool, StoreError> {
        Err("no store".into())
    }
    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        Err("no store".into())
    }
}

#[test]
fn a_call_that_cannot_be_stored_does_not_become_a_task() {
    let server = server()
        .store(FailingStore)
        .tool(tool("always", TaskMode::Always))
        .tool(tool("optional", TaskMode::Optional));
    let client = client(server);
    let error = block_on(client.create_task("always", ())).unwrap_err();
    assert!(error.code == ErrorCode::INTERNAL_ERROR && !error.message.contains("no store"), "{error}");
    assert_eq!(block_on(client.call_tool("optional", ())).unwrap().content[0].as_text(), Some("done"));
}
