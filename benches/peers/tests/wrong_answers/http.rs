//! Over HTTP: the wrong servers are the limit behind a proxy that spoils what it says.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_peers::drive::{self, Options, Report, Target};
use mcpwright_peers::{Era, Workload};

use crate::proxy::{Proxy, Reply};

const LIMIT: &str = concat!(env!("CARGO_BIN_EXE_limit-http"), " --http PORT");
const RMCP: &str = concat!(env!("CARGO_BIN_EXE_rmcp-workload"), " --http PORT");
const RMCP_JSON: &str = concat!(env!("CARGO_BIN_EXE_rmcp-workload"), " --json --http PORT");

const ERAS: [Era; 2] = [Era::Legacy, Era::Modern];

fn drive(target: Target, era: Era, workload: Workload, window: u32) -> Result<Report, String> {
    let patience = Duration::from_secs(1);
    let calls = if workload == Workload::Big { 10 } else { 50 };
    let options = Options { target, era, workload, calls, window, warmup: 10, patience };
    drive::run(&options).map_err(|error| error.to_string())
}

/// Checks that a server which says what `edit` makes of a right response is found out.
fn check_fails<F>(edit: F, workload: Workload, message: &str)
where
    F: Fn(Reply) -> Option<Vec<u8>> + Send + Sync + 'static,
{
    let proxy = Proxy::start(Arc::new(edit));
    for era in ERAS {
        for window in [1, 16] {
            let run = drive(Target::Url(proxy.url.clone()), era, workload, window);
            let error = run.expect_err(message);
            assert!(error.contains(message), "{era:?}, window {window}: {error}");
        }
    }
}

/// Checks that the same holds of a server whose one response is spoilt, that to the call with the number 1000030.
fn check_one_fails(edit: fn(&mut Reply), workload: Workload, message: &str) {
    let edit = move |mut reply: Reply| {
        if reply.answers(1_000_030) {
            edit(&mut reply);
        }
        Some(reply.bytes())
    };
    check_fails(edit, workload, message);
}

/// Checks that responses in another form are as right as they were.
fn check_passes(edit: fn(Reply) -> Vec<u8>) {
    let proxy = Proxy::start(Arc::new(move |reply| Some(edit(reply))));
    for era in ERAS {
        for workload in [Workload::Echo, Workload::List] {
            let report = drive(Target::Url(proxy.url.clone()), era, workload, 16).unwrap();
            assert_eq!(report.calls, 50);
        }
    }
}

#[test]
fn right_answers_have_a_figure() {
    for workload in [Workload::Echo, Workload::Blob, Workload::List, Workload::Discover, Workload::Big] {
        for command in [LIMIT, RMCP, RMCP_JSON] {
            for era in ERAS {
                for window in [1, 16] {
                    let report = drive(Target::of_command(command), era, workload, window).unwrap();
                    assert_eq!(report.parsed, 1, "{report:?}");
                }
            }
        }
    }
}

#[test]
fn a_proxy_that_changes_nothing_is_let_pass() {
    check_passes(|reply| reply.bytes());
}

#[test]
fn a_body_may_come_in_chunks() {
    check_passes(|reply| {
        let (first, second) = reply.body.split_at(reply.body.len() / 2);
        let chunk = |text: &str| match text.len() {
            0 => String::new(),
            length => format!("{length:x}\r\n{text}\r\n"),
        };
        let chunks = [chunk(first), chunk(second), "0\r\n\r\n".to_owned()].concat();
        format!("{}Transfer-Encoding: chunked\r\n\r\n{chunks}", reply.head()).into_bytes()
    });
}

#[test]
fn an_answer_may_be_one_of_many_events() {
    check_passes(|mut reply| {
        if reply.status == 200 {
            let log =
                r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":""}}"#;
            let first = format!("id: 0\nretry: 3000\ndata:\n\n: alive\n\nevent: message\ndata: {log}\n\n");
            reply.body = format!("{first}event: message\r\nid: 1\r\ndata: {}\r\n\r\n", reply.body);
            reply.media = "text/event-stream";
        }
        reply.bytes()
    });
}

#[test]
fn a_changed_text() {
    check_one_fails(|reply| reply.body = reply.body.replace("fox", "cat"), Workload::Echo, "wrong answer");
}

#[test]
fn a_text_that_belongs_to_another_call() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("call 1000030:", "call 1000031:");
    check_one_fails(edit, Workload::Echo, "wrong answer");
}

#[test]
fn an_id_of_another_call() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"id\":1000030,", "\"id\":1000031,");
    check_one_fails(edit, Workload::List, "a wrong answer: nothing with this id");
}

#[test]
fn an_id_that_is_no_number() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"id\":1000030,", "\"id\":\"1000030\",");
    check_one_fails(edit, Workload::Discover, "was never used");
}

#[test]
fn a_status_of_another_kind() {
    check_one_fails(|reply| reply.status = 500, Workload::Echo, "its status is 500");
    check_one_fails(|reply| reply.status = 202, Workload::Echo, "its status is 202");
    check_one_fails(|reply| reply.status = 404, Workload::Echo, "its status is 404");
}

#[test]
fn a_body_that_is_said_to_be_something_else() {
    check_one_fails(|reply| reply.media = "text/html", Workload::Echo, "neither JSON nor events");
    check_one_fails(|reply| reply.media = "text/event-stream", Workload::Echo, "it holds 0 answers");
}

#[test]
fn an_answer_that_comes_twice() {
    let edit = |reply: &mut Reply| {
        reply.body = format!("data: {0}\n\ndata: {0}\n\n", reply.body);
        reply.media = "text/event-stream";
    };
    check_one_fails(edit, Workload::Echo, "it holds 2 answers");
    let edit = |reply: Reply| {
        let times = if reply.answers(1_000_030) { 2 } else { 1 };
        Some(reply.bytes().repeat(times))
    };
    check_fails(edit, Workload::Echo, "more than was asked for");
}

#[test]
fn an_answer_more_at_the_end() {
    let edit = |reply: Reply| {
        let times = if reply.answers(1_000_059) { 2 } else { 1 };
        Some(reply.bytes().repeat(times))
    };
    check_fails(edit, Workload::Echo, "more than was asked for");
}

#[test]
fn an_answer_that_does_not_come() {
    let edit = |reply: Reply| Some(if reply.answers(1_000_030) { Vec::new() } else { reply.bytes() });
    check_fails(edit, Workload::Echo, "no answer came for 1s though some were due");
}

#[test]
fn an_answer_without_its_end() {
    let edit = |reply: Reply| {
        let mut bytes = reply.bytes();
        if reply.answers(1_000_030) {
            bytes.pop();
        }
        Some(bytes)
    };
    check_fails(edit, Workload::Blob, "no answer came for 1s though some were due");
}

#[test]
fn an_error_in_place_of_a_result() {
    let edit = |reply: &mut Reply| {
        reply.body = r#"{"jsonrpc":"2.0","id":1000030,"error":{"code":-32603,"message":"no"}}"#.to_owned();
    };
    check_one_fails(edit, Workload::Echo, "an error came back");
}

#[test]
fn a_result_that_the_model_reads_as_an_error() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"isError\":false", "\"isError\":true");
    check_one_fails(edit, Workload::Echo, "wrong answer");
}

#[test]
fn a_list_that_lost_a_tool() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("dummy_042", "dummy_043");
    check_one_fails(edit, Workload::List, "no tool \"dummy_042\"");
}

#[test]
fn a_list_whose_schema_changed() {
    let edit =
        |reply: &mut Reply| reply.body = reply.body.replacen("\"maximum\":1000", "\"maximum\":1001", 1);
    check_one_fails(edit, Workload::List, "not as written");
}

#[test]
fn a_blob_that_is_a_letter_short() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replacen("xx", "x", 1);
    check_one_fails(edit, Workload::Blob, "wrong answer");
}

#[test]
fn a_body_that_is_no_message() {
    let edit = |reply: &mut Reply| reply.body.truncate(reply.body.len() - 1);
    check_one_fails(edit, Workload::Echo, "not a message");
}

#[test]
fn a_server_that_lacks_a_part_of_the_workload() {
    let without = |part: &'static str| {
        move |mut reply: Reply| {
            reply.body = reply.body.replace(part, "another");
            Some(reply.bytes())
        }
    };
    check_fails(without("static benchmark resource"), Workload::Echo, "resources/read");
    check_fails(without("structuredContent"), Workload::Echo, "expected the sum 42");
    check_fails(without("outputSchema"), Workload::Echo, "no output schema");
}

#[test]
fn a_server_that_takes_any_header() {
    let edit = |mut reply: Reply| {
        // What the limit says of a header that is another than the body's or the session's, or is not there.
        if ["-32020", "No such session", "No session"].iter().any(|refused| reply.body.contains(refused)) {
            reply.status = 200;
        }
        Some(reply.bytes())
    };
    check_fails(edit, Workload::Echo, "should have been refused");
}

#[test]
fn a_server_that_closes_connections() {
    let edit = |reply: Reply| if reply.answers(1_000_030) { None } else { Some(reply.bytes()) };
    check_fails(edit, Workload::Echo, "the server closed");
}

#[test]
fn a_command_that_is_no_server() {
    let run = |command: &str| drive(Target::of_command(command), Era::Legacy, Workload::Echo, 1).unwrap_err();
    assert!(run("./no-such-server --http PORT").contains("cannot start"));
    assert!(run("false PORT").contains("before it took a connection"));
    assert!(run("sleep PORT").contains("took no connection for 1s"));
}

#[test]
fn an_old_revision_is_not_taken_for_the_one_asked_for() {
    let instead = |revision: &'static str, other: &'static str| {
        Proxy::start(Arc::new(move |mut reply: Reply| {
            reply.body = reply.body.replace(revision, other);
            Some(reply.bytes())
        }))
    };
    let run = |proxy: &Proxy, era| drive(Target::Url(proxy.url.clone()), era, Workload::Echo, 1).unwrap_err();
    let error = run(&instead("2025-11-25", "2025-06-18"), Era::Legacy);
    assert!(error.contains("protocol version"), "{error}");
    let error = run(&instead("\"resultType\":\"complete\",", ""), Era::Modern);
    assert!(error.contains("resultType"), "{error}");
}
