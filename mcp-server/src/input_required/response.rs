//! Reading of input responses, as leniently as arguments.

use std::sync::LazyLock;

use mcpwright_core::schema::{CompiledSchema, Problem};
use mcpwright_core::{CreateMessageResult, ElicitAction, JsonText, ListRootsResult, Root};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::input_required::error::InputError;

/// The member of the coerced object that is the response itself, so that problems name it.
const RESPONSE: &str = "response";

/// The response to an elicitation. The content is read only if the user has accepted.
#[derive(Deserialize)]
struct Elicitation {
    action: ElicitAction,
    #[serde(default)]
    content: Value,
}

static ELICITATION: LazyLock<CompiledSchema> = LazyLock::new(|| {
    compile(&json!({
        "type": "object",
        "properties": { "action": { "type": "string", "enum": ["accept", "decline", "cancel"] }, "content": {} },
        "required": ["action"],
    }))
});

static CONTENT: LazyLock<CompiledSchema> = LazyLock::new(|| {
    let content = json!({ "type": "object", "properties": {} });
    compile(&json!({ "type": "object", "properties": { "content": content } }))
});

static COMPLETION: LazyLock<CompiledSchema> = LazyLock::new(|| {
    compile(&json!({
        "type": "object",
        "properties": {
            "role": { "type": "string", "enum": ["assistant", "user"] },
            "content": {},
            "model": { "type": "string" },
            "stopReason": { "type": "string" },
        },
        "required": ["role", "content", "model"],
    }))
});

static ROOTS: LazyLock<CompiledSchema> = LazyLock::new(|| {
    let root = json!({
        "type": "object",
        "properties": { "uri": { "type": "string" }, "name": { "type": "string" } },
        "required": ["uri"],
    });
    compile(&json!({
        "type": "object",
        "properties": { "roots": { "type": "array", "items": root } },
        "required": ["roots"],
    }))
});

/// Compiles the schema of a response as a member.
fn compile(schema: &Value) -> CompiledSchema {
    let object = json!({ "type": "object", "properties": { RESPONSE: schema }, "required": [RESPONSE] });
    CompiledSchema::superset_of(&object).expect("the schema has no pattern and no reference")
}

/// Reads the response to an elicitation, and its content with `read` if the user has accepted.
///
/// # Errors
///
/// Returns the reason why the response does not fit the request.
pub(crate) fn read_elicitation<T>(
    response: &JsonText,
    read: impl FnOnce(Map<String, Value>) -> Result<T, String>,
) -> Result<Result<T, InputError>, String> {
    let Elicitation { action, content } = decode(response, &ELICITATION)?;
    match action {
        ElicitAction::Accept => read(form_content(content)?).map(Ok),
        ElicitAction::Decline => Ok(Err(InputError::Declined)),
        ElicitAction::Cancel => Ok(Err(InputError::Cancelled)),
    }
}

/// Reads the response to a sampling request.
pub(crate) fn read_completion(response: &JsonText) -> Result<CreateMessageResult, String> {
    decode(response, &COMPLETION)
}

/// Reads the response to a request for the roots.
pub(crate) fn read_roots(response: &JsonText) -> Result<Vec<Root>, String> {
    decode(response, &ROOTS).map(|ListRootsResult { roots, .. }| roots)
}

/// Returns the fields of a form. Some clients leave them out if none is filled in.
fn form_content(content: Value) -> Result<Map<String, Value>, String> {
    if let Value::Object(fields) = content {
        return Ok(fields);
    }
    let mut coerced = coerce(json!({ "content": content }), &CONTENT)?;
    match coerced.get_mut("content").map(Value::take) {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

fn decode<T: DeserializeOwned>(response: &JsonText, schema: &CompiledSchema) -> Result<T, String> {
    if let Ok(decoded) = response.decode_owned() {
        return Ok(decoded);
    }
    let response = response.decode_owned().map_err(|error| error.to_string())?;
    serde_json::from_value(coerce(response, schema)?).map_err(|error| error.to_string())
}

/// Coerces a response as arguments are coerced.
fn coerce(response: Value, schema: &CompiledSchema) -> Result<Value, String> {
    let coerced = schema.coerce_member(RESPONSE, response, false);
    coerced
        .map(Option::unwrap_or_default)
        .map_err(|problems| problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elicitation(response: &Value) -> Result<Result<Value, InputError>, String> {
        let response = JsonText::encode(response).expect("JSON");
        read_elicitation(&response, |fields| Ok(fields.into()))
    }

    #[test]
    fn answers_are_read_leniently() {
        let accepted = Ok(Ok(json!({ "a": 1 })));
        for response in [
            json!({ "action": "accept", "content": { "a": 1 } }),
            json!({ "action": "Accept", "content": { "a": 1 } }),
            json!({ "action": "accept", "content": "{\"a\": 1}" }),
            json!("{\"action\": \"accept\", \"content\": {\"a\": 1}}"),
        ] {
            assert_eq!(elicitation(&response), accepted, "{response}");
        }
        for response in [
            json!({ "action": "accept" }),
            json!({ "action": "accept", "content": null }),
            json!({ "action": "accept", "content": "" }),
        ] {
            assert_eq!(elicitation(&response), Ok(Ok(json!({}))), "{response}");
        }
        let declined = json!({ "action": "DECLINE", "content": 5 });
        assert_eq!(elicitation(&declined), Ok(Err(InputError::Declined)));
    }

    #[test]
    fn the_reason_names_the_member() {
        let completion = |response: Value| read_completion(&JsonText::encode(&response).expect("JSON"));
        let content = json!({ "type": "text", "text": "Paris." });
        let reason = completion(json!({ "role": "assistant", "content": content })).expect_err("no model");
        assert!(reason.contains("`response.model`") && reason.contains("a string"), "{reason}");
        let lenient = json!({ "role": "Assistant", "content": content, "model": 5, "stopReason": null });
        assert_eq!(completion(lenient).expect("a completion").model, "5");
        let roots = |response: Value| read_roots(&JsonText::encode(&response).expect("JSON"));
        let reason = roots(json!({ "roots": [{ "name": "a" }] })).expect_err("no URI");
        assert!(reason.contains("response.roots[0].uri"), "{reason}");
        assert_eq!(roots(json!({ "roots": "[]" })), Ok(Vec::new()));
        for response in [json!({}), json!(null), json!(12345), json!({ "action": 1 }), json!([])] {
            assert!(elicitation(&response).is_err(), "{response}");
        }
    }
}
