//! Calls that become tasks: promotion, results, cancellation, input requests, notifications and replicas.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as Polling, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt as _;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use mcpwright_core::{
    ClientCapabilities, DetailedTask, ElicitFormParams, ElicitationCapability, ErrorCode, ErrorObject,
    FormSchema, PrimitiveSchema, ProtocolVersion, StringSchema, SubscriptionFilter, TASKS_EXTENSION,
    TaskStatus, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Caller, Context, Execution, InputError, IntoServer, Runtime, Server, StepError, TaskConfig,
    TaskMode, ToolHandler,
};
use serde_json::{Map, Value, json};

mod input_requests;
mod replicas;
mod slow_store;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Capabilities of a client that declares the tasks extension.
fn task_capabilities() -> ClientCapabilities {
    ClientCapabilities::new()
        .extensions([(TASKS_EXTENSION, Map::new())])
        .elicitation(ElicitationCapability::default())
}

fn client(server: impl IntoServer) -> Client {
    Client::modern(server).capabilities(task_capabilities())
}

fn server() -> Builder {
    Server::builder("tasks", "1.0.0")
}

fn tool(name: &str, mode: TaskMode) -> ToolHandler {
    ToolHandler::function(name, [], || async { "done" }).description("Return at once.").task(mode)
}

/// The text of a task's result.
fn text(task: &DetailedTask) -> String {
    let result: Value = task.result.as_ref().expect("the task must have a result").decode_owned().unwrap();
    result["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}

/// A runtime whose clock the test advances, and whose spawned futures run only in `run_pending`.
#[derive(Default)]
struct ManualRuntime {
    seconds: AtomicU64,
    sleepers: Mutex<Vec<(u64, oneshot::Sender<()>)>>,
    spawned: Mutex<FuturesUnordered<BoxFuture<'static, ()>>>,
}

impl ManualRuntime {
    fn advance(&self, seconds: u64) {
        let now = self.seconds.fetch_add(seconds, Ordering::SeqCst) + seconds;
        let woken: Vec<_> = self.sleepers.lock().unwrap().extract_if(.., |(end, _)| *end <= now).collect();
        woken.into_iter().for_each(|(_, sleeper)| sleeper.send(()).unwrap_or_default());
        self.run_pending();
    }
}

impl Runtime for ManualRuntime {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_785_235_800 + self.seconds.load(Ordering::SeqCst))
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        let end = self.seconds.load(Ordering::SeqCst) + time.as_secs();
        self.sleepers.lock().unwrap().push((end, sender));
        Box::pin(async move {
            let _ = receiver.await;
        })
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(job);
    }

    fn spawn(&self, future: BoxFuture<'static, ()>) {
        self.spawned.lock().unwrap().push(future);
    }

    fn run_pending(&self) {
        // A handler without latency statistics yields first, so it needs several polls.
        for _ in 0..10 {
            let mut futures = std::mem::take(&mut *self.spawned.lock().unwrap());
            let waker = Waker::noop();
            while let Poll::Ready(Some(())) = futures.poll_next_unpin(&mut Polling::from_waker(waker)) {}
            self.spawned.lock().unwrap().extend(futures);
        }
    }
}

/// A tool that sleeps for the given number of seconds, and a flag that is set if its future is dropped before that.
fn slow_tool(runtime: &Arc<ManualRuntime>, mode: Option<TaskMode>) -> (ToolHandler, Arc<AtomicBool>) {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let (runtime, flag) = (Arc::clone(runtime), Arc::clone(&dropped));
    let sleep = move |context: Context, seconds: u64| {
        let (runtime, guard) = (Arc::clone(&runtime), Dropped(Arc::clone(&flag)));
        async move {
            context.progress_with(1.0, 2.0, "half of it");
            runtime.sleep(Duration::from_secs(seconds)).await;
            std::mem::forget(guard);
            "slept"
        }
    };
    let tool = ToolHandler::function("slow", ["seconds"], sleep).description("Sleep.");
    (mode.into_iter().fold(tool, ToolHandler::task), dropped)
}

#[test]
fn a_call_becomes_a_task_if_the_task_mode_and_the_client_allow_it() {
    let build = || server().tool(tool("always", TaskMode::Always)).tool(tool("optional", TaskMode::Optional));
    for name in ["always", "optional"] {
        let client = client(build());
        let task = block_on(client.create_task(name, ())).unwrap();
        assert_eq!(
            (task.status, task.ttl_ms, task.poll_interval_ms),
            (TaskStatus::Working, Some(3_600_000), Some(1000))
        );
        let done = block_on(client.get_task(&task.task_id)).unwrap();
        assert_eq!((done.task.status, text(&done)), (TaskStatus::Completed, "done".to_owned()));
    }
    let undeclared = Client::modern(build());
    let result = block_on(undeclared.call_tool("optional", ())).unwrap();
    assert_eq!(result.content[0].as_text(), Some("done"));
    let error = block_on(undeclared.call_tool("always", ())).unwrap_err();
    assert_eq!(error.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
    assert_eq!(error.data.unwrap()["requiredCapabilities"], json!({ "extensions": { TASKS_EXTENSION: {} } }));
    let legacy =
        block_on(Client::legacy_with(build(), ProtocolVersion::V2025_11_25, task_capabilities())).unwrap();
    assert_eq!(block_on(legacy.call_tool("optional", ())).unwrap().content[0].as_text(), Some("done"));
    assert_eq!(block_on(legacy.call_tool("always", ())).unwrap().is_error, Some(true));
}

#[test]
fn task_messages_match_the_extension() {
    let client = client(server().tool(tool("always", TaskMode::Always)));
    let send = |method: &str, params: Value| -> Value {
        block_on(client.send(method, params)).unwrap().decode_owned().unwrap()
    };
    let created = send(method::TOOLS_CALL, json!({ "name": "always" }));
    let members = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let expected =
        ["resultType", "_meta", "taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs", "pollIntervalMs"];
    assert_eq!(
        (members(&created), &created["resultType"]),
        (expected.map(str::to_owned).to_vec(), &json!("task"))
    );
    let id = created["taskId"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let done = send(method::TASKS_GET, json!({ "taskId": id }));
    assert_eq!((&done["resultType"], &done["status"]), (&json!("complete"), &json!("completed")));
    assert_eq!(done["result"], json!({ "content": [{ "type": "text", "text": "done" }] }));
    for method in [method::TASKS_CANCEL, method::TASKS_UPDATE] {
        let acknowledged = send(method, json!({ "taskId": id, "inputResponses": { "nothing": {} } }));
        assert_eq!(members(&acknowledged), ["resultType", "_meta"]);
    }
}

#[test]
fn tool_errors_complete_a_task_and_protocol_errors_fail_it() {
    let fail = |name: &str, run: fn() -> Result<(), Error>| {
        ToolHandler::new(name, move |_| {
            Ok(Execution::future(async move {
                run().map(|()| Default::default()).map_err(mcpwright_server::Failure::Error)
            }))
        })
        .description("Fail.")
        .task(TaskMode::Always)
    };
    let client = client(
        server()
            .tool(fail("tool", || Err("no luck".into())))
            .tool(fail("protocol", || Err(ErrorObject::invalid_params("no such file").into())))
            .tool(fail("panic", || panic!("in /etc/passwd")))
            .tool(
                ToolHandler::function("number", ["number"], |number: u8| async move { number })
                    .description("A number.")
                    .task(TaskMode::Always),
            ),
    );
    let finish = |name: &str| {
        let task = block_on(client.create_task(name, ())).unwrap();
        block_on(client.get_task(&task.task_id)).unwrap()
    };
    let tool = finish("tool");
    assert_eq!((tool.task.status, text(&tool)), (TaskStatus::Completed, "no luck".to_owned()));
    let protocol = finish("protocol");
    assert_eq!((protocol.task.status, protocol.result), (TaskStatus::Failed, None));
    assert_eq!(protocol.task.status_message.as_deref(), Some("no such file"));
    assert_eq!(protocol.error.unwrap().code, ErrorCode::INVALID_PARAMS);
    let panic = finish("panic");
    assert_eq!(panic.task.status, TaskStatus::Completed);
    assert!(text(&panic).starts_with("panic panicked, incident ") && !text(&panic).contains("passwd"));
    // Invalid arguments are reported at once, without a task.
    assert_eq!(block_on(client.call_tool("number", [("number", 256)])).unwrap().is_error, Some(true));
}

#[test]
fn a_long_call_is_promoted_to_a_task() {
    let runtime = Arc::new(ManualRuntime::default());
    let (tool, dropped) = slow_tool(&runtime, None);
    let (inner, _) = slow_tool(&runtime, Some(TaskMode::Never));
    let server = server()
        .tasks(TaskConfig::new().after(Duration::from_secs(10)))
        .tool(tool)
        .mount("inner", Server::builder("inner", "1").tool(inner));
    let server = server.build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>);
    let client = client(server.clone());

    let mut quick = Box::pin(client.call_tool("slow", [("seconds", 9)]));
    assert!(poll(&mut quick).is_none());
    runtime.advance(9);
    assert_eq!(poll(&mut quick).unwrap().unwrap().content[0].as_text(), Some("slept"));

    let mut long = Box::pin(client.create_task("slow", [("seconds", 30)]));
    assert!(poll(&mut long).is_none());
    runtime.advance(10);
    let task = poll(&mut long).unwrap().unwrap();
    assert_eq!(task.status, TaskStatus::Working);
    runtime.advance(20);
    assert_eq!(text(&block_on(client.get_task(&task.task_id)).unwrap()), "slept");

    // Not promoted: a call whose client disconnects early, one without the extension, and one with `TaskMode::Never`.
    let mut disconnected = Box::pin(client.create_task("slow", [("seconds", 30)]));
    assert!(poll(&mut disconnected).is_none() && !dropped.load(Ordering::SeqCst));
    drop(disconnected);
    assert!(dropped.load(Ordering::SeqCst));
    let undeclared = Client::modern(server);
    for mut call in [
        Box::pin(undeclared.call_tool("slow", [("seconds", 30)])),
        Box::pin(client.call_tool("inner_slow", [("seconds", 30)])),
    ] {
        assert!(poll(&mut call).is_none());
        runtime.advance(30);
        assert_eq!(poll(&mut call).unwrap().unwrap().content[0].as_text(), Some("slept"));
    }
}

/// Polls the future several times, and returns its output if it has completed.
fn poll<T>(future: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Option<T> {
    let polls = (0..10).map(|_| future.as_mut().poll(&mut Polling::from_waker(Waker::noop())));
    polls.into_iter().find_map(|poll| match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn form(message: &str) -> ElicitFormParams {
    let fields = [("value", PrimitiveSchema::String(StringSchema::new().min_length(1)))];
    ElicitFormParams::new(message, FormSchema::new(fields).required(vec!["value".to_owned()]))
}

/// Requests a text from the user, with a form under `key`.
fn value(context: &Context, key: &str) -> Result<String, InputError> {
    let fields = context.elicit_form(key, form(&format!("{key}?")))?;
    Ok(fields["value"].as_str().unwrap_or_default().to_owned())
}

/// An input response that accepts a form with the text `value`.
fn accepted(value: &str) -> Value {
    json!({ "action": "accept", "content": { "value": value } })
}

/// A tool that runs one step and requests input in two rounds, and the number of runs of the step. The first round has
/// two requests.
fn input_tool(mode: TaskMode) -> (ToolHandler, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    let ask = move |context: Context| {
        let counter = Arc::clone(&counter);
        async move {
            let order = context
                .step("order", async { Ok::<_, StepError>(counter.fetch_add(1, Ordering::SeqCst) + 1) })
                .await?;
            let (first, last) = (value(&context, "first"), value(&context, "last"));
            let (first, last) = (first?, last?);
            let title = value(&context, "title")?;
            Ok::<_, Error>(format!("{title} {first} {last}, {order}"))
        }
    };
    (ToolHandler::function("ask", [], ask).description("Ask.").task(mode), count)
}

fn keys(task: &DetailedTask) -> Vec<String> {
    task.input_requests.iter().map(|(key, _)| key.to_owned()).collect()
}

#[test]
fn a_cancelled_task_ends() {
    let runtime = Arc::new(ManualRuntime::default());
    let (tool, dropped) = slow_tool(&runtime, Some(TaskMode::Always));
    let (ask, _) = input_tool(TaskMode::Always);
    let client =
        client(server().tool(tool).tool(ask).build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("slow", [("seconds", 600)])).unwrap().task_id;
    let status = |id: &str| block_on(client.get_task(id)).unwrap().task.status;
    assert_eq!(status(&id), TaskStatus::Working);
    for _ in 0..2 {
        block_on(client.cancel_task(&id)).unwrap();
        assert_eq!((status(&id), dropped.load(Ordering::SeqCst)), (TaskStatus::Cancelled, true));
    }
    // A suspended task can be cancelled, too, and input does not resume it.
    let id = block_on(client.create_task("ask", ())).unwrap().task_id;
    assert_eq!(status(&id), TaskStatus::InputRequired);
    block_on(client.cancel_task(&id)).unwrap();
    block_on(client.update_task(&id, [("first", accepted("Ada")), ("last", accepted("Lovelace"))])).unwrap();
    assert_eq!(status(&id), TaskStatus::Cancelled);
}

#[test]
fn a_blocking_handler_observes_cancellation() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let block = ToolHandler::new("block", move |mut input| {
        let (context, sender) = (input.context().clone(), sender.clone());
        let _ = &mut input;
        Ok(Execution::blocking(move || {
            while !context.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).unwrap();
            Ok(Default::default())
        }))
    });
    let runtime = Arc::new(ManualRuntime::default());
    let tool = block.description("Block.").task(TaskMode::Optional);
    let client = client(server().tool(tool).build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("block", ())).unwrap().task_id;
    runtime.run_pending();
    block_on(client.cancel_task(&id)).unwrap();
    receiver.recv_timeout(Duration::from_secs(20)).unwrap();
}

#[test]
fn a_blocking_handler_observes_its_timeout() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let block = ToolHandler::new("block", move |input| {
        let (context, sender, stop) = (input.context().clone(), sender.clone(), Arc::clone(&stopped));
        Ok(Execution::blocking(move || {
            while !context.is_cancelled() {
                if stop.load(Ordering::SeqCst) {
                    return Ok(Default::default());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).unwrap();
            Ok(Default::default())
        }))
    });
    let runtime = Arc::new(ManualRuntime::default());
    let tool = block.description("Block.").timeout(Duration::from_secs(5)).task(TaskMode::Optional);
    let client = client(server().tool(tool).build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>));
    let id = block_on(client.create_task("block", ())).unwrap().task_id;
    runtime.run_pending();
    runtime.advance(6);
    assert_eq!(block_on(client.get_task(&id)).unwrap().task.status, TaskStatus::Completed);
    let observed = receiver.recv_timeout(Duration::from_secs(3));
    stop.store(true, Ordering::SeqCst);
    observed.unwrap();
}

#[test]
fn task_methods_exist_only_if_both_sides_declare_the_extension() {
    let code = |client: &Client, method: &str| {
        let params = json!({ "taskId": "0".repeat(32), "inputResponses": {} });
        block_on(client.send(method, params)).unwrap_err().code
    };
    let with_tasks = || server().tool(tool("optional", TaskMode::Optional));
    let without_tasks = || server().tool(tool("never", TaskMode::Never));
    let declared = |builder: Builder| {
        let capabilities = block_on(client(builder).discover()).unwrap().capabilities;
        capabilities.extensions.get(TASKS_EXTENSION).cloned()
    };
    assert_eq!(declared(with_tasks()), Some(Map::new()));
    assert_eq!(declared(without_tasks().tasks(TaskConfig::new())), Some(Map::new()));
    assert_eq!(declared(without_tasks()), None);
    let legacy =
        block_on(Client::legacy_with(with_tasks(), ProtocolVersion::V2025_11_25, task_capabilities()))
            .unwrap();
    for method in [method::TASKS_GET, method::TASKS_UPDATE, method::TASKS_CANCEL] {
        assert_eq!(code(&client(with_tasks()), method), ErrorCode::INVALID_PARAMS);
        assert_eq!(
            code(&Client::modern(with_tasks()), method),
            ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
        );
        assert_eq!(code(&client(without_tasks()), method), ErrorCode::METHOD_NOT_FOUND);
        assert_eq!(code(&legacy, method), ErrorCode::METHOD_NOT_FOUND);
    }
    for method in ["tasks/list", "tasks/result"] {
        assert_eq!(code(&client(with_tasks()), method), ErrorCode::METHOD_NOT_FOUND);
    }
}

#[test]
fn progress_sets_the_status_message() {
    let runtime = Arc::new(ManualRuntime::default());
    let (tool, _) = slow_tool(&runtime, Some(TaskMode::Always));
    let client =
        client(server().tool(tool).build().with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>)).progress();
    let created = block_on(client.create_task("slow", [("seconds", 60)])).unwrap();
    let id = created.task_id;
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!(task.status_message.as_deref(), Some("half of it"));
    block_on(client.listen(SubscriptionFilter::new().task_ids(vec![id.clone()]))).unwrap();
    runtime.advance(2);
    assert!(client.notifications().iter().all(|notification| notification.method == method::TASKS));
    runtime.advance(58);
    let task = block_on(client.get_task(&id)).unwrap().task;
    assert_eq!((task.status, &task.status_message), (TaskStatus::Completed, &None));
    assert!(
        task.last_updated_at > task.created_at && task.created_at.starts_with("2026-07-28T10:50:00"),
        "{task:?}"
    );
}

#[test]
fn task_limits_are_enforced() {
    let runtime = Arc::new(ManualRuntime::default());
    let large = ToolHandler::function("large", [], || async { "x".repeat(2000) }).description("Large.");
    let tasks = TaskConfig::new()
        .max_per_caller(2)
        .max_result_bytes(1000)
        .ttl(Duration::from_secs(60))
        .poll_interval(Duration::ZERO);
    let server = server()
        .tasks(tasks)
        .tool(large.task(TaskMode::Always))
        .tool(tool("optional", TaskMode::Optional))
        .build()
        .with_runtime(Arc::clone(&runtime) as Arc<dyn Runtime>);
    let client = client(server.clone());
    let task = block_on(client.create_task("large", ())).unwrap();
    assert_eq!((task.ttl_ms, task.poll_interval_ms), (Some(60_000), Some(1)));
    let result = block_on(client.get_task(&task.task_id)).unwrap();
    assert!(
        text(&result).ends_with("it must be at most 1000 bytes, and is 2039; request less"),
        "{}",
        text(&result)
    );
    block_on(client.create_task("large", ())).unwrap();
    // A third task exceeds the limit. A tool with `TaskMode::Optional` runs as a plain call instead.
    let rejected = block_on(client.create_task("large", ())).unwrap_err();
    assert_eq!((rejected.code, rejected.message), (ErrorCode::INTERNAL_ERROR, "too many tasks".into()));
    assert_eq!(block_on(client.call_tool("optional", ())).unwrap().content[0].as_text(), Some("done"));
    let other = self::client(server).caller(Caller::new("other", [], Map::new()));
    block_on(other.create_task("large", ())).unwrap();
    runtime.advance(60);
    block_on(client.create_task("large", ())).unwrap();
}

#[test]
fn the_ttl_of_a_task_is_clamped() {
    for (ttl, milliseconds) in [(Duration::ZERO, 1000), (Duration::MAX, 3_153_600_000_000)] {
        let tasks = TaskConfig::new().ttl(ttl).max_per_caller(1);
        let client = client(server().tasks(tasks).tool(tool("always", TaskMode::Always)));
        let task = block_on(client.create_task("always", ())).unwrap();
        assert_eq!(task.ttl_ms, Some(milliseconds));
        assert_eq!(text(&block_on(client.get_task(&task.task_id)).unwrap()), "done");
        // A task counts towards the limit of its caller until it expires, even if it has completed.
        assert_eq!(block_on(client.create_task("always", ())).unwrap_err().message, "too many tasks");
    }
}
