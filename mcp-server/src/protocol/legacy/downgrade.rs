//! Conversion of results for earlier revisions.

use mcpwright_core::{CallToolResult, ErrorCode, ErrorObject, JsonText, Meta, ProtocolVersion, method};
use serde_json::{Value, json};

use crate::call::outcome::{Feature, Fields, Outcome};
use crate::incident;
use crate::json::with_meta;

/// Returns the result or error of an outcome in the format of a revision.
pub(crate) fn finish(
    outcome: Outcome,
    method: &str,
    version: &ProtocolVersion,
) -> Result<JsonText, ErrorObject> {
    let answer = match outcome {
        Outcome::Complete(answer) => answer,
        Outcome::InputRequired(_) => {
            return unsupported_by_client(
                "this call requires input, and the client cannot receive requests during it",
                method,
            );
        }
        Outcome::MissingCapability(missing) => {
            let missing = serde_json::to_string(&missing).unwrap_or_default();
            let reason = format!("the client must declare more capabilities: {missing}");
            return unsupported_by_client(&reason, method);
        }
        Outcome::ResourceNotFound(uri) => return Err(not_found(&uri)),
        Outcome::UnknownName(error) | Outcome::Failed(error) => return Err(error),
    };
    match answer.fields {
        Fields::Page(page) => {
            Ok(page.legacy.get_or_init(|| downgrade_page(&page.text).into_shared()).clone())
        }
        Fields::Object(text) if answer.requires.is_some_and(|feature| feature.is_newer_than(version)) => {
            Ok(downgrade_result(&text, &answer.meta, version))
        }
        Fields::Object(text) => Ok(with_meta(text, &answer.meta)),
    }
}

/// Returns the answer to a call that requires an unsupported feature of the client: a tool error for the model, or else
/// a protocol error.
pub(crate) fn unsupported_by_client(reason: &str, method: &str) -> Result<JsonText, ErrorObject> {
    if method != method::TOOLS_CALL {
        return Err(ErrorObject::invalid_request(reason.to_owned()));
    }
    JsonText::encode(&CallToolResult::error(reason))
        .map_err(|error| incident::failed("the result of a tool does not serialize", &error))
}

pub(crate) fn not_found(uri: &str) -> ErrorObject {
    ErrorObject::new(ErrorCode::RESOURCE_NOT_FOUND, "resource not found").data(json!({ "uri": uri }))
}

impl Feature {
    /// Returns `true` if the revision does not have the feature.
    fn is_newer_than(self, version: &ProtocolVersion) -> bool {
        let first = match self {
            Self::Audio => ProtocolVersion::V2025_03_26,
            Self::ResourceLink => ProtocolVersion::V2025_06_18,
            Self::AnyStructuredContent => ProtocolVersion::V2026_07_28,
        };
        *version < first
    }
}

/// Removes output schemas that are not those of objects: these revisions have only objects. Repeats the title of a tool in
/// its annotations, where revisions before 2025-06-18, and some clients of later ones, look for it.
pub(crate) fn downgrade_page(text: &str) -> JsonText {
    let Ok(mut page) = serde_json::from_str::<Value>(text) else {
        return JsonText::from_trusted(text.to_owned());
    };
    let tools = page.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten();
    for tool in tools.filter_map(Value::as_object_mut) {
        let is_object = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "object");
        if tool.get("outputSchema").is_some_and(|schema| !is_object(schema)) {
            tool.remove("outputSchema");
        }
        if let Some(title) = tool.get("title").cloned()
            && let Some(annotations) = tool.entry("annotations").or_insert_with(|| json!({})).as_object_mut()
        {
            annotations.entry("title").or_insert(title);
        }
    }
    JsonText::from_trusted(page.to_string())
}

/// Replaces content that the revision does not have by text.
pub(crate) fn downgrade_result(text: &str, meta: &Meta, version: &ProtocolVersion) -> JsonText {
    let Ok(mut result) = serde_json::from_str::<Value>(text) else {
        return with_meta(text.to_owned(), meta);
    };
    if result.get("structuredContent").is_some_and(|content| !content.is_object()) {
        result.as_object_mut().map(|result| result.remove("structuredContent"));
    }
    for key in ["content", "messages"] {
        let blocks = result.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        for block in blocks {
            let block = if key == "messages" { &mut block["content"] } else { block };
            downgrade_block(block, version);
        }
    }
    with_meta(result.to_string(), meta)
}

pub(crate) fn downgrade_block(block: &mut Value, version: &ProtocolVersion) {
    let text = match block["type"].as_str() {
        Some("resource_link") if Feature::ResourceLink.is_newer_than(version) => {
            format!(
                "{}: {}",
                block["name"].as_str().unwrap_or("link"),
                block["uri"].as_str().unwrap_or_default()
            )
        }
        Some("audio") if Feature::Audio.is_newer_than(version) => {
            format!("[audio, {}]", block["mimeType"].as_str().unwrap_or("of unknown type"))
        }
        _ => return,
    };
    *block = json!({ "type": "text", "text": text });
}
