//! The end of a server: `run_until`, shutdown hooks, and what a program gets to know, over streams in memory.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcpwright_server::{Builder, Server, ToolHandler};
use mcpwright_transport::{End, Error, LineLimits, serve, serve_until};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const TIMEOUT: Duration = Duration::from_secs(30);

/// The events of a server, in order.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<&'static str>>>);

impl Events {
    fn add(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }

    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// A server with a tool that waits a moment, and a hook.
fn builder(events: &Events) -> Builder {
    let (called, ended) = (events.clone(), events.clone());
    let wait = ToolHandler::function("wait", [], move || {
        let called = called.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            called.add("call");
        }
    });
    Server::builder("test", "1").tool(wait).on_shutdown(move || async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        ended.add("hook");
    })
}

/// A client in memory, and the server that serves it.
struct Conversation {
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<End, Error>>,
}

impl Conversation {
    fn new(server: impl Into<Server>, limits: LineLimits) -> Self {
        let (client, ours) = tokio::io::duplex(1 << 16);
        let ((reader, writer), (stop, stopped)) = (tokio::io::split(ours), oneshot::channel::<()>());
        let stop_signal = async {
            if stopped.await.is_err() {
                pending::<()>().await;
            }
        };
        let serving = tokio::spawn(serve_until(server.into(), reader, writer, limits, stop_signal));
        let (reader, writer) = tokio::io::split(client);
        Self { reader: BufReader::new(reader), writer, stop: Some(stop), serving }
    }

    async fn send(&mut self, message: Value) {
        self.writer.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let mut line = String::new();
        timeout(TIMEOUT, self.reader.read_line(&mut line)).await.expect("the server answers").unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn initialize(&mut self) {
        let client = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        self.send(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })).await;
        assert_eq!(self.receive().await["id"], 0);
    }

    async fn call(&mut self, id: u32) {
        let params = json!({ "name": "wait" });
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })).await;
    }

    async fn end(self) -> End {
        timeout(TIMEOUT, self.serving).await.expect("the server ends").unwrap().unwrap()
    }
}

#[tokio::test]
async fn hook_runs_after_the_last_call_when_the_input_ends() {
    let events = Events::default();
    let mut client = Conversation::new(builder(&events), LineLimits::default());
    client.initialize().await;
    client.call(1).await;
    client.writer.shutdown().await.unwrap();
    assert_eq!(client.receive().await["id"], 1);
    assert_eq!(client.end().await, End::Disconnected);
    assert_eq!(events.all(), ["call", "hook"]);
}

#[tokio::test]
async fn stop_future_ends_the_server_after_running_calls() {
    let events = Events::default();
    let mut client = Conversation::new(builder(&events), LineLimits::default());
    client.initialize().await;
    client.call(1).await;
    // The call is answered after the stop, so it must have been read before it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.stop.take().unwrap().send(()).unwrap();
    assert_eq!(client.receive().await["id"], 1);
    assert_eq!(client.end().await, End::Stopped);
    assert_eq!(events.all(), ["call", "hook"]);
}

#[tokio::test]
async fn end_of_input_before_a_client_is_told_apart() {
    let events = Events::default();
    let ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
    for input in ["", "\n", "nonsense\n", ping] {
        let end = serve(builder(&events), input.as_bytes(), Vec::new(), LineLimits::default()).await;
        assert_eq!(end.unwrap(), End::NoClient, "{input:?}");
    }
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} });
    let modern =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": { "_meta": meta } });
    let end = serve(builder(&events), modern.to_string().as_bytes(), Vec::new(), LineLimits::default()).await;
    assert_eq!(end.unwrap(), End::Disconnected);
    assert_eq!(events.all(), ["hook"; 5], "hooks run however a server ends");
}

#[tokio::test]
async fn hooks_run_when_the_client_stops_reading() {
    let events = Events::default();
    let mut client = Conversation::new(builder(&events), LineLimits::default());
    client.initialize().await;
    client.call(1).await;
    let Conversation { reader, writer, serving, stop: _stop } = client;
    drop(reader.into_inner().unsplit(writer));
    let ended = timeout(TIMEOUT, serving).await.expect("the server ends").unwrap();
    assert!(ended.is_err(), "an answer was lost");
    assert_eq!(events.all().last(), Some(&"hook"));
}

#[tokio::test]
async fn hook_of_a_server_with_other_handles_runs_when_the_program_ends_it() {
    let events = Events::default();
    let server = builder(&events).build();
    for _ in 0..2 {
        let mut client = Conversation::new(server.clone(), LineLimits::default());
        client.initialize().await;
        client.writer.shutdown().await.unwrap();
        assert_eq!(client.end().await, End::Disconnected);
    }
    assert!(events.all().is_empty(), "another client may come");
    server.shut_down().await;
    server.shut_down().await;
    assert_eq!(events.all(), ["hook"]);
}

#[tokio::test]
async fn panics_of_hooks_do_not_prevent_the_next_ones() {
    let events = Events::default();
    let builder = Server::builder("test", "1").on_shutdown(|| {
        assert!(std::env::args().len() == 0, "while it is called");
        async {}
    });
    let builder = builder.on_shutdown(|| async { panic!("while it runs") });
    let last = events.clone();
    let builder = builder.on_shutdown(|| async move { last.add("last") });
    let end = serve(builder, &b""[..], Vec::new(), LineLimits::default()).await;
    assert_eq!(end.unwrap(), End::NoClient);
    assert_eq!(events.all(), ["last"]);
}

#[tokio::test]
async fn time_of_hooks_is_limited() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = DropCount(Arc::clone(&dropped));
    let builder = Server::builder("test", "1").on_shutdown(|| async move {
        let _count = count;
        pending::<()>().await;
    });
    let limits = LineLimits::default().drain_timeout(Duration::from_millis(50));
    let end = timeout(TIMEOUT, serve(builder, &b""[..], Vec::new(), limits)).await;
    assert_eq!(end.expect("the hook is aborted").unwrap(), End::NoClient);
    while dropped.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

/// Counts when it is dropped.
struct DropCount(Arc<AtomicUsize>);

impl Drop for DropCount {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn hooks_of_mounted_servers_run() {
    let events = Events::default();
    let server = Server::builder("outer", "1").mount("inner", builder(&events));
    assert_eq!(serve(server, &b""[..], Vec::new(), LineLimits::default()).await.unwrap(), End::NoClient);
    assert_eq!(events.all(), ["hook"]);
}
