//! What a message costs inside of the process: reading it, answering it, writing the answer. `cargo bench`.
//!
//! What it costs over pipes, beside other servers, is measured in `benches/peers`.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mcpwright::core::message::{Decoder, decode};
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

    /// Return the number, if it is not too large.
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

fn reading(criterion: &mut Criterion) {
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

fn answering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("answer");
    let echo = format!(r#"{{"text":"{}"}}"#, "x".repeat(100));
    let list = |meta: &str| {
        let params = meta.trim_start_matches(',');
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{params}}}}}"#)
    };
    let messages = [
        ("echo, 2025-11-25", call("echo", &echo, "")),
        ("echo, 2026-07-28", call("echo", &echo, META)),
        ("an argument that is checked", call("bounded", r#"{"number":7}"#, META)),
        ("an argument that is made to fit", call("bounded", r#"{"number":"7"}"#, META)),
        ("tools/list", list(META)),
    ];
    for (name, message) in messages {
        let mut talk = Talk::new();
        group.bench_function(name, |bencher| bencher.iter(|| talk.say(black_box(&message))));
    }
    group.finish();
}

/// A connection whose handlers are done at the second poll at the latest.
struct Talk {
    server: Server,
    connection: Connection,
    decoder: Decoder,
    out: Vec<u8>,
}

impl Talk {
    fn new() -> Self {
        let server = Server::from(Workload);
        let connection = server.connect(Caller::anonymous());
        let mut talk = Self { server, connection, decoder: Decoder::new(), out: Vec::new() };
        assert!(decode(INITIALIZE.as_bytes()).is_ok());
        talk.say(INITIALIZE);
        talk
    }

    fn say(&mut self, text: &str) -> usize {
        self.out.clear();
        let actions = self.connection.receive(self.decoder.decode(text.as_bytes())).into_actions();
        let mut actions: Vec<_> = actions.into_iter().collect();
        while let Some(action) = actions.pop() {
            match action {
                Action::Send(message) | Action::Tell(_, message) => message.encode(&mut self.out),
                Action::Run(call) => {
                    let outbox = NotificationSender::new(|_| {});
                    let outcome = finish(self.server.call(&call, &outbox));
                    actions.extend(self.connection.finished(&call, outcome));
                }
                Action::Cancel(..) => {}
            }
        }
        self.out.len()
    }
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

criterion_group!(calls, reading, answering);
criterion_main!(calls);
