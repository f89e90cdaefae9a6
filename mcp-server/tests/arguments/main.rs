//! A table of cases: arguments of all types that people use, as models send them, and their ends.

mod properties;
#[path = "../raw/mod.rs"]
mod raw;
mod types;

use mcpwright_server::Server;
use serde_json::Value;

/// The cases, one on each line:
///
/// - `type: sent`: the value is accepted, and its JSON is what was sent;
/// - `type: sent => value`: the value is accepted, and its JSON is `value`;
/// - `type: sent !! problem`: the value is rejected, with these problems, separated by ` // `.
///
/// A type with the prefix `strict_` is that of a tool without coercion. Empty lines and lines that begin with `#` are ignored.
const CASES: &str = include_str!("cases.txt");

/// Minimum number of cases.
const MIN_CASES: usize = 250;

/// The first and the last line of a rejection.
const FRAME: [&str; 2] =
    [" was not called: its arguments are invalid.\n- ", "\nFix these arguments and call it again."];

#[derive(Clone, Debug, PartialEq)]
enum Expected {
    Value(String),
    Problems(String),
}

fn parse(line: &str) -> (&str, &str, Expected) {
    let (name, case) = line.split_once(": ").expect("a case has a type");
    if let Some((sent, problems)) = case.split_once(" !! ") {
        return (name, sent, Expected::Problems(problems.to_owned()));
    }
    let (sent, value) = case.split_once(" => ").unwrap_or((case, case));
    (name, sent, Expected::Value(value.to_owned()))
}

fn call(server: &Server, name: &str, sent: &str) -> Expected {
    let response = raw::send(server, &raw::message(name, &format!(r#"{{"v":{sent}}}"#)));
    let response: Value = serde_json::from_str(&response).expect("a response is JSON");
    let result = &response["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no result: {response}"));
    if result["isError"] != true {
        return Expected::Value(text.to_owned());
    }
    let problems = text.strip_prefix(name).and_then(|text| text.strip_prefix(FRAME[0]));
    let problems = problems.and_then(|text| text.strip_suffix(FRAME[1])).unwrap_or(text);
    Expected::Problems(problems.replace("\n- ", " // "))
}

#[test]
fn cases_end_as_the_table_says() {
    let server = types::server();
    let lines = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut count, mut failures) = (0, Vec::new());
    for line in lines {
        count += 1;
        let (name, sent, expected) = parse(line);
        let actual = call(&server, name, sent);
        if actual != expected {
            failures.push(match actual {
                Expected::Value(value) if value == sent => format!("{name}: {sent}"),
                Expected::Value(value) => format!("{name}: {sent} => {value}"),
                Expected::Problems(problems) => format!("{name}: {sent} !! {problems}"),
            });
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} cases end otherwise:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count >= MIN_CASES, "{count} cases");
}
