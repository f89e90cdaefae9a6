//! The tools of the test server, and a probe that observes and controls them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mcpwright_core::{ErrorObject, LoggingLevel, PromptMessage};
use mcpwright_server::{
    Builder, Caller, Context, Ext, Notify, PromptHandler, ResourceHandler, Server, ToolHandler,
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::eventually;

/// Counts the tool calls of a server, and releases the calls that wait.
#[derive(Clone)]
pub(crate) struct World(Arc<State>);

struct State {
    executed: AtomicUsize,
    begun: AtomicUsize,
    dropped: AtomicUsize,
    gate: Semaphore,
    /// Subject that may not read any resource.
    barred: Mutex<Option<String>>,
    notify: Notify,
}

/// Value of the `X-Tenant` header of a request.
#[derive(Clone)]
pub(crate) struct Tenant(pub(crate) String);

impl World {
    /// Returns the number of tool calls that were executed.
    pub(crate) fn executed(&self) -> usize {
        self.0.executed.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` calls have reached the semaphore.
    pub(crate) async fn begun(&self, count: usize) {
        eventually("calls have started", || self.0.begun.load(Ordering::SeqCst) >= count).await;
    }

    /// Waits until at least `count` calls were dropped before completion.
    pub(crate) async fn dropped(&self, count: usize) {
        eventually("calls were dropped", || self.0.dropped.load(Ordering::SeqCst) >= count).await;
    }

    /// Returns the number of calls that were dropped before completion.
    pub(crate) fn dropped_so_far(&self) -> usize {
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
    pub(crate) fn bar(&self, subject: Option<&str>) {
        *self.0.barred.lock().unwrap() = subject.map(str::to_owned);
    }

    fn may_read(&self, caller: &Caller) -> bool {
        let barred = self.0.barred.lock().unwrap();
        barred.is_none() || barred.as_deref() != caller.subject()
    }

    fn execute(&self) {
        self.0.executed.fetch_add(1, Ordering::SeqCst);
    }

    async fn wait(&self) {
        let guard = Guard { world: self.clone(), is_armed: true };
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.unwrap().forget();
        guard.disarm();
    }
}

/// Counts a call that is dropped before completion.
struct Guard {
    world: World,
    is_armed: bool,
}

impl Guard {
    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.is_armed {
            self.world.0.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Returns a builder with the test tools, and their probe.
pub(crate) fn server() -> (Builder, World) {
    let builder = Server::builder("test", "1.0.0").max_result_bytes(256 << 20);
    let world = World(Arc::new(State {
        executed: AtomicUsize::new(0),
        begun: AtomicUsize::new(0),
        dropped: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        barred: Mutex::default(),
        notify: builder.notify().clone(),
    }));
    let reading = world.clone();
    let builder = builder
        .may_read(move |caller, _| reading.may_read(caller))
        .share(world.clone())
        .tool(ToolHandler::function("count", [], count))
        .tool(ToolHandler::function("echo", ["text"], echo))
        .tool(ToolHandler::function("say", ["times"], say))
        .tool(ToolHandler::function("murmur", ["text"], murmur))
        .tool(ToolHandler::function("wait", [], wait))
        .tool(ToolHandler::function("say_and_wait", [], say_and_wait))
        .tool(ToolHandler::function("close_stream", [], close_stream))
        .tool(ToolHandler::function("panic", [], panics))
        .tool(ToolHandler::function("flood", ["bytes"], flood))
        .tool(ToolHandler::function("big", ["bytes"], big))
        .tool(ToolHandler::function("who", [], who))
        .tool(ToolHandler::function("log", [], log))
        .tool(ToolHandler::function("sample", [], sample))
        .tool(ToolHandler::function("tenant", [], tenant))
        .resource(ResourceHandler::function("test://thing", "thing", || async { "a thing" }))
        .resource(ResourceHandler::function("test://größe", "size", || async { "a size" }))
        .prompt(PromptHandler::function("ask", ["topic"], |topic: String| async {
            PromptMessage::user(topic)
        }));
    (builder, world)
}

async fn count(world: Ext<World>) -> &'static str {
    world.execute();
    "counted"
}

async fn echo(world: Ext<World>, text: String) -> String {
    world.execute();
    text
}

/// Reports progress and returns at once.
async fn say(world: Ext<World>, context: Context, times: u32) -> &'static str {
    world.execute();
    for number in 1..=times {
        context.progress(f64::from(number), f64::from(times));
    }
    "said"
}

/// Reports progress and logs `text` three times, with pauses, and returns it.
async fn murmur(world: Ext<World>, context: Context, text: String) -> String {
    world.execute();
    for number in 1..=3 {
        context.progress_with(f64::from(number), None, text.clone());
        context.log(LoggingLevel::Error, &text);
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    text
}

async fn wait(world: Ext<World>) -> &'static str {
    world.execute();
    world.wait().await;
    "waited"
}

async fn say_and_wait(world: Ext<World>, context: Context) -> &'static str {
    world.execute();
    context.progress(1.0, 2.0);
    world.wait().await;
    context.progress(2.0, 2.0);
    "waited"
}

async fn close_stream(world: Ext<World>, context: Context) -> &'static str {
    world.execute();
    context.progress(1.0, 2.0);
    context.close_stream();
    world.wait().await;
    context.progress(2.0, 2.0);
    "waited"
}

async fn panics(world: Ext<World>) {
    world.execute();
    panic!("at the disco, in /etc/passwd");
}

/// Reports progress faster than a client can read, until the call is dropped.
async fn flood(world: Ext<World>, context: Context, bytes: usize) {
    world.execute();
    let _guard = Guard { world: (*world).clone(), is_armed: true };
    world.0.0.begun.fetch_add(1, Ordering::SeqCst);
    let text = "x".repeat(bytes);
    let mut number = 0.0;
    loop {
        number += 1.0;
        context.progress_with(number, None, text.clone());
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

async fn big(world: Ext<World>, bytes: usize) -> String {
    world.execute();
    "x".repeat(bytes)
}

async fn who(world: Ext<World>, caller: Caller) -> String {
    world.execute();
    format!("{caller}, admin: {}", caller.has_scope("admin"))
}

async fn log(world: Ext<World>, context: Context) -> &'static str {
    world.execute();
    context.log(LoggingLevel::Debug, "a detail");
    context.log(LoggingLevel::Info, "some news");
    context.log(LoggingLevel::Error, "a problem");
    "logged"
}

async fn sample(world: Ext<World>, context: Context) -> Result<&'static str, ErrorObject> {
    world.execute();
    match &context.client().capabilities().sampling {
        Some(_) => Ok("sampled"),
        None => Err(ErrorObject::missing_client_capability(json!({ "sampling": {} }))),
    }
}

async fn tenant(world: Ext<World>, tenant: Ext<Tenant>) -> String {
    world.execute();
    tenant.0.0.clone()
}
