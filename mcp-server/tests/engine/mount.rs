//! Mounting: settings that would be lost, names in conflict, and changes of a catalog that several servers share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::executor::block_on;
use mcpwright_core::{SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Bus, Call, Catalog, Change, MemoryStore, MethodHandler, Middleware, Next, NotificationSender,
    Notify, NotifySet, Outcome, ProviderError, ReplicaHandle, RequestInfo, Server, TaskConfig,
    TemplateHandler, ToolHandler, ToolProvider, async_trait,
};
use serde_json::{Map, json};

fn builder(name: &str) -> Builder {
    Server::builder(name, "1.0.0")
}

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name.to_owned(), [], || async { "done" })
}

/// Returns the text with which mounting panics.
fn panic_text(mount: impl FnOnce() -> Builder) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(mount()))).expect_err("mounting must panic");
    payload.downcast_ref::<String>().expect("a panic has a text").clone()
}

struct PassThrough;

#[async_trait]
impl Middleware for PassThrough {
    async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
        next.run(call).await
    }
}

#[async_trait]
impl MethodHandler for PassThrough {
    async fn handle(&self, _: &Call, _: &NotificationSender) -> Outcome {
        Outcome::complete(&json!({}))
    }
}

struct NoBus;

impl Bus for NoBus {
    fn publish(&self, _: &Change, _: &ReplicaHandle) {}

    fn attach(&self, _: ReplicaHandle) {}
}

#[test]
fn settings_that_mounting_would_lose_panic_by_name() {
    type Setting = (&'static str, fn(Builder) -> Builder);
    let settings: [Setting; 7] = [
        ("visible", |inner| inner.visible(|_, _| false)),
        ("present", |inner| inner.present(|_, _| ())),
        ("middleware", |inner| inner.middleware(PassThrough)),
        ("mask_errors", |inner| inner.mask_errors()),
        ("store", |inner| inner.store(MemoryStore::new())),
        ("tasks", |inner| inner.tasks(TaskConfig::new())),
        ("bus", |inner| inner.bus(NoBus)),
    ];
    for (name, set) in settings {
        let text = panic_text(|| builder("outer").mount("inner", set(builder("inner"))));
        assert!(
            text.starts_with(&format!("`{name}` of the server mounted as `inner` would be lost")),
            "{text}"
        );
    }
}

#[test]
#[cfg(feature = "seal")]
fn a_key_that_mounting_would_lose_panics() {
    let inner = || builder("inner").key(mcpwright_server::Key::new([7; 32]));
    let text = panic_text(|| builder("outer").mount("inner", inner()));
    assert!(text.starts_with("`key` of the server mounted as `inner` would be lost"), "{text}");
}

#[test]
fn conflicts_and_invalid_names_panic() {
    let mount = |prefix: &'static str, inner: Builder| {
        panic_text(|| {
            builder("outer").method("x/y", PassThrough).extension("x/z", Map::new()).mount(prefix, inner)
        })
    };
    let text = mount("inner", builder("inner").method("x/y", PassThrough));
    assert!(text.starts_with("the method `x/y` must have one handler"), "{text}");
    let text = mount("inner", builder("inner").extension("x/z", Map::new()));
    assert!(text.starts_with("the extension `x/z` must be declared once"), "{text}");
    for prefix in ["", "a b", "a/b", "ä"] {
        let text = mount(prefix, builder("inner"));
        assert!(text.contains("must be one or more of A-Z a-z 0-9 _ - ."), "{text}");
    }
    let text = panic_text(|| builder("outer").method("x/y", PassThrough).method("x/y", PassThrough));
    assert_eq!(text, "the method `x/y` must have one handler: the server has another");
    let text = panic_text(|| builder("outer").extension("x/z", Map::new()).extension("x/z", Map::new()));
    assert_eq!(text, "the extension `x/z` must be declared once: the server declares it already");
    for name in [method::TOOLS_CALL, method::SERVER_DISCOVER, method::TASKS_GET, method::PING] {
        let text = panic_text(|| builder("outer").method(name, PassThrough));
        assert!(text.ends_with("must not be one of the protocol: use middleware to change it"), "{text}");
    }
    let text = mount("inner", builder("inner").tool(tool(&"x".repeat(125))));
    assert!(text.contains("must be renamed or mounted with a shorter prefix"), "{text}");
    let _ = builder("outer").mount("inner", builder("inner").tool(tool(&"x".repeat(122)))).build();
    let text = panic_text(|| {
        drop(builder("outer").mount("inner", builder("inner").tool(tool("no spaces"))).build());
        builder("unreachable")
    });
    assert!(text.starts_with("the tool `no spaces`: the name of a tool must be 1 to 128 of"), "{text}");
}

#[test]
fn a_catalog_notifies_the_clients_of_every_server_that_has_it() {
    let tools = Catalog::new();
    let clients = [(); 3].map(|()| Client::modern(builder("shared").tool_provider(tools.clone())));
    for client in &clients {
        block_on(client.listen(SubscriptionFilter::new().tools_list_changed(true))).unwrap();
        client.notifications();
    }
    tools.insert(tool("first"));
    for client in &clients {
        let methods: Vec<_> =
            client.notifications().into_iter().map(|notification| notification.method).collect();
        assert_eq!(methods, [method::TOOLS_LIST_CHANGED]);
    }
    // A server that was dropped is no obstacle to the others.
    let [dropped, kept, _] = clients;
    drop(dropped);
    tools.insert(tool("second"));
    assert_eq!(kept.notifications().len(), 1);
    assert_eq!(block_on(kept.list_tools()).unwrap().len(), 2);
}

/// A provider as the documentation shows it: with its own list, and the servers to notify.
#[derive(Clone, Default)]
struct Plugins(Arc<AtomicU64>, NotifySet);

#[async_trait]
impl ToolProvider for Plugins {
    fn revision(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok((0..self.revision()).map(|number| tool(&format!("plugin{number}"))).collect())
    }

    fn attach(&self, notify: &Notify) {
        self.1.insert(notify);
    }
}

#[test]
fn a_provider_notifies_the_clients_of_every_server_that_has_it() {
    let plugins = Plugins::default();
    let first = Client::modern(builder("first").tool_provider(plugins.clone()));
    let mounted = builder("inner").tool_provider(plugins.clone());
    let second = Client::modern(builder("second").mount("in", mounted));
    for client in [&first, &second] {
        block_on(client.listen(SubscriptionFilter::new().tools_list_changed(true))).unwrap();
        client.notifications();
    }
    plugins.0.fetch_add(1, Ordering::SeqCst);
    plugins.1.tools_list_changed();
    for (client, name) in [(first, "plugin0"), (second, "in_plugin0")] {
        assert_eq!(client.notifications()[0].method, method::TOOLS_LIST_CHANGED);
        assert_eq!(block_on(client.list_tools()).unwrap()[0].name, name);
    }
}

#[test]
fn a_catalog_of_templates_changes_while_the_server_runs() {
    let templates = Catalog::new();
    let client = Client::modern(builder("notes").resource_provider(templates.clone()));
    assert!(block_on(client.list_resource_templates()).unwrap().is_empty());
    block_on(client.listen(SubscriptionFilter::new().resources_list_changed(true))).unwrap();
    client.notifications();
    templates.insert(TemplateHandler::function("note://{id}", "note", ["id"], |id: u32| async move {
        format!("note {id}")
    }));
    assert_eq!(client.notifications()[0].method, method::RESOURCES_LIST_CHANGED);
    assert_eq!(block_on(client.list_resource_templates()).unwrap()[0].uri_template, "note://{id}");
    assert_eq!(block_on(client.read_resource("note://7")).unwrap().contents.len(), 1);
    assert!(templates.remove("note://{id}"));
    assert!(block_on(client.read_resource("note://7")).is_err());
}

#[test]
fn a_handler_can_change_a_catalog_that_its_client_is_subscribed_to() {
    let tools = Catalog::new();
    let inserted = tools.clone();
    let grow = ToolHandler::function("grow", [], move || {
        inserted.insert(tool("grown"));
        async { "grown" }
    });
    let client = Client::modern(builder("growing").tool(grow).tool_provider(tools));
    block_on(client.listen(SubscriptionFilter::new().tools_list_changed(true))).unwrap();
    client.notifications();
    let client = Arc::new(client);
    block_on(client.call_tool("grow", ())).unwrap();
    assert_eq!(client.notifications()[0].method, method::TOOLS_LIST_CHANGED);
}
