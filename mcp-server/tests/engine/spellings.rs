//! Equivalent spellings of URIs, which clients make of those that they were listed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ErrorObject, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Catalog, Completer, CompletionRequest, Item, ProviderError, RequestInfo, ResourceHandler,
    ResourceProvider, Server, TemplateHandler, async_trait,
};
use serde_json::{Value, json};

/// The listed URI of a resource, and spellings that read it.
const RESOURCES: &[(&str, &[&str])] = &[
    ("Config://App", &["Config://App", "config://App", "CONFIG://app"]),
    (
        "note:///Gr\u{f6}\u{df}e",
        &["note:///Gr%C3%B6%C3%9Fe", "note:///Gr%c3%b6%c3%9fe", "NOTE:///Gr\u{f6}%C3%9Fe"],
    ),
    (
        "file:///a b/~x",
        &["file:///a%20b/~x", "file:///a%20b/%7Ex", "file:///./a%20b/c/../~x", "file://localhost/a b/~x"],
    ),
    ("https://h.example", &["https://h.example/", "https://H.example:443", "HTTPS://h.example:443/"]),
];

/// Texts that are no spellings of them.
const OTHERS: &[&str] = &[
    "config://App2",
    "note:///gr\u{f6}\u{df}e",
    "file:///a%2520b/~x",
    "https://h.example:80/",
    "http://h.example/",
    "config:App",
    "Config",
    "",
];

fn resource(uri: &str) -> ResourceHandler {
    let text = uri.to_owned();
    ResourceHandler::function(uri, "resource", move || {
        let text = text.clone();
        async move { text }
    })
}

fn note(template: &'static str) -> TemplateHandler {
    TemplateHandler::function(template, "note", ["id"], |id: String| async move { id })
}

fn static_resources() -> Builder {
    RESOURCES.iter().fold(Server::builder("test", "1"), |builder, (uri, _)| builder.resource(resource(uri)))
}

fn in_a_catalog() -> Builder {
    let catalog = Catalog::new();
    catalog.replace(RESOURCES.iter().map(|(uri, _)| resource(uri)));
    Server::builder("test", "1").resource_provider(catalog)
}

/// A client of each era.
fn clients(server: &Server) -> [Client; 2] {
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_06_18)).unwrap();
    [Client::modern(server.clone()), legacy]
}

/// Reads a resource. Returns the URI of its contents, and their text.
fn read(client: &Client, uri: &str) -> Result<(String, String), ErrorObject> {
    let result = serde_json::to_value(block_on(client.read_resource(uri))?).unwrap();
    let member = |name: &str| result["contents"][0][name].as_str().unwrap().to_owned();
    Ok((member("uri"), member("text")))
}

/// Subscribes to resources in the way of each era.
fn subscribe(clients: &[Client; 2], uris: &[&str]) {
    let uris: Vec<_> = uris.iter().map(|uri| (*uri).to_owned()).collect();
    for uri in &uris {
        block_on(clients[1].send(method::RESOURCES_SUBSCRIBE, json!({ "uri": uri }))).unwrap();
    }
    let accepted =
        block_on(clients[0].listen(SubscriptionFilter::new().resource_subscriptions(uris.clone()))).unwrap();
    // The acknowledgement repeats what the client has sent.
    assert_eq!(accepted.resource_subscriptions, Some(uris));
}

/// Takes the URIs of the updates that a client has received.
fn updates(client: &Client) -> Vec<String> {
    let uri = |notification: mcpwright_core::Notification| {
        let params: Value = serde_json::from_str(notification.params.unwrap().as_str()).unwrap();
        params["uri"].as_str().unwrap().to_owned()
    };
    client.notifications().into_iter().map(uri).collect()
}

#[test]
fn a_resource_is_read_by_every_spelling_and_named_as_listed() {
    for server in [static_resources(), in_a_catalog()].map(Builder::build) {
        for client in clients(&server) {
            for (listed, spellings) in RESOURCES {
                for uri in spellings.iter().chain([listed]) {
                    let expected = ((*listed).to_owned(), (*listed).to_owned());
                    assert_eq!(read(&client, uri), Ok(expected), "{uri}");
                }
            }
            for other in OTHERS {
                assert!(read(&client, other).is_err(), "{other}");
            }
        }
    }
}

#[test]
fn updates_name_the_resource_as_it_was_listed() {
    for server in [static_resources(), in_a_catalog()].map(Builder::build) {
        let clients = clients(&server);
        for (listed, spellings) in RESOURCES {
            subscribe(&clients, &spellings[..2]);
            for published in spellings.iter().chain([listed]) {
                server.notify().resource_updated(published);
                assert_eq!(clients.each_ref().map(updates), [[*listed], [*listed]], "{published}");
            }
            for other in OTHERS {
                server.notify().resource_updated(other);
            }
            assert!(clients.iter().all(|client| updates(client).is_empty()));
            let unsubscribe = json!({ "uri": spellings[spellings.len() - 1] });
            block_on(clients[1].send(method::RESOURCES_UNSUBSCRIBE, unsubscribe)).unwrap();
            server.notify().resource_updated(listed);
            assert_eq!([updates(&clients[0]).len(), updates(&clients[1]).len()], [1, 0]);
        }
    }
}

#[test]
fn a_template_matches_every_spelling_and_passes_decoded_values() {
    let templates = Catalog::new();
    templates.insert(note("Note://Home/{id}"));
    let with_catalog = Server::builder("test", "1").resource_provider(templates).build();
    for server in [Server::builder("test", "1").template(note("Note://Home/{id}")).build(), with_catalog] {
        let clients = clients(&server);
        for client in &clients {
            for (uri, told, id) in [
                ("Note://Home/A%20b", "Note://Home/A%20b", "A b"),
                ("note://HOME/A%20b", "Note://Home/A%20b", "A b"),
                ("Note://Home/\u{e9}", "Note://Home/\u{e9}", "\u{e9}"),
                ("note://home/%c3%a9", "Note://Home/%C3%A9", "\u{e9}"),
                ("NOTE://home/x/../%7e", "Note://Home/~", "~"),
            ] {
                assert_eq!(read(client, uri), Ok((told.to_owned(), id.to_owned())), "{uri}");
            }
            for uri in ["note://home", "note://home/a/b", "note:home/a", "notes://home/a"] {
                assert!(read(client, uri).is_err(), "{uri}");
            }
        }
        subscribe(&clients, &["note://HOME/a"]);
        server.notify().resource_updated("Note://Home/a");
        assert!(clients.iter().all(|client| updates(client) == ["Note://Home/a"]));
    }
}

/// Segments `..` lead nowhere that they did not lead before.
#[test]
fn segments_that_lead_upwards_are_rejected_as_before() {
    let path =
        TemplateHandler::function("files:///public/{+path}", "file", ["path"], |path: String| async { path });
    let server = Server::builder("test", "1").template(path).template(note("files:///secret/{id}")).build();
    for (client, not_found) in
        clients(&server).iter().zip([ErrorCode::INVALID_PARAMS, ErrorCode::RESOURCE_NOT_FOUND])
    {
        for uri in [
            "files:///public/../secret/x",
            "files:///public/%2e%2e/secret/x",
            "FILES:///public/a/../../secret/x",
            "files:///public/..",
            "files:///public/..%2fsecret",
        ] {
            let error = read(client, uri).unwrap_err();
            assert!(
                error.code == ErrorCode::INVALID_PARAMS && error.message.contains(".."),
                "{uri}: {error:?}"
            );
        }
        for uri in ["files:///../secret/x", "files:///a/../../secret/x", "files:///%2e%2e/secret/x"] {
            assert_eq!(read(client, uri).unwrap_err().code, not_found, "{uri}");
        }
        // It is the same file, and no template has a value with such a segment.
        assert_eq!(read(client, "files:///a/../secret/x").map(|(_, text)| text), Ok("x".to_owned()));
        assert_eq!(read(client, "files:///secret/%%341").unwrap_err().code, ErrorCode::INVALID_PARAMS);
    }
}

#[test]
fn a_rule_hides_a_resource_in_every_spelling() {
    let server = static_resources()
        .template(note("Files:///private/{id}"))
        .visible(|_, item| match item {
            Item::Resource(uri) => uri != "Config://App" && !uri.starts_with("Files:///private/x"),
            _ => true,
        })
        .build();
    for client in clients(&server) {
        for uri in [
            "Config://App",
            "config://app",
            "Files:///private/x",
            "files:///private/x",
            "files:///private/%78",
            "files:///a/../private/x",
        ] {
            assert!(read(&client, uri).is_err(), "{uri}");
        }
        assert_eq!(read(&client, "files:///private/y").map(|(_, id)| id), Ok("y".to_owned()));
    }
    let clients = clients(&server);
    let filter = SubscriptionFilter::new().resource_subscriptions(["config://app".to_owned()]);
    assert_eq!(block_on(clients[0].listen(filter)).unwrap().resource_subscriptions, Some(Vec::new()));
    let hidden =
        block_on(clients[1].send(method::RESOURCES_SUBSCRIBE, json!({ "uri": "files:///private/%78" })));
    assert_eq!(hidden.unwrap_err().code, ErrorCode::RESOURCE_NOT_FOUND);
}

/// A rule that accepts nothing but what is listed.
#[test]
fn a_rule_accepts_a_resource_by_its_listed_uri() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let allowed = Arc::clone(&is_allowed);
    let server = static_resources()
        .visible(move |_, item| {
            matches!(item, Item::Resource("Config://App")) && allowed.load(Ordering::SeqCst)
        })
        .build();
    let clients = clients(&server);
    for client in &clients {
        assert!(read(client, "config://app").is_ok());
        assert!(read(client, "https://h.example/").is_err());
    }
    subscribe(&clients, &["config://App"]);
    server.notify().resource_updated("config://app");
    assert!(clients.iter().all(|client| updates(client) == ["Config://App"]));
    is_allowed.store(false, Ordering::SeqCst);
    server.notify().resource_updated("config://app");
    assert!(clients.iter().all(|client| updates(client).is_empty()));
}

#[test]
fn a_completion_finds_the_template_by_every_spelling() {
    let ids = Completer::new(|_: CompletionRequest| async { vec!["one".to_owned()] });
    let template = note("Note://Home/{id}").argument("id", |id| id.complete(ids));
    let server = Server::builder("test", "1").template(template).build();
    for client in clients(&server) {
        for uri in ["Note://Home/{id}", "note://home/{id}", "note://home/%7Bid%7D", "note://home/%7bid%7d"] {
            let params = json!({
                "ref": { "type": "ref/resource", "uri": uri },
                "argument": { "name": "id", "value": "" },
            });
            let result = block_on(client.send(method::COMPLETION_COMPLETE, params)).unwrap();
            assert!(result.as_str().contains(r#""values":["one"]"#), "{uri}: {}", result.as_str());
        }
    }
}

/// A provider that compares URIs by itself.
struct Exact;

#[async_trait]
impl ResourceProvider for Exact {
    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(vec![resource("Config://App"), resource("config://other")])
    }

    async fn resource(
        &self,
        _: &RequestInfo<'_>,
        uri: &str,
    ) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(["Config://App", "config://other"].contains(&uri).then(|| resource(uri)))
    }
}

#[test]
fn a_provider_is_asked_for_what_a_client_was_listed() {
    let server = Server::builder("test", "1").resource_provider(Exact).build();
    for client in clients(&server) {
        assert_eq!(block_on(client.list_resources()).unwrap().len(), 2);
        assert_eq!(read(&client, "config://app").map(|(uri, _)| uri), Ok("Config://App".to_owned()));
        assert_eq!(read(&client, "CONFIG://Other").map(|(uri, _)| uri), Ok("config://other".to_owned()));
        assert!(read(&client, "config://nothing").is_err());
    }
}

#[test]
fn a_catalog_has_one_resource_of_several_spellings() {
    let catalog = Catalog::new();
    catalog.insert(resource("Config://App"));
    catalog.insert(resource("config://other"));
    catalog.insert(resource("config://app"));
    let client = Client::modern(Server::builder("test", "1").resource_provider(catalog.clone()));
    let listed = || -> Vec<_> {
        block_on(client.list_resources()).unwrap().into_iter().map(|resource| resource.uri).collect()
    };
    assert_eq!(listed(), ["config://app", "config://other"]);
    catalog.update(|resources| resources.push(resource("CONFIG://other")));
    assert_eq!(listed(), ["config://app", "CONFIG://other"]);
    assert!(catalog.remove("CONFIG://APP") && !catalog.remove("config://app"));
    assert_eq!(listed(), ["CONFIG://other"]);
    assert!(catalog.remove("config://other"));
}

#[test]
#[should_panic(
    expected = "the resources `Config://App` and `config://App` must not be two spellings of one URI"
)]
fn two_resources_that_become_one_do_not_start() {
    let _ = Server::builder("test", "1")
        .resource(resource("Config://App"))
        .resource(resource("config://App"))
        .build();
}

#[test]
#[should_panic(
    expected = "the templates `note:///{id}` and `NOTE:///{id}` must not be two spellings of one URI"
)]
fn two_templates_that_become_one_do_not_start() {
    let _ =
        Server::builder("test", "1").template(note("note:///{id}")).template(note("NOTE:///{id}")).build();
}

#[test]
fn a_hostile_uri_is_rejected_at_once() {
    let server = static_resources().template(note("note:///x/{id}")).build();
    for uri in [
        format!("config://{}", "a".repeat(1 << 20)),
        format!("Config://{}", "%41".repeat(350_000)),
        format!("file:///{}", "../".repeat(350_000)),
    ] {
        for client in clients(&server) {
            assert_eq!(read(&client, &uri).unwrap_err().code, ErrorCode::INVALID_PARAMS);
        }
        server.notify().resource_updated(&uri);
    }
}
