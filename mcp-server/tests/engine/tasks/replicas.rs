//! Tasks behind a store: any replica goes on with them, and none is lost without a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, TaskStatus};
use mcpwright_server::{MemoryStore, Runtime, Store, StoreError, TaskMode, async_trait};

use super::{Stage, answer, asking, client, keys, server, slow, text, tool};

#[test]
fn replicas_go_on_with_each_others_tasks() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (Arc::new(Stage::default()), Arc::new(Stage::default()));
    let replica = |stage: &Arc<Stage>| {
        let ((ask, count), (slow, dropped)) = (asking(TaskMode::Always), slow(stage, Some(TaskMode::Always)));
        let server = server().store(Arc::clone(&store)).tool(ask).tool(slow).build();
        (client(server.with_runtime(Arc::clone(stage) as Arc<dyn Runtime>)), count, dropped)
    };
    let ((first, count, dropped), (second, other_count, _)) = (replica(&one), replica(&other));
    let id = block_on(first.create_task("ask", ())).unwrap().task_id;
    one.run_pending();
    // The answers come to two replicas, and the one that gets the last goes on.
    block_on(first.update_task(&id, [("first", answer("Ada"))])).unwrap();
    block_on(second.update_task(&id, [("last", answer("Lovelace"))])).unwrap();
    assert_eq!(block_on(first.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    other.run_pending();
    assert_eq!(keys(&block_on(first.get_task(&id)).unwrap()), ["title"]);
    block_on(second.update_task(&id, [("title", answer("Countess"))])).unwrap();
    other.run_pending();
    assert_eq!(text(&block_on(first.get_task(&id)).unwrap()), "Countess Ada Lovelace, 1");
    assert_eq!((count.load(Ordering::SeqCst), other_count.load(Ordering::SeqCst)), (1, 0));
    // What runs at one is cancelled at the other, and notices.
    let id = block_on(first.create_task("slow", [("seconds", 600)])).unwrap().task_id;
    one.run_pending();
    block_on(second.cancel_task(&id)).unwrap();
    assert_eq!(block_on(first.get_task(&id)).unwrap().task.status, TaskStatus::Cancelled);
    assert!(!dropped.load(Ordering::SeqCst));
    one.advance(2);
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn a_task_whose_replica_is_gone_has_failed() {
    let start = Instant::now();
    let ahead = Arc::new(AtomicU64::new(0));
    let clock = {
        let ahead = Arc::clone(&ahead);
        move || start + Duration::from_secs(ahead.load(Ordering::SeqCst))
    };
    let store = Arc::new(MemoryStore::with_clock(clock));
    let stage = Arc::new(Stage::default());
    let replica = || {
        let (slow, _) = slow(&stage, Some(TaskMode::Always));
        client(
            server()
                .store(Arc::clone(&store))
                .tool(slow)
                .build()
                .with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>),
        )
    };
    let (first, second) = (replica(), replica());
    let id = block_on(first.create_task("slow", [("seconds", 600)])).unwrap().task_id;
    // Killed: what ran is gone, and nothing was said.
    stage.beside.lock().unwrap().clear();
    drop(first);
    assert_eq!(block_on(second.get_task(&id)).unwrap().task.status, TaskStatus::Working);
    ahead.store(30, Ordering::SeqCst);
    let lost = block_on(second.get_task(&id)).unwrap();
    assert_eq!((lost.task.status, lost.error.unwrap().code), (TaskStatus::Failed, ErrorCode::INTERNAL_ERROR));
    ahead.store(4000, Ordering::SeqCst);
    assert_eq!(block_on(second.get_task(&id)).unwrap_err().code, ErrorCode::INVALID_PARAMS);
}

#[test]
fn a_server_that_ends_cancels_what_runs_and_says_so() {
    let (store, stage) = (Arc::new(MemoryStore::new()), Arc::new(Stage::default()));
    let (tool, dropped) = slow(&stage, Some(TaskMode::Always));
    let server = server()
        .store(Arc::clone(&store))
        .tool(tool)
        .build()
        .with_runtime(Arc::clone(&stage) as Arc<dyn Runtime>);
    let client = client(server.clone());
    let id = block_on(client.create_task("slow", [("seconds", 60)])).unwrap().task_id;
    stage.run_pending();
    block_on(server.cancel_tasks());
    stage.run_pending();
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!((task.status, dropped.load(Ordering::SeqCst)), (TaskStatus::Cancelled, true));
    assert_eq!(task.status_message.as_deref(), Some("the server shut down before the task had ended"));
}

/// A store that nothing reaches.
struct Broken;

#[async_trait]
impl Store for Broken {
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
fn what_cannot_be_kept_is_no_task() {
    let server = server()
        .store(Broken)
        .tool(tool("always", TaskMode::Always))
        .tool(tool("optional", TaskMode::Optional));
    let client = client(server);
    let error = block_on(client.create_task("always", ())).unwrap_err();
    assert!(error.code == ErrorCode::INTERNAL_ERROR && !error.message.contains("no store"), "{error}");
    assert_eq!(block_on(client.call_tool("optional", ())).unwrap().content[0].as_text(), Some("done"));
}
