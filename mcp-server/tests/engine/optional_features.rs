//! Servers that leave out optional parts of the protocol.

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, ProtocolVersion, SubscriptionFilter, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Builder, Catalog, OptionalFeature, PromptHandler, ResourceHandler, Server, ToolHandler,
};
use serde_json::json;

#[test]
fn features_that_are_left_out_do_not_exist() {
    let all = [OptionalFeature::ListChanges, OptionalFeature::Subscriptions, OptionalFeature::Completions];
    let builder = Server::builder("gateway", "1.0.0")
        .tool_provider(Catalog::<ToolHandler>::new())
        .prompt_provider(Catalog::<PromptHandler>::new())
        .resource(ResourceHandler::function("x://known", "known", || async { "contents" }));
    let server = all.into_iter().fold(builder, Builder::without).build();
    let capabilities = serde_json::to_value(server.capabilities()).unwrap();
    assert_eq!(capabilities, json!({ "tools": {}, "prompts": {}, "resources": {} }));
    block_on(async {
        let legacy = Client::legacy(server.clone(), ProtocolVersion::V2025_11_25).await.unwrap();
        let requests = [
            (method::LOGGING_SET_LEVEL, json!({ "level": "debug" })),
            (method::RESOURCES_SUBSCRIBE, json!({ "uri": "x://known" })),
            (
                method::COMPLETION_COMPLETE,
                json!({ "ref": { "type": "ref/prompt", "name": "a" }, "argument": { "name": "b", "value": "" } }),
            ),
        ];
        for (name, params) in requests {
            let error = legacy.send(name, params).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::METHOD_NOT_FOUND, "{name}: {error}");
        }
        server.notify().tools_list_changed();
        assert!(legacy.notifications().is_empty(), "{:?}", legacy.notifications());
        let modern = Client::modern(server.clone());
        let filter = SubscriptionFilter::new()
            .tools_list_changed(true)
            .resource_subscriptions(vec!["x://known".to_owned()]);
        let accepted = modern.listen(filter).await.unwrap();
        assert_eq!(serde_json::to_value(accepted).unwrap(), json!({}));
    });
}
