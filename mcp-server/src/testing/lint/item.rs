//! Rules about names, descriptions and hints.

use serde_json::Value;

use crate::testing::lint::rule::Rule;
use crate::testing::lint::schema::{Violation, join, shortened};

/// Characters of the name of a tool or an argument that providers accept.
const MAX_NAME: usize = 64;

/// Characters of the names of a server and a tool that Cursor shows the model, one less than its limit.
const MAX_JOINED_NAME: usize = 59;

/// Characters that Claude Code adds to the names of a server and a tool: `mcp__server__tool`.
const CLAUDE_CODE_PREFIX: usize = 7;

/// Returns the violations in the name, the description and the hints of a tool.
pub(crate) fn check_tool(tool: &Value, server: &str) -> Vec<Violation> {
    let name = tool["name"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    if !is_name(name, "_-") || !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        found.push((Rule::TOOL_NAME, "/name".to_owned(), format!("the name {}", described(name))));
    } else {
        found.extend(check_joined_name(name, server));
    }
    found.extend(check_description(tool));
    for (argument, schema) in tool["inputSchema"]["properties"].as_object().into_iter().flatten() {
        let pointer = join("/inputSchema/properties", argument);
        if !is_name(argument, "_.-") {
            found.push((Rule::ARGUMENT_NAME, pointer.clone(), format!("the name {}", described(argument))));
        }
        let target = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let target = target.and_then(|pointer| tool["inputSchema"].pointer(pointer));
        if is_blank(schema) && target.is_none_or(is_blank) {
            found.push((Rule::ARGUMENT_DESCRIPTION, pointer, format!("the argument `{argument}`")));
        }
    }
    let hints = &tool["annotations"];
    if hints["readOnlyHint"] != true && !hints["destructiveHint"].is_boolean() {
        let detail = "clients assume that it changes and destroys things, since it states neither `readOnlyHint` nor \
                      `destructiveHint`";
        found.push((Rule::MISSING_HINTS, "/annotations".to_owned(), detail.to_owned()));
    }
    found
}

/// Returns the violations in the description and the arguments of a prompt.
pub(crate) fn check_prompt(prompt: &Value) -> Vec<Violation> {
    let mut found = check_description(prompt);
    for (index, argument) in prompt["arguments"].as_array().into_iter().flatten().enumerate() {
        if is_blank(argument) {
            let detail = format!("the argument {}", shortened(&argument["name"]));
            found.push((Rule::ARGUMENT_DESCRIPTION, format!("/arguments/{index}"), detail));
        }
    }
    found
}

/// Returns the violation of an item without a description.
pub(crate) fn check_description(item: &Value) -> Vec<Violation> {
    let missing =
        || (Rule::MISSING_DESCRIPTION, "/description".to_owned(), "it has no description".to_owned());
    is_blank(item).then(missing).into_iter().collect()
}

fn check_joined_name(name: &str, server: &str) -> Option<Violation> {
    let both = server.chars().count() + name.chars().count();
    let detail = if both > MAX_JOINED_NAME {
        format!(
            "the names of the server (`{server}`) and the tool have {both} characters, more than {MAX_JOINED_NAME}"
        )
    } else if both + CLAUDE_CODE_PREFIX > MAX_NAME {
        let length = both + CLAUDE_CODE_PREFIX;
        format!("`mcp__{server}__{name}` has {length} characters, more than {MAX_NAME}")
    } else {
        return None;
    };
    Some((Rule::QUALIFIED_NAME, "/name".to_owned(), detail))
}

/// Returns `true` for 1 to 64 ASCII letters, digits, and these signs.
fn is_name(name: &str, signs: &str) -> bool {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || signs.contains(character);
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(is_allowed)
}

/// Returns a name and its length, for texts.
fn described(name: &str) -> String {
    format!("{} ({} characters)", shortened(&Value::from(name)), name.chars().count())
}

/// Returns `true` if an item has no description.
fn is_blank(item: &Value) -> bool {
    item["description"].as_str().is_none_or(|text| text.trim().is_empty())
}
