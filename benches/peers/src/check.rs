//! Checks of responses, by parsing them or by comparing them with a parsed one.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::dummy_tools::{DUMMY_TOOLS, TOOL_COUNT};
use crate::workload::{DIGITS, Era, FIRST_NUMBER, Workload, positions};

/// A message of a server: a response or a notification.
#[derive(Deserialize)]
pub(crate) struct ServerMessage {
    jsonrpc: String,
    id: Option<Value>,
    method: Option<String>,
    result: Option<Map<String, Value>>,
    error: Option<Value>,
}

impl ServerMessage {
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let message: Self =
            serde_json::from_slice(line).map_err(|error| format!("not a message: {error}"))?;
        if message.jsonrpc != "2.0" {
            return Err(format!("jsonrpc must be `2.0`, not `{}`", message.jsonrpc));
        }
        Ok(message)
    }

    /// Parses the response to the request with this id. Returns `None` for a notification.
    pub(crate) fn parse_response(id: u32, line: &[u8]) -> Result<Option<Self>, String> {
        let message = Self::parse(line)?;
        if message.is_notification() {
            return Ok(None);
        }
        if message.id != Some(json!(id)) {
            return Err(format!("the id of the response is {:?}, that of the request is {id}", message.id));
        }
        Ok(Some(message))
    }

    /// Returns `true` for a notification. Servers may send notifications at any time.
    pub(crate) fn is_notification(&self) -> bool {
        self.method.is_some() && self.id.is_none()
    }

    /// Returns the result. In the modern era, its `resultType` must be `complete`.
    pub(crate) fn result(self, era: Era) -> Result<Map<String, Value>, String> {
        if let Some(error) = self.error {
            return Err(format!("the response is an error: {error}"));
        }
        let result = self.result.ok_or("neither a result nor an error")?;
        if era == Era::Modern && result.get("resultType") != Some(&json!("complete")) {
            return Err(format!("resultType is {:?}", result.get("resultType")));
        }
        Ok(result)
    }

    /// Returns `true` for a JSON-RPC error.
    pub(crate) fn is_error(&self) -> bool {
        self.error.is_some()
    }

    /// Returns `true` for a JSON-RPC error or a tool error.
    pub(crate) fn is_rejection(&self) -> bool {
        let is_error = |result: &Map<String, Value>| result.get("isError") == Some(&json!(true));
        self.error.is_some() || self.result.as_ref().is_some_and(is_error)
    }
}

/// Checks the responses of one run.
///
/// The first correct response becomes a template: a later response that differs from it only in the request's number is
/// correct, too, and need not be parsed. All other responses are parsed.
pub(crate) struct Checker {
    era: Era,
    workload: Workload,
    template: Option<Template>,
    /// Number of responses that were parsed.
    pub(crate) parsed: u64,
}

impl Checker {
    pub(crate) fn new(era: Era, workload: Workload) -> Self {
        Self { era, workload, template: None, parsed: 0 }
    }

    /// Checks a line. Returns the number of the request of a correct response, or `None` for a notification.
    pub(crate) fn check(&mut self, line: &[u8]) -> Result<Option<u32>, String> {
        if let Some(number) = self.template.as_ref().and_then(|template| template.number_of(line)) {
            return Ok(Some(number));
        }
        self.parsed += 1;
        let message = ServerMessage::parse(line)?;
        if message.is_notification() {
            return Ok(None);
        }
        let number = message.id.as_ref().and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let Some(number) = number.filter(|&number| number >= FIRST_NUMBER) else {
            return Err(format!("no request has the id {:?}", message.id));
        };
        let result = message.result(self.era)?;
        check_result(self.workload, self.era, number, &result)?;
        if self.template.is_none() {
            self.template = Some(Template::new(line, number));
        }
        Ok(Some(number))
    }
}

/// A correct response, and the positions of its number.
struct Template {
    line: Vec<u8>,
    numbers: Vec<usize>,
}

impl Template {
    fn new(line: &[u8], number: u32) -> Self {
        Self { line: line.to_vec(), numbers: positions(line, number) }
    }

    /// Returns the number of a line that is equal to the template except for the number.
    fn number_of(&self, line: &[u8]) -> Option<u32> {
        let first = *self.numbers.first()?;
        if line.len() != self.line.len() {
            return None;
        }
        let digits = &line[first..first + DIGITS];
        let mut compared = 0;
        for &at in &self.numbers {
            if line[compared..at] != self.line[compared..at] || line[at..at + DIGITS] != *digits {
                return None;
            }
            compared = at + DIGITS;
        }
        if line[compared..] != self.line[compared..] || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        // A smaller number would have a leading zero, which is invalid in JSON.
        (number >= FIRST_NUMBER).then_some(number)
    }
}

/// Checks the result of the request with this number.
fn check_result(
    workload: Workload,
    era: Era,
    number: u32,
    result: &Map<String, Value>,
) -> Result<(), String> {
    match (workload, era) {
        (Workload::Echo | Workload::Big, _) => expect_text(result, &workload.echo_text(number)),
        (Workload::Blob, _) => expect_text(result, &"x".repeat(Workload::BLOB)),
        (Workload::List, _) => expect_tools(result).and_then(|()| expect_cache_hints(era, result)),
        (Workload::Discover, Era::Modern) => expect_discovery(result),
        (Workload::Discover, Era::Legacy) if result.is_empty() => Ok(()),
        (Workload::Discover, Era::Legacy) => {
            Err(format!("the result of ping must be empty, not {}", summary(result)))
        }
    }
}

/// Checks that the result is one text block, and not an error.
pub(crate) fn expect_text(result: &Map<String, Value>, text: &str) -> Result<(), String> {
    let is_error = !matches!(result.get("isError"), None | Some(Value::Bool(false)));
    let matches = result.get("content") == Some(&json!([{"type": "text", "text": text}]));
    if is_error || !matches || result.contains_key("structuredContent") {
        return Err(format!("expected the text `{}`, got {}", shorten(text), summary(result)));
    }
    Ok(())
}

/// Checks that the result contains all tools in one page, and that the dummy tools are unchanged.
pub(crate) fn expect_tools(result: &Map<String, Value>) -> Result<(), String> {
    let tools = result.get("tools").and_then(Value::as_array).ok_or("`tools` is missing")?;
    if tools.len() != TOOL_COUNT || result.get("nextCursor").is_some_and(|cursor| !cursor.is_null()) {
        return Err(format!("expected {TOOL_COUNT} tools in one page, got {}", tools.len()));
    }
    let find = |name: &Value| tools.iter().find(|tool| tool.get("name") == Some(name));
    for name in ["echo", "add", "blob"] {
        let tool = find(&json!(name)).ok_or_else(|| format!("no tool `{name}`"))?;
        if tool["inputSchema"]["type"] != "object" {
            return Err(format!("`{name}` has no input schema"));
        }
    }
    let dummies: Vec<Value> = serde_json::from_str(DUMMY_TOOLS).map_err(|error| error.to_string())?;
    for dummy in dummies {
        let tool = find(&dummy["name"]).ok_or_else(|| format!("no tool {}", dummy["name"]))?;
        if let Some(key) = ["description", "inputSchema"].into_iter().find(|key| tool[key] != dummy[key]) {
            return Err(format!("{} of {} differs from the workload's", key, dummy["name"]));
        }
    }
    Ok(())
}

fn expect_discovery(result: &Map<String, Value>) -> Result<(), String> {
    let versions = result.get("supportedVersions").and_then(Value::as_array);
    if !versions.is_some_and(|versions| versions.contains(&json!("2026-07-28"))) {
        return Err(format!("supportedVersions lacks 2026-07-28: {}", summary(result)));
    }
    if !result.get("capabilities").is_some_and(|capabilities| capabilities["tools"].is_object()) {
        return Err(format!("the capabilities lack tools: {}", summary(result)));
    }
    expect_cache_hints(Era::Modern, result)
}

/// Checks that a list of the modern era has cache hints.
pub(crate) fn expect_cache_hints(era: Era, result: &Map<String, Value>) -> Result<(), String> {
    let has_hints = result.get("ttlMs").is_some_and(Value::is_u64)
        && result.get("cacheScope").is_some_and(Value::is_string);
    if era == Era::Modern && !has_hints {
        return Err("ttlMs or cacheScope is missing".into());
    }
    Ok(())
}

/// Returns the error for an incorrect response.
pub(crate) fn incorrect(reason: &str, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(&line[..line.len().min(400)]);
    format!("incorrect response: {reason}; it starts with {line}")
}

/// Formats a result for an error message.
pub(crate) fn summary(result: &Map<String, Value>) -> String {
    shorten(&Value::Object(result.clone()).to_string())
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(300) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(id: u32, text: &str) -> Vec<u8> {
        json!({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": text}]}})
            .to_string()
            .into_bytes()
    }

    fn checker() -> Checker {
        let mut checker = Checker::new(Era::Legacy, Workload::Echo);
        let first = echo(FIRST_NUMBER, &Workload::Echo.echo_text(FIRST_NUMBER));
        assert_eq!(checker.check(&first), Ok(Some(FIRST_NUMBER)));
        checker
    }

    #[test]
    fn correct_responses_are_parsed_once() {
        let mut checker = checker();
        for number in [FIRST_NUMBER + 7, 1_234_567, 9_999_999] {
            let line = echo(number, &Workload::Echo.echo_text(number));
            assert_eq!(checker.check(&line), Ok(Some(number)));
        }
        assert_eq!(checker.parsed, 1);
    }

    #[test]
    fn responses_of_another_form_are_parsed() {
        let mut checker = checker();
        let text = Workload::Echo.echo_text(1_000_003);
        let line = json!({"result": {"isError": false, "content": [{"text": text, "type": "text"}]},
            "id": 1_000_003, "jsonrpc": "2.0"});
        assert_eq!(checker.check(line.to_string().as_bytes()), Ok(Some(1_000_003)));
        assert_eq!(checker.parsed, 2);
    }

    #[test]
    fn responses_to_another_call_are_rejected() {
        let mut checker = checker();
        let line = echo(1_000_003, &Workload::Echo.echo_text(1_000_004));
        assert!(checker.check(&line).is_err());
    }

    #[test]
    fn any_changed_byte_is_rejected() {
        let mut checker = checker();
        let line = echo(1_000_003, &Workload::Echo.echo_text(1_000_003));
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] = if changed[at] == b'%' { b'&' } else { b'%' };
            assert!(checker.check(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn unknown_ids_are_rejected() {
        let mut checker = checker();
        for id in [0, 999_999] {
            assert!(checker.check(&echo(id, &Workload::Echo.echo_text(id))).is_err(), "{id}");
        }
    }

    #[test]
    fn errors_are_rejected() {
        let text = Workload::Echo.echo_text(1_000_001);
        let content = json!([{"type": "text", "text": text}]);
        for response in [
            json!({"jsonrpc": "2.0", "id": 1_000_001, "error": {"code": -32603, "message": "broken"}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001, "result": {"content": content, "isError": true}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001, "result": {"content": []}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001}),
            json!({"jsonrpc": "1.0", "id": 1_000_001, "result": {"content": content}}),
            json!({"jsonrpc": "2.0", "id": null, "result": {"content": content}}),
        ] {
            assert!(checker().check(response.to_string().as_bytes()).is_err(), "{response}");
        }
    }

    #[test]
    fn modern_results_need_a_result_type() {
        let mut checker = Checker::new(Era::Modern, Workload::Echo);
        assert!(checker.check(&echo(FIRST_NUMBER, &Workload::Echo.echo_text(FIRST_NUMBER))).is_err());
    }

    #[test]
    fn incomplete_or_changed_lists_are_rejected() {
        let mut tools: Vec<Value> = serde_json::from_str(DUMMY_TOOLS).unwrap();
        tools.extend(
            ["echo", "add", "blob"].map(|name| json!({"name": name, "inputSchema": {"type": "object"}})),
        );
        let list = |tools: &[Value]| expect_tools(json!({"tools": tools}).as_object().unwrap());
        assert_eq!(list(&tools), Ok(()));
        assert!(list(&tools[1..]).is_err());
        tools[42]["inputSchema"]["properties"]["limit"]["maximum"] = json!(999);
        assert!(list(&tools).is_err());
    }
}
