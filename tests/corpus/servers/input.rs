//! Handlers that require input from the client: elicitation, sampling and roots.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{ClientCapabilities, PromptMessage};
use mcpwright_server::{
    Builder, Context, InputError, MemoryStore, PromptHandler, ResourceHandler, Server, StepError, ToolHandler,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Shared;

type Error = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn server(shared: &Arc<Shared>) -> Builder {
    let order = Arc::clone(shared);
    let book = Arc::clone(shared);
    Server::builder("input", "1.0.0")
        .logging()
        .store(MemoryStore::new())
        .input_timeout(Duration::from_secs(1))
        .tool(ToolHandler::function("greet", [], greet).description("Ask two questions at once."))
        .tool(ToolHandler::function("register", [], register).description("Ask for one value of each type."))
        .tool(ToolHandler::function("tags", [], tags).description("Ask for several values in one field."))
        .tool(ToolHandler::function("sign", [], sign).description("Send the user to a page."))
        .tool(ToolHandler::function("think", [], think).description("Ask the model."))
        .tool(ToolHandler::function("weather", [], weather).description("Ask the model, with a tool."))
        .tool(ToolHandler::function("folders", [], folders).description("Ask for the roots."))
        .tool(ToolHandler::function("everything", [], everything).description("Ask for all kinds of input."))
        .tool(ToolHandler::function("needs", [], needs).description("Need sampling."))
        .tool(
            ToolHandler::function("order", ["item"], move |context: Context, item: String| {
                order_item(Arc::clone(&order), context, item)
            })
            .description("Ask three times, with an effect before each question."),
        )
        .tool(
            ToolHandler::function("book", [], move |context: Context| book_once(Arc::clone(&book), context))
                .description("Ask once, and count the answer once.")
                .single_use(),
        )
        .resource(ResourceHandler::function("input://word", "word", |context: Context| async move {
            ask(&context, "word")
        }))
        .prompt(PromptHandler::function("word", [], |context: Context| async move {
            ask(&context, "word").map(PromptMessage::user)
        }))
}

/// Reads a type of the SDK from its JSON.
fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("it has the form that the specification gives it")
}

/// Requests one text, under a key.
pub(super) fn ask(context: &Context, key: &str) -> Result<String, InputError> {
    let form = json!({
        "message": format!("What is the {key}?"),
        "requestedSchema": {
            "type": "object",
            "properties": { "value": { "type": "string", "minLength": 1 } },
            "required": ["value"],
        },
    });
    let fields = context.elicit_form(key, read(form))?;
    Ok(fields["value"].as_str().unwrap_or_default().to_owned())
}

async fn greet(context: Context) -> Result<String, InputError> {
    let (first, last) = (ask(&context, "first name"), ask(&context, "last name"));
    Ok(format!("Hello, {} {}!", first?, last?))
}

async fn register(context: Context) -> Result<String, InputError> {
    let form = json!({
        "message": "Who comes?",
        "requestedSchema": {
            "type": "object",
            "properties": {
                "email": { "type": "string", "title": "Email", "format": "email", "maxLength": 50 },
                "seats": { "type": "integer", "description": "How many.", "minimum": 1, "maximum": 10, "default": 1 },
                "budget": { "type": "number", "minimum": 0 },
                "vegan": { "type": "boolean", "default": false },
                "day": { "type": "string", "enum": ["fri", "sat"], "default": "fri" },
                "room": {
                    "type": "string",
                    "oneOf": [{ "const": "s", "title": "Small" }, { "const": "l", "title": "Large" }],
                    "default": "s",
                },
            },
            "required": ["email", "seats"],
        },
    });
    let fields = context.elicit_form("guest", read(form))?;
    Ok(Value::Object(fields).to_string())
}

async fn tags(context: Context) -> Result<String, InputError> {
    let form = json!({
        "message": "Which tags?",
        "requestedSchema": {
            "type": "object",
            "properties": {
                "plain": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] }, "maxItems": 1 },
                "titled": {
                    "type": "array",
                    "items": { "anyOf": [{ "const": "c", "title": "C" }, { "const": "d", "title": "D" }] },
                },
            },
        },
    });
    let fields = context.elicit_form("tags", read(form))?;
    Ok(Value::Object(fields).to_string())
}

async fn sign(context: Context) -> Result<&'static str, InputError> {
    context.elicit_url("sign", "Please sign.", "https://example.org/sign")?;
    Ok("signed")
}

async fn think(context: Context) -> Result<String, InputError> {
    let params = json!({
        "messages": [
            { "role": "user", "content": { "type": "text", "text": "What is the capital of France?" } },
        ],
        "modelPreferences": { "hints": [{ "name": "claude" }], "intelligencePriority": 0.8 },
        "systemPrompt": "Be brief.",
        "maxTokens": 100,
    });
    let answer = context.sample("capital", read(params))?;
    Ok(format!("{}: {}", answer.model, serde_json::to_string(&answer.content).unwrap_or_default()))
}

async fn weather(context: Context) -> Result<String, InputError> {
    let params = json!({
        "messages": [{ "role": "user", "content": { "type": "text", "text": "How is the weather in Paris?" } }],
        "tools": [{
            "name": "get_weather",
            "inputSchema": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] },
        }],
        "toolChoice": { "mode": "required" },
        "maxTokens": 100,
    });
    let answer = context.sample("weather", read(params))?;
    Ok(serde_json::to_string(&answer.content).unwrap_or_default())
}

async fn folders(context: Context) -> Result<String, InputError> {
    let roots = context.roots()?;
    Ok(roots.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(" "))
}

async fn everything(context: Context) -> Result<String, Error> {
    let params = json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "Hi" } }], "maxTokens": 1 });
    let (name, hi, roots) = (ask(&context, "name"), context.sample("hi", read(params)), context.roots());
    let (name, hi, roots) = (name?, hi?, roots?);
    Ok(format!("{name}, {}, {}", hi.model, roots.len()))
}

async fn needs(context: Context) -> Result<&'static str, InputError> {
    context.require(&read::<ClientCapabilities>(json!({ "sampling": {} })))?;
    Ok("able")
}

/// Requests input three times, with an effect before each request. The result contains the number of effects.
async fn order_item(shared: Arc<Shared>, context: Context, item: String) -> Result<String, Error> {
    let mut numbers = Vec::new();
    let mut answers = Vec::new();
    for (number, key) in ["size", "colour", "street"].into_iter().enumerate() {
        context.progress(number as f64, 3.0);
        let effect = async { Ok::<_, StepError>(shared.effect()) };
        numbers.push(context.step(&format!("reserve the {key}"), effect).await?.to_string());
        answers.push(ask(&context, key)?);
    }
    Ok(format!("{item}: {}; effects {}", answers.join(", "), numbers.join(", ")))
}

async fn book_once(shared: Arc<Shared>, context: Context) -> Result<String, InputError> {
    let name = ask(&context, "name")?;
    Ok(format!("{name} has number {}", shared.effect()))
}
