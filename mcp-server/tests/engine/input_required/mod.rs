//! Handlers that request input behave the same in modern and legacy revisions, and their steps run only once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::{
    ClientCapabilities, CreateMessageParams, ElicitFormParams, ElicitationCapability, ErrorObject,
    FormSchema, InputRequest, Message, PrimitiveSchema, ProtocolVersion, RootsCapability, SamplingCapability,
    SamplingMessage, StringSchema, message,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Action, Builder, Caller, Context, InputError, NotificationSender, Runtime, Server, StepError, ToolHandler,
};
use serde_json::{Value, json};

mod capabilities;
mod legacy;
mod misfits;
mod request_state;
mod responses;
mod revisions;
mod steps;

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

/// A server with one tool, which takes no arguments.
fn with_tool<F, K, P>(function: F) -> Server
where
    F: mcpwright_server::Function<K, P>,
    F::Output: mcpwright_server::IntoToolResult,
{
    Server::builder("one", "1.0.0").tool(ToolHandler::function("tool", [], function)).build()
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

/// Input responses that accept the form `key` with the text `key`.
fn accepted(key: &str) -> Value {
    json!({ key: { "action": "accept", "content": { "value": key } } })
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
