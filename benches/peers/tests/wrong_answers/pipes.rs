//! Over standard input and output: the wrong servers are the line loop with an editor behind it, which spoils what it
//! sends.

use std::time::Duration;

use mcpwright_peers::drive::{self, Options, Report, Target};
use mcpwright_peers::{Era, Workload};

const LIMIT: &str = env!("CARGO_BIN_EXE_limit-stdio");
const RMCP: &str = env!("CARGO_BIN_EXE_rmcp-workload");

/// Runs the line loop with its output piped through `filter`, a shell command, or as it is where there is none.
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
    let patience = Duration::from_secs(1);
    let calls = if workload == Workload::Big { 10 } else { 50 };
    let options =
        Options { target: Target::Pipes(command), era, workload, calls, window, warmup: 10, patience };
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
fn right_answers_have_a_figure() {
    let peers = [vec![LIMIT], vec![RMCP], vec![RMCP, "--pipes"]];
    for workload in [Workload::Echo, Workload::Blob, Workload::List, Workload::Discover, Workload::Big] {
        for command in &peers {
            for (era, window) in [(Era::Legacy, 1), (Era::Legacy, 64), (Era::Modern, 1), (Era::Modern, 64)] {
                let command = command.iter().map(|&word| word.to_owned()).collect();
                let report = drive_command(command, era, workload, window).unwrap();
                assert_eq!(report.parsed, 1, "{report:?}");
            }
        }
    }
}

#[test]
fn an_editor_that_changes_nothing_is_let_pass() {
    run("sed -u s/a/a/", Era::Modern, Workload::Echo, 64).unwrap();
}

#[test]
fn a_changed_text() {
    check_fails(
        "sed -u 's/call 1000030:.*fox/call 1000030: the quick brown cat/'",
        Workload::Echo,
        "wrong answer",
    );
}

#[test]
fn a_text_that_belongs_to_another_call() {
    check_fails("sed -u 's/call 1000030:/call 1000031:/'", Workload::Echo, "wrong answer");
}

#[test]
fn an_id_of_another_call() {
    check_fails(
        "sed -u 's/\"id\":1000030,/\"id\":1000031,/'",
        Workload::List,
        "a wrong answer: nothing with this id",
    );
}

#[test]
fn an_id_that_is_no_number() {
    check_fails("sed -u 's/\"id\":1000030,/\"id\":\"1000030\",/'", Workload::Discover, "was never used");
}

#[test]
fn an_answer_that_comes_twice() {
    check_fails("sed -u '/\"id\":1000030,/p'", Workload::Echo, "nothing with this id was due");
}

#[test]
fn an_answer_more_at_the_end() {
    check_fails("sed -u '/\"id\":1000059,/p'", Workload::Echo, "");
}

#[test]
fn an_answer_that_does_not_come() {
    check_fails("sed -u '/\"id\":1000030,/d'", Workload::Echo, "nothing for 1s though answers were due");
}

#[test]
fn an_error_in_place_of_a_result() {
    let filter = "sed -u 's/\"id\":1000030,\"result\".*/\"id\":1000030,\"error\":{\"code\":-32603,\"message\":\"no\"}}/'";
    check_fails(filter, Workload::Echo, "an error came back");
}

#[test]
fn a_result_that_the_model_reads_as_an_error() {
    check_fails(
        "sed -u '/\"id\":1000030,/s/\"isError\":false/\"isError\":true/'",
        Workload::Echo,
        "wrong answer",
    );
}

#[test]
fn a_list_that_lost_a_tool() {
    check_fails("sed -u '/\"id\":1000030,/s/dummy_042/dummy_043/'", Workload::List, "no tool \"dummy_042\"");
}

#[test]
fn a_list_whose_schema_changed() {
    check_fails(
        "sed -u '/\"id\":1000030,/s/\"maximum\":1000/\"maximum\":1001/'",
        Workload::List,
        "not as written",
    );
}

#[test]
fn a_blob_that_is_a_letter_short() {
    check_fails("sed -u '/\"id\":1000030,/s/xx/x/'", Workload::Blob, "wrong answer");
}

#[test]
fn a_line_that_is_no_message() {
    check_fails("sed -u '/\"id\":1000030,/s/}$//'", Workload::Echo, "not a message");
}

#[test]
fn a_server_that_lacks_a_part_of_the_workload() {
    check_fails("sed -u 's/static benchmark resource/another/'", Workload::Echo, "resources/read");
    check_fails("sed -u 's/structuredContent/structured/'", Workload::Echo, "expected the sum 42");
    check_fails("sed -u 's/outputSchema/output/'", Workload::Echo, "no output schema");
}

#[test]
fn a_server_that_ends_early() {
    check_fails("sed -u 40q", Workload::Echo, "though answers were due");
}

#[test]
fn a_command_that_is_no_server() {
    let missing = drive_command(vec!["./no-such-server".into()], Era::Legacy, Workload::Echo, 1);
    assert!(missing.unwrap_err().contains("cannot start"));
    check_fails("cat > /dev/null; false", Workload::Echo, "");
}

#[test]
fn an_old_revision_is_not_taken_for_the_one_asked_for() {
    let error = run("sed -u 's/2025-11-25/2025-06-18/'", Era::Legacy, Workload::Echo, 1).unwrap_err();
    assert!(error.contains("protocol version"), "{error}");
    let error = run("sed -u 's/\"resultType\":\"complete\",//'", Era::Modern, Workload::Echo, 1).unwrap_err();
    assert!(error.contains("resultType"), "{error}");
}
