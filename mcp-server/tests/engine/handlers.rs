//! Handlers: the settings of their arguments, their extractors, and the thread that they start on.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use futures::future::BoxFuture;
use mcpwright_core::{
    CallToolResult, Client as Peer, ClientCapabilities, ErrorCode, JsonText, PromptArgument,
};
use mcpwright_server::testing::Client;
use mcpwright_server::{
    Argument, Call, CallArguments, Caller, Context, Execution, Ext, FromContext, Handler, HandlerError,
    HandlerKind, NotificationSender, Parameter, PromptHandler, Runtime, Server, TemplateHandler, ToolError,
    ToolHandler,
};
use serde_json::json;

fn text(result: &CallToolResult) -> &str {
    result.content.first().and_then(|block| block.as_text()).unwrap_or_default()
}

/// Returns the error of a declaration, without the line of the program.
fn error_of<K: HandlerKind>(handler: Handler<K>) -> String {
    let text = handler.checked().expect_err("the handler must have an error").to_string();
    let (reason, location) = text.rsplit_once(" (").expect("the text ends with a line of the program");
    assert!(location.contains("handlers.rs:"), "{location}");
    reason.to_owned()
}

fn list(set: impl FnOnce(Argument) -> Argument) -> ToolHandler {
    ToolHandler::function("list", ["limit"], |limit: u32| async move { limit }).argument("limit", set)
}

fn find(set: impl FnOnce(Argument) -> Argument) -> PromptHandler {
    PromptHandler::function("find", ["word"], |word: String| async move { word }).argument("word", set)
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "the fault under test")]
fn contradicting_settings_are_errors_of_the_handler() {
    let errors = [
        error_of(list(|limit| limit.range(10..=1))),
        error_of(list(|limit| limit.default(500).range(1..=100))),
        error_of(list(|limit| limit.one_of([1, 2]).default(3))),
        error_of(list(|limit| limit.one_of([0_u32; 0]))),
        error_of(list(|limit| limit.default("ten"))),
        error_of(find(|word| word.length(..0))),
        error_of(find(|word| word.default("a").length(2..))),
    ];
    assert_eq!(
        errors,
        [
            "the tool `list`: the argument `limit`: `range` must not be empty: no number is at least 10 and at most 1",
            "the tool `list`: the argument `limit`: `default` must be within `range`: 500 is not at least 1 and at most 100",
            "the tool `list`: the argument `limit`: `default` must be one of the values of `one_of`: 3 is not",
            "the tool `list`: the argument `limit`: `one_of` must have at least one value",
            "the tool `list`: the argument `limit`: `default` must be a value of the argument's type: \"ten\" is not",
            "the prompt `find`: the argument `word`: `length` must not be empty: no length is less than 0",
            "the prompt `find`: the argument `word`: `default` must be within `length`: its length 1 is not at least 2",
        ]
    );
}

#[test]
fn a_length_that_is_more_than_any_number_panics() {
    use std::ops::Bound;
    let above_all = (Bound::Excluded(u64::MAX), Bound::Unbounded);
    assert_eq!(
        error_of(find(|word| word.length(above_all))),
        "the prompt `find`: the argument `word`: `length` must not be empty: no length is greater than 18446744073709551615"
    );
}

#[test]
fn a_later_range_replaces_an_earlier_one() {
    let tool = list(|limit| limit.range(1..=10).range(5..));
    let limit = &tool.definition().input_schema["properties"]["limit"];
    assert_eq!((limit.get("minimum"), limit.get("maximum")), (Some(&json!(5)), Some(&json!(u32::MAX))));
}

/// Number of times that this was extracted from calls of the server that shares the counter.
struct Extractions(usize);

impl FromContext for Extractions {
    type Rejection = Infallible;

    fn from_context(context: &Context) -> Result<Self, Infallible> {
        let counter = context.extension::<AtomicUsize>().expect("the counter is shared");
        Ok(Self(counter.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

#[test]
fn an_extractor_runs_once_for_each_run_of_the_handler() {
    let count = |extractions: Extractions, number: u32, other: u32| async move {
        format!("{} {number} {other}", extractions.0)
    };
    let server = Server::builder("test", "1.0.0").share(AtomicUsize::new(0)).tool(ToolHandler::function(
        "count",
        ["number", "other"],
        count,
    ));
    let client = Client::modern(server);
    let arguments = [
        (json!({ "number": 5, "other": 6 }), "1 5 6"),
        // These are coerced, after the extractor has run.
        (json!({ "number": 5, "other": "6" }), "2 5 6"),
        (json!({ "number": "5", "other": 6.0 }), "3 5 6"),
    ];
    for (arguments, expected) in arguments {
        assert_eq!(text(&block_on(client.call_tool("count", arguments)).unwrap()), expected);
    }
    let rejected = block_on(client.call_tool("count", json!({ "number": "five", "other": "six" }))).unwrap();
    let problems: Vec<_> = text(&rejected).lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[derive(Debug)]
struct Rejected;

impl FromContext for Rejected {
    type Rejection = ToolError;

    fn from_context(_: &Context) -> Result<Self, ToolError> {
        Err(ToolError::new("not for you"))
    }
}

#[test]
fn the_first_rejection_wins_over_invalid_arguments() {
    let tool = |_: Rejected, _: Ext<String>, number: u32| async move { number };
    let template = |_: u32, _: Rejected| async { "" };
    let server = Server::builder("test", "1.0.0")
        .tool(ToolHandler::function("tool", ["number"], tool))
        .template(TemplateHandler::function("test://{number}", "template", ["number"], template));
    let client = Client::modern(server);
    let result = block_on(client.call_tool("tool", json!({ "number": "x" }))).unwrap();
    assert_eq!((result.is_error, text(&result)), (Some(true), "not for you"));
    let error = block_on(client.read_resource("test://1")).unwrap_err();
    assert_eq!((error.code, &*error.message), (ErrorCode::INTERNAL_ERROR, "not for you"));
}

#[test]
fn progress_is_reported_with_any_number() {
    let report = |context: Context| async move {
        context.progress(1, 10);
        context.progress(2_usize, 10);
        context.progress(3_u64, None);
        context.progress(3.5, 10.0);
        context.progress_with(4_i8, Some(10), "four");
        context.progress_with(5.0_f32, None, "five");
    };
    let server = Server::builder("test", "1.0.0").tool(ToolHandler::function("report", [], report));
    let client = Client::modern(server).progress();
    block_on(client.call_tool("report", ())).unwrap();
    let reports = client.notifications().into_iter().map(|notification| notification.params.unwrap());
    let member = |params: &JsonText, name: &str| params.member(name).unwrap_or("-").to_owned();
    let reports: Vec<_> =
        reports.map(|params| ["progress", "total", "message"].map(|name| member(&params, name))).collect();
    assert_eq!(
        reports,
        [
            ["1", "10", "-"],
            ["2", "10", "-"],
            ["3", "-", "-"],
            ["3.5", "10", "-"],
            ["4", "10", "\"four\""],
            ["5", "-", "\"five\""],
        ]
    );
}

/// A runtime whose clock stands still: each poll is quick.
struct StoppedClock(Instant);

impl Runtime for StoppedClock {
    fn now(&self) -> Instant {
        self.0
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::pending())
    }

    fn spawn(&self, _: BoxFuture<'static, ()>) {}

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
}

/// Returns `Pending` once.
async fn pend() {
    let mut is_polled = false;
    std::future::poll_fn(|context| {
        if is_polled {
            return Poll::Ready(());
        }
        is_polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Calls the tool, and returns `true` if its handler started with the first poll.
fn starts_at_first_poll(server: &Server, starts: &AtomicUsize) -> bool {
    let params = JsonText::parse(r#"{"name":"wait","arguments":{}}"#).unwrap();
    let client = Peer::new(None, ClientCapabilities::new());
    let call = Call::new(1.into(), "tools/call", Some(params), client, Caller::anonymous());
    let notifications = NotificationSender::new(|_| {});
    let before = starts.load(Ordering::Relaxed);
    let mut running = pin!(server.call(&call, &notifications));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let is_done = running.as_mut().poll(&mut context).is_ready();
    let started = starts.load(Ordering::Relaxed) > before;
    if !is_done {
        block_on(running);
    }
    started
}

#[test]
fn a_handler_is_quick_after_enough_runs_however_many_polls_they_take() {
    let starts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&starts);
    let tool = ToolHandler::function("wait", [], move || {
        let counter = Arc::clone(&counter);
        async move {
            counter.fetch_add(1, Ordering::Relaxed);
            for _ in 0..32 {
                pend().await;
            }
        }
    });
    let server = Server::builder("test", "1.0.0").tool(tool).build();
    let server = server.with_runtime(Arc::new(StoppedClock(Instant::now())));
    for run in 0..32 {
        assert!(
            !starts_at_first_poll(&server, &starts),
            "run {run} started on the thread that reads messages"
        );
    }
    assert!(starts_at_first_poll(&server, &starts));
}

/// Returns the text of a result, and whether it is an error.
fn outcome(client: &Client, name: &str, arguments: serde_json::Value) -> (String, bool) {
    let result = block_on(client.call_tool(name, arguments)).unwrap();
    (text(&result).to_owned(), result.is_error == Some(true))
}

/// Errors that are found at a setting name its line, and those of the whole handler that of its declaration.
#[test]
fn errors_name_the_line_of_the_program() {
    let line = |error: HandlerError| {
        let text = error.to_string();
        let (_, location) = text.rsplit_once("handlers.rs:").expect("the file of the program");
        location.split(':').next().unwrap().parse::<u32>().unwrap()
    };
    let first = line!();
    let set = list(|limit| limit).argument("missing", |argument| argument);
    let incomplete =
        TemplateHandler::function(
            "note://{id}/{page}",
            "note",
            ["id"],
            |id: u32| async move { id.to_string() },
        );
    let header = ToolHandler::function("query", ["limits"], |_limits: Vec<u32>| async {})
        .argument("limits", |limits| limits.header("Limits"));
    let prompt = PromptHandler::with_arguments(
        "twice",
        [PromptArgument::new("a"), PromptArgument::new("a")],
        |_, _| async { "" },
    );
    let lines =
        [set.checked().err(), incomplete.checked().err(), header.checked().err(), prompt.checked().err()];
    let lines = lines.map(|error| line(error.expect("it is invalid")) - first);
    assert_eq!(lines, [1, 3, 9, 11]);
}

#[test]
fn an_argument_of_any_value_is_required() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[serde(transparent)]
    struct Limit(Option<u32>);

    let find = |filter: serde_json::Value, hint: Option<serde_json::Value>, limit: Limit| async move {
        format!("{filter} {hint:?} {:?}", limit.0)
    };
    let find = ToolHandler::function("find", ["filter", "hint", "limit"], find)
        .argument("filter", |filter| filter.description("The filter."));
    let schema = &find.definition().input_schema;
    assert_eq!(schema["required"], json!(["filter"]));
    let filter = &schema["properties"]["filter"];
    assert_eq!(filter["description"], "The filter.\nAny JSON value.");
    assert_eq!(filter["anyOf"].as_array().map(Vec::len), Some(6), "one branch for each type: {filter}");
    let client = Client::modern(Server::builder("test", "1.0.0").tool(find));
    let find = |arguments| outcome(&client, "find", arguments);
    assert_eq!(
        find(json!({ "filter": { "a": 1 }, "limit": 3 })),
        (r#"{"a":1} None Some(3)"#.to_owned(), false)
    );
    assert_eq!(find(json!({ "filter": null })), ("null None None".to_owned(), false));
    let (missing, is_error) = find(json!({ "hint": 1 }));
    assert!(is_error && missing.contains("filter"), "{missing}");
}

#[test]
fn an_optional_extension_may_be_absent() {
    let tool = || {
        ToolHandler::function("tenant", [], |tenant: Option<Ext<String>>| async move {
            tenant.map_or_else(|| "none".to_owned(), |tenant| tenant.to_string())
        })
    };
    let client = |builder: Server| Client::modern(builder);
    let without = client(Server::builder("test", "1.0.0").tool(tool()).build());
    assert_eq!(outcome(&without, "tenant", json!({})).0, "none");
    let with = client(Server::builder("test", "1.0.0").tool(tool()).share("acme".to_owned()).build());
    assert_eq!(outcome(&with, "tenant", json!({})).0, "acme");
}

/// A parameter of another crate that is not extracted, and gives no reason.
struct Foreign;

impl Parameter<Foreign> for Foreign {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn extract(_: &mut CallArguments<'_>, _: usize) -> Option<Self> {
        None
    }

    fn is_value(_: &str) -> bool {
        false
    }
}

#[test]
fn a_parameter_that_is_not_extracted_is_a_tool_error() {
    let tool = ToolHandler::new("foreign", |mut arguments| {
        let foreign = arguments.extract::<Foreign, Foreign>(0);
        arguments.check()?;
        let Foreign = foreign.value();
        Ok(Execution::future(async { Ok(CallToolResult::text("extracted")) }))
    });
    let tool = tool.parameter::<Foreign, Foreign>(Argument::new(""));
    let client = Client::modern(Server::builder("test", "1.0.0").tool(tool));
    let result = block_on(client.call_tool("foreign", ())).unwrap();
    assert_eq!(result.is_error, Some(true));
    let text = result.content[0].as_text().unwrap();
    assert!(text.starts_with("a parameter of foreign has no value, incident "), "{text}");
}
