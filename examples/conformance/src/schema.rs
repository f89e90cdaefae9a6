//! A tool with an input schema written by hand, which no Rust type produces.

use mcpwright::ToolHandler;
use serde_json::{Value, json};

/// Returns the tool. `tools/list` contains exactly this schema.
pub(crate) fn tool() -> ToolHandler {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    });
    ToolHandler::with_schema("json_schema_2020_12_tool", schema, |arguments: Value, _| async move {
        format!("The arguments are: {arguments}")
    })
    .description("Return the arguments, which are validated against a schema of JSON Schema 2020-12.")
    .read_only(true)
}
