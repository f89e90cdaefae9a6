//! Names of tools: the names that are valid, valid names of any text, and titles of names. Names of their arguments.

use serde_json::{Map, Value};

use crate::handler::ToolHandler;
use crate::limits::{MAX_ARGUMENT_NAME_BYTES, MAX_TOOL_NAME_BYTES};

/// The name of a tool whose text has no character of a name.
const NAMELESS: &str = "tool";

impl ToolHandler {
    /// Returns a valid name of a tool for a text that comes from elsewhere, such as an operation of an API.
    ///
    /// A valid name stays as it is. Otherwise the name is in lower case, `_` replaces each run of characters other than
    /// `A-Z a-z 0-9 _ - .`, and what is longer than 128 bytes is cut off. Several texts can have the same name: use
    /// [`unique_name`](Self::unique_name) for a list of them.
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// assert_eq!(ToolHandler::normalized_name("GET /users/{id}"), "get_users_id");
    /// assert_eq!(ToolHandler::normalized_name("listUsers"), "listUsers");
    /// assert_eq!(ToolHandler::normalized_name("用户"), "tool");
    /// ```
    pub fn normalized_name(text: &str) -> String {
        if check_tool_name(text).is_ok() {
            return text.to_owned();
        }
        let mut name = String::new();
        let runs = text.split(|c| !u8::try_from(c).is_ok_and(is_tool_name_byte));
        for run in runs.map(|run| run.trim_matches('_')).filter(|run| !run.is_empty()) {
            if !name.is_empty() {
                name.push('_');
            }
            name.push_str(run);
        }
        name.make_ascii_lowercase();
        name.truncate(MAX_TOOL_NAME_BYTES);
        if name.is_empty() { NAMELESS.to_owned() } else { name }
    }

    /// Returns a valid name of a tool for a text, as [`normalized_name`](Self::normalized_name) does, with a number behind it
    /// if the name is taken.
    ///
    /// Names depend on the order of the texts, so sort texts whose order can change.
    ///
    /// ```
    /// use std::collections::HashSet;
    ///
    /// use mcpwright_server::ToolHandler;
    ///
    /// let mut names = HashSet::new();
    /// let operations = ["GET /users/{id}", "GET /users/id", "DELETE /users/{id}"];
    /// let names = operations.map(|text| ToolHandler::unique_name(text, |name| !names.insert(name.to_owned())));
    /// assert_eq!(names, ["get_users_id", "get_users_id_2", "delete_users_id"]);
    /// ```
    pub fn unique_name(text: &str, mut is_taken: impl FnMut(&str) -> bool) -> String {
        let name = Self::normalized_name(text);
        let mut candidate = name.clone();
        let mut number = 1_u64;
        while is_taken(&candidate) {
            number += 1;
            let suffix = format!("_{number}");
            let length = name.len().min(MAX_TOOL_NAME_BYTES - suffix.len());
            candidate = format!("{}{suffix}", &name[..length]);
        }
        candidate
    }

    /// Returns a title for the name of a tool: its words, the first with a capital letter. For
    /// [`Builder::titles`](crate::Builder::titles).
    ///
    /// ```
    /// use mcpwright_server::ToolHandler;
    ///
    /// assert_eq!(ToolHandler::title_from_name("find_notes"), "Find notes");
    /// assert_eq!(ToolHandler::title_from_name("getUserById"), "Get user by id");
    /// assert_eq!(ToolHandler::title_from_name("parse-HTTPHeader.v2"), "Parse HTTP header v2");
    /// ```
    pub fn title_from_name(name: &str) -> String {
        let mut title = String::with_capacity(name.len() + 4);
        for word in name.split(['_', '-', '.']).flat_map(words) {
            if !title.is_empty() {
                title.push(' ');
            }
            let is_acronym = word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase());
            title.push_str(&if is_acronym { word.to_owned() } else { word.to_ascii_lowercase() });
        }
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        title
    }
}

/// Returns the words of a name in camel case.
fn words(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let begins_word = |index: &usize| {
        let (before, this) = (bytes[index - 1], bytes[*index]);
        let ends_acronym =
            before.is_ascii_uppercase() && bytes.get(index + 1).is_some_and(u8::is_ascii_lowercase);
        this.is_ascii_uppercase() && (!before.is_ascii_uppercase() || ends_acronym)
    };
    let mut words = Vec::new();
    let mut rest = name;
    for index in (1..bytes.len()).filter(begins_word) {
        let (word, next) = rest.split_at(index - (name.len() - rest.len()));
        words.push(word);
        rest = next;
    }
    words.push(rest);
    words.retain(|word| !word.is_empty());
    words
}

/// Checks the name of a tool.
pub(crate) fn check_tool_name(name: &str) -> Result<(), String> {
    let is_valid = (1..=MAX_TOOL_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_tool_name_byte);
    let reason = || format!("the name of a tool must be 1 to {MAX_TOOL_NAME_BYTES} of A-Z a-z 0-9 _ - .");
    is_valid.then_some(()).ok_or_else(reason)
}

/// Checks the names of the arguments of a tool: the properties of its input schema.
///
/// Providers of models reject a request with all of its tools because of one other name.
pub(crate) fn check_argument_names(input_schema: &Map<String, Value>) -> Result<(), String> {
    let properties = input_schema.get("properties").and_then(Value::as_object);
    let is_valid = |name: &str| {
        (1..=MAX_ARGUMENT_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_tool_name_byte)
    };
    match properties.into_iter().flat_map(Map::keys).find(|name| !is_valid(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "the name of the argument `{name}` must be 1 to {MAX_ARGUMENT_NAME_BYTES} of A-Z a-z 0-9 _ - ., because \
             providers of models reject all tools of a client otherwise: give it another name"
        )),
    }
}

/// Returns `true` if names of tools and of their arguments can have the byte.
pub(crate) fn is_tool_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
