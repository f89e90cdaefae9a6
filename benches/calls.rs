//! Benchmarks of messages within the process: decoding, dispatch, encoding of the response. Run with `cargo bench`.
//!
//! `benches/peers` measures servers as processes, and compares them with other SDKs.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mcpwright::types::Message;
use mcpwright::types::message::{Decoder, decode};
use mcpwright::{Caller, NotificationSender, Server, server};
use mcpwright_server::{Action, Connection};

struct Workload;

#[server]
impl Workload {
    /// Return the text.
    #[tool(read_only)]
    async fn echo(&self, text: String) -> String {
        text
    }

    /// Return the number, which must be within the range.
    #[tool(read_only)]
    async fn bounded(&self, #[arg(range = 1..=100)] number: u32) -> u32 {
        number
    }
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
const META: &str = r#","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

fn call(tool: &str, arguments: &str, meta: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}{meta}}}}}"#
    )
}

fn decode_messages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    let text = "x".repeat(100);
    let short = call("echo", &format!(r#"{{"text":"{text}"}}"#), META);
    let long = call("echo", &format!(r#"{{"text":"{}"}}"#, "x".repeat(1 << 20)), META);
    for (name, message) in [("echo of 100 bytes", &short), ("echo of 1 MiB", &long)] {
        group.throughput(Throughput::Bytes(message.len() as u64));
        let mut decoder = Decoder::new();
        group.bench_function(name, |bencher| bencher.iter(|| decoder.decode(black_box(message.as_bytes()))));
    }
    group.finish();
}

fn handle_messages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("answer");
    let echo = format!(r#"{{"text":"{}"}}"#, "x".repeat(100));
    let list = |meta: &str| {
        let params = meta.trim_start_matches(',');
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{params}}}}}"#)
    };
    let messages = [
        ("echo, 2025-11-25", call("echo", &echo, "")),
        ("echo, 2026-07-28", call("echo", &echo, META)),
        ("argument with a range", call("bounded", r#"{"number":7}"#, META)),
        ("argument that is coerced", call("bounded", r#"{"number":"7"}"#, META)),
        ("tools/list", list(META)),
    ];
    for (name, message) in messages {
        let mut session = Session::new();
        group.bench_function(name, |bencher| bencher.iter(|| session.exchange(black_box(&message))));
    }
    group.finish();
}

/// A connection to the server. Its handlers complete without waiting.
struct Session {
    server: Server,
    connection: Connection,
    decoder: Decoder,
    out: Vec<u8>,
}

impl Session {
    fn new() -> Self {
        let server = Server::from(Workload);
        let connection = server.connect(Caller::anonymous());
        let mut session = Self { server, connection, decoder: Decoder::new(), out: Vec::new() };
        assert!(decode(INITIALIZE.as_bytes()).is_ok());
        session.exchange(INITIALIZE);
        session
    }

    /// Handles a message, and returns the size of the messages that are sent.
    fn exchange(&mut self, text: &str) -> usize {
        self.out.clear();
        let received = self.connection.receive(self.decoder.decode(text.as_bytes()));
        let mut actions: Vec<_> = received.into_actions().into_iter().collect();
        while let Some(action) = actions.pop() {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => message.encode(&mut self.out),
                Action::Overloaded(response) => Message::from(response).encode(&mut self.out),
                Action::Run(call) => {
                    let notifications = NotificationSender::new(|_| {});
                    let outcome = poll_to_completion(self.server.call(&call, &notifications));
                    actions.extend(self.connection.finished(&call, outcome));
                }
                _ => {}
            }
        }
        self.out.len()
    }
}

fn poll_to_completion<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

criterion_group!(calls, decode_messages, handle_messages);
criterion_main!(calls);
