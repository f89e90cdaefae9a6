//! Invalid responses over HTTP: the server is `limit-http` behind a proxy that changes its responses.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_peers::drive::{self, Report};
use mcpwright_peers::{Era, RunOptions, Target, Workload};

use crate::proxy::{Proxy, Reply};

const LIMIT: &str = concat!(env!("CARGO_BIN_EXE_limit-http"), " --http PORT");
const RMCP: &str = concat!(env!("CARGO_BIN_EXE_rmcp-workload"), " --http PORT");
const RMCP_JSON: &str = concat!(env!("CARGO_BIN_EXE_rmcp-workload"), " --json --http PORT");

const ERAS: [Era; 2] = [Era::Legacy, Era::Modern];

fn drive(target: Target, era: Era, workload: Workload, window: u32) -> Result<Report, String> {
    let timeout = Duration::from_secs(1);
    let calls = if workload == Workload::Big { 10 } else { 50 };
    let options = RunOptions { target, era, workload, calls, window, warmup: 10, timeout };
    drive::run(&options).map_err(|error| error.to_string())
}

/// Checks that a run fails with `message` if all responses are changed by `edit`.
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

/// Checks that a run fails with `message` if the response to request 1000030 is changed by `edit`.
fn check_one_fails(edit: fn(&mut Reply), workload: Workload, message: &str) {
    let edit = move |mut reply: Reply| {
        if reply.is_response_to(1_000_030) {
            edit(&mut reply);
        }
        Some(reply.bytes())
    };
    check_fails(edit, workload, message);
}

/// Checks that a run succeeds with responses changed by `edit`.
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
fn correct_responses_have_a_report() {
    for workload in [Workload::Echo, Workload::Blob, Workload::List, Workload::Discover, Workload::Big] {
        for command in [LIMIT, RMCP, RMCP_JSON] {
            for era in ERAS {
                for window in [1, 16] {
                    let report = drive(Target::parse(command), era, workload, window).unwrap();
                    assert_eq!(report.parsed, 1, "{report:?}");
                }
            }
        }
    }
}

#[test]
fn proxy_without_changes() {
    check_passes(|reply| reply.bytes());
}

#[test]
fn chunked_body() {
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
fn event_stream() {
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
fn changed_text() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("fox", "cat");
    check_one_fails(edit, Workload::Echo, "incorrect response");
}

#[test]
fn text_of_another_call() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("call 1000030:", "call 1000031:");
    check_one_fails(edit, Workload::Echo, "incorrect response");
}

#[test]
fn id_of_another_call() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"id\":1000030,", "\"id\":1000031,");
    check_one_fails(edit, Workload::List, "incorrect response: no response with this id");
}

#[test]
fn id_that_is_not_a_number() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"id\":1000030,", "\"id\":\"1000030\",");
    check_one_fails(edit, Workload::Discover, "no request has the id");
}

#[test]
fn unexpected_status() {
    check_one_fails(|reply| reply.status = 500, Workload::Echo, "the status is 500");
    check_one_fails(|reply| reply.status = 202, Workload::Echo, "the status is 202");
    check_one_fails(|reply| reply.status = 404, Workload::Echo, "the status is 404");
}

#[test]
fn unexpected_content_type() {
    check_one_fails(|reply| reply.media = "text/html", Workload::Echo, "neither JSON nor an event stream");
    check_one_fails(
        |reply| reply.media = "text/event-stream",
        Workload::Echo,
        "the body contains 0 responses",
    );
}

#[test]
fn duplicate_response() {
    let edit = |reply: &mut Reply| {
        reply.body = format!("data: {0}\n\ndata: {0}\n\n", reply.body);
        reply.media = "text/event-stream";
    };
    check_one_fails(edit, Workload::Echo, "the body contains 2 responses");
    let edit = |reply: Reply| {
        let times = if reply.is_response_to(1_000_030) { 2 } else { 1 };
        Some(reply.bytes().repeat(times))
    };
    check_fails(edit, Workload::Echo, "unexpected data");
}

#[test]
fn duplicate_last_response() {
    let edit = |reply: Reply| {
        let times = if reply.is_response_to(1_000_059) { 2 } else { 1 };
        Some(reply.bytes().repeat(times))
    };
    check_fails(edit, Workload::Echo, "unexpected data");
}

#[test]
fn missing_response() {
    let edit = |reply: Reply| Some(if reply.is_response_to(1_000_030) { Vec::new() } else { reply.bytes() });
    check_fails(edit, Workload::Echo, "no response within 1s while some were due");
}

#[test]
fn incomplete_response() {
    let edit = |reply: Reply| {
        let mut bytes = reply.bytes();
        if reply.is_response_to(1_000_030) {
            bytes.pop();
        }
        Some(bytes)
    };
    check_fails(edit, Workload::Blob, "no response within 1s while some were due");
}

#[test]
fn error_instead_of_a_result() {
    let edit = |reply: &mut Reply| {
        reply.body = r#"{"jsonrpc":"2.0","id":1000030,"error":{"code":-32603,"message":"no"}}"#.to_owned();
    };
    check_one_fails(edit, Workload::Echo, "the response is an error");
}

#[test]
fn tool_error() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("\"isError\":false", "\"isError\":true");
    check_one_fails(edit, Workload::Echo, "incorrect response");
}

#[test]
fn list_without_a_tool() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replace("dummy_042", "dummy_043");
    check_one_fails(edit, Workload::List, "no tool \"dummy_042\"");
}

#[test]
fn list_with_a_changed_schema() {
    let edit =
        |reply: &mut Reply| reply.body = reply.body.replacen("\"maximum\":1000", "\"maximum\":1001", 1);
    check_one_fails(edit, Workload::List, "differs from the workload's");
}

#[test]
fn truncated_blob() {
    let edit = |reply: &mut Reply| reply.body = reply.body.replacen("xx", "x", 1);
    check_one_fails(edit, Workload::Blob, "incorrect response");
}

#[test]
fn body_that_is_not_a_message() {
    let edit = |reply: &mut Reply| reply.body.truncate(reply.body.len() - 1);
    check_one_fails(edit, Workload::Echo, "not a message");
}

#[test]
fn server_without_a_part_of_the_workload() {
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
fn server_without_header_checks() {
    let edit = |mut reply: Reply| {
        // The errors of `limit-http` for headers that are missing or do not match.
        if ["-32020", "Unknown session", "Missing session"].iter().any(|error| reply.body.contains(error)) {
            reply.status = 200;
        }
        Some(reply.bytes())
    };
    check_fails(edit, Workload::Echo, "expected a status from 400 to 499");
}

#[test]
fn server_that_closes_connections() {
    let edit = |reply: Reply| if reply.is_response_to(1_000_030) { None } else { Some(reply.bytes()) };
    check_fails(edit, Workload::Echo, "the server closed");
}

#[test]
fn command_that_is_not_a_server() {
    let run = |command: &str| drive(Target::parse(command), Era::Legacy, Workload::Echo, 1).unwrap_err();
    assert!(run("./no-such-server --http PORT").contains("cannot start"));
    assert!(run("false PORT").contains("before it accepted a connection"));
    assert!(run("sleep PORT").contains("accepted no connection within 1s"));
}

#[test]
fn server_of_another_revision() {
    let replacing = |revision: &'static str, other: &'static str| {
        Proxy::start(Arc::new(move |mut reply: Reply| {
            reply.body = reply.body.replace(revision, other);
            Some(reply.bytes())
        }))
    };
    let run = |proxy: &Proxy, era| drive(Target::Url(proxy.url.clone()), era, Workload::Echo, 1).unwrap_err();
    let error = run(&replacing("2025-11-25", "2025-06-18"), Era::Legacy);
    assert!(error.contains("protocol version"), "{error}");
    let error = run(&replacing("\"resultType\":\"complete\",", ""), Era::Modern);
    assert!(error.contains("resultType"), "{error}");
}
