//! Answers of providers to subscriptions: canonical URIs, notifications at once, and rejections.

use std::sync::{Arc, OnceLock};

use futures::executor::block_on;
use mcpwright_core::{ErrorObject, JsonText, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Caller, Item, Notify, ProviderError, RequestInfo, ResourceHandler, ResourceProvider, Server, Subscribed,
    async_trait,
};
use serde_json::{Map, Value, json};

/// Files whose changes are published by their URI in lower case.
struct LowerCase;

#[async_trait]
impl ResourceProvider for LowerCase {
    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(Vec::new())
    }

    fn subscribed(&self, _: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
        if uri.contains("broken") {
            return Err(ErrorObject::invalid_params("this file is broken"));
        }
        let subscribed = Subscribed::new(uri.to_lowercase());
        let subscribed = if uri.contains("NOW") { subscribed.notify_now() } else { subscribed };
        Ok(uri.starts_with("file:").then_some(subscribed))
    }
}

fn updated_uris(client: &Client) -> Vec<String> {
    let uri = |params: JsonText| params.decode_owned::<Value>().unwrap()["uri"].as_str().unwrap().to_owned();
    client.notifications().into_iter().filter_map(|notification| notification.params.map(uri)).collect()
}

#[test]
fn a_provider_names_the_canonical_uri_of_a_subscription() {
    let server = Server::builder("test", "1.0.0")
        .resource_provider(LowerCase)
        .visible(|_, item| !matches!(item, Item::Resource(uri) if uri.contains("secret")))
        .build();
    let bob = Caller::new("bob", [], Map::new());
    let legacy =
        block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap().caller(bob.clone());
    let modern = Client::modern(server.clone()).caller(bob);
    let uris = ["file:A", "file:a", "file:NOW", "file:broken", "other:a", "file:SECRET"];
    let filter = SubscriptionFilter::new().resource_subscriptions(uris.map(str::to_owned));
    let known = ["file:A", "file:a", "file:NOW"].map(str::to_owned);
    let acknowledged = block_on(modern.listen(filter)).unwrap();
    assert_eq!(acknowledged.resource_subscriptions, Some(known.to_vec()));
    let outcomes = uris.map(|uri| block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": uri }))));
    assert_eq!(
        outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, true, true, false, false, false]
    );
    assert_eq!(outcomes[3].as_ref().unwrap_err().message, "this file is broken");
    for client in [&modern, &legacy] {
        assert_eq!(updated_uris(client), ["file:NOW"]);
    }
    server.notify().resource_updated("file:a");
    server.notify().resource_updated("file:A");
    for client in [&modern, &legacy] {
        assert_eq!(updated_uris(client), ["file:A", "file:a"]);
    }
    block_on(legacy.send(method::RESOURCES_UNSUBSCRIBE, json!({ "uri": "file:A" }))).unwrap();
    server.notify().resource_updated("file:a");
    assert_eq!(updated_uris(&legacy), ["file:a"]);
    block_on(legacy.send(method::RESOURCES_UNSUBSCRIBE, json!({ "uri": "file:a" }))).unwrap();
    server.notify().resource_updated("file:a");
    assert!(updated_uris(&legacy).is_empty());
}

/// A provider that another thread publishes a change of while it answers a subscription.
struct Racing(Arc<OnceLock<Notify>>);

#[async_trait]
impl ResourceProvider for Racing {
    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        Ok(Vec::new())
    }

    fn subscribed(&self, _: &RequestInfo<'_>, uri: &str) -> Result<Option<Subscribed>, ErrorObject> {
        let (notify, changed) = (self.0.get().unwrap().clone(), uri.to_owned());
        std::thread::spawn(move || notify.resource_updated(changed)).join().unwrap();
        Ok(Some(Subscribed::new(uri)))
    }
}

#[test]
fn a_change_while_a_client_subscribes_is_not_lost() {
    let notify = Arc::default();
    let server = Server::builder("test", "1.0.0").resource_provider(Racing(Arc::clone(&notify))).build();
    notify.set(server.notify().clone()).unwrap();
    let modern = Client::modern(server.clone());
    let filter = SubscriptionFilter::new().resource_subscriptions(vec!["race:a".to_owned()]);
    block_on(modern.listen(filter)).unwrap();
    assert_eq!(updated_uris(&modern), ["race:a"]);
    let legacy = block_on(Client::legacy(server, ProtocolVersion::V2025_11_25)).unwrap();
    block_on(legacy.send(method::RESOURCES_SUBSCRIBE, json!({ "uri": "race:a" }))).unwrap();
    assert_eq!(updated_uris(&legacy), ["race:a"]);
}

/// A provider with one resource, whose contents are those of the caller.
struct Own;

#[async_trait]
impl ResourceProvider for Own {
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        Some(request.caller().to_string())
    }

    async fn resources(&self, request: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        let text = request.caller().to_string();
        let read = move || {
            let text = text.clone();
            async move { text }
        };
        Ok(vec![ResourceHandler::function("own:me", "me", read)])
    }
}

#[test]
fn contents_that_differ_between_callers_are_private() {
    let cached = |builder: mcpwright_server::Builder| {
        let day = std::time::Duration::from_secs(86_400);
        Client::modern(builder.cache(day, mcpwright_core::CacheScope::Public))
    };
    let scope = |client: Client, uri: &str| {
        let result = block_on(client.send(method::RESOURCES_READ, json!({ "uri": uri }))).unwrap();
        result.member("cacheScope").unwrap().to_owned()
    };
    let same = ResourceHandler::function("same:all", "all", || async { "all" });
    let plain = Server::builder("test", "1.0.0").resource(same.clone());
    assert_eq!(scope(cached(plain), "same:all"), r#""public""#);
    let own = Server::builder("test", "1.0.0").resource_provider(Own);
    assert_eq!(scope(cached(own), "own:me"), r#""private""#);
    let ruled = Server::builder("test", "1.0.0").resource(same).visible(|_, _| true);
    assert_eq!(scope(cached(ruled), "same:all"), r#""private""#);
}
