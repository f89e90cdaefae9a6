//! Servers that differ by who asks: hidden items, presented tools, instructions, and the notifications of changed lists.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{
    CacheScope, ClientCapabilities, ErrorObject, ProtocolVersion, SubscriptionFilter, method,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Caller, Catalog, Completer, CompletionRequest, Item, PromptHandler, ProviderError, RequestInfo,
    ResourceHandler, Server, TemplateHandler, ToolHandler, ToolProvider, async_trait,
};
use serde_json::{Map, Value, json};

fn tool(name: &str) -> ToolHandler {
    ToolHandler::function(name, [], || async { "done" })
}

trait WithTools {
    fn with_tools(self, tools: impl IntoIterator<Item = ToolHandler>) -> Self;
}

impl WithTools for Builder {
    fn with_tools(self, tools: impl IntoIterator<Item = ToolHandler>) -> Self {
        tools.into_iter().fold(self, Builder::tool)
    }
}

fn caller(subject: &str, scopes: &[&str]) -> Caller {
    Caller::new(subject, scopes.iter().map(|scope| (*scope).to_owned()), Map::new())
}

fn admin() -> Caller {
    caller("ada", &["admin"])
}

/// Hides items whose name or URI contains `secret` from everyone but administrators.
fn hides_secrets(request: &RequestInfo<'_>, item: Item<'_>) -> bool {
    let name = match item {
        Item::Tool(tool) => &*tool.name,
        Item::Prompt(prompt) => &*prompt.name,
        Item::Resource(uri) => uri,
        Item::Template(template) => &*template.uri_template,
        _ => unreachable!("all kinds of items are named above"),
    };
    !name.contains("secret") || request.caller().has_scope("admin")
}

fn files() -> Builder {
    let prompt = |name: &str| {
        PromptHandler::function(name, ["language"], |language: String| async move { language })
            .argument("language", |language| {
                language.complete(Completer::new(|_: CompletionRequest| async { vec!["de", "en"] }))
            })
    };
    Server::builder("files", "1.0.0")
        .tool(tool("find"))
        .tool(tool("secret_purge"))
        .prompt(prompt("summary"))
        .prompt(prompt("secret_report"))
        .resource(ResourceHandler::function("file:///notes", "notes", || async { "notes" }))
        .resource(ResourceHandler::function("file:///secret", "keys", || async { "keys" }))
        .template(TemplateHandler::function("page:///{id}", "page", ["id"], |id: u32| async move {
            format!("page {id}")
        }))
        .template(TemplateHandler::function(
            "archive:///secret/{id}",
            "archive",
            ["id"],
            |id: u32| async move { format!("archive {id}") },
        ))
        .visible(hides_secrets)
}

/// Connects clients of both eras on behalf of a caller.
fn clients(server: &Server, caller: &Caller) -> Vec<Client> {
    let legacy = |version| block_on(Client::legacy(server.clone(), version)).unwrap();
    [ProtocolVersion::V2025_11_25, ProtocolVersion::V2025_03_26]
        .into_iter()
        .map(legacy)
        .chain([Client::modern(server.clone())])
        .map(|client| client.caller(caller.clone()))
        .collect()
}

fn names(client: &Client) -> [Vec<String>; 4] {
    block_on(async {
        [
            client.list_tools().await.unwrap().into_iter().map(|tool| tool.name).collect(),
            client.list_prompts().await.unwrap().into_iter().map(|prompt| prompt.name).collect(),
            client.list_resources().await.unwrap().into_iter().map(|resource| resource.uri).collect(),
            client.list_resource_templates().await.unwrap().into_iter().map(|it| it.uri_template).collect(),
        ]
    })
}

/// Sends a request about one item, and returns the error, in which `name` is replaced.
fn error_of(client: &Client, method: &str, params: Value, name: &str) -> ErrorObject {
    let mut error = block_on(client.send(method, params)).unwrap_err();
    error.message = error.message.replace(name, "NAME").into();
    error.data = error.data.map(|data| json!(data.to_string().replace(name, "NAME")));
    error
}

#[test]
fn a_hidden_item_is_in_no_list() {
    let server = files().build();
    for client in clients(&server, &caller("bob", &[])) {
        let [tools, prompts, resources, templates] = names(&client);
        assert_eq!((tools, prompts), (vec!["find".to_owned()], vec!["summary".to_owned()]));
        assert_eq!(
            (resources, templates),
            (vec!["file:///notes".to_owned()], vec!["page:///{id}".to_owned()])
        );
    }
    for client in clients(&server, &admin()) {
        assert_eq!(names(&client).map(|list| list.len()), [2, 2, 2, 2]);
    }
}

#[test]
fn a_hidden_item_is_unknown_to_every_request_that_names_it() {
    let server = files().build();
    /// A method, its parameters for an item, a hidden item, and a missing one.
    type Named = (&'static str, fn(&str) -> Value, &'static str, &'static str);
    let requests: [Named; 6] = [
        (method::TOOLS_CALL, |name| json!({ "name": name }), "secret_purge", "secret_nothing"),
        (method::PROMPTS_GET, |name| json!({ "name": name }), "secret_report", "secret_nothing"),
        (method::RESOURCES_READ, |uri| json!({ "uri": uri }), "file:///secret", "file:///nothing"),
        (method::RESOURCES_READ, |uri| json!({ "uri": uri }), "archive:///secret/7", "archive:///nothing/7"),
        (
            method::COMPLETION_COMPLETE,
            |name| json!({ "ref": { "type": "ref/prompt", "name": name }, "argument": { "name": "language", "value": "" } }),
            "secret_report",
            "secret_nothing",
        ),
        (
            method::COMPLETION_COMPLETE,
            |uri| json!({ "ref": { "type": "ref/resource", "uri": uri }, "argument": { "name": "id", "value": "" } }),
            "archive:///secret/{id}",
            "archive:///nothing/{id}",
        ),
    ];
    for client in clients(&server, &caller("bob", &[])) {
        for (method, params, hidden, missing) in requests {
            let hidden_error = error_of(&client, method, params(hidden), hidden);
            assert_eq!(
                hidden_error,
                error_of(&client, method, params(missing), missing),
                "{method} {hidden}"
            );
        }
    }
    for client in clients(&server, &admin()) {
        for (method, params, hidden, _) in
            requests.iter().filter(|(_, _, hidden, _)| !hidden.contains("report"))
        {
            block_on(client.send(method, params(hidden))).unwrap();
        }
    }
}

#[test]
fn a_subscription_to_a_hidden_resource_is_one_to_a_missing_resource() {
    let server = files().build();
    let uris = ["file:///secret", "file:///nothing", "archive:///secret/7", "archive:///nothing/7"];
    let filter = |uris: &[&str]| {
        SubscriptionFilter::new()
            .resource_subscriptions(Vec::from_iter(uris.iter().map(|uri| (*uri).to_owned())))
    };
    let modern = Client::modern(server.clone()).caller(caller("bob", &[]));
    assert_eq!(block_on(modern.listen(filter(&uris))).unwrap(), filter(&[]));
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    let errors = uris.map(|uri| error_of(&legacy, method::RESOURCES_SUBSCRIBE, json!({ "uri": uri }), uri));
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    // A page of a template exists as far as the server knows.
    let known = ["file:///notes", "page:///7"];
    assert_eq!(block_on(modern.listen(filter(&known))).unwrap(), filter(&known));
    let owner = Client::modern(server).caller(admin());
    assert_eq!(
        block_on(owner.listen(filter(&uris))).unwrap(),
        filter(&["file:///secret", "archive:///secret/7"])
    );
}

#[test]
fn all_rules_must_allow_an_item() {
    let server = files().visible(|_, item| !matches!(item, Item::Tool(tool) if tool.name == "find")).build();
    assert!(names(&Client::modern(server.clone()))[0].is_empty());
    assert_eq!(names(&Client::modern(server).caller(admin()))[0], ["secret_purge"]);
}

#[test]
fn a_hidden_static_item_gives_way_to_that_of_a_provider() {
    let catalog = Catalog::new();
    catalog.insert(ToolHandler::function("run", [], || async { "from the provider" }));
    let server = Server::builder("test", "1.0.0")
        .tool(ToolHandler::function("run", [], || async { "static" }).description("static"))
        .tool_provider(catalog)
        .visible(|request, item| {
            let is_static = matches!(item, Item::Tool(tool) if tool.description.is_some());
            !is_static || request.caller().has_scope("admin")
        })
        .build();
    let answer = |client: &Client| {
        let result = block_on(client.call_tool("run", ())).unwrap();
        (block_on(client.list_tools()).unwrap().len(), result.content[0].as_text().unwrap().to_owned())
    };
    for client in clients(&server, &caller("bob", &[])) {
        assert_eq!(answer(&client), (1, "from the provider".to_owned()));
    }
    for client in clients(&server, &admin()) {
        assert_eq!(answer(&client), (1, "static".to_owned()));
    }
}

#[test]
fn a_cursor_of_a_hidden_item_is_unknown() {
    let server = Server::builder("test", "1.0.0")
        .with_tools((0..9).map(|number| tool(&format!("tool{number}"))))
        .page_size(3)
        .visible(|request, item| match item {
            Item::Tool(tool) => tool.name != "tool2" || request.caller().has_scope("admin"),
            _ => true,
        })
        .build();
    let page = |client: &Client, cursor: Option<&str>| {
        let params = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
        let result: Value = block_on(client.send(method::TOOLS_LIST, params))?.decode_owned().unwrap();
        let names =
            result["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned());
        Ok::<_, ErrorObject>((names.collect::<Vec<_>>(), result["nextCursor"].as_str().map(str::to_owned)))
    };
    let (bob, ada) = (Client::modern(server.clone()), Client::modern(server).caller(admin()));
    let (first, cursor) = page(&bob, None).unwrap();
    assert_eq!(first, ["tool0", "tool1", "tool3"]);
    let (second, _) = page(&bob, cursor.as_deref()).unwrap();
    assert_eq!(second, ["tool4", "tool5", "tool6"]);
    let (first, cursor) = page(&ada, None).unwrap();
    assert_eq!(first, ["tool0", "tool1", "tool2"]);
    assert_eq!(page(&ada, cursor.as_deref()).unwrap().0, ["tool3", "tool4", "tool5"]);
    assert!(page(&bob, cursor.as_deref()).is_err());
}

#[test]
fn lists_that_vary_are_private() {
    let scope = |builder: Builder, method: &str| {
        let client = Client::modern(builder.cache(std::time::Duration::from_secs(60), CacheScope::Public));
        let result = block_on(client.send(method, json!({}))).unwrap();
        result.member("cacheScope").unwrap().to_owned()
    };
    let plain = || Server::builder("test", "1.0.0").tool(tool("a"));
    assert_eq!(scope(plain(), method::TOOLS_LIST), r#""public""#);
    assert_eq!(scope(plain().visible(|_, _| true), method::TOOLS_LIST), r#""private""#);
    assert_eq!(scope(plain().present(|_, _| ()), method::TOOLS_LIST), r#""private""#);
    assert_eq!(scope(plain().tool_provider(PerCaller), method::TOOLS_LIST), r#""private""#);
    let with_prompt = || plain().prompt(PromptHandler::function("p", [], || async { "p" }));
    assert_eq!(scope(with_prompt().present(|_, _| ()), method::PROMPTS_LIST), r#""public""#);
    assert_eq!(scope(plain().instructions("Hello."), method::SERVER_DISCOVER), r#""public""#);
    assert_eq!(scope(plain().instructions_for(|_| None), method::SERVER_DISCOVER), r#""private""#);
}

/// A provider with one tool for each caller, named after it.
struct PerCaller;

#[async_trait]
impl ToolProvider for PerCaller {
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        Some(request.caller().to_string())
    }

    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        let name = format!("tool_of_{}", request.caller());
        Ok(vec![ToolHandler::function(name.clone(), [], move || {
            let name = name.clone();
            async move { name }
        })])
    }
}

#[test]
fn a_provider_lists_and_finds_by_request() {
    let server = Server::builder("test", "1.0.0").tool_provider(PerCaller).build();
    for subject in ["ada", "bob", "ada"] {
        for client in clients(&server, &caller(subject, &[])) {
            let own = format!("tool_of_{subject}");
            assert_eq!(names_of_tools(&client), std::slice::from_ref(&own));
            let result = block_on(client.call_tool(&own, ())).unwrap();
            assert_eq!(result.content[0].as_text(), Some(&*own));
            assert!(block_on(client.call_tool("tool_of_eve", ())).is_err());
        }
    }
}

fn names_of_tools(client: &Client) -> Vec<String> {
    block_on(client.list_tools()).unwrap().into_iter().map(|tool| tool.name).collect()
}

#[test]
fn lists_are_rendered_once_per_class_and_change() {
    let rendered: Arc<Mutex<Vec<String>>> = Arc::default();
    let (counter, catalog) = (Arc::clone(&rendered), Catalog::new());
    catalog.replace([tool("a"), tool("secret_b")]);
    let server = Server::builder("test", "1.0.0")
        .tool_provider(catalog.clone())
        .visible(hides_secrets)
        .present_by(
            |request| request.caller().claim("plan").and_then(Value::as_str).unwrap_or("free").to_owned(),
            move |plan, tool| {
                counter.lock().unwrap().push(format!("{plan}:{}", tool.name));
                tool.description = Some(format!("For the {plan} plan."));
                tool.name = "renamed".to_owned();
            },
        )
        .build();
    let with_plan = |subject: &str, scopes: &[&str], plan: &str| {
        let claims = Map::from_iter([("plan".to_owned(), json!(plan))]);
        let caller = Caller::new(subject, scopes.iter().map(|scope| (*scope).to_owned()), claims);
        Client::modern(server.clone()).caller(caller)
    };
    let list = || {
        for subject in ["u1", "u2", "u3"] {
            for (plan, scopes, count) in [("free", &[][..], 1), ("team", &[], 1), ("team", &["admin"], 2)] {
                let tools = block_on(with_plan(subject, scopes, plan).list_tools()).unwrap();
                assert_eq!(tools.len(), count);
                assert_eq!(
                    (&*tools[0].name, tools[0].description.clone()),
                    ("a", Some(format!("For the {plan} plan.")))
                );
            }
        }
        std::mem::take(&mut *rendered.lock().unwrap())
    };
    let once = ["free:a", "team:a", "team:a", "team:secret_b"];
    assert_eq!(list(), once);
    assert_eq!(list(), [""; 0]);
    catalog.insert(tool("a"));
    assert_eq!(list(), once);
}

#[test]
fn arguments_are_checked_against_the_declared_schema() {
    let send = ToolHandler::function("send", ["to"], |to: String| async move { to });
    let server = Server::builder("test", "1.0.0")
        .tool(send)
        .present(|_, tool| tool.input_schema = serde_json::from_value(json!({ "type": "object" })).unwrap())
        .build();
    for client in clients(&server, &admin()) {
        let tools = block_on(client.list_tools()).unwrap();
        assert_eq!(serde_json::to_value(&tools[0].input_schema).unwrap()["properties"], Value::Null);
        assert_eq!(block_on(client.call_tool("send", ())).unwrap().is_error, Some(true));
        let result = block_on(client.call_tool("send", json!({ "to": "bob" }))).unwrap();
        assert_eq!(result.content[0].as_text(), Some("bob"));
    }
}

#[test]
fn a_tool_whose_presentation_panics_is_left_out() {
    let server = Server::builder("test", "1.0.0")
        .with_tools([tool("a"), tool("b")])
        .present(|_, tool| assert_ne!(tool.name, "a", "no text for this tool"))
        .build();
    assert_eq!(names_of_tools(&Client::modern(server)), ["b"]);
}

#[test]
fn instructions_depend_on_the_request() {
    let server = Server::builder("test", "1.0.0")
        .instructions("Hello.")
        .instructions_for(|request| {
            let name = request.caller().subject()?;
            Some(format!("Hello, {name}, with {:?}.", request.protocol_version().unwrap()))
        })
        .build();
    let modern = Client::modern(server.clone()).caller(admin());
    let text = block_on(modern.discover()).unwrap().instructions.unwrap();
    assert!(text.starts_with("Hello, ada, with") && text.contains("2026-07-28"), "{text}");
    assert_eq!(block_on(Client::modern(server.clone()).discover()).unwrap().instructions, None);
    let mut connection = server.connect(admin());
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } } });
    let message = mcpwright_core::message::decode(initialize.to_string().as_bytes());
    let received = format!("{:?}", connection.receive(message));
    assert!(received.contains("Hello, ada, with") && received.contains("2025-06-18"), "{received}");
}

#[test]
fn a_rule_can_read_the_capabilities_and_the_values_of_the_transport() {
    struct Region(&'static str);
    let server = Server::builder("test", "1.0.0")
        .with_tools([tool("ask"), tool("eu_only")])
        .visible(|request, item| match item {
            Item::Tool(tool) if tool.name == "ask" => request.capabilities().elicitation.is_some(),
            Item::Tool(_) => request.extension::<Region>().is_some_and(|region| region.0 == "eu"),
            _ => true,
        })
        .build();
    let capable: ClientCapabilities = serde_json::from_value(json!({ "elicitation": {} })).unwrap();
    let modern = || Client::modern(server.clone());
    assert!(names_of_tools(&modern()).is_empty());
    assert_eq!(names_of_tools(&modern().capabilities(capable.clone())), ["ask"]);
    assert_eq!(names_of_tools(&modern().extension(Region("eu"))), ["eu_only"]);
    let legacy =
        block_on(Client::legacy_with(server.clone(), ProtocolVersion::V2025_11_25, capable)).unwrap();
    assert_eq!(names_of_tools(&legacy), ["ask"]);
    assert_eq!(names_of_tools(&legacy.extension(Region("eu"))), ["ask", "eu_only"]);
}

/// Clients of both eras that listen to the changes of tools.
fn listeners(server: &Server, caller: &Caller) -> Vec<Client> {
    let clients = clients(server, caller);
    for client in &clients {
        if block_on(client.discover()).is_ok() {
            block_on(client.listen(SubscriptionFilter::new().tools_list_changed(true))).unwrap();
        }
        names_of_tools(client);
    }
    // The caller of a session was set after its handshake, which may have changed the list.
    server.notify().tools_list_changed();
    counts(&clients);
    clients
}

fn counts(clients: &[Client]) -> BTreeSet<usize> {
    clients.iter().map(|client| client.notifications().len()).collect()
}

#[test]
fn only_clients_whose_list_changed_are_notified() {
    let catalog = Catalog::new();
    catalog.insert(tool("a"));
    let server =
        Server::builder("test", "1.0.0").tool_provider(catalog.clone()).visible(hides_secrets).build();
    let (admins, users) = (listeners(&server, &admin()), listeners(&server, &caller("bob", &[])));
    catalog.insert(tool("secret_b"));
    assert_eq!((counts(&admins), counts(&users)), ([1].into(), [0].into()));
    catalog.insert(tool("c"));
    assert_eq!((counts(&admins), counts(&users)), ([1].into(), [1].into()));
    assert!(catalog.remove("secret_b"));
    assert_eq!((counts(&admins), counts(&users)), ([1].into(), [0].into()));
}

#[test]
fn a_changed_permission_is_published_to_those_whose_list_it_changes() {
    let is_open = Arc::new(AtomicBool::new(false));
    let open = Arc::clone(&is_open);
    let server = Server::builder("test", "1.0.0")
        .with_tools([tool("a"), tool("beta")])
        .visible(move |request, item| {
            let is_beta = matches!(item, Item::Tool(tool) if tool.name == "beta");
            !is_beta || open.load(Ordering::SeqCst) || request.caller().has_scope("admin")
        })
        .build();
    let (admins, users) = (listeners(&server, &admin()), listeners(&server, &caller("bob", &[])));
    server.notify().tools_list_changed();
    assert_eq!((counts(&admins), counts(&users)), ([0].into(), [0].into()));
    is_open.store(true, Ordering::SeqCst);
    server.notify().tools_list_changed();
    assert_eq!((counts(&admins), counts(&users)), ([0].into(), [1].into()));
    assert_eq!(names_of_tools(&users[0]), ["a", "beta"]);
}

/// A provider without a revision, whose list is kept until it publishes a change.
struct Plain(Arc<AtomicUsize>);

#[async_trait]
impl ToolProvider for Plain {
    async fn tools(&self, _: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Ok((0..count).map(|number| tool(&format!("tool{number}"))).collect())
    }
}

#[test]
fn a_list_without_a_revision_is_kept_until_a_change_is_published() {
    let server = Server::builder("test", "1.0.0").tool_provider(Plain(Arc::default())).build();
    let client = Client::modern(server.clone());
    assert_eq!([names_of_tools(&client).len(), names_of_tools(&client).len()], [1, 1]);
    server.notify().prompts_list_changed();
    assert_eq!(names_of_tools(&client).len(), 1);
    server.notify().tools_list_changed();
    assert_eq!([names_of_tools(&client).len(), names_of_tools(&client).len()], [2, 2]);
}

/// A provider whose list is never cached.
struct Uncached(Plain);

#[async_trait]
impl ToolProvider for Uncached {
    fn list_key(&self, _: &RequestInfo<'_>) -> Option<String> {
        None
    }

    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        self.0.tools(request).await
    }
}

#[test]
fn a_list_without_a_key_is_requested_each_time_and_always_notified() {
    let server = Server::builder("test", "1.0.0")
        .tool_provider(Uncached(Plain(Arc::default())))
        .visible(hides_secrets)
        .build();
    let clients = listeners(&server, &admin());
    let lengths = clients.iter().map(|client| names_of_tools(client).len()).collect::<BTreeSet<_>>();
    assert_eq!(lengths.len(), clients.len());
    server.notify().tools_list_changed();
    assert_eq!(counts(&clients), [1].into());
    server.notify().tools_list_changed();
    assert_eq!(counts(&clients), [1].into());
}

#[test]
fn retained_tools_are_the_tools_of_the_server() {
    let server = files().retain_tools(|tool| tool.name == "find").build();
    assert_eq!(names(&Client::modern(server).caller(admin()))[0], ["find"]);
}
