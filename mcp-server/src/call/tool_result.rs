//! Serialization of tool results.

use mcpwright_core::{CallToolResult, ContentBlock, ErrorObject, JsonText, push_json_string};

use crate::call::outcome::{Answer, Feature, Outcome};
use crate::incident;

/// Returns a result that replaces one that is too large, and asks the model to request less.
pub(crate) fn too_large_error(reason: &str) -> Result<Answer, ErrorObject> {
    answer(CallToolResult::error(format!("{reason}; request less")))
}

/// Returns the answer of a tool.
pub(crate) fn answer(mut result: CallToolResult) -> Result<Answer, ErrorObject> {
    let is_error = result.is_error == Some(true);
    let meta = std::mem::take(&mut result.meta);
    let requires = match &result.structured_content {
        Some(value) if !value.as_str().starts_with('{') => Some(Feature::AnyStructuredContent),
        _ => result.content.iter().filter_map(Feature::of).max(),
    };
    let fields = serialize(&result)
        .map_err(|error| incident::failed("the result of a tool does not serialize", &error))?;
    Ok(Answer { is_error, requires, ..Answer::serialized(fields).meta(meta) })
}

impl From<CallToolResult> for Outcome {
    /// Makes the result of a tool the outcome of its call, as if a handler had returned it.
    fn from(result: CallToolResult) -> Self {
        answer(result).into()
    }
}

/// Returns the members of a result as the text of an object. Plain text, the most frequent content, takes a short path.
pub(crate) fn serialize(result: &CallToolResult) -> Result<String, serde_json::Error> {
    let is_plain = result.other.is_empty() && result.content.iter().all(|block| plain_text(block).is_some());
    if !is_plain {
        return serde_json::to_string(result);
    }
    let texts = || result.content.iter().filter_map(plain_text);
    let structured = result.structured_content.as_ref().map_or("", JsonText::as_str);
    let size: usize = texts().map(|text| text.len() + 40).sum();
    let mut out = String::with_capacity(size + structured.len() + 64);
    out.push_str(r#"{"content":["#);
    for (index, text) in texts().enumerate() {
        out.push_str(if index == 0 { r#"{"type":"text","text":"# } else { r#",{"type":"text","text":"# });
        push_json_string(&mut out, text);
        out.push('}');
    }
    out.push(']');
    if !structured.is_empty() {
        out.push_str(r#","structuredContent":"#);
        out.push_str(structured);
    }
    if let Some(is_error) = result.is_error {
        out.push_str(if is_error { r#","isError":true"# } else { r#","isError":false"# });
    }
    out.push('}');
    Ok(out)
}

/// Returns the text of a text block without further members.
fn plain_text(block: &ContentBlock) -> Option<&str> {
    match block {
        ContentBlock::Text(text)
            if text.annotations.is_none() && text.meta.is_empty() && text.other.is_empty() =>
        {
            Some(&text.text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_results_serialize_like_all_others() {
        let structured = JsonText::parse(r#"{"a":[1]}"#).unwrap();
        let results = [
            CallToolResult::default(),
            CallToolResult::text("a \"quoted\"\n\u{1} text, ü"),
            CallToolResult::error("no"),
            CallToolResult::new([ContentBlock::text("one"), ContentBlock::text("two")])
                .structured_content(structured),
            CallToolResult::new([ContentBlock::text("one"), ContentBlock::image([1, 2], "image/png")])
                .is_error(false),
        ];
        for result in results {
            let ours: serde_json::Value = serde_json::from_str(&serialize(&result).unwrap()).unwrap();
            assert_eq!(ours, serde_json::to_value(&result).unwrap());
        }
    }
}
