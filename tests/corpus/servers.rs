//! The servers of the conversations.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mcpwright_server::{Builder, Catalog, PromptHandler, ResourceHandler, Server, ToolHandler};
use tokio::sync::watch;

mod calls;
mod changes;
pub(crate) mod demo;
mod input;
mod tasks;

/// A server and the events that the test can cause on it.
pub(crate) struct Served {
    pub(crate) server: Server,
    pub(crate) state: State,
}

/// Returns the server of this name.
pub(crate) fn server(name: &str) -> Served {
    let shared = Arc::new(Shared::default());
    let builder = match name {
        "demo" => return Served::new(demo::server(), shared),
        "bare" => calls::bare(),
        "calls" => calls::server(&shared),
        "changes" => changes::server(&shared),
        "input" => input::server(&shared),
        "masked" => calls::masked(),
        "tasks" => tasks::server(&shared),
        _ => panic!("there is no server `{name}`"),
    };
    Served::new(Builder::build(builder), shared)
}

impl Served {
    fn new(server: Server, shared: Arc<Shared>) -> Self {
        Self { state: State { server: server.clone(), shared }, server }
    }
}

/// The state that handlers and the test share.
#[derive(Default)]
struct Shared {
    /// The gates that are open.
    gates: watch::Sender<BTreeSet<String>>,
    /// Number of effects.
    effects: AtomicU32,
    /// Number of handlers that were dropped while they waited.
    dropped: Arc<AtomicU32>,
    tools: Catalog<ToolHandler>,
    prompts: Catalog<PromptHandler>,
    resources: Catalog<ResourceHandler>,
}

impl Shared {
    /// Waits until a gate is open.
    async fn wait_for(&self, gate: &str) {
        let dropped = Dropped(Arc::clone(&self.dropped));
        let opened = self.gates.subscribe().wait_for(|open| open.contains(gate)).await.is_ok();
        assert!(opened, "the server outlives its calls");
        std::mem::forget(dropped);
    }

    /// Has an effect, and returns how many there were.
    fn effect(&self) -> u32 {
        self.effects.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Counts a handler that is dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The events that the test can cause on a server.
pub(crate) struct State {
    server: Server,
    shared: Arc<Shared>,
}

impl State {
    /// Causes an event on the server.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such event.
    pub(crate) fn event(&self, event: &str) -> Result<(), String> {
        let (notify, shared) = (self.server.notify(), &self.shared);
        match event.split(' ').collect::<Vec<_>>()[..] {
            ["changed", "tools"] => notify.tools_list_changed(),
            ["changed", "prompts"] => notify.prompts_list_changed(),
            ["changed", "resources"] => notify.resources_list_changed(),
            ["changed", uri] => notify.resource_updated(uri),
            ["open", gate] => shared.gates.send_modify(|open| {
                open.insert(gate.to_owned());
            }),
            ["insert", "tool", name] => shared.tools.insert(changes::tool(name)),
            ["insert", "prompt", name] => shared.prompts.insert(changes::prompt(name)),
            ["insert", "resource", uri] => shared.resources.insert(changes::resource(uri)),
            ["remove", "tool", name] => drop(shared.tools.remove(name)),
            ["remove", "prompt", name] => drop(shared.prompts.remove(name)),
            ["remove", "resource", uri] => drop(shared.resources.remove(uri)),
            _ => return Err(format!("there is no event `{event}`")),
        }
        Ok(())
    }
}
