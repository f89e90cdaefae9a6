//! The memory that arguments cost which are rejected: at most four times the message, and a constant.

// Allocations of all threads are counted, so this is the only test of its process.

mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use mcpwright_server::{Server, ToolHandler};
use peak_alloc::PeakAlloc;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Maximum number of bytes that are allocated at a time for each byte of a message.
const MAX_FACTOR: f64 = 4.0;

/// The length of the arguments of a call, in bytes.
const LEN: usize = 256 << 10;

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "values are only rejected")]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "values are only rejected")]
enum Untagged {
    Number(u32),
    List(Vec<u32>),
    Tree(Tree),
}

fn server() -> Server {
    let portable = json!({ "type": "object", "properties": { "v": { "type": "array", "items": { "type": "integer" } } } });
    Server::builder("memory", "1.0.0")
        .tool(ToolHandler::function("list", ["v"], |_: Vec<u32>| async {}))
        .tool(ToolHandler::function("nested", ["v"], |_: Vec<Vec<u8>>| async {}))
        .tool(ToolHandler::function("set", ["v"], |_: BTreeSet<u32>| async {}))
        .tool(ToolHandler::function("string", ["v"], |_: String| async {}))
        .tool(ToolHandler::function("tree", ["v"], |_: Tree| async {}))
        .tool(ToolHandler::function("untagged", ["v"], |_: Untagged| async {}))
        .tool(ToolHandler::function("map", ["v"], |_: BTreeMap<String, bool>| async {}))
        .tool(ToolHandler::function("ignoring", ["v"], |_: u32| async {}).allow_unknown_arguments())
        .tool(ToolHandler::with_portable_schema("portable", portable, |_: Value, _| async {}))
        .build()
}

/// Returns parts separated by commas, within `start` and `end`.
fn repeat(start: &str, end: &str, mut part: impl FnMut(usize, &mut String)) -> String {
    let mut text = String::with_capacity(LEN + 100);
    text.push_str(start);
    let mut index = 0;
    while text.len() < LEN {
        if index > 0 {
            text.push(',');
        }
        part(index, &mut text);
        index += 1;
    }
    text.push_str(end);
    text
}

/// Returns the JSON text of hostile arguments, each with a name.
fn hostile() -> Vec<(&'static str, String)> {
    let same = |part: &'static str| repeat(r#"{"v":["#, "]}", move |_, text| text.push_str(part));
    let numbered = |start: &str, part: fn(usize, &mut String), end: &str| repeat(start, end, part);
    vec![
        ("empty arrays", same("[]")),
        ("empty objects", same("{}")),
        ("empty strings", same(r#""""#)),
        ("nulls", same("null")),
        ("digits", same("0")),
        (
            "numbers in strings, then another",
            numbered(r#"{"v":["#, |_, text| text.push_str(r#""1""#), r#","x"]}"#),
        ),
        (
            "different numbers, then another",
            numbered(r#"{"v":["#, |index, text| write!(text, "{index}").expect("a string"), r#","x"]}"#),
        ),
        (
            "different numbers, then the last one again",
            numbered(r#"{"v":["#, |index, text| write!(text, "{index}").expect("a string"), ",0]}"),
        ),
        (
            "unknown arguments",
            numbered("{", |index, text| write!(text, r#""{index}":0"#).expect("a string"), "}"),
        ),
        (
            "unknown members",
            numbered(r#"{"v":{"#, |index, text| write!(text, r#""{index}":0"#).expect("a string"), "}}"),
        ),
        ("trees", same(r#"{"name":"","children":[]}"#)),
        ("a long string", format!(r#"{{"v":"{}","x":0}}"#, "a".repeat(LEN))),
        ("a long number", format!(r#"{{"v":{}}}"#, "1".repeat(LEN))),
        ("an array in a string", format!(r#"{{"v":"[{}[]]"}}"#, "[],".repeat(LEN / 3))),
        ("escapes in a string", format!(r#"{{"v":"[{}0]"}}"#, r"\u0030,".repeat(LEN / 7))),
        ("all in a string", format!(r#""{{\"v\":[{}[]]}}""#, "[],".repeat(LEN / 3))),
    ]
}

/// Calls a tool. Returns the text of the response, and the number of bytes that were allocated at a time for each byte of the
/// message.
fn call(server: &Server, tool: &str, arguments: &str) -> (String, f64) {
    let message = raw::message(tool, arguments);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let text = raw::send(server, &message);
    let peak = ALLOCATOR.peak_usage() - before;
    (text, peak as f64 / message.len() as f64)
}

#[test]
fn rejected_arguments_cost_at_most_four_times_the_message() {
    let server = server();
    let tools = ["list", "nested", "set", "string", "tree", "untagged", "map", "ignoring", "portable"];
    let (mut highest, mut failures) = ((0.0, String::new()), Vec::new());
    let mut rejected = 0;
    for (name, arguments) in hostile() {
        for tool in tools {
            let (text, factor) = call(&server, tool, &arguments);
            if !text.contains("arguments are invalid") && !text.contains("\"error\"") {
                continue;
            }
            rejected += 1;
            assert!(text.len() < 20_000, "{tool} with {name}: an answer of {} bytes", text.len());
            if factor > highest.0 {
                highest = (factor, format!("{tool} with {name}"));
            }
            if factor > MAX_FACTOR {
                failures.push(format!("{factor:.2} for {tool} with {name}"));
            }
        }
    }
    eprintln!("{rejected} calls were rejected; the highest factor is {:.2}, of {}", highest.0, highest.1);
    assert!(rejected > 100, "{rejected} calls were rejected");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
