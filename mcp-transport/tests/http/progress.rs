//! Progress over HTTP: its rate, its last value, and its place before the answer.

use std::time::{Duration, Instant};

use mcpwright_server::{Context, Server, ToolHandler};
use serde_json::{Value, json};

use crate::requests::{LATEST_LEGACY, Request, call_with_progress};
use crate::support::TestServer;

/// Reports `count` numbers, `gap` milliseconds after each other, and then waits.
async fn report(context: Context, count: u32, gap: u64, wait: u64) {
    for number in 1..=count {
        context.progress(number, count);
        if gap > 0 {
            tokio::time::sleep(Duration::from_millis(gap)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(wait)).await;
}

/// Reports on another thread, before the answer and after it.
async fn race(context: Context) -> &'static str {
    context.progress(1, None);
    std::thread::spawn(move || {
        for number in 2..=20_000 {
            context.progress(number, None);
        }
    });
    tokio::time::sleep(Duration::from_millis(2)).await;
    "done"
}

async fn start(per_second: usize) -> TestServer {
    let (_, probe) = crate::probe::server_builder();
    let server = Server::builder("test", "1")
        .tool(ToolHandler::function("report", ["count", "gap", "wait"], report))
        .tool(ToolHandler::function("race", [], race))
        .max_progress_per_second(per_second);
    TestServer::serve(probe, mcpwright_transport::http(server)).await
}

/// A call in each era.
async fn calls(server: &TestServer, tool: &str, arguments: Value) -> [Request; 2] {
    let session = server.session(LATEST_LEGACY).await;
    [
        call_with_progress(json!(1), tool, arguments.clone(), json!("token")),
        session.call(json!("token"), tool, arguments),
    ]
}

/// The numbers that a call reports, and the times of their arrival. Panics if anything follows the answer.
async fn reported(server: &TestServer, request: &Request) -> Vec<(f64, Duration)> {
    let (start, mut reported, mut is_answered) = (Instant::now(), Vec::new(), false);
    let mut client = server.connect().await;
    client.open(request).await;
    while let Some(event) = client.event().await {
        if event.data.is_empty() {
            continue;
        }
        let message = event.message();
        assert!(!is_answered, "after the answer: {message}");
        if message["method"] == "notifications/progress" {
            assert_eq!(message["params"]["progressToken"], "token");
            reported.push((message["params"]["progress"].as_f64().unwrap(), start.elapsed()));
        } else {
            assert!(message["result"].is_object(), "{message}");
            is_answered = true;
        }
    }
    assert!(is_answered);
    reported
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_ten_reports_are_sent_in_a_second_and_the_last_one() {
    let server = start(10).await;
    for request in calls(&server, "report", json!({ "count": 500, "gap": 5, "wait": 0 })).await {
        let reported = reported(&server, &request).await;
        let seconds = reported.last().unwrap().1.as_secs_f64();
        #[allow(clippy::cast_precision_loss, reason = "the number is small")]
        let count = reported.len() as f64;
        assert!(
            count <= 10.0 * seconds.ceil() + 1.0 && count > 10.0 * (seconds - 1.0).floor(),
            "{reported:?}"
        );
        assert_eq!(reported.last().unwrap().0.to_string(), "500");
        assert!(reported.is_sorted_by(|one, other| one.0 < other.0), "{reported:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn few_reports_are_all_sent() {
    let server = start(10).await;
    for request in calls(&server, "report", json!({ "count": 10, "gap": 0, "wait": 0 })).await {
        assert_eq!(reported(&server, &request).await.len(), 10);
    }
}

/// A report that was held back arrives while the handler works on, and not only with its answer.
#[tokio::test(flavor = "multi_thread")]
async fn report_that_was_held_back_is_sent_when_its_time_has_come() {
    let server = start(10).await;
    for request in calls(&server, "report", json!({ "count": 50, "gap": 0, "wait": 4000 })).await {
        let reported = reported(&server, &request).await;
        let (number, time) = reported[reported.len() - 1];
        assert_eq!((reported.len(), number.to_string()), (11, "50".to_owned()), "{reported:?}");
        assert!(time < Duration::from_secs(3), "{reported:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_follows_the_answer() {
    for per_second in [10, usize::MAX] {
        let server = start(per_second).await;
        for _ in 0..20 {
            for request in calls(&server, "race", json!({})).await {
                assert!(!reported(&server, &request).await.is_empty());
            }
        }
    }
}
