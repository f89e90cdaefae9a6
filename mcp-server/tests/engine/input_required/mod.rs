//! Handlers that request input behave the same in modern and legacy revisions, and their steps run only once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::{
    BooleanSchema, ClientCapabilities, CreateMessageParams, ElicitFormParams, ElicitationCapability,
    ErrorCode, ErrorObject, FormSchema, InputRequest, Message, PrimitiveSchema, PromptMessage,
    ProtocolVersion, RootsCapability, SamplingCapability, SamplingMessage, StringSchema, message,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Action, Builder, Caller, Context, InputError, NotificationSender, PromptHandler, ResourceHandler,
    Runtime, Server, StepError, ToolError, ToolHandler,
};
use serde_json::{Map, Value, json};

mod legacy;

type Error = Box<dyn std::error::Error + Send + Sync>;

const LEGACY: [ProtocolVersion; 3] =
    [ProtocolVersion::V2025_03_26, ProtocolVersion::V2025_06_18, ProtocolVersion::V2025_11_25];

fn form(message: &str) -> ElicitFormParams {
    let fields = [("value", PrimitiveSchema::String(StringSchema::new().min_length(1)))];
    ElicitFormParams::new(message, FormSchema::new(fields).required(vec!["value".to_owned()]))
}

/// Requests a text from the user, with a form under `key`.
fn value(context: &Context, key: &str) -> Result<String, InputError> {
    let mut fields = context.elicit_form(key, form(&format!("{key}?")))?;
    Ok(fields.shift_remove("value").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default())
}

fn all_capabilities() -> ClientCapabilities {
    ClientCapabilities::new()
        .elicitation(ElicitationCapability::default())
        .sampling(SamplingCapability::default())
        .roots(RootsCapability::default())
}

fn server() -> Builder {
    let greet = |context: Context| async move {
        let (first, last) = (value(&context, "first"), value(&context, "last"));
        let (first, last) = (first?, last?);
        Ok::<_, InputError>(format!("{first} {last}"))
    };
    let all = |context: Context| async move {
        let params = CreateMessageParams::new([SamplingMessage::user("Which?")], 10);
        let (name, sample, roots) =
            (value(&context, "name"), context.sample("which", params), context.roots());
        let (name, sample, roots) = (name?, sample?, roots?);
        Ok::<_, Error>(format!("{name} {} {}", sample.model, roots[0].uri))
    };
    let late = |context: Context| async move {
        let one = value(&context, "one");
        if one.is_err() {
            // Requested together with the first input, and read only after a later one.
            let _ = value(&context, "two");
        }
        let (one, three) = (one?, value(&context, "three")?);
        let two = value(&context, "two")?;
        Ok::<_, InputError>(format!("{one} {two} {three}"))
    };
    let requires = |context: Context| async move {
        context.require(&ClientCapabilities::new().sampling(SamplingCapability::default()))?;
        Ok::<_, InputError>("supported")
    };
    Server::builder("input", "1.0.0")
        .tool(ToolHandler::function("greet", [], greet))
        .tool(ToolHandler::function("all", [], all))
        .tool(ToolHandler::function("late", [], late))
        .tool(ToolHandler::function("requires", [], requires))
}

/// Accepts an input request. The value of a form is the message of the form.
fn accept(request: &InputRequest) -> Result<Value, ErrorObject> {
    Ok(match request {
        InputRequest::Elicit(params) => {
            let message = serde_json::to_value(params).unwrap()["message"].clone();
            json!({ "action": "accept", "content": { "value": message } })
        }
        InputRequest::CreateMessage(_) => json!({
            "role": "assistant", "content": { "type": "text", "text": "x" }, "model": "m", "stopReason": "endTurn",
        }),
        _ => json!({ "roots": [{ "uri": "file:///r" }] }),
    })
}

fn text(result: &mcpwright_core::CallToolResult) -> &str {
    result.content.first().and_then(|block| block.as_text()).unwrap_or_default()
}

/// Clients of the same server: a modern one, and one for each revision in `LEGACY`.
fn clients(server: impl Fn() -> Server, capabilities: &ClientCapabilities) -> Vec<Client> {
    let mut clients = vec![Client::modern(server()).capabilities(capabilities.clone())];
    for version in LEGACY {
        clients.push(block_on(Client::legacy_with(server(), version, capabilities.clone())).unwrap());
    }
    clients
}

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
                text(&greeting).contains("2025-03-26 cannot show forms to its user"),
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
            assert!(error.message.contains("2025-03-26 cannot show forms to its user"), "{error}");
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

/// A server whose tool runs one step before each of its five input requests.
fn counting_server(effects: &Arc<AtomicU32>) -> Builder {
    let effects = Arc::clone(effects);
    let count = move |context: Context| {
        let effects = Arc::clone(&effects);
        async move {
            let mut sum = 0;
            for round in 1..=5 {
                let effect = async { Ok::<_, StepError>(effects.fetch_add(1, Ordering::SeqCst) + 1) };
                sum += context.step(&format!("effect {round}"), effect).await?;
                value(&context, &format!("round {round}"))?;
            }
            Ok::<_, Error>(sum.to_string())
        }
    };
    Server::builder("counting", "1.0.0").tool(ToolHandler::function("count", [], count))
}

#[test]
fn steps_run_once_over_five_rounds() {
    let effects = Arc::new(AtomicU32::new(0));
    for client in clients(|| counting_server(&effects).build(), &all_capabilities()).into_iter().enumerate() {
        // 2025-03-26 has no elicitation.
        let (0 | 2.., client) = client else { continue };
        effects.store(0, Ordering::SeqCst);
        let result = block_on(client.input_handler(accept).call_tool("count", ())).unwrap();
        assert_eq!((text(&result), effects.load(Ordering::SeqCst)), ("15", 5));
    }
}

/// A `tools/call` request of a modern client, with the members of `extra` in its parameters.
fn request(tool: &str, extra: &Value) -> Value {
    let mut params = json!({
        "name": tool,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": all_capabilities(),
        },
    });
    params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
}

/// Calls a tool as a modern client, and returns the outcome.
fn call(server: &Server, caller: &Caller, tool: &str, extra: &Value) -> Result<Value, ErrorObject> {
    send(server, caller, &request(tool, extra).to_string())
}

/// Sends a request, runs the call, and returns the outcome.
fn send(server: &Server, caller: &Caller, request: &str) -> Result<Value, ErrorObject> {
    let mut connection = server.connect(caller.clone());
    let mut actions = connection.receive(message::decode(request.as_bytes())).into_actions();
    loop {
        match actions.into_iter().next().unwrap() {
            Action::Run(call) => {
                let outcome = block_on(server.call(&call, &NotificationSender::new(|_| {})));
                actions = connection.finished(&call, outcome);
            }
            Action::Send(Message::Response(response)) => {
                return response.outcome.map(|result| result.decode_owned().unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Input responses that accept the form `key` with the text `key`.
fn accepted(key: &str) -> Value {
    json!({ key: { "action": "accept", "content": { "value": key } } })
}

#[test]
fn missing_or_malformed_input_is_requested_again() {
    let (server, anonymous) = (server().build(), Caller::anonymous());
    let first = call(&server, &anonymous, "greet", &json!({})).unwrap();
    assert_eq!(first["resultType"], "input_required");
    let keys: Vec<_> = first["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first", "last"]);
    assert!(first["requestState"].as_str().is_some_and(|state| !state.is_empty()));
    let retry = |responses: Value| {
        let extra = json!({ "inputResponses": responses, "requestState": first["requestState"] });
        call(&server, &anonymous, "greet", &extra).unwrap()
    };
    let is_requested = |result: &Value, key: &str| {
        result["resultType"] == "input_required" && result["inputRequests"].get(key).is_some()
    };
    let second = retry(accepted("first"));
    assert!(is_requested(&second, "last") && !is_requested(&second, "first"), "{second}");
    for malformed in [
        json!(12345),
        json!(null),
        json!({}),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": { "value": "" } }),
        json!({ "action": "accept", "content": { "value": 1 } }),
        json!({ "action": "else", "content": { "value": "x" } }),
    ] {
        let result = retry(json!({ "first": malformed.clone(), "unknown": 1 }));
        assert!(is_requested(&result, "first") && is_requested(&result, "last"), "{malformed}: {result}");
    }
    // Input received in an earlier round is not requested again, and a later response does not replace it.
    let last = json!({ "inputResponses": {
        "first": { "action": "decline" }, "last": accepted("last")["last"], "unknown": {},
    }, "requestState": second["requestState"] });
    let done = call(&server, &anonymous, "greet", &last).unwrap();
    assert_eq!(done["content"][0]["text"], "first last");
    let mut both = accepted("first");
    both["last"] = accepted("last")["last"].clone();
    let at_once = call(&server, &anonymous, "greet", &json!({ "inputResponses": both })).unwrap();
    assert_eq!(at_once["resultType"], "complete");
    for malformed in [json!([]), json!("{}"), json!(1)] {
        let error = call(&server, &anonymous, "greet", &json!({ "inputResponses": malformed })).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    }
}

/// A runtime whose clock the test advances, in seconds.
#[derive(Default)]
struct Clock(AtomicU64);

impl Runtime for Clock {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::pending())
    }

    fn spawn(&self, _: BoxFuture<'static, ()>) {
        unreachable!("no call in these tests becomes a task");
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
}

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
fn a_failed_step_reports_its_error_and_is_retried() {
    let attempts = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&attempts);
    let fails = move |context: Context| {
        let attempts = Arc::clone(&counter);
        async move {
            let effect = async {
                let number = attempts.fetch_add(1, Ordering::SeqCst);
                if number == 0 { Err(ToolError::new("try later")) } else { Ok(number) }
            };
            let number = context.step("effect", effect).await?;
            Ok::<_, StepError>(number.to_string())
        }
    };
    let tool = ToolHandler::function("fails", [], fails);
    let client = Client::modern(Server::builder("fails", "1.0.0").mask_errors().tool(tool));
    let first = block_on(client.call_tool("fails", ())).unwrap();
    assert_eq!((text(&first), first.is_error), ("try later", Some(true)));
    assert_eq!(text(&block_on(client.call_tool("fails", ())).unwrap()), "1");
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

/// A server with one tool, which takes no arguments.
fn with_tool<F, K, P>(function: F) -> Server
where
    F: mcpwright_server::Function<K, P>,
    F::Output: mcpwright_server::IntoToolResult,
{
    Server::builder("one", "1.0.0").tool(ToolHandler::function("tool", [], function)).build()
}

#[test]
fn an_input_response_is_bound_to_the_content_of_its_request() {
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
    let first = call(&server, &anonymous, "tool", &json!({})).unwrap();
    let extra = json!({ "inputResponses": accepted("agree"), "requestState": first["requestState"] });
    rows.store(5000, Ordering::SeqCst);
    let second = call(&server, &anonymous, "tool", &extra).unwrap();
    assert_eq!(second["inputRequests"]["agree"]["params"]["message"], "Delete 5000 rows?");
    rows.store(3, Ordering::SeqCst);
    assert_eq!(call(&server, &anonymous, "tool", &extra).unwrap()["content"][0]["text"], "3 rows deleted");
}

#[test]
fn a_response_sent_without_request_state_is_kept_for_later_rounds() {
    let (server, anonymous) = (server().build(), Caller::anonymous());
    let first = call(&server, &anonymous, "greet", &json!({ "inputResponses": accepted("first") })).unwrap();
    let extra = json!({ "inputResponses": accepted("last"), "requestState": first["requestState"] });
    let done = call(&server, &anonymous, "greet", &extra).unwrap();
    assert_eq!(done["content"][0]["text"], "first last", "{done}");
}

#[test]
fn responses_to_requests_that_were_never_sent_are_ignored() {
    let server = counting_server(&Arc::default()).build();
    let anonymous = Caller::anonymous();
    let first = call(&server, &anonymous, "count", &json!({})).unwrap();
    let mut responses = json!({});
    for number in 1..=5 {
        let key = format!("round {number}");
        responses[&key] = accepted(&key)[&key].clone();
    }
    let extra = json!({ "inputResponses": responses, "requestState": first["requestState"] });
    let second = call(&server, &anonymous, "count", &extra).unwrap();
    assert!(second["inputRequests"].get("round 2").is_some(), "{second}");
}

#[test]
fn duplicate_input_keys_are_an_internal_error() {
    let twice = |context: Context| async move {
        let (a, b) = (context.elicit_form("agree", form("a?")), context.elicit_form("agree", form("b?")));
        let (_, _) = (a?, b?);
        Ok::<_, InputError>("both")
    };
    let error = call(&with_tool(twice), &Caller::anonymous(), "tool", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
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
