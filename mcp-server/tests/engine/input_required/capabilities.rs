//! Capabilities that the client has not declared.

use futures::executor::block_on;
use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, ElicitationCapability, ErrorCode, SamplingCapability,
    SamplingMessage,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{Context, InputError, ToolError};
use serde_json::{Map, json};

use super::{clients, server, text, with_tool};

#[test]
fn a_missing_client_capability_is_reported() {
    for (index, client) in clients(|| server().build(), &ClientCapabilities::new()).into_iter().enumerate() {
        for (tool, missing) in [("greet", "elicitation"), ("requires", "sampling")] {
            let result = block_on(client.call_tool(tool, ()));
            if index == 0 {
                let error = result.unwrap_err();
                assert_eq!(error.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
                assert_eq!(error.data, Some(json!({ "requiredCapabilities": { missing: {} } })));
            } else {
                let result = result.unwrap();
                assert_eq!(result.is_error, Some(true));
                assert!(text(&result).contains(missing), "{}", text(&result));
            }
        }
    }
    let url_only = ElicitationCapability::default().url(Map::new());
    let client = Client::modern(server()).capabilities(ClientCapabilities::new().elicitation(url_only));
    let error = block_on(client.call_tool("greet", ())).unwrap_err();
    assert_eq!(error.data, Some(json!({ "requiredCapabilities": { "elicitation": { "form": {} } } })));
}

#[test]
fn all_missing_capabilities_are_reported_without_hiding_other_errors() {
    let url_only = ElicitationCapability::default().url(Map::new());
    let url_and_form = url_only.clone().form(Map::new());
    let requires = |context: Context| async move {
        let a = context.roots();
        let b = context.sample("s", CreateMessageParams::new([SamplingMessage::user("Which?")], 10));
        let (_, _) = (a?, b?);
        Ok::<_, InputError>("supported")
    };
    let error = block_on(Client::modern(with_tool(requires)).call_tool("tool", ())).unwrap_err();
    assert_eq!(error.data, Some(json!({ "requiredCapabilities": { "roots": {}, "sampling": {} } })));
    let requires = move |context: Context| {
        let url_and_form = url_and_form.clone();
        async move { context.require(&ClientCapabilities::new().elicitation(url_and_form)).map(|()| "supported") }
    };
    let client =
        Client::modern(with_tool(requires)).capabilities(ClientCapabilities::new().elicitation(url_only));
    let error = block_on(client.call_tool("tool", ())).unwrap_err();
    assert_eq!(error.data, Some(json!({ "requiredCapabilities": { "elicitation": { "form": {} } } })));
    let fails = |context: Context| async move {
        let sampling = ClientCapabilities::new().sampling(SamplingCapability::default());
        let _ = context.require(&sampling);
        Err::<String, _>(ToolError::new("the disk is full"))
    };
    let result = block_on(Client::modern(with_tool(fails)).call_tool("tool", ())).unwrap();
    assert_eq!(text(&result), "the disk is full");
}
