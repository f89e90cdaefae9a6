//! Measurements of memory and latency with many subscriptions and pending input requests. They assert nothing.
//! Run them by hand, in release mode, one at a time:
//!
//! ```sh
//! ulimit -n 20000
//! cargo test --release -p mcpwright-transport --features http --test http -- \
//!     measurements --ignored --nocapture --test-threads 1
//! ```

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame};
use mcpwright_server::Notify;
use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::client::Client;
use crate::requests::{Request, call_message, initialize_message, modern};
use crate::support::TestServer;

const MAX_OPEN: usize = 30_000;

fn limits() -> Limits {
    Limits::default()
        .max_connections(MAX_OPEN)
        .max_streams(MAX_OPEN)
        .keep_alive_interval(Duration::from_secs(3600))
}

/// A request that subscribes to a resource.
fn listen(uri: &str) -> Request {
    let filter = json!({ "resourceSubscriptions": [uri] });
    modern(json!(1), "subscriptions/listen", json!({ "notifications": filter }))
}

/// Resident memory of this process, in bytes.
fn memory() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// A request body of one frame.
struct FullBody(Option<Bytes>);

impl Body for FullBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn memory_without_connections() {
    let (builder, probe) = crate::probe::server_builder();
    let service = mcpwright_transport::http(builder).limits(limits()).into_service();
    let mut streams = Vec::with_capacity(11_000);
    let mut before = 0;
    for number in 0..11_000 {
        // The first thousand allocate the shared state.
        if number == 1000 {
            before = memory();
        }
        let listen = listen(&format!("test://{number}"));
        let body = listen.bytes()[listen.head().len()..].to_vec();
        let request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "subscriptions/listen")
            .body(FullBody(Some(body.into())))
            .unwrap();
        let response = service.handle(request).await;
        assert_eq!(response.status(), 200);
        let mut stream = Box::pin(response.into_body());
        let acknowledged = std::future::poll_fn(|context| stream.as_mut().poll_frame(context)).await;
        assert!(acknowledged.is_some());
        streams.push(stream);
    }
    eprintln!("10,000 subscriptions, without connections: {} bytes each", (memory() - before) / 10_000);
    let start = Instant::now();
    (0..1000).for_each(|number| probe.notify().resource_updated(format!("test://{number}")));
    eprintln!(
        "time to publish a change with 1 of 11,000 subscriptions matching: {:?}",
        start.elapsed() / 1000
    );
    let start = Instant::now();
    (0..1000).for_each(|number| probe.notify().resource_updated(format!("other://{number}")));
    eprintln!(
        "time to publish a change with 0 of 11,000 subscriptions matching: {:?}",
        start.elapsed() / 1000
    );
    drop(streams);
    let start = Instant::now();
    (0..1000).for_each(|number| probe.notify().resource_updated(format!("other://{number}")));
    eprintln!(
        "time to publish a change without subscriptions, including its URI: {:?}",
        start.elapsed() / 1000
    );
}

/// A request of an earlier revision.
fn legacy_request(session: Option<&str>, body: &serde_json::Value) -> http::Request<FullBody> {
    let request = http::Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    let request = session.iter().fold(request, |request, session| {
        request.header("mcp-session-id", *session).header("mcp-protocol-version", "2025-11-25")
    });
    request.body(FullBody(Some(body.to_string().into()))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn memory_of_pending_input_requests() {
    let (builder, _) = crate::probe::server_builder();
    let service = mcpwright_transport::http(crate::input_requests::with_ask_tool(builder))
        .limits(limits())
        .into_service();
    let (mut streams, mut before) = (Vec::with_capacity(11_000), 0);
    for number in 0..110 {
        // The first thousand allocate the shared state.
        if number == 10 {
            before = memory();
        }
        let mut initialize_request = initialize_message(json!(0), "2025-11-25");
        initialize_request["params"]["capabilities"] = json!({ "elicitation": {} });
        let opened = service.handle(legacy_request(None, &initialize_request)).await;
        let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        for id in 0..100 {
            let call = call_message(json!(id), "ask", json!({ "number": id }));
            let response = service.handle(legacy_request(Some(&session), &call)).await;
            let mut stream = Box::pin(response.into_body());
            assert!(std::future::poll_fn(|context| stream.as_mut().poll_frame(context)).await.is_some());
            streams.push(stream);
        }
    }
    eprintln!(
        "10,000 pending input requests, without connections: {} bytes each",
        (memory() - before) / 10_000
    );
}

/// Opens a subscription with a blocking client that holds only its socket.
fn open(address: SocketAddr, uri: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&listen(uri).bytes()).unwrap();
    let (mut received, mut buffer) = (Vec::new(), [0; 1024]);
    while !received.windows(2).any(|bytes| bytes == b"\n\n") {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0);
        received.extend_from_slice(&buffer[..length]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn memory_with_connections() {
    let server = TestServer::with_limits(limits()).await;
    let address = server.address;
    let measured = tokio::task::spawn_blocking(move || {
        let mut clients = Vec::with_capacity(10_500);
        clients.extend((0..500).map(|number| open(address, &format!("test://{number}"))));
        let before = memory();
        clients.extend((500..10_500).map(|number| open(address, &format!("test://{number}"))));
        (memory() - before) / 10_000
    });
    eprintln!("10,000 subscriptions, each on its own connection: {} bytes each", measured.await.unwrap());
}

/// Returns the time until all clients have received a change, and the time that publishing it takes.
async fn broadcast(clients: &mut [Client], notify: &Notify) -> (Duration, Duration) {
    let start = Instant::now();
    notify.resource_updated("test://thing");
    let publish_time = start.elapsed();
    for client in clients {
        client.message().await;
    }
    (start.elapsed(), publish_time)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn latency_of_a_broadcast_to_a_thousand() {
    let server = TestServer::with_limits(limits()).await;
    let mut clients = Vec::new();
    for _ in 0..1000 {
        let mut client = server.connect().await;
        client.open(&listen("test://thing")).await;
        client.message().await;
        clients.push(client);
    }
    let mut times = Vec::new();
    for _ in 0..50 {
        times.push(broadcast(&mut clients, server.probe.notify()).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times.sort();
    let (total, publish_time) = times[times.len() / 2];
    eprintln!("delivery to 1,000 clients: median of 50 {total:?}, maximum {:?}", times.last().unwrap().0);
    eprintln!("publishing: {publish_time:?}");
}
