//! A handler that asks reads the same in both eras, and what it did before is not done twice.

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

mod earlier;

type Error = Box<dyn std::error::Error + Send + Sync>;

const LEGACY: [ProtocolVersion; 3] =
    [ProtocolVersion::V2025_03_26, ProtocolVersion::V2025_06_18, ProtocolVersion::V2025_11_25];

fn form(message: &str) -> ElicitFormParams {
    let fields = [("value", PrimitiveSchema::String(StringSchema::new().min_length(1)))];
    ElicitFormParams::new(message, FormSchema::new(fields).required(vec!["value".to_owned()]))
}

fn value(context: &Context, key: &str) -> Result<String, InputError> {
    let mut fields = context.elicit_form(key, form(&format!("{key}?")))?;
    Ok(fields.shift_remove("value").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default())
}

fn able() -> ClientCapabilities {
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
        let question = CreateMessageParams::new([SamplingMessage::user("Which?")], 10);
        let (name, sample, roots) =
            (value(&context, "name"), context.sample("which", question), context.roots());
        let (name, sample, roots) = (name?, sample?, roots?);
        Ok::<_, Error>(format!("{name} {} {}", sample.model, roots[0].uri))
    };
    let late = |context: Context| async move {
        let one = value(&context, "one");
        if one.is_err() {
            // Asked together with the first, and read only after another question.
            let _ = value(&context, "two");
        }
        let (one, three) = (one?, value(&context, "three")?);
        let two = value(&context, "two")?;
        Ok::<_, InputError>(format!("{one} {two} {three}"))
    };
    let needs = |context: Context| async move {
        context.require(&ClientCapabilities::new().sampling(SamplingCapability::default()))?;
        Ok::<_, InputError>("able")
    };
    Server::builder("asking", "1.0.0")
        .tool(ToolHandler::function("greet", [], greet))
        .tool(ToolHandler::function("all", [], all))
        .tool(ToolHandler::function("late", [], late))
        .tool(ToolHandler::function("needs", [], needs))
}

/// Answers with the key's own question.
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

/// The same server's client in every era and revision.
fn clients(server: impl Fn() -> Server, able: &ClientCapabilities) -> Vec<Client> {
    let mut clients = vec![Client::modern(server()).capabilities(able.clone())];
    for version in LEGACY {
        clients.push(block_on(Client::legacy_with(server(), version, able.clone())).unwrap());
    }
    clients
}

#[test]
fn questions_are_answered_in_every_revision() {
    for (place, client) in clients(|| server().build(), &able()).into_iter().enumerate() {
        let client = client.input_handler(accept);
        let greeting = block_on(client.call_tool("greet", ())).unwrap();
        let all = block_on(client.call_tool("all", ())).unwrap();
        // 2025-03-26 has no way to ask a user.
        if place == 1 {
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
fn what_was_answered_is_not_asked_again_by_a_run_that_reads_it_later() {
    for (place, client) in clients(|| server().build(), &able()).into_iter().enumerate() {
        if place == 1 {
            continue;
        }
        let asked = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&asked);
        let client = client.input_handler(move |request| {
            counted.fetch_add(1, Ordering::SeqCst);
            accept(request)
        });
        let result = block_on(client.call_tool("late", ())).unwrap();
        assert_eq!((text(&result), asked.load(Ordering::SeqCst)), ("one? two? three?", 3));
    }
}

#[test]
fn resources_and_prompts_ask_as_tools_do() {
    let server = || {
        let read = |context: Context| async move { value(&context, "word") };
        let prompt = |context: Context| async move { value(&context, "word").map(PromptMessage::user) };
        Server::builder("asking", "1.0.0")
            .resource(ResourceHandler::function("test://word", "word", read))
            .prompt(PromptHandler::function("word", [], prompt))
            .build()
    };
    for (place, client) in clients(server, &able()).into_iter().enumerate() {
        // 2025-03-26 has no way to ask a user.
        if place == 1 {
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
fn what_users_refuse_is_the_tools_error() {
    for (action, words) in [("decline", "the user declined"), ("cancel", "the user dismissed")] {
        for client in clients(|| server().mask_errors().build(), &able()).into_iter().enumerate() {
            let (1.., client) = client else { continue };
            let client = client.input_handler(move |_| Ok(json!({ "action": action })));
            let result = block_on(client.call_tool("greet", ())).unwrap();
            assert!(
                text(&result).contains(words) || text(&result).contains("2025-03-26"),
                "{}",
                text(&result)
            );
            assert_eq!(result.is_error, Some(true));
        }
    }
}

#[test]
fn a_client_that_cannot_be_asked_is_told_what_it_lacks() {
    for (place, client) in clients(|| server().build(), &ClientCapabilities::new()).into_iter().enumerate() {
        for (tool, lacking) in [("greet", "elicitation"), ("needs", "sampling")] {
            let result = block_on(client.call_tool(tool, ()));
            if place == 0 {
                let error = result.unwrap_err();
                assert_eq!(error.code, ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY);
                assert_eq!(error.data, Some(json!({ "requiredCapabilities": { lacking: {} } })));
            } else {
                let result = result.unwrap();
                assert_eq!(result.is_error, Some(true));
                assert!(text(&result).contains(lacking), "{}", text(&result));
            }
        }
    }
    let pages = ElicitationCapability::default().url(Map::new());
    let client = Client::modern(server()).capabilities(ClientCapabilities::new().elicitation(pages));
    let error = block_on(client.call_tool("greet", ())).unwrap_err();
    assert_eq!(error.data, Some(json!({ "requiredCapabilities": { "elicitation": { "form": {} } } })));
}

/// A server whose tool has an effect between each two of its questions.
fn counting(effects: &Arc<AtomicU32>) -> Builder {
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
fn effects_happen_once_over_five_rounds() {
    let effects = Arc::new(AtomicU32::new(0));
    for client in clients(|| counting(&effects).build(), &able()).into_iter().enumerate() {
        // 2025-03-26 has no way to ask a user.
        let (0 | 2.., client) = client else { continue };
        effects.store(0, Ordering::SeqCst);
        let result = block_on(client.input_handler(accept).call_tool("count", ())).unwrap();
        assert_eq!((text(&result), effects.load(Ordering::SeqCst)), ("15", 5));
    }
}

/// A request of a modern client.
fn request(tool: &str, more: &Value) -> Value {
    let mut params = json!({
        "name": tool,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": able(),
        },
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
}

/// What a modern server answers a call with.
fn call(server: &Server, caller: &Caller, tool: &str, more: &Value) -> Result<Value, ErrorObject> {
    answer(server, caller, &request(tool, more).to_string())
}

fn answer(server: &Server, caller: &Caller, request: &str) -> Result<Value, ErrorObject> {
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

fn answer_to(key: &str) -> Value {
    json!({ key: { "action": "accept", "content": { "value": key } } })
}

#[test]
fn what_is_missing_or_malformed_is_asked_again() {
    let (server, nobody) = (server().build(), Caller::anonymous());
    let first = call(&server, &nobody, "greet", &json!({})).unwrap();
    assert_eq!(first["resultType"], "input_required");
    let keys: Vec<_> = first["inputRequests"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["first", "last"]);
    assert!(first["requestState"].as_str().is_some_and(|state| !state.is_empty()));
    let again = |answers: Value| {
        let more = json!({ "inputResponses": answers, "requestState": first["requestState"] });
        call(&server, &nobody, "greet", &more).unwrap()
    };
    let asks = |result: &Value, key: &str| {
        result["resultType"] == "input_required" && result["inputRequests"].get(key).is_some()
    };
    let one = again(answer_to("first"));
    assert!(asks(&one, "last") && !asks(&one, "first"), "{one}");
    for malformed in [
        json!(12345),
        json!(null),
        json!({}),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": { "value": "" } }),
        json!({ "action": "accept", "content": { "value": 1 } }),
        json!({ "action": "else", "content": { "value": "x" } }),
    ] {
        let result = again(json!({ "first": malformed.clone(), "unknown": 1 }));
        assert!(asks(&result, "first") && asks(&result, "last"), "{malformed}: {result}");
    }
    // What was answered in an earlier round is not asked again, and not answered in another way.
    let last = json!({ "inputResponses": {
        "first": { "action": "decline" }, "last": answer_to("last")["last"], "unknown": {},
    }, "requestState": one["requestState"] });
    let done = call(&server, &nobody, "greet", &last).unwrap();
    assert_eq!(done["content"][0]["text"], "first last");
    let mut both = answer_to("first");
    both["last"] = answer_to("last")["last"].clone();
    let at_once = call(&server, &nobody, "greet", &json!({ "inputResponses": both })).unwrap();
    assert_eq!(at_once["resultType"], "complete");
    for wrong in [json!([]), json!("{}"), json!(1)] {
        let error = call(&server, &nobody, "greet", &json!({ "inputResponses": wrong })).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    }
}

/// A day that the test turns.
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
        unreachable!("nothing here becomes a task");
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
}

#[test]
fn a_state_is_for_one_caller_one_request_and_some_time() {
    let clock = Arc::new(Clock::default());
    let server = server().build().with_runtime(Arc::clone(&clock) as Arc<dyn Runtime>);
    let person = |name: &str| Caller::new(name, [], Map::new());
    let arguments = json!({ "arguments": { "b": [1, { "y": 1, "x": 2 }], "a": "é" } });
    // The arguments are refused by the handler only once it runs.
    let first = call(&server, &person("alice"), "greet", &json!({})).unwrap();
    let state = first["requestState"].as_str().unwrap().to_owned();
    let with = |caller: &Caller, tool: &str, state: Value, arguments: &Value| {
        let mut more = json!({ "requestState": state, "inputResponses": answer_to("first") });
        more.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
        call(&server, caller, tool, &more)
    };
    let none = json!({});
    assert!(with(&person("alice"), "greet", json!(state), &none).is_ok());
    assert!(with(&person("alice"), "greet", json!(state), &json!({ "arguments": {} })).is_ok());
    let mut said = Vec::new();
    for (caller, tool, state, arguments) in [
        (person("bob"), "greet", json!(state), &none),
        (Caller::anonymous(), "greet", json!(state), &none),
        (person("alice"), "all", json!(state), &none),
        (person("alice"), "greet", json!(state), &arguments),
        (person("alice"), "greet", json!(format!("{state}-TAMPERED")), &none),
        (person("alice"), "greet", json!(format!("{state}{state}")), &none),
        (person("alice"), "greet", json!(state[..state.len() - 1]), &none),
        (person("alice"), "greet", json!("x".repeat(1 << 20)), &none),
        (person("alice"), "greet", json!(""), &none),
        (person("alice"), "greet", json!(7), &none),
    ] {
        let error = with(&caller, tool, state, arguments).unwrap_err();
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
        said.push(error.message);
    }
    clock.0.fetch_add(601, Ordering::SeqCst);
    said.push(with(&person("alice"), "greet", json!(state), &none).unwrap_err().message);
    said.dedup();
    assert_eq!(said.len(), 1, "the reason is nobody's business: {said:?}");
}

#[test]
fn a_state_is_not_larger_than_it_may_be() {
    let much = |context: Context| async move {
        let large = context.step("large", async { Ok::<_, StepError>("x".repeat(20_000)) }).await?;
        value(&context, "key")?;
        Ok::<_, Error>(large.len().to_string())
    };
    let tool = ToolHandler::function("much", [], much);
    let server = Server::builder("much", "1.0.0").tool(tool).build();
    let error = call(&server, &Caller::anonymous(), "much", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
}

#[test]
fn a_step_that_fails_reads_as_its_own_error_and_is_tried_again() {
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let fails = move |context: Context| {
        let tries = Arc::clone(&counted);
        async move {
            let effect = async {
                let number = tries.fetch_add(1, Ordering::SeqCst);
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
fn an_older_revision_is_asked_in_its_own_words() {
    let choose = |context: Context| async move {
        use mcpwright_core::{
            EnumOption, NumberSchema, TitledSingleSelectEnumSchema, UntitledMultiSelectEnumSchema,
        };
        let titled = TitledSingleSelectEnumSchema::new([EnumOption::new("r", "Red")]).default_value("r");
        let fields = [
            ("colour", PrimitiveSchema::TitledSingleSelect(titled)),
            ("size", PrimitiveSchema::Integer(NumberSchema::new().default_value(3.0))),
            ("sure", PrimitiveSchema::Boolean(BooleanSchema::new().default_value(true))),
        ];
        context.elicit_form("one", ElicitFormParams::new("Which?", FormSchema::new(fields)))?;
        let many = [(
            "colours",
            PrimitiveSchema::UntitledMultiSelect(UntitledMultiSelectEnumSchema::new(["r".to_owned()])),
        )];
        context.elicit_form("many", ElicitFormParams::new("Which?", FormSchema::new(many)))?;
        Ok::<_, Error>("done")
    };
    let server = Server::builder("choose", "1.0.0").tool(ToolHandler::function("choose", [], choose));
    let client = block_on(Client::legacy_with(server, ProtocolVersion::V2025_06_18, able())).unwrap();
    let client = client.input_handler(|request| {
        let asked = serde_json::to_value(request).unwrap();
        assert_eq!(
            asked["params"]["requestedSchema"]["properties"],
            json!({
                "colour": { "type": "string", "enum": ["r"], "enumNames": ["Red"] },
                "size": { "type": "integer" },
                "sure": { "type": "boolean", "default": true },
            })
        );
        Ok(json!({ "action": "accept", "content": { "colour": "r" } }))
    });
    let result = block_on(client.call_tool("choose", ())).unwrap();
    assert!(text(&result).contains("several values in one field"), "{}", text(&result));
}

/// A server with one tool without arguments.
fn with_tool<F, K, P>(function: F) -> Server
where
    F: mcpwright_server::Function<K, P>,
    F::Output: mcpwright_server::IntoToolResult,
{
    Server::builder("one", "1.0.0").tool(ToolHandler::function("tool", [], function)).build()
}

#[test]
fn an_answer_is_to_what_was_asked() {
    let rows = Arc::new(AtomicU32::new(3));
    let read = Arc::clone(&rows);
    let delete = move |context: Context| {
        let rows = read.load(Ordering::SeqCst);
        async move {
            context.elicit_form("agree", form(&format!("Delete {rows} rows?")))?;
            Ok::<_, InputError>(format!("{rows} rows are gone"))
        }
    };
    let (server, nobody) = (with_tool(delete), Caller::anonymous());
    let first = call(&server, &nobody, "tool", &json!({})).unwrap();
    let more = json!({ "inputResponses": answer_to("agree"), "requestState": first["requestState"] });
    rows.store(5000, Ordering::SeqCst);
    let second = call(&server, &nobody, "tool", &more).unwrap();
    assert_eq!(second["inputRequests"]["agree"]["params"]["message"], "Delete 5000 rows?");
    rows.store(3, Ordering::SeqCst);
    assert_eq!(call(&server, &nobody, "tool", &more).unwrap()["content"][0]["text"], "3 rows are gone");
}

#[test]
fn an_answer_that_came_without_a_state_counts_in_later_rounds() {
    let (server, nobody) = (server().build(), Caller::anonymous());
    let first = call(&server, &nobody, "greet", &json!({ "inputResponses": answer_to("first") })).unwrap();
    let more = json!({ "inputResponses": answer_to("last"), "requestState": first["requestState"] });
    let done = call(&server, &nobody, "greet", &more).unwrap();
    assert_eq!(done["content"][0]["text"], "first last", "{done}");
}

#[test]
fn answers_to_questions_that_were_never_put_are_ignored() {
    let server = counting(&Arc::default()).build();
    let nobody = Caller::anonymous();
    let first = call(&server, &nobody, "count", &json!({})).unwrap();
    let mut answers = json!({});
    for number in 1..=5 {
        let key = format!("round {number}");
        answers[&key] = answer_to(&key)[&key].clone();
    }
    let more = json!({ "inputResponses": answers, "requestState": first["requestState"] });
    let second = call(&server, &nobody, "count", &more).unwrap();
    assert!(second["inputRequests"].get("round 2").is_some(), "{second}");
}

#[test]
fn two_questions_do_not_have_one_key() {
    let twice = |context: Context| async move {
        let (a, b) = (context.elicit_form("agree", form("a?")), context.elicit_form("agree", form("b?")));
        let (_, _) = (a?, b?);
        Ok::<_, InputError>("both")
    };
    let error = call(&with_tool(twice), &Caller::anonymous(), "tool", &json!({})).unwrap_err();
    assert_eq!(error.code, ErrorCode::INTERNAL_ERROR);
}

#[test]
fn all_that_lacks_is_told_and_hides_no_other_error() {
    let page = ElicitationCapability::default().url(Map::new());
    let both = page.clone().form(Map::new());
    let needs = |context: Context| async move {
        let a = context.roots();
        let b = context.sample("s", CreateMessageParams::new([SamplingMessage::user("Which?")], 10));
        let (_, _) = (a?, b?);
        Ok::<_, InputError>("able")
    };
    let error = block_on(Client::modern(with_tool(needs)).call_tool("tool", ())).unwrap_err();
    assert_eq!(error.data, Some(json!({ "requiredCapabilities": { "roots": {}, "sampling": {} } })));
    let needs = move |context: Context| {
        let both = both.clone();
        async move { context.require(&ClientCapabilities::new().elicitation(both)).map(|()| "able") }
    };
    let client = Client::modern(with_tool(needs)).capabilities(ClientCapabilities::new().elicitation(page));
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
fn progress_goes_on_where_the_call_does() {
    let ask = |context: Context| async move {
        context.progress(1.0, 2.0);
        value(&context, "key")?;
        context.progress(2.0, 2.0);
        Ok::<_, InputError>("done")
    };
    let client = block_on(Client::legacy_with(with_tool(ask), ProtocolVersion::V2025_11_25, able())).unwrap();
    let client = client.progress().input_handler(accept);
    assert_eq!(text(&block_on(client.call_tool("tool", ())).unwrap()), "done");
    let told = client.notifications().into_iter().filter_map(|notification| notification.params);
    let told: Vec<_> =
        told.map(|params| params.decode_owned::<Value>().unwrap()["progress"].as_f64().unwrap()).collect();
    assert_eq!(told, [1.0, 2.0]);
}

#[test]
fn large_numbers_are_told_apart() {
    let pay = |context: Context, amount: u128| async move {
        value(&context, "agree")?;
        Ok::<_, InputError>(amount.to_string())
    };
    let server = Server::builder("pay", "1.0.0").tool(ToolHandler::function("pay", ["amount"], pay)).build();
    let ask = |amount: &str, more: &Value| {
        let marked = json!({ "arguments": { "amount": "AMOUNT" } });
        let mut params = marked.as_object().unwrap().clone();
        params.extend(more.as_object().unwrap().clone());
        let request = request("pay", &params.into()).to_string().replace("\"AMOUNT\"", amount);
        answer(&server, &Caller::anonymous(), &request)
    };
    let first = ask("100000000000000000000", &json!({})).unwrap();
    let more = json!({ "inputResponses": answer_to("agree"), "requestState": first["requestState"] });
    assert_eq!(ask("100000000000000000001", &more).unwrap_err().code, ErrorCode::INVALID_PARAMS);
    assert_eq!(ask("100000000000000000000", &more).unwrap()["resultType"], "complete");
}
