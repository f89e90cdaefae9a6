//! The tools of the test server, and a probe that observes and controls them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mcpwright_core::{ErrorObject, LoggingLevel, PromptMessage};
use mcpwright_server::{
    Builder, Caller, Context, Ext, Notify, PromptHandler, ResourceHandler, Server, ToolHandler,
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::wait_until;

/// Counts the tool calls of a server, and releases the calls that wait.
#[derive(Clone)]
pub(crate) struct Probe(Arc<State>);

struct State {
    executed: AtomicUsize,
    started: AtomicUsize,
    dropped: AtomicUsize,
    gate: Semaphore,
    /// Subject that may not read any resource.
    denied: Mutex<Option<String>>,
    notify: Notify,
}

/// Value of the `X-Tenant` header of a request.
#[derive(Clone)]
pub(crate) struct Tenant(pub(crate) String);

impl Probe {
    /// Returns the number of tool calls that were executed.
    pub(crate) fn executed(&self) -> usize {
        self.0.executed.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` calls have reached the semaphore.
    pub(crate) async fn wait_for_started(&self, count: usize) {
        wait_until("calls have started", || self.0.started.load(Ordering::SeqCst) >= count).await;
    }

    /// Waits until at least `count` calls were dropped before completion.
    pub(crate) async fn wait_for_dropped(&self, count: usize) {
        wait_until("calls were dropped", || self.0.dropped.load(Ordering::SeqCst) >= count).await;
    }

    /// Returns the number of calls that were dropped before completion.
    pub(crate) fn dropped(&self) -> usize {
        self.0.dropped.load(Ordering::SeqCst)
    }

    /// Releases `count` waiting calls.
    pub(crate) fn release(&self, count: usize) {
        self.0.gate.add_permits(count);
    }

    pub(crate) fn notify(&self) -> &Notify {
        &self.0.notify
    }

    /// Denies reads to this subject, and allows them to all others. `None` allows all reads.
    pub(crate) fn deny_reads(&self, subject: Option<&str>) {
        *self.0.denied.lock().unwrap() = subject.map(str::to_owned);
    }

    /// Returns `true` unless reads are denied to the caller.
    pub(crate) fn may_read(&self, caller: &Caller) -> bool {
        let denied = self.0.denied.lock().unwrap();
        denied.is_none() || denied.as_deref() != caller.subject()
    }

    fn execute(&self) {
        self.0.executed.fetch_add(1, Ordering::SeqCst);
    }

    async fn wait(&self) {
        let guard = DropGuard { probe: self.clone(), is_armed: true };
        self.0.started.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.unwrap().forget();
        guard.disarm();
    }
}

/// Counts a call that is dropped before completion.
struct DropGuard {
    probe: Probe,
    is_armed: bool,
}

impl DropGuard {
    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if self.is_armed {
            self.probe.0.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Returns a builder with the test tools, and their probe.
pub(crate) fn server_builder() -> (Builder, Probe) {
    let builder = Server::builder("test", "1.0.0").logging().max_result_bytes(256 << 20);
    let probe = Probe(Arc::new(State {
        executed: AtomicUsize::new(0),
        started: AtomicUsize::new(0),
        dropped: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        denied: Mutex::default(),
        notify: builder.notify().clone(),
    }));
    let builder = builder
        .share(probe.clone())
        .tool(ToolHandler::function("count", [], count))
        .tool(ToolHandler::function("echo", ["text"], echo))
        .tool(ToolHandler::function("progress", ["times"], progress))
        .tool(ToolHandler::function("repeat", ["text"], repeat))
        .tool(ToolHandler::function("wait", [], wait))
        .tool(ToolHandler::function("progress_and_wait", [], progress_and_wait))
        .tool(ToolHandler::function("close_stream", [], close_stream))
        .tool(ToolHandler::function("panic", [], panics))
        .tool(ToolHandler::function("flood", ["bytes"], flood))
        .tool(ToolHandler::function("large", ["bytes"], large))
        .tool(ToolHandler::function("caller", [], report_caller))
        .tool(ToolHandler::function("log", [], log))
        .tool(ToolHandler::function("sample", [], sample))
        .tool(ToolHandler::function("tenant", [], tenant))
        .resource(ResourceHandler::function("test://thing", "thing", || async { "a thing" }))
        .resource(ResourceHandler::function("test://größe", "size", || async { "a size" }))
        .prompt(PromptHandler::function("ask", ["topic"], |topic: String| async {
            PromptMessage::user(topic)
        }));
    (builder, probe)
}

async fn count(probe: Ext<Probe>) -> &'static str {
    probe.execute();
    "counted"
}

async fn echo(probe: Ext<Probe>, text: String) -> String {
    probe.execute();
    text
}

/// Reports progress and returns at once.
async fn progress(probe: Ext<Probe>, context: Context, times: u32) -> &'static str {
    probe.execute();
    for number in 1..=times {
        context.progress(number, times);
    }
    "reported"
}

/// Reports progress and logs `text` three times, with pauses, and returns it.
async fn repeat(probe: Ext<Probe>, context: Context, text: String) -> String {
    probe.execute();
    for number in 1..=3 {
        context.progress_with(f64::from(number), None, text.clone());
        context.log(LoggingLevel::Error, &text);
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    text
}

async fn wait(probe: Ext<Probe>) -> &'static str {
    probe.execute();
    probe.wait().await;
    "waited"
}

async fn progress_and_wait(probe: Ext<Probe>, context: Context) -> &'static str {
    probe.execute();
    context.progress(1.0, 2.0);
    probe.wait().await;
    context.progress(2.0, 2.0);
    "waited"
}

async fn close_stream(probe: Ext<Probe>, context: Context) -> &'static str {
    probe.execute();
    context.progress(1.0, 2.0);
    context.close_stream();
    probe.wait().await;
    context.progress(2.0, 2.0);
    "waited"
}

async fn panics(probe: Ext<Probe>) {
    probe.execute();
    panic!("at the disco, in /etc/passwd");
}

/// Reports progress faster than a client can read, until the call is dropped.
async fn flood(probe: Ext<Probe>, context: Context, bytes: usize) {
    probe.execute();
    let _guard = DropGuard { probe: (*probe).clone(), is_armed: true };
    probe.0.started.fetch_add(1, Ordering::SeqCst);
    let text = "x".repeat(bytes);
    let mut number = 0.0;
    loop {
        number += 1.0;
        context.progress_with(number, None, text.clone());
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

async fn large(probe: Ext<Probe>, bytes: usize) -> String {
    probe.execute();
    "x".repeat(bytes)
}

async fn report_caller(probe: Ext<Probe>, caller: Caller) -> String {
    probe.execute();
    format!("{caller}, admin: {}", caller.has_scope("admin"))
}

async fn log(probe: Ext<Probe>, context: Context) -> &'static str {
    probe.execute();
    context.log(LoggingLevel::Debug, "a detail");
    context.log(LoggingLevel::Info, "information");
    context.log(LoggingLevel::Error, "a problem");
    "logged"
}

async fn sample(probe: Ext<Probe>, context: Context) -> Result<&'static str, ErrorObject> {
    probe.execute();
    match &context.client().capabilities().sampling {
        Some(_) => Ok("sampled"),
        None => Err(ErrorObject::missing_client_capability(json!({ "sampling": {} }))),
    }
}

async fn tenant(probe: Ext<Probe>, tenant: Ext<Tenant>) -> String {
    probe.execute();
    tenant.0.clone()
}
