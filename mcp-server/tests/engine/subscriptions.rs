//! Change notifications: delivery, permissions, limits, coalescing and replicas.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures::executor::block_on;
use mcpwright_core::message::decode;
use mcpwright_core::{ErrorCode, Message, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Action, Bus, Caller, Catalog, Change, CloseReason, Connection, Item, Notify, ReplicaHandle, RequestInfo,
    ResourceHandler, Server, ToolHandler,
};
use serde_json::{Map, Value, json};

const THING: &str = "test://thing";

fn builder() -> mcpwright_server::Builder {
    Server::builder("test", "1.0.0")
        .resource(ResourceHandler::function(THING, "thing", || async { "a thing" }))
        .tool(ToolHandler::function("nothing", [], || async {}).description("Do nothing."))
}

fn updates() -> SubscriptionFilter {
    SubscriptionFilter::new().resource_subscriptions(vec![THING.to_owned()])
}

fn caller(name: &str) -> Caller {
    Caller::new(name, [], Map::new())
}

/// Takes the notifications that `client` has received, and returns their methods.
fn received_methods(client: &Client) -> Vec<String> {
    client.notifications().into_iter().map(|notification| notification.method.into_owned()).collect()
}

/// Sends a `subscriptions/listen` request, and returns the one message sent in reply.
fn listen(connection: &mut Connection, id: &Value, filter: &Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "notifications": filter, "_meta": meta });
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params });
    let replies = sent_messages(connection.receive(decode(request.to_string().as_bytes())).into_actions());
    assert_eq!(replies.len(), 1, "{replies:?}");
    replies[0].clone()
}

/// Returns the messages that `actions` send, as JSON.
fn sent_messages(actions: impl IntoIterator<Item = Action>) -> Vec<Value> {
    let message = |action| match action {
        Action::Send(message) => Some(message),
        Action::Overloaded(response) => Some(response.into()),
        _ => None,
    };
    let text = |message: Message| {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        serde_json::from_slice(&bytes).unwrap()
    };
    actions.into_iter().filter_map(message).map(text).collect()
}

#[test]
fn handlers_publish_changes() {
    let touch = |context: mcpwright_server::Context| async move {
        context.notify().resource_updated(THING);
        context.notify().tools_list_changed();
    };
    let server = Server::from(builder().tool(ToolHandler::function("touch", [], touch)));
    let modern = Client::modern(server.clone());
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    assert_eq!(block_on(modern.listen(updates())).unwrap(), updates());
    block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": THING }))).unwrap();
    block_on(Client::modern(server).call_tool("touch", ())).unwrap();
    assert_eq!(received_methods(&modern), [method::RESOURCES_UPDATED]);
    assert_eq!(received_methods(&legacy), [method::RESOURCES_UPDATED, method::TOOLS_LIST_CHANGED]);
}

#[test]
fn a_caller_without_read_permission_receives_no_updates() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let allowed = Arc::clone(&is_allowed);
    let visible = move |request: &RequestInfo<'_>, item: Item<'_>| {
        let is_owner = || request.caller().subject() == Some("owner") && allowed.load(Ordering::SeqCst);
        !matches!(item, Item::Resource(THING)) || is_owner()
    };
    let server = Server::from(builder().visible(visible));
    let owner = Client::modern(server.clone()).caller(caller("owner"));
    let other = Client::modern(server.clone()).caller(caller("other"));
    assert_eq!(block_on(owner.listen(updates())).unwrap(), updates());
    // A resource that the caller may not read is not acknowledged, and reading it fails as for a missing resource.
    let empty = SubscriptionFilter::new().resource_subscriptions(vec![]);
    assert_eq!(block_on(other.listen(updates())).unwrap(), empty);
    let missing = block_on(other.read_resource("test://missing")).unwrap_err();
    let denied = block_on(other.read_resource(THING)).unwrap_err();
    assert_eq!((denied.code, denied.message), (missing.code, missing.message));

    let legacy = |name| {
        let opened = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18));
        opened.unwrap().caller(caller(name))
    };
    let (old_owner, old_other) = (legacy("owner"), legacy("other"));
    let subscribe =
        |client: &Client| block_on(client.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": THING })));
    assert!(subscribe(&old_owner).is_ok());
    assert_eq!(subscribe(&old_other).unwrap_err().code, ErrorCode::RESOURCE_NOT_FOUND);

    let publish = || {
        server.notify().resource_updated(THING);
        [&owner, &other, &old_owner, &old_other].map(|client| received_methods(client).len())
    };
    assert_eq!(publish(), [1, 0, 1, 0]);
    is_allowed.store(false, Ordering::SeqCst);
    assert_eq!(publish(), [0, 0, 0, 0]);
    assert!(block_on(owner.read_resource(THING)).is_err());
    is_allowed.store(true, Ordering::SeqCst);
    assert_eq!(publish(), [1, 0, 1, 0]);
}

#[test]
fn a_pending_update_is_dropped_if_permission_is_revoked() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let allowed = Arc::clone(&is_allowed);
    let server = Server::from(builder().visible(move |_, _| allowed.load(Ordering::SeqCst)));
    let mut connection = server.connect(Caller::anonymous());
    listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": [THING] }));
    server.notify().resource_updated(THING);
    is_allowed.store(false, Ordering::SeqCst);
    assert_eq!(sent_messages(connection.changes()).len(), 0);
}

/// The delivery of a change calls the rule, so that each change would cause the next one.
#[test]
fn a_change_that_a_rule_publishes_is_ignored() {
    let notify: Arc<OnceLock<Notify>> = Arc::default();
    let published = Arc::clone(&notify);
    let visible = move |_: &RequestInfo<'_>, _: Item<'_>| {
        published.get().into_iter().for_each(Notify::tools_list_changed);
        true
    };
    let server = Server::from(builder().tool(ToolHandler::function("a", [], || async {})).visible(visible));
    notify.set(server.notify().clone()).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let modern = Client::modern(server.clone());
        let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
        block_on(modern.listen(updates().tools_list_changed(true))).unwrap();
        block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": THING }))).unwrap();
        block_on(modern.list_tools()).unwrap();
        server.notify().resource_updated(THING);
        sender.send([received_methods(&modern), received_methods(&legacy)]).unwrap();
    });
    let received = receiver.recv_timeout(Duration::from_secs(10)).expect("no thread waits for itself");
    assert_eq!(received, [[method::RESOURCES_UPDATED], [method::RESOURCES_UPDATED]]);
}

#[test]
fn a_panic_in_a_rule_hides_the_item() {
    let server = Server::from(builder().visible(|_, _| panic!("the permission list is missing")));
    let client = Client::modern(server);
    assert!(block_on(client.read_resource(THING)).is_err());
    assert_eq!(block_on(client.listen(updates())).unwrap().resource_subscriptions, Some(vec![]));
}

#[test]
#[should_panic(expected = "`visible` of the server mounted as `inner` would be lost")]
fn mounting_a_server_with_a_rule_panics() {
    let _ = builder().mount("inner", Server::builder("inner", "1").visible(|_, _| false));
}

#[test]
fn the_subscription_limit_of_a_caller_spans_all_connections() {
    let server = Server::from(builder());
    let filter = json!({ "toolsListChanged": true });
    let connect =
        |name: &str| server.connect(if name.is_empty() { Caller::anonymous() } else { caller(name) });
    let code = |reply: &Value| reply["error"]["code"].as_i64();
    let mut open: Vec<_> = (0..4).map(|_| connect("greedy")).collect();
    for number in 0..100 {
        assert_eq!(code(&listen(&mut open[number % 4], &json!(number), &filter)), None);
    }
    assert_eq!(code(&listen(&mut open[0], &json!(100), &filter)), Some(-32603));
    assert_eq!(code(&listen(&mut connect("greedy"), &json!(1), &filter)), Some(-32603));
    // Other callers, named or anonymous, have limits of their own.
    let (mut other, mut anonymous) = (connect("modest"), connect(""));
    assert_eq!(code(&listen(&mut other, &json!(1), &filter)), None);
    for number in 0..100 {
        assert_eq!(code(&listen(&mut anonymous, &json!(number), &filter)), None);
    }
    assert_eq!(code(&listen(&mut anonymous, &json!(100), &filter)), Some(-32603));
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 0 } });
    open[0].receive(decode(cancelled.to_string().as_bytes()));
    assert_eq!(code(&listen(&mut connect("greedy"), &json!(1), &filter)), None);
    drop(open);
    assert_eq!(code(&listen(&mut connect("greedy"), &json!(1), &filter)), None);
}

#[test]
fn the_number_of_resources_in_a_subscription_is_limited() {
    let server = Server::from(builder());
    let uris = |count| (0..count).map(|number| format!("test://{number}")).collect::<Vec<_>>();
    let mut connection = server.connect(Caller::anonymous());
    let reply = listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": uris(1001) }));
    assert_eq!(reply["error"]["code"], -32602);
    let reply = listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": uris(1000) }));
    assert_eq!(reply["method"], "notifications/subscriptions/acknowledged");
    // The error of earlier revisions is the same.
    let legacy = block_on(Client::legacy(server, ProtocolVersion::V2025_11_25)).unwrap();
    let subscribe = |uri: &str| block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": uri })));
    assert!(uris(1000).iter().all(|uri| subscribe(uri).is_ok()));
    assert!(subscribe("TEST://0").is_ok(), "it is one of them");
    assert_eq!(subscribe("test://1000").unwrap_err().code, ErrorCode::INVALID_PARAMS);
}

#[test]
fn repeated_changes_are_coalesced_and_unwanted_ones_are_not_queued() {
    let server = Server::from(builder());
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = Arc::clone(&woken);
    let mut connection = server.connect(Caller::anonymous());
    let wake = move || {
        wakes.fetch_add(1, Ordering::SeqCst);
    };
    connection.listen(wake).unwrap();
    let uris: Vec<_> = (0..1000).map(|number| format!("test://{number}")).collect();
    listen(&mut connection, &json!(1), &json!({ "toolsListChanged": true, "resourceSubscriptions": uris }));
    for _ in 0..3 {
        server.notify().tools_list_changed();
        server.notify().prompts_list_changed();
        // Twice as many resources as the client subscribed to.
        (0..2000).for_each(|number| server.notify().resource_updated(format!("test://{number}")));
    }
    assert_eq!(woken.load(Ordering::SeqCst), 1, "one wake-up must cover all pending changes");
    let sent = sent_messages(connection.changes());
    assert_eq!(sent.len(), 1001);
    let updated: BTreeSet<_> = sent.iter().filter_map(|message| message["params"]["uri"].as_str()).collect();
    assert_eq!(updated, uris.iter().map(String::as_str).collect());
    assert!(sent_messages(connection.changes()).is_empty());
    server.notify().tools_list_changed();
    assert_eq!(woken.load(Ordering::SeqCst), 2);
}

#[test]
fn pending_changes_are_sent_on_close_and_none_afterwards() {
    let server = Server::from(builder());
    let mut connection = server.connect(Caller::anonymous());
    listen(&mut connection, &json!("a"), &json!({ "resourceSubscriptions": [THING] }));
    server.notify().resource_updated(THING);
    let sent = sent_messages(connection.close(CloseReason::Shutdown));
    assert_eq!(sent[0]["method"], method::RESOURCES_UPDATED);
    assert_eq!(sent[1]["result"]["resultType"], "complete");
    server.notify().resource_updated(THING);
    assert!(sent_messages(connection.changes()).is_empty());
}

#[test]
fn concurrent_changes_follow_the_acknowledgement_and_have_its_subscription_id() {
    let server = Server::from(builder());
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                server.notify().tools_list_changed();
                server.notify().prompts_list_changed();
                server.notify().resource_updated(THING);
            }
        });
        let connection = Arc::new(Mutex::new(server.connect(Caller::anonymous())));
        let mut opened = BTreeSet::new();
        for number in 0..90 {
            let id = if number % 2 == 0 { json!(number) } else { json!(number.to_string()) };
            let filter = json!({ "resourceSubscriptions": [THING], "toolsListChanged": number % 3 == 0 });
            let acknowledged = listen(&mut connection.lock().unwrap(), &id, &filter);
            assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
            opened.insert(id.to_string());
            for message in sent_messages(connection.lock().unwrap().changes()) {
                let id = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
                assert!(opened.contains(&id.to_string()), "sent before the acknowledgement: {message}");
                let number = id.as_u64().or_else(|| id.as_str()?.parse().ok()).unwrap();
                let wants_tools = number % 3 == 0;
                let is_wanted = message["method"] == method::RESOURCES_UPDATED
                    || wants_tools && message["method"] == method::TOOLS_LIST_CHANGED;
                assert!(is_wanted, "not subscribed to: {message}");
            }
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_mounted_server_notifies_clients_of_the_outer_server() {
    let catalog = Catalog::new();
    let inner = builder().tool_provider(catalog.clone());
    let (notify, middle) = (inner.notify().clone(), Server::builder("middle", "1").mount("inner", inner));
    let client = Client::modern(Server::builder("outer", "1").mount("middle", middle));
    block_on(client.listen(updates().tools_list_changed(true))).unwrap();
    notify.resource_updated(THING);
    catalog.insert(ToolHandler::function("late", [], || async {}).description("Added late."));
    assert_eq!(received_methods(&client), [method::RESOURCES_UPDATED, method::TOOLS_LIST_CHANGED]);
}

/// A bus that records published changes and attached replicas, and delivers nothing.
#[derive(Clone, Default)]
struct RecordingBus(Arc<Mutex<(Vec<Change>, Vec<ReplicaHandle>)>>);

impl Bus for RecordingBus {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        let mut recorded = self.0.lock().unwrap();
        assert!(recorded.1.contains(from));
        recorded.0.push(change.clone());
    }

    fn attach(&self, replica: ReplicaHandle) {
        self.0.lock().unwrap().1.push(replica);
    }
}

#[test]
fn changes_received_over_a_bus_are_not_published_again() {
    let bus = RecordingBus::default();
    let server = Server::from(builder().bus(bus.clone()));
    let client = Client::modern(server.clone());
    block_on(client.listen(updates())).unwrap();
    server.notify().resource_updated(THING);
    server.notify().prompts_list_changed();
    assert_eq!(bus.0.lock().unwrap().0, [Change::Resource(THING.into()), Change::Prompts]);
    let serialized = serde_json::to_value(&bus.0.lock().unwrap().0).unwrap();
    assert_eq!(
        serialized,
        json!([{ "v": 1, "change": { "resource": THING } }, { "v": 1, "change": "prompts" }])
    );
    let replica = bus.0.lock().unwrap().1[0].clone();
    assert!(replica.deliver(&Change::Resource(THING.into())));
    assert_eq!(bus.0.lock().unwrap().0.len(), 2);
    assert_eq!(received_methods(&client).len(), 2);
    drop((client, server));
    assert!(!replica.deliver(&Change::Tools), "the server has been dropped");
}
