//! Text of JSON that is put together without a parse.

use mcpwright_core::{JsonText, Meta};

/// Returns the text of an object with `_meta` added in front.
pub(crate) fn with_meta(fields: String, meta: &Meta) -> JsonText {
    if meta.is_empty() {
        return JsonText::from_trusted(fields);
    }
    let meta = serde_json::to_string(meta).unwrap_or_default();
    let separator = if fields.len() > 2 { "," } else { "" };
    JsonText::from_trusted(format!(r#"{{"_meta":{meta}{separator}{}"#, &fields[1..]))
}

/// Returns the empty object.
pub(crate) fn empty_object() -> JsonText {
    JsonText::from_trusted("{}".to_owned())
}
