//! Log messages of handlers, and the log of incidents.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use mcpwright_core::{ErrorCode, LoggingLevel, ProtocolVersion, method};
use mcpwright_server::testing::Client;
use mcpwright_server::{Builder, Context, Server, ToolHandler};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// A subscriber that keeps events from a level on, as `LEVEL target: message, fields`.
#[derive(Clone)]
struct Recorder {
    max: Level,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    fn new(max: Level) -> Self {
        Self { max, lines: Arc::default() }
    }

    /// Runs code with this subscriber, and returns what it has logged.
    fn record<T>(&self, code: impl FnOnce() -> T) -> (T, Vec<String>) {
        let output = tracing::subscriber::with_default(self.clone(), code);
        (output, std::mem::take(&mut *self.lines.lock().unwrap()))
    }
}

/// The text of an event.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "incident" => {}
            name => self.fields += &format!(", {name}={value:?}"),
        }
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("mcpwright") && *metadata.level() <= self.max
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        self.lines.lock().unwrap().push(format!("{level} {target}: {}{}", line.message, line.fields));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

async fn import(context: Context) -> String {
    context.log(LoggingLevel::Debug, "a detail");
    context.log(LoggingLevel::Notice, json!({ "line": "1\n2" }));
    context.log(LoggingLevel::Warning, "skipped");
    context.log(LoggingLevel::Critical, "failed");
    format!("{:?}", [LoggingLevel::Debug, LoggingLevel::Info].map(|level| context.is_log_enabled(level)))
}

fn server() -> Builder {
    Server::builder("test", "1.0.0").tool(ToolHandler::function("import", [], import))
}

/// Returns clients of both eras that want all messages.
fn clients(builder: Builder) -> [Client; 2] {
    let server = builder.build();
    let legacy = block_on(Client::legacy(server.clone(), ProtocolVersion::V2025_11_25)).unwrap();
    [Client::modern(server).log_level(LoggingLevel::Debug), legacy]
}

#[test]
fn messages_go_to_the_log_of_the_process_unless_the_server_declares_the_capability() {
    for client in clients(server()) {
        let recorder = Recorder::new(Level::INFO);
        let (result, lines) = recorder.record(|| block_on(client.call_tool("import", ())).unwrap());
        assert_eq!(result.content[0].as_text(), Some("[false, true]"));
        assert_eq!(
            lines,
            [
                r#"INFO mcpwright::handler: {"line":"1\n2"}"#,
                r#"WARN mcpwright::handler: "skipped""#,
                r#"ERROR mcpwright::handler: "failed""#,
            ]
        );
        assert!(client.notifications().is_empty());
        let error =
            block_on(client.send(method::LOGGING_SET_LEVEL, json!({ "level": "debug" }))).unwrap_err();
        assert_eq!(error.code, ErrorCode::METHOD_NOT_FOUND);
    }
}

#[test]
fn messages_go_to_clients_of_a_server_with_the_capability() {
    let mounting = Server::builder("outer", "1.0.0").mount("inner", server().logging());
    for (builder, name) in [(server().logging(), "import"), (mounting, "inner_import")] {
        for client in clients(builder) {
            let recorder = Recorder::new(Level::TRACE);
            let (result, lines) = recorder.record(|| block_on(client.call_tool(name, ())).unwrap());
            assert!(result.content[0].as_text().unwrap().ends_with("true]"));
            assert_eq!(lines, Vec::<String>::new());
            assert!(client.notifications().iter().any(|notification| notification.method == method::MESSAGE));
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read order 7")]
struct Unread(#[source] Cause);

#[derive(Debug, thiserror::Error)]
#[error("the database is gone")]
struct Cause(#[source] std::io::Error);

fn unread() -> Unread {
    Unread(Cause(std::io::Error::other("connection\nreset")))
}

#[test]
fn log_names_the_handler_and_the_causes() {
    let order = || ToolHandler::function("order", [], || async { Err::<(), _>(unread()) });
    let causes = r"cannot read order 7: the database is gone: connection\u{a}reset";
    for (builder, expected) in [
        (
            server().tool(order()),
            format!("WARN mcpwright_server::dispatch::errors: order failed, error={causes:?}"),
        ),
        (
            server().tool(order()).mask_errors(),
            format!("ERROR mcpwright_server::incident: order failed, reason={causes:?}"),
        ),
    ] {
        for client in clients(builder) {
            let recorder = Recorder::new(Level::WARN);
            let (result, lines) = recorder.record(|| block_on(client.call_tool("order", ())).unwrap());
            assert_eq!(lines, std::slice::from_ref(&expected));
            assert!(!result.content[0].as_text().unwrap().contains("database"));
        }
    }
    let panics = ToolHandler::function("roll", [], || async {
        assert!(std::env::args().count() == 0, "no dice");
    });
    let [client, _] = clients(server().tool(panics));
    let (_, lines) = Recorder::new(Level::WARN).record(|| block_on(client.call_tool("roll", ())).unwrap());
    assert_eq!(lines, [r#"ERROR mcpwright_server::incident: roll panicked, reason="no dice""#]);
}
