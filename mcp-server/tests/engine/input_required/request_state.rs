//! The `requestState`: its binding to the caller and the request, its expiry and its size.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use mcpwright_core::ErrorCode;
use mcpwright_server::{Caller, Context, InputError, Runtime, Server, StepError, ToolHandler};
use serde_json::{Map, Value, json};

use super::{Clock, Error, accepted, call, request, send, server, value};

#[test]
fn request_state_is_bound_to_caller_and_request_and_expires() {
    let clock = Arc::new(Clock::default());
    let server = server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>);
    let named_caller = |name: &str| Caller::new(name, [], Map::new());
    let arguments = json!({ "arguments": { "b": [1, { "y": 1, "x": 2 }], "a": "é" } });
    // Unexpected arguments are rejected only when the handler runs.
    let first = call(&server, &named_caller("alice"), "greet", &json!({})).unwrap();
    let state = first["requestState"].as_str().unwrap().to_owned();
    let resume = |caller: &Caller, tool: &str, state: Value, arguments: &Value| {
        let mut extra = json!({ "requestState": state, "inputResponses": accepted("first") });
        extra.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
        call(&server, caller, tool, &extra)
    };
    let no_arguments = json!({});
    assert!(resume(&named_caller("alice"), "greet", json!(state), &no_arguments).is_ok());
    assert!(resume(&named_caller("alice"), "greet", json!(state), &json!({ "arguments": {} })).is_ok());
    let mut messages = Vec::new();
    for (caller, tool, state, arguments) in [
        (named_caller("bob"), "greet", json!(state), &no_arguments),
        (Caller::anonymous(), "greet", json!(state), &no_arguments),
        (named_caller("alice"), "all", json!(state), &no_arguments),
        (named_caller("alice"), "greet", json!(state), &arguments),
        (named_caller("alice"), "greet", json!(format!("{state}-TAMPERED")), &no_arguments),
        (named_caller("alice"), "greet", json!(format!("{state}{state}")), &no_arguments),
        (named_caller("alice"), "greet", json!(state[..state.len() - 1]), &no_arguments),
        (named_caller("alice"), "greet", json!("x".repeat(1 << 20)), &no_arguments),
        (named_caller("alice"), "greet", json!(""), &no_arguments),
        (named_caller("alice"), "greet", json!(7), &no_arguments),
    ] {
        let error = resume(&caller, tool, state, arguments).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
        messages.push(error.message);
    }
    clock.0.fetch_add(601, Ordering::SeqCst);
    messages.push(resume(&named_caller("alice"), "greet", json!(state), &no_arguments).unwrap_err().message);
    messages.dedup();
    assert_eq!(messages.len(), 1, "the error must not reveal the reason: {messages:?}");
}

#[test]
fn an_oversized_request_state_is_an_internal_error() {
    let handler = |context: Context| async move {
        let large = context.step("large", async { Ok::<_, StepError>("x".repeat(20_000)) }).await?;
        value(&context, "key")?;
        Ok::<_, Error>(large.len().to_string())
    };
    let tool = ToolHandler::function("large", [], handler);
    let server = Server::builder("large", "1.0.0").tool(tool).build();
    let error = call(&server, &Caller::anonymous(), "large", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
}

#[test]
fn large_numbers_are_compared_exactly() {
    let pay = |context: Context, amount: u128| async move {
        value(&context, "agree")?;
        Ok::<_, InputError>(amount.to_string())
    };
    let server = Server::builder("pay", "1.0.0").tool(ToolHandler::function("pay", ["amount"], pay)).build();
    let call_pay = |amount: &str, extra: &Value| {
        let placeholder = json!({ "arguments": { "amount": "AMOUNT" } });
        let mut params = placeholder.as_object().unwrap().clone();
        params.extend(extra.as_object().unwrap().clone());
        let request = request("pay", &params.into()).to_string().replace("\"AMOUNT\"", amount);
        send(&server, &Caller::anonymous(), &request)
    };
    let first = call_pay("100000000000000000000", &json!({})).unwrap();
    let extra = json!({ "inputResponses": accepted("agree"), "requestState": first["requestState"] });
    assert_eq!(call_pay("100000000000000000001", &extra).unwrap_err().code, ErrorCode::INVALID_PARAMS);
    assert_eq!(call_pay("100000000000000000000", &extra).unwrap()["resultType"], "complete");
}
