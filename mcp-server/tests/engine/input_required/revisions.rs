//! Handlers that request input in every revision: answers, conversion of forms, and progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use mcpwright_core::{
    BooleanSchema, ElicitFormParams, FormSchema, PrimitiveSchema, PromptMessage, ProtocolVersion,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{Context, InputError, PromptHandler, ResourceHandler, Server, ToolHandler};
use serde_json::{Value, json};

use super::{Error, accept, all_capabilities, clients, server, text, value, with_tool};

#[test]
fn input_requests_are_answered_in_every_revision() {
    for (index, client) in clients(|| server().build(), &all_capabilities()).into_iter().enumerate() {
        let client = client.input_handler(accept);
        let greeting = block_on(client.call_tool("greet", ())).unwrap();
        let all = block_on(client.call_tool("all", ())).unwrap();
        // 2025-03-26 has no elicitation.
        if index == 1 {
            assert_eq!(greeting.is_error, Some(true));
            assert!(
                text(&greeting).contains("2025-03-26 does not support elicitation"),
                "{}",
                text(&greeting)
            );
            continue;
        }
        assert_eq!(text(&greeting), "first? last?");
        assert_eq!(text(&all), "name? m file:///r");
    }
}

#[test]
fn an_input_response_is_kept_until_a_later_round_reads_it() {
    for (index, client) in clients(|| server().build(), &all_capabilities()).into_iter().enumerate() {
        if index == 1 {
            continue;
        }
        let requests = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&requests);
        let client = client.input_handler(move |request| {
            counter.fetch_add(1, Ordering::SeqCst);
            accept(request)
        });
        let result = block_on(client.call_tool("late", ())).unwrap();
        assert_eq!((text(&result), requests.load(Ordering::SeqCst)), ("one? two? three?", 3));
    }
}

#[test]
fn resources_and_prompts_request_input_like_tools() {
    let server = || {
        let read = |context: Context| async move { value(&context, "word") };
        let prompt = |context: Context| async move { value(&context, "word").map(PromptMessage::user) };
        Server::builder("input", "1.0.0")
            .resource(ResourceHandler::function("test://word", "word", read))
            .prompt(PromptHandler::function("word", [], prompt))
            .build()
    };
    for (index, client) in clients(server, &all_capabilities()).into_iter().enumerate() {
        // 2025-03-26 has no elicitation.
        if index == 1 {
            let error = block_on(client.input_handler(accept).read_resource("test://word")).unwrap_err();
            assert!(error.message.contains("2025-03-26 does not support elicitation"), "{error}");
            continue;
        }
        let client = client.input_handler(accept);
        let read = block_on(client.read_resource("test://word")).unwrap();
        assert!(serde_json::to_string(&read).unwrap().contains("word?"), "{read:?}");
        let prompt = block_on(client.get_prompt("word", ())).unwrap();
        assert!(serde_json::to_string(&prompt).unwrap().contains("word?"), "{prompt:?}");
    }
}

#[test]
fn a_declined_or_cancelled_form_is_a_tool_error() {
    for (action, expected) in [("decline", "the user declined"), ("cancel", "the user dismissed")] {
        for client in clients(|| server().mask_errors().build(), &all_capabilities()).into_iter().enumerate()
        {
            let (1.., client) = client else { continue };
            let client = client.input_handler(move |_| Ok(json!({ "action": action })));
            let result = block_on(client.call_tool("greet", ())).unwrap();
            assert!(
                text(&result).contains(expected) || text(&result).contains("2025-03-26"),
                "{}",
                text(&result)
            );
            assert_eq!(result.is_error, Some(true));
        }
    }
}

#[test]
fn forms_are_downgraded_for_legacy_revisions() {
    let choose = |context: Context| async move {
        use mcpwright_core::{
            EnumOption, NumberSchema, TitledSingleSelectEnumSchema, UntitledMultiSelectEnumSchema,
        };
        let titled = TitledSingleSelectEnumSchema::new([EnumOption::new("r", "Red")]).default_value("r");
        let fields = [
            ("color", PrimitiveSchema::TitledSingleSelect(titled)),
            ("size", PrimitiveSchema::Integer(NumberSchema::new().default_value(3.0))),
            ("sure", PrimitiveSchema::Boolean(BooleanSchema::new().default_value(true))),
        ];
        context.elicit_form("one", ElicitFormParams::new("Which?", FormSchema::new(fields)))?;
        let many = [(
            "colors",
            PrimitiveSchema::UntitledMultiSelect(UntitledMultiSelectEnumSchema::new(["r".to_owned()])),
        )];
        context.elicit_form("many", ElicitFormParams::new("Which?", FormSchema::new(many)))?;
        Ok::<_, Error>("done")
    };
    let server = Server::builder("choose", "1.0.0").tool(ToolHandler::function("choose", [], choose));
    let client =
        block_on(Client::legacy_with(server, ProtocolVersion::V2025_06_18, all_capabilities())).unwrap();
    let client = client.input_handler(|request| {
        let request = serde_json::to_value(request).unwrap();
        assert_eq!(
            request["params"]["requestedSchema"]["properties"],
            json!({
                "color": { "type": "string", "enum": ["r"], "enumNames": ["Red"] },
                "size": { "type": "integer" },
                "sure": { "type": "boolean", "default": true },
            })
        );
        Ok(json!({ "action": "accept", "content": { "color": "r" } }))
    });
    let result = block_on(client.call_tool("choose", ())).unwrap();
    assert!(text(&result).contains("several values in one field"), "{}", text(&result));
}

#[test]
fn a_resumed_handler_does_not_repeat_progress() {
    let handler = |context: Context| async move {
        context.progress(1.0, 2.0);
        value(&context, "key")?;
        context.progress(2.0, 2.0);
        Ok::<_, InputError>("done")
    };
    let client =
        block_on(Client::legacy_with(with_tool(handler), ProtocolVersion::V2025_11_25, all_capabilities()))
            .unwrap();
    let client = client.progress().input_handler(accept);
    assert_eq!(text(&block_on(client.call_tool("tool", ())).unwrap()), "done");
    let params = client.notifications().into_iter().filter_map(|notification| notification.params);
    let progress: Vec<_> =
        params.map(|params| params.decode_owned::<Value>().unwrap()["progress"].as_f64().unwrap()).collect();
    assert_eq!(progress, [1.0, 2.0]);
}
