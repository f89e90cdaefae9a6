//! Who is told of what: limits, permission, and storms of changes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::message::decode;
use mcpwright_core::{ErrorCode, Message, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Action, Bus, Caller, Catalog, Change, Connection, ReplicaHandle, ResourceHandler, Server, ToolHandler,
};
use serde_json::{Map, Value, json};

const THING: &str = "test://thing";

fn described() -> mcpwright_server::Builder {
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

/// What has been told to a client, by its method.
fn told(client: &Client) -> Vec<String> {
    client.notifications().into_iter().map(|notification| notification.method.into_owned()).collect()
}

/// Sends a request to subscribe, and returns what is said at once.
fn listen(connection: &mut Connection, id: &Value, filter: &Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "notifications": filter, "_meta": meta });
    let request = json!({ "jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params });
    let said = said(connection.receive(decode(request.to_string().as_bytes())).into_actions());
    assert_eq!(said.len(), 1, "{said:?}");
    said[0].clone()
}

fn said(actions: impl IntoIterator<Item = Action>) -> Vec<Value> {
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
fn handlers_tell_of_changes() {
    let touch = |context: mcpwright_server::Context| async move {
        context.notify().resource_updated(THING);
        context.notify().tools_list_changed();
    };
    let server = Server::from(described().tool(ToolHandler::function("touch", [], touch)));
    let modern = Client::modern(server.clone());
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    assert_eq!(block_on(modern.listen(updates())).unwrap(), updates());
    block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": THING }))).unwrap();
    block_on(Client::modern(server).call_tool("touch", ())).unwrap();
    assert_eq!(told(&modern), [method::RESOURCES_UPDATED]);
    assert_eq!(told(&legacy), [method::RESOURCES_UPDATED, method::TOOLS_LIST_CHANGED]);
}

#[test]
fn a_caller_who_may_not_read_hears_nothing() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let allowed = Arc::clone(&is_allowed);
    let may_read = move |caller: &Caller, uri: &str| {
        uri != THING || caller.subject() == Some("owner") && allowed.load(Ordering::SeqCst)
    };
    let server = Server::from(described().may_read(may_read));
    let owner = Client::modern(server.clone()).caller(caller("owner"));
    let other = Client::modern(server.clone()).caller(caller("other"));
    assert_eq!(block_on(owner.listen(updates())).unwrap(), updates());
    // What cannot be heard is not acknowledged, and a read finds what it would find of a resource that is not there.
    let nothing = SubscriptionFilter::new().resource_subscriptions(vec![]);
    assert_eq!(block_on(other.listen(updates())).unwrap(), nothing);
    let missing = block_on(other.read_resource("test://missing")).unwrap_err();
    let refused = block_on(other.read_resource(THING)).unwrap_err();
    assert_eq!((refused.code, refused.message), (missing.code, missing.message));

    let legacy = |name| {
        let opened = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18));
        opened.unwrap().caller(caller(name))
    };
    let (old_owner, old_other) = (legacy("owner"), legacy("other"));
    let subscribe =
        |client: &Client| block_on(client.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": THING })));
    assert!(subscribe(&old_owner).is_ok());
    assert_eq!(subscribe(&old_other).unwrap_err().code, ErrorCode::RESOURCE_NOT_FOUND);

    let hears = || {
        server.notify().resource_updated(THING);
        [&owner, &other, &old_owner, &old_other].map(|client| told(client).len())
    };
    assert_eq!(hears(), [1, 0, 1, 0]);
    is_allowed.store(false, Ordering::SeqCst);
    assert_eq!(hears(), [0, 0, 0, 0]);
    assert!(block_on(owner.read_resource(THING)).is_err());
    is_allowed.store(true, Ordering::SeqCst);
    assert_eq!(hears(), [1, 0, 1, 0]);
}

#[test]
fn what_is_revoked_before_it_was_told_is_not_told() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let allowed = Arc::clone(&is_allowed);
    let server = Server::from(described().may_read(move |_, _| allowed.load(Ordering::SeqCst)));
    let mut connection = server.connect(Caller::anonymous());
    listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": [THING] }));
    server.notify().resource_updated(THING);
    is_allowed.store(false, Ordering::SeqCst);
    assert_eq!(said(connection.changes()).len(), 0);
}

#[test]
fn who_may_read_cannot_be_found_out_means_nobody() {
    let server = Server::from(described().may_read(|_, _| panic!("the list is gone")));
    let client = Client::modern(server);
    assert!(block_on(client.read_resource(THING)).is_err());
    assert_eq!(block_on(client.listen(updates())).unwrap().resource_subscriptions, Some(vec![]));
}

#[test]
#[should_panic(expected = "`may_read` of the server mounted as `inner` would be lost")]
fn a_check_that_would_be_lost_does_not_start() {
    let _ = described().mount("inner", Server::builder("inner", "1").may_read(|_, _| false));
}

#[test]
fn one_caller_has_so_many_subscriptions_over_all_connections() {
    let server = Server::from(described());
    let filter = json!({ "toolsListChanged": true });
    let of = |name: &str| server.connect(if name.is_empty() { Caller::anonymous() } else { caller(name) });
    let code = |said: &Value| said["error"]["code"].as_i64();
    let mut open: Vec<_> = (0..4).map(|_| of("greedy")).collect();
    for number in 0..100 {
        assert_eq!(code(&listen(&mut open[number % 4], &json!(number), &filter)), None);
    }
    assert_eq!(code(&listen(&mut open[0], &json!(100), &filter)), Some(-32603));
    assert_eq!(code(&listen(&mut of("greedy"), &json!(1), &filter)), Some(-32603));
    // Others are not concerned, with a name or without one.
    let (mut modest, mut nobody) = (of("modest"), of(""));
    assert_eq!(code(&listen(&mut modest, &json!(1), &filter)), None);
    for number in 0..100 {
        assert_eq!(code(&listen(&mut nobody, &json!(number), &filter)), None);
    }
    assert_eq!(code(&listen(&mut nobody, &json!(100), &filter)), Some(-32603));
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 0 } });
    open[0].receive(decode(cancelled.to_string().as_bytes()));
    assert_eq!(code(&listen(&mut of("greedy"), &json!(1), &filter)), None);
    drop(open);
    assert_eq!(code(&listen(&mut of("greedy"), &json!(1), &filter)), None);
}

#[test]
fn a_subscription_names_so_many_resources() {
    let server = Server::from(described());
    let uris = |count| (0..count).map(|number| format!("test://{number}")).collect::<Vec<_>>();
    let mut connection = server.connect(Caller::anonymous());
    let said = listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": uris(1001) }));
    assert_eq!(said["error"]["code"], -32602);
    let said = listen(&mut connection, &json!(1), &json!({ "resourceSubscriptions": uris(1000) }));
    assert_eq!(said["method"], "notifications/subscriptions/acknowledged");
}

#[test]
fn what_changes_often_is_told_once_and_nothing_else_waits() {
    let server = Server::from(described());
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
        // Of twice as many as are wanted.
        (0..2000).for_each(|number| server.notify().resource_updated(format!("test://{number}")));
    }
    assert_eq!(woken.load(Ordering::SeqCst), 1, "the connection is woken once for all that it has to tell");
    let told = said(connection.changes());
    assert_eq!(told.len(), 1001);
    let told: BTreeSet<_> = told.iter().filter_map(|told| told["params"]["uri"].as_str()).collect();
    assert_eq!(told, uris.iter().map(String::as_str).collect());
    assert!(said(connection.changes()).is_empty());
    server.notify().tools_list_changed();
    assert_eq!(woken.load(Ordering::SeqCst), 2);
}

#[test]
fn what_has_changed_is_told_before_the_end_and_nothing_after_it() {
    let server = Server::from(described());
    let mut connection = server.connect(Caller::anonymous());
    listen(&mut connection, &json!("a"), &json!({ "resourceSubscriptions": [THING] }));
    server.notify().resource_updated(THING);
    let told = said(connection.close());
    assert_eq!(told[0]["method"], method::RESOURCES_UPDATED);
    assert_eq!(told[1]["result"]["resultType"], "complete");
    server.notify().resource_updated(THING);
    assert!(said(connection.changes()).is_empty());
}

#[test]
fn in_a_storm_of_changes_the_acknowledgement_comes_first_and_each_bears_its_id() {
    let server = Server::from(described());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
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
            for message in said(connection.lock().unwrap().changes()) {
                let id = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
                assert!(opened.contains(&id.to_string()), "before its acknowledgement: {message}");
                let number = id.as_u64().or_else(|| id.as_str()?.parse().ok()).unwrap();
                let wants_tools = number % 3 == 0;
                let is_wanted = message["method"] == method::RESOURCES_UPDATED
                    || wants_tools && message["method"] == method::TOOLS_LIST_CHANGED;
                assert!(is_wanted, "nobody asked for {message}");
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_mounted_server_tells_the_clients_of_the_outer_one() {
    let catalogue = Catalog::new();
    let inner = described().tool_provider(catalogue.clone());
    let (notify, middle) = (inner.notify().clone(), Server::builder("middle", "1").mount("inner", inner));
    let client = Client::modern(Server::builder("outer", "1").mount("middle", middle));
    block_on(client.listen(updates().tools_list_changed(true))).unwrap();
    notify.resource_updated(THING);
    catalogue.insert(ToolHandler::function("late", [], || async {}).description("Be late."));
    assert_eq!(told(&client), [method::RESOURCES_UPDATED, method::TOOLS_LIST_CHANGED]);
}

/// A bus that only notes what it carries.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<(Vec<Change>, Vec<ReplicaHandle>)>>);

impl Bus for Noted {
    fn publish(&self, change: &Change, from: &ReplicaHandle) {
        let mut noted = self.0.lock().unwrap();
        assert!(noted.1.contains(from));
        noted.0.push(change.clone());
    }

    fn attach(&self, listeners: ReplicaHandle) {
        self.0.lock().unwrap().1.push(listeners);
    }
}

#[test]
fn what_comes_over_a_bus_is_not_sent_over_it_again() {
    let bus = Noted::default();
    let server = Server::from(described().bus(bus.clone()));
    let client = Client::modern(server.clone());
    block_on(client.listen(updates())).unwrap();
    server.notify().resource_updated(THING);
    server.notify().prompts_list_changed();
    assert_eq!(bus.0.lock().unwrap().0, [Change::Resource(THING.into()), Change::Prompts]);
    let written = serde_json::to_value(&bus.0.lock().unwrap().0).unwrap();
    assert_eq!(
        written,
        json!([{ "v": 1, "change": { "resource": THING } }, { "v": 1, "change": "prompts" }])
    );
    let listeners = bus.0.lock().unwrap().1[0].clone();
    assert!(listeners.deliver(&Change::Resource(THING.into())));
    assert_eq!(bus.0.lock().unwrap().0.len(), 2);
    assert_eq!(told(&client).len(), 2);
    drop((client, server));
    assert!(!listeners.deliver(&Change::Tools), "nobody is left");
}
