//! What many subscriptions and open questions take: figures to read, of which nothing is asserted. Run by hand, optimised and alone:
//!
//! ```sh
//! ulimit -n 20000
//! cargo test --release -p mcpwright-transport --features http --test http -- many --ignored --nocapture --test-threads 1
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

use crate::requests::{Request, call_message, initialize_message, modern};
use crate::support::Site;
use crate::wire::Client;

const LIMITS: usize = 30_000;

fn limits() -> Limits {
    Limits::default()
        .max_connections(LIMITS)
        .max_streams(LIMITS)
        .keep_alive_interval(Duration::from_secs(3600))
}

/// Listens for one of many resources, or for the one that all listen for.
fn listen(uri: &str) -> Request {
    let filter = json!({ "resourceSubscriptions": [uri] });
    modern(json!(1), "subscriptions/listen", json!({ "notifications": filter }))
}

/// The memory of this process that is in use, in bytes.
fn memory() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// The body of a request, in one piece.
struct Whole(Option<Bytes>);

impl Body for Whole {
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
    let (builder, world) = crate::world::server();
    let service = mcpwright_transport::http(builder).limits(limits()).into_service();
    let mut streams = Vec::with_capacity(11_000);
    let mut before = 0;
    for number in 0..11_000 {
        // The first thousand fill what is shared.
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
            .body(Whole(Some(body.into())))
            .unwrap();
        let answer = service.handle(request).await;
        assert_eq!(answer.status(), 200);
        let mut stream = Box::pin(answer.into_body());
        let acknowledged = std::future::poll_fn(|context| stream.as_mut().poll_frame(context)).await;
        assert!(acknowledged.is_some());
        streams.push(stream);
    }
    eprintln!("10,000 subscriptions, without connections: {} bytes each", (memory() - before) / 10_000);
    let start = Instant::now();
    (0..1000).for_each(|number| world.notify().resource_updated(format!("test://{number}")));
    eprintln!("a change that one of 11,000 wants: {:?}", start.elapsed() / 1000);
    let start = Instant::now();
    (0..1000).for_each(|number| world.notify().resource_updated(format!("other://{number}")));
    eprintln!("a change that none of 11,000 wants: {:?}", start.elapsed() / 1000);
    drop(streams);
    let start = Instant::now();
    (0..1000).for_each(|number| world.notify().resource_updated(format!("other://{number}")));
    eprintln!("a change where nobody listens, its URI included: {:?}", start.elapsed() / 1000);
}

/// A request of an earlier revision, of a client that can ask its user.
fn legacy(session: Option<&str>, body: &serde_json::Value) -> http::Request<Whole> {
    let request = http::Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    let request = session.iter().fold(request, |request, session| {
        request.header("mcp-session-id", *session).header("mcp-protocol-version", "2025-11-25")
    });
    request.body(Whole(Some(body.to_string().into()))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn memory_of_pending_input_requests() {
    let (builder, _) = crate::world::server();
    let service = mcpwright_transport::http(crate::asking::asking(builder)).limits(limits()).into_service();
    let (mut streams, mut before) = (Vec::with_capacity(11_000), 0);
    for number in 0..110 {
        // The first thousand fill what is shared.
        if number == 10 {
            before = memory();
        }
        let mut hello = initialize_message(json!(0), "2025-11-25");
        hello["params"]["capabilities"] = json!({ "elicitation": {} });
        let opened = service.handle(legacy(None, &hello)).await;
        let session = opened.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        for id in 0..100 {
            let call = call_message(json!(id), "ask", json!({ "number": id }));
            let answer = service.handle(legacy(Some(&session), &call)).await;
            let mut stream = Box::pin(answer.into_body());
            assert!(std::future::poll_fn(|context| stream.as_mut().poll_frame(context)).await.is_some());
            streams.push(stream);
        }
    }
    eprintln!("10,000 open questions, without connections: {} bytes each", (memory() - before) / 10_000);
}

/// A client that keeps nothing but its socket.
fn open(address: SocketAddr, uri: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&listen(uri).bytes()).unwrap();
    let (mut said, mut buffer) = (Vec::new(), [0; 1024]);
    while !said.windows(2).any(|bytes| bytes == b"\n\n") {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0);
        said.extend_from_slice(&buffer[..length]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn memory_with_connections() {
    let site = Site::limited(limits()).await;
    let address = site.address;
    let measured = tokio::task::spawn_blocking(move || {
        let mut clients = Vec::with_capacity(10_500);
        clients.extend((0..500).map(|number| open(address, &format!("test://{number}"))));
        let before = memory();
        clients.extend((500..10_500).map(|number| open(address, &format!("test://{number}"))));
        (memory() - before) / 10_000
    });
    eprintln!(
        "10,000 subscriptions, each on a connection of its own: {} bytes each",
        measured.await.unwrap()
    );
}

/// How long it takes until the last of a thousand has heard, and how long who tells it is kept.
async fn tell(clients: &mut [Client], notify: &Notify) -> (Duration, Duration) {
    let start = Instant::now();
    notify.resource_updated("test://thing");
    let kept = start.elapsed();
    for client in clients {
        client.message().await;
    }
    (start.elapsed(), kept)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn latency_of_a_broadcast_to_a_thousand() {
    let site = Site::limited(limits()).await;
    let mut clients = Vec::new();
    for _ in 0..1000 {
        let mut client = site.connect().await;
        client.open(&listen("test://thing")).await;
        client.message().await;
        clients.push(client);
    }
    let mut times = Vec::new();
    for _ in 0..50 {
        times.push(tell(&mut clients, site.world.notify()).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times.sort();
    let (total, kept) = times[times.len() / 2];
    eprintln!("to the last of 1,000: {total:?} in the middle of 50, {:?} at most", times.last().unwrap().0);
    eprintln!("who tells it is kept for {kept:?}");
}
