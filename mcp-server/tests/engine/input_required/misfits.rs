//! Responses that do not fit their input requests: read leniently, requested again at most twice, and then an error.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{
    BooleanSchema, CreateMessageParams, ElicitFormParams, ErrorCode, FormSchema, InputRequest, NumberSchema,
    PrimitiveSchema, SamplingMessage, StringFormat, StringSchema,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{Caller, Context, InputError, Server, StepError, ToolHandler};
use serde_json::{Map, Value, json};

use super::{accepted, all_capabilities, call, clients, form, text, value, with_tool};

/// Asks for a number, a yes or no, and an optional address.
fn order(context: &Context) -> Result<String, InputError> {
    let fields = [
        ("count", PrimitiveSchema::Integer(NumberSchema::new().minimum(1).maximum(10))),
        ("gift", PrimitiveSchema::Boolean(BooleanSchema::new())),
        ("email", PrimitiveSchema::String(StringSchema::new().format(StringFormat::Email))),
    ];
    let schema = FormSchema::new(fields).required(["count", "gift"].map(str::to_owned));
    let fields = context.elicit_form("order", ElicitFormParams::new("How many?", schema))?;
    Ok(Value::Object(fields).to_string())
}

fn sample(context: &Context) -> Result<String, InputError> {
    let params = CreateMessageParams::new([SamplingMessage::user("Which?")], 10);
    Ok(context.sample("which", params)?.model)
}

/// A server whose tools pass the error of each kind of request on.
fn server() -> Server {
    let roots = |context: Context| async move { context.roots().map(|roots| roots.len().to_string()) };
    let sign = |context: Context| async move {
        context.elicit_url("sign", "Please sign.", "https://example.com/").map(|()| "signed")
    };
    Server::builder("misfits", "1.0.0")
        .tool(ToolHandler::function("order", [], |context: Context| async move { order(&context) }))
        .tool(ToolHandler::function("sample", [], |context: Context| async move { sample(&context) }))
        .tool(ToolHandler::function("roots", [], roots))
        .tool(ToolHandler::function("sign", [], sign))
        .build()
}

/// The message of an elicitation.
fn message(request: &InputRequest) -> String {
    let request = serde_json::to_value(request).unwrap();
    request["params"]["message"].as_str().unwrap_or_default().to_owned()
}

/// Clients of every revision that give the same response to all requests, each with the messages of the requests.
fn responding(server: impl Fn() -> Server, response: &Value) -> Vec<(Client, Arc<Mutex<Vec<String>>>)> {
    let mut capabilities = all_capabilities();
    capabilities.elicitation = capabilities.elicitation.map(|forms| forms.form(Map::new()).url(Map::new()));
    let clients = clients(server, &capabilities).into_iter().map(|client| {
        let (asked, response) = (Arc::new(Mutex::new(Vec::new())), response.clone());
        let log = Arc::clone(&asked);
        let client = client.input_handler(move |request| {
            log.lock().unwrap().push(message(request));
            Ok(response.clone())
        });
        (client, asked)
    });
    clients.collect()
}

#[test]
fn responses_are_read_as_leniently_as_arguments() {
    let expected = json!({ "count": 5, "gift": true });
    for content in [
        json!({ "count": "5", "gift": "true" }),
        json!({ "count": 5, "gift": true, "email": "" }),
        json!({ "count": 5, "gift": true, "email": null }),
        json!("{\"count\": 5, \"gift\": true}"),
    ] {
        for (client, asked) in responding(server, &json!({ "action": "Accept", "content": content })) {
            // Revisions before 2025-06-18 have no forms.
            let result = block_on(client.call_tool("order", ())).unwrap();
            if !asked.lock().unwrap().is_empty() {
                let fields: Value = serde_json::from_str(text(&result)).unwrap();
                assert_eq!(fields, expected, "{content}");
                assert_eq!(asked.lock().unwrap().len(), 1);
            }
        }
    }
}

#[test]
fn a_form_that_does_not_fit_is_requested_three_times() {
    let reason = "`count` is missing and must be an integer from 1 to 10; `gift` must be true or false";
    let again = format!("How many?\n\nThe previous answer was not accepted: {reason}.");
    let response = json!({ "action": "accept", "content": { "gift": "perhaps" } });
    let mut revisions = 0;
    for (client, asked) in responding(server, &response) {
        let result = block_on(client.call_tool("order", ())).unwrap();
        let asked = asked.lock().unwrap();
        if asked.is_empty() {
            continue;
        }
        revisions += 1;
        assert_eq!(*asked, ["How many?", &again, &again]);
        assert_eq!(text(&result), format!("the client's response to `order` was not accepted: {reason}"));
        assert_eq!(result.is_error, Some(true));
    }
    assert_eq!(revisions, 3, "2026-07-28, 2025-06-18 and 2025-11-25");
}

#[test]
fn the_user_can_correct_an_answer() {
    for client in clients(server, &all_capabilities()) {
        let asked = AtomicU32::new(0);
        let client = client.input_handler(move |_| {
            let count = if asked.fetch_add(1, Ordering::SeqCst) < 2 { 11 } else { 9 };
            Ok(json!({ "action": "accept", "content": { "count": count, "gift": false } }))
        });
        let result = block_on(client.call_tool("order", ())).unwrap();
        let is_supported = !text(&result).contains("does not support");
        assert_eq!(is_supported, text(&result).contains("\"count\":9"), "{}", text(&result));
    }
}

#[test]
fn completions_roots_and_malformed_actions_are_limited() {
    let no_model = json!({ "role": "assistant", "content": { "type": "text", "text": "x" } });
    let no_uri = json!({ "roots": [{ "name": "engine" }] });
    for (tool, response, times, part) in [
        ("sample", &no_model, 1, "response.model"),
        ("sample", &json!("x"), 1, "response"),
        ("roots", &no_uri, 1, "response.roots[0].uri"),
        ("roots", &json!({}), 1, "response.roots"),
        ("sign", &json!({}), 3, "response.action"),
    ] {
        for (client, asked) in responding(server, response) {
            let result = block_on(client.call_tool(tool, ())).unwrap();
            let asked = asked.lock().unwrap().len();
            if tool == "sign" && asked == 0 {
                // Revisions before 2025-11-25 have no URL mode.
                continue;
            }
            assert_eq!((asked, result.is_error), (times, Some(true)), "{tool} {response}");
            let text = text(&result);
            assert!(text.starts_with("the client's response to `") && text.contains(part), "{text}");
        }
    }
}

#[test]
fn a_handler_can_continue_without_the_input() {
    let effects = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&effects);
    let server = || {
        let effects = Arc::clone(&counted);
        with_tool(move |context: Context| {
            let effects = Arc::clone(&effects);
            async move {
                let effect = async { Ok::<_, StepError>(effects.fetch_add(1, Ordering::SeqCst)) };
                context.step("effect", effect).await?;
                let model = match sample(&context) {
                    Err(InputError::Invalid { key, reason }) => format!("{key}: {}", !reason.is_empty()),
                    other => other?,
                };
                // The later rounds find the same.
                let name = value(&context, "name")?;
                Ok::<_, super::Error>(format!("{model}, {name}"))
            }
        })
    };
    let mut clients = clients(server, &all_capabilities());
    // 2025-03-26 has no forms.
    clients.remove(1);
    for client in clients {
        effects.store(0, Ordering::SeqCst);
        let client = client.input_handler(|request| match request {
            InputRequest::CreateMessage(_) => Ok(json!({ "content": [] })),
            _ => Ok(json!({ "action": "accept", "content": { "value": "Ada" } })),
        });
        let result = block_on(client.call_tool("tool", ())).unwrap();
        assert_eq!(text(&result), "which: true, Ada");
        assert_eq!(effects.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_modern_client_cannot_reset_the_count() {
    let (server, anonymous) = (server(), Caller::anonymous());
    let send = |tool: &str, extra: &Value| call(&server, &anonymous, tool, extra).unwrap();
    for responses in [json!({ "order": {} }), json!({}), json!({ "unknown": {} }), json!(null)] {
        let mut result = send("order", &json!({}));
        let mut states = Vec::new();
        while result["resultType"] == "input_required" {
            states.push(result["requestState"].clone());
            assert!(states.len() <= 3, "{responses}");
            result = send("order", &json!({ "requestState": states.last(), "inputResponses": responses }));
        }
        assert_eq!((states.len(), &result["isError"]), (3, &json!(true)), "{responses}: {result}");
        // An earlier state repeats what followed it, and nothing more.
        let replayed = send("order", &json!({ "requestState": states[2], "inputResponses": responses }));
        assert_eq!(replayed["content"], result["content"], "{responses}");
    }
}

#[test]
fn a_response_that_is_missing_among_others_does_not_count() {
    let ask = |context: Context| async move {
        let answers = ["a", "b", "c", "d", "e"].map(|key| value(&context, key));
        answers.into_iter().collect::<Result<Vec<_>, _>>().map(|answers| answers.concat())
    };
    let (server, anonymous) = (with_tool(ask), Caller::anonymous());
    let mut result = call(&server, &anonymous, "tool", &json!({})).unwrap();
    for key in ["a", "b", "c", "d", "e"] {
        let request = &result["inputRequests"][key]["params"]["message"];
        assert_eq!(*request, format!("{key}?"));
        let extra = json!({ "requestState": result["requestState"], "inputResponses": accepted(key) });
        result = call(&server, &anonymous, "tool", &extra).unwrap();
    }
    assert_eq!(result["content"][0]["text"], "abcde");
}

#[test]
fn another_question_under_the_same_key_starts_anew() {
    let rows = Arc::new(AtomicU32::new(3));
    let read = Arc::clone(&rows);
    let delete = move |context: Context| {
        let rows = read.load(Ordering::SeqCst);
        async move {
            context.elicit_form("agree", form(&format!("Delete {rows} rows?")))?;
            Ok::<_, InputError>(format!("{rows} rows deleted"))
        }
    };
    let (server, anonymous) = (with_tool(delete), Caller::anonymous());
    let malformed = json!({ "agree": { "action": "accept" } });
    let mut result = call(&server, &anonymous, "tool", &json!({})).unwrap();
    for round in 1..=2 {
        let extra = json!({ "requestState": result["requestState"], "inputResponses": malformed });
        result = call(&server, &anonymous, "tool", &extra).unwrap();
        let message = result["inputRequests"]["agree"]["params"]["message"].as_str().unwrap();
        assert!(message.contains("`value` is missing"), "{round}: {message}");
    }
    rows.store(4, Ordering::SeqCst);
    let extra = json!({ "requestState": result["requestState"], "inputResponses": malformed });
    let result = call(&server, &anonymous, "tool", &extra).unwrap();
    assert_eq!(result["inputRequests"]["agree"]["params"]["message"], "Delete 4 rows?");
}

#[test]
fn a_form_without_fields_is_an_internal_error() {
    let ask = |context: Context| async move {
        context.elicit_form("empty", ElicitFormParams::new("Well?", FormSchema::default()))?;
        Ok::<_, InputError>("asked")
    };
    let error = call(&with_tool(ask), &Caller::anonymous(), "tool", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
}
