//! Whether an answer is the right one: by parsing it, or by comparing it with one that was parsed.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::request::{DIGITS, Era, FIRST_NUMBER, Workload, positions};
use crate::{DUMMY_TOOLS, TOOL_COUNT};

/// One line of a server, parsed.
#[derive(Deserialize)]
pub(crate) struct Answer {
    jsonrpc: String,
    id: Option<Value>,
    method: Option<String>,
    result: Option<Map<String, Value>>,
    error: Option<Value>,
}

impl Answer {
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let answer: Self = serde_json::from_slice(line).map_err(|error| format!("not a message: {error}"))?;
        if answer.jsonrpc != "2.0" {
            return Err(format!("jsonrpc is `{}`", answer.jsonrpc));
        }
        Ok(answer)
    }

    /// The answer to the request with this id, or nothing if it is a notification.
    pub(crate) fn to(id: u32, line: &[u8]) -> Result<Option<Self>, String> {
        let answer = Self::parse(line)?;
        if answer.is_notification() {
            return Ok(None);
        }
        if answer.id != Some(json!(id)) {
            return Err(format!("the answer has the id {:?}, the request had {id}", answer.id));
        }
        Ok(Some(answer))
    }

    /// A server may say things that nobody asked about; they are no answers, and no mistakes.
    pub(crate) fn is_notification(&self) -> bool {
        self.method.is_some() && self.id.is_none()
    }

    /// The result, marked as complete where the era has that mark.
    pub(crate) fn result(self, era: Era) -> Result<Map<String, Value>, String> {
        if let Some(error) = self.error {
            return Err(format!("an error came back: {error}"));
        }
        let result = self.result.ok_or("neither a result nor an error")?;
        if era == Era::Modern && result.get("resultType") != Some(&json!("complete")) {
            return Err(format!("resultType is {:?}", result.get("resultType")));
        }
        Ok(result)
    }

    /// Whether it is the protocol's error.
    pub(crate) fn is_error(&self) -> bool {
        self.error.is_some()
    }

    /// Whether the server declined: with an error, or with a result that the model reads as one.
    pub(crate) fn is_refusal(&self) -> bool {
        let is_error = |result: &Map<String, Value>| result.get("isError") == Some(&json!(true));
        self.error.is_some() || self.result.as_ref().is_some_and(is_error)
    }
}

/// Checks the answers of one run.
///
/// A parsed right answer becomes the template of the others: an answer that differs from it in nothing but the number,
/// wherever that stood, is what a server had to send for that number. All else is parsed.
pub(crate) struct Checker {
    era: Era,
    workload: Workload,
    template: Option<Template>,
    /// How many answers were parsed.
    pub(crate) parsed: u64,
}

impl Checker {
    pub(crate) fn new(era: Era, workload: Workload) -> Self {
        Self { era, workload, template: None, parsed: 0 }
    }

    /// The number of the request that this line answers rightly, or nothing if it is a notification.
    pub(crate) fn check(&mut self, line: &[u8]) -> Result<Option<u32>, String> {
        if let Some(number) = self.template.as_ref().and_then(|template| template.number_of(line)) {
            return Ok(Some(number));
        }
        self.parsed += 1;
        let answer = Answer::parse(line)?;
        if answer.is_notification() {
            return Ok(None);
        }
        let number = answer.id.as_ref().and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let Some(number) = number.filter(|&number| number >= FIRST_NUMBER) else {
            return Err(format!("the id {:?} was never used", answer.id));
        };
        let result = answer.result(self.era)?;
        expect(self.workload, self.era, number, &result)?;
        if self.template.is_none() {
            self.template = Some(Template::new(line, number));
        }
        Ok(Some(number))
    }
}

/// A right answer, and where its number stands.
struct Template {
    line: Vec<u8>,
    numbers: Vec<usize>,
}

impl Template {
    fn new(line: &[u8], number: u32) -> Self {
        Self { line: line.to_vec(), numbers: positions(line, number) }
    }

    /// The number of a line that is this one but for the number.
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
        // A smaller number would have a zero in front, which is no number in JSON.
        (number >= FIRST_NUMBER).then_some(number)
    }
}

/// Whether a result is what the request with this number asked for.
fn expect(workload: Workload, era: Era, number: u32, result: &Map<String, Value>) -> Result<(), String> {
    match (workload, era) {
        (Workload::Echo | Workload::Big, _) => expect_text(result, &workload.echo_text(number)),
        (Workload::Blob, _) => expect_text(result, &"x".repeat(Workload::BLOB)),
        (Workload::List, _) => expect_tools(result).and_then(|()| expect_cache_hints(era, result)),
        (Workload::Discover, Era::Modern) => expect_discovery(result),
        (Workload::Discover, Era::Legacy) if result.is_empty() => Ok(()),
        (Workload::Discover, Era::Legacy) => Err(format!("ping came back with {}", shortened(result))),
    }
}

/// One text block, and no error.
pub(crate) fn expect_text(result: &Map<String, Value>, text: &str) -> Result<(), String> {
    let refused = !matches!(result.get("isError"), None | Some(Value::Bool(false)));
    let right = result.get("content") == Some(&json!([{"type": "text", "text": text}]));
    if refused || !right || result.contains_key("structuredContent") {
        return Err(format!("expected the text `{}`, got {}", shorten(text), shortened(result)));
    }
    Ok(())
}

/// All tools in one page, the dummy tools with the schemas that they were written with.
pub(crate) fn expect_tools(result: &Map<String, Value>) -> Result<(), String> {
    let tools = result.get("tools").and_then(Value::as_array).ok_or("no list of tools")?;
    if tools.len() != TOOL_COUNT || result.get("nextCursor").is_some_and(|cursor| !cursor.is_null()) {
        return Err(format!("{} tools where {TOOL_COUNT} in one page were expected", tools.len()));
    }
    let named = |name: &Value| tools.iter().find(|tool| tool.get("name") == Some(name));
    for name in ["echo", "add", "blob"] {
        let tool = named(&json!(name)).ok_or_else(|| format!("no tool `{name}`"))?;
        if tool["inputSchema"]["type"] != "object" {
            return Err(format!("`{name}` has no input schema"));
        }
    }
    let dummies: Vec<Value> = serde_json::from_str(DUMMY_TOOLS).map_err(|error| error.to_string())?;
    for dummy in dummies {
        let tool = named(&dummy["name"]).ok_or_else(|| format!("no tool {}", dummy["name"]))?;
        if let Some(key) = ["description", "inputSchema"].into_iter().find(|key| tool[key] != dummy[key]) {
            return Err(format!("{} of {} is not as written", key, dummy["name"]));
        }
    }
    Ok(())
}

fn expect_discovery(result: &Map<String, Value>) -> Result<(), String> {
    let versions = result.get("supportedVersions").and_then(Value::as_array);
    if !versions.is_some_and(|versions| versions.contains(&json!("2026-07-28"))) {
        return Err(format!("supportedVersions lacks 2026-07-28: {}", shortened(result)));
    }
    if !result.get("capabilities").is_some_and(|capabilities| capabilities["tools"].is_object()) {
        return Err(format!("no tools among the capabilities: {}", shortened(result)));
    }
    expect_cache_hints(Era::Modern, result)
}

/// Modern clients may keep lists, and are told for how long.
pub(crate) fn expect_cache_hints(era: Era, result: &Map<String, Value>) -> Result<(), String> {
    let given = result.get("ttlMs").is_some_and(Value::is_u64)
        && result.get("cacheScope").is_some_and(Value::is_string);
    if era == Era::Modern && !given {
        return Err("ttlMs or cacheScope is missing".into());
    }
    Ok(())
}

/// What is said of a wrong answer.
pub(crate) fn wrong(reason: &str, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(&line[..line.len().min(400)]);
    format!("a wrong answer: {reason}; it began with {line}")
}

/// A result as far as a message about it needs it.
pub(crate) fn shortened(result: &Map<String, Value>) -> String {
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
    fn a_right_answer_is_parsed_once() {
        let mut checker = checker();
        for number in [FIRST_NUMBER + 7, 1_234_567, 9_999_999] {
            let line = echo(number, &Workload::Echo.echo_text(number));
            assert_eq!(checker.check(&line), Ok(Some(number)));
        }
        assert_eq!(checker.parsed, 1);
    }

    #[test]
    fn an_answer_of_another_shape_is_parsed_and_accepted() {
        let mut checker = checker();
        let text = Workload::Echo.echo_text(1_000_003);
        let line = json!({"result": {"isError": false, "content": [{"text": text, "type": "text"}]},
            "id": 1_000_003, "jsonrpc": "2.0"});
        assert_eq!(checker.check(line.to_string().as_bytes()), Ok(Some(1_000_003)));
        assert_eq!(checker.parsed, 2);
    }

    #[test]
    fn an_answer_to_another_call_is_refused() {
        let mut checker = checker();
        let line = echo(1_000_003, &Workload::Echo.echo_text(1_000_004));
        assert!(checker.check(&line).is_err());
    }

    #[test]
    fn a_changed_letter_is_refused_wherever_it_is() {
        let mut checker = checker();
        let line = echo(1_000_003, &Workload::Echo.echo_text(1_000_003));
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] = if changed[at] == b'%' { b'&' } else { b'%' };
            assert!(checker.check(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_id_that_was_never_used_is_refused() {
        let mut checker = checker();
        for id in [0, 999_999] {
            assert!(checker.check(&echo(id, &Workload::Echo.echo_text(id))).is_err(), "{id}");
        }
    }

    #[test]
    fn errors_and_refusals_are_refused() {
        let text = Workload::Echo.echo_text(1_000_001);
        let content = json!([{"type": "text", "text": text}]);
        for answer in [
            json!({"jsonrpc": "2.0", "id": 1_000_001, "error": {"code": -32603, "message": "broken"}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001, "result": {"content": content, "isError": true}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001, "result": {"content": []}}),
            json!({"jsonrpc": "2.0", "id": 1_000_001}),
            json!({"jsonrpc": "1.0", "id": 1_000_001, "result": {"content": content}}),
            json!({"jsonrpc": "2.0", "id": null, "result": {"content": content}}),
        ] {
            assert!(checker().check(answer.to_string().as_bytes()).is_err(), "{answer}");
        }
    }

    #[test]
    fn a_modern_answer_has_a_result_type() {
        let mut checker = Checker::new(Era::Modern, Workload::Echo);
        assert!(checker.check(&echo(FIRST_NUMBER, &Workload::Echo.echo_text(FIRST_NUMBER))).is_err());
    }

    #[test]
    fn a_list_lacking_a_tool_or_a_word_is_refused() {
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
