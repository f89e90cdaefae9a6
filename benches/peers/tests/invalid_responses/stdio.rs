//! Invalid responses over stdio: the server is `limit-stdio`, whose output is changed by a filter.

use std::time::Duration;

use mcpwright_peers::drive::{self, Report};
use mcpwright_peers::{Era, RunOptions, Target, Workload};

const LIMIT: &str = env!("CARGO_BIN_EXE_limit-stdio");
const RMCP: &str = env!("CARGO_BIN_EXE_rmcp-workload");

/// Runs `limit-stdio` with its output piped through `filter`, a shell command, or unchanged if `filter` is empty.
fn run(filter: &str, era: Era, workload: Workload, window: u32) -> Result<Report, String> {
    let pipe = if filter.is_empty() { String::new() } else { format!(" | {filter}") };
    drive_command(
        vec!["sh".into(), "-c".into(), format!("export LC_ALL=C; {LIMIT} --stdio{pipe}")],
        era,
        workload,
        window,
    )
}

fn drive_command(command: Vec<String>, era: Era, workload: Workload, window: u32) -> Result<Report, String> {
    let timeout = Duration::from_secs(1);
    let calls = if workload == Workload::Big { 10 } else { 50 };
    let options =
        RunOptions { target: Target::Stdio(command), era, workload, calls, window, warmup: 10, timeout };
    drive::run(&options).map_err(|error| error.to_string())
}

fn check_fails(filter: &str, workload: Workload, message: &str) {
    for era in [Era::Legacy, Era::Modern] {
        for window in [1, 64] {
            let error = run(filter, era, workload, window).expect_err(filter);
            assert!(error.contains(message), "{filter}, {era:?}, window {window}: {error}");
        }
    }
}

#[test]
fn correct_responses_have_a_report() {
    let servers = [vec![LIMIT], vec![RMCP], vec![RMCP, "--pipes"]];
    for workload in [Workload::Echo, Workload::Blob, Workload::List, Workload::Discover, Workload::Big] {
        for command in &servers {
            for (era, window) in [(Era::Legacy, 1), (Era::Legacy, 64), (Era::Modern, 1), (Era::Modern, 64)] {
                let command = command.iter().map(|&word| word.to_owned()).collect();
                let report = drive_command(command, era, workload, window).unwrap();
                assert_eq!(report.parsed, 1, "{report:?}");
            }
        }
    }
}

#[test]
fn filter_without_changes() {
    run("sed -u s/a/a/", Era::Modern, Workload::Echo, 64).unwrap();
}

#[test]
fn changed_text() {
    check_fails(
        "sed -u 's/call 1000030:.*fox/call 1000030: the quick brown cat/'",
        Workload::Echo,
        "incorrect response",
    );
}

#[test]
fn text_of_another_call() {
    check_fails("sed -u 's/call 1000030:/call 1000031:/'", Workload::Echo, "incorrect response");
}

#[test]
fn id_of_another_call() {
    check_fails(
        "sed -u 's/\"id\":1000030,/\"id\":1000031,/'",
        Workload::List,
        "incorrect response: no response with this id",
    );
}

#[test]
fn id_that_is_not_a_number() {
    check_fails(
        "sed -u 's/\"id\":1000030,/\"id\":\"1000030\",/'",
        Workload::Discover,
        "no request has the id",
    );
}

#[test]
fn duplicate_response() {
    check_fails("sed -u '/\"id\":1000030,/p'", Workload::Echo, "no response with this id is due");
}

#[test]
fn duplicate_last_response() {
    check_fails("sed -u '/\"id\":1000059,/p'", Workload::Echo, "");
}

#[test]
fn missing_response() {
    check_fails("sed -u '/\"id\":1000030,/d'", Workload::Echo, "nothing for 1s while responses were due");
}

#[test]
fn error_instead_of_a_result() {
    let filter = "sed -u 's/\"id\":1000030,\"result\".*/\"id\":1000030,\"error\":{\"code\":-32603,\"message\":\"no\"}}/'";
    check_fails(filter, Workload::Echo, "the response is an error");
}

#[test]
fn tool_error() {
    check_fails(
        "sed -u '/\"id\":1000030,/s/\"isError\":false/\"isError\":true/'",
        Workload::Echo,
        "incorrect response",
    );
}

#[test]
fn list_without_a_tool() {
    check_fails("sed -u '/\"id\":1000030,/s/dummy_042/dummy_043/'", Workload::List, "no tool \"dummy_042\"");
}

#[test]
fn list_with_a_changed_schema() {
    check_fails(
        "sed -u '/\"id\":1000030,/s/\"maximum\":1000/\"maximum\":1001/'",
        Workload::List,
        "differs from the workload's",
    );
}

#[test]
fn truncated_blob() {
    check_fails("sed -u '/\"id\":1000030,/s/xx/x/'", Workload::Blob, "incorrect response");
}

#[test]
fn line_that_is_not_a_message() {
    check_fails("sed -u '/\"id\":1000030,/s/}$//'", Workload::Echo, "not a message");
}

#[test]
fn server_without_a_part_of_the_workload() {
    check_fails("sed -u 's/static benchmark resource/another/'", Workload::Echo, "resources/read");
    check_fails("sed -u 's/structuredContent/structured/'", Workload::Echo, "expected the sum 42");
    check_fails("sed -u 's/outputSchema/output/'", Workload::Echo, "no output schema");
}

#[test]
fn server_that_ends_early() {
    check_fails("sed -u 40q", Workload::Echo, "while responses were due");
}

#[test]
fn command_that_is_not_a_server() {
    let missing = drive_command(vec!["./no-such-server".into()], Era::Legacy, Workload::Echo, 1);
    assert!(missing.unwrap_err().contains("cannot start"));
    check_fails("cat > /dev/null; false", Workload::Echo, "");
}

#[test]
fn server_of_another_revision() {
    let error = run("sed -u 's/2025-11-25/2025-06-18/'", Era::Legacy, Workload::Echo, 1).unwrap_err();
    assert!(error.contains("protocol version"), "{error}");
    let error = run("sed -u 's/\"resultType\":\"complete\",//'", Era::Modern, Workload::Echo, 1).unwrap_err();
    assert!(error.contains("resultType"), "{error}");
}
