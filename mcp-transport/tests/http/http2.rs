//! HTTP/2: multiplexed requests on one connection.

use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};
use http::{Method, Response};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::requests::{Request, call, call_with_progress};
use crate::support::{TestServer, with_timeout};

/// Opens an HTTP/2 connection with prior knowledge.
async fn connect(server: &TestServer) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Sends an HTTP/1.1 request as an HTTP/2 request.
async fn send(client: &mut SendRequest<Bytes>, host: &str, request: &Request) -> ResponseFuture {
    let mut builder = http::Request::builder().method(Method::POST).uri(format!("http://{host}/mcp"));
    let head = String::from_utf8(request.head()).unwrap();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        if name != "Host" {
            builder = builder.header(name, value);
        }
    }
    with_timeout("capacity for a request", std::future::poll_fn(|context| client.poll_ready(context)))
        .await
        .unwrap();
    let (response, mut body) = client.send_request(builder.body(()).unwrap(), false).unwrap();
    let bytes = request.bytes()[head.len()..].to_vec();
    // The server may have rejected the request already.
    let _ = body.send_data(bytes.into(), true);
    response
}

async fn send_and_wait(
    client: &mut SendRequest<Bytes>,
    host: &str,
    request: &Request,
) -> Response<RecvStream> {
    let response = send(client, host, request).await;
    with_timeout("a response", response).await.unwrap()
}

async fn read(response: Response<RecvStream>) -> Result<String, Reason> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(data) = with_timeout("more of a response", body.data()).await {
        let data = data.map_err(|error| error.reason().unwrap_or(Reason::NO_ERROR))?;
        body.flow_control().release_capacity(data.len()).unwrap();
        bytes.extend_from_slice(&data);
    }
    Ok(String::from_utf8(bytes).unwrap())
}

fn text(response: &str) -> String {
    let message: Value = serde_json::from_str(response).unwrap();
    message["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_a_connection() {
    let server = TestServer::start().await;
    let mut client = connect(&server).await;
    let mut responses = Vec::new();
    for number in 0..100 {
        let request = call(json!(1), "echo", json!({ "text": format!("text {number}") }));
        responses.push(send(&mut client, "localhost", &request).await);
    }
    for (number, response) in responses.into_iter().enumerate() {
        let response = read(with_timeout("a response", response).await.unwrap()).await.unwrap();
        assert_eq!(text(&response), format!("text {number}"));
    }
    let request = call_with_progress(json!(1), "repeat", json!({ "text": "x" }), json!(1));
    let response = send_and_wait(&mut client, "localhost", &request).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(read(response).await.unwrap().matches("data: ").count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_the_same_as_for_http1() {
    let server = TestServer::with_limits(Limits::default().max_body_bytes(10_000)).await;
    let mut client = connect(&server).await;
    let request = call(json!(1), "count", json!({}));
    let large = call(json!(1), "echo", json!({ "text": "x".repeat(10_000) }));
    for (host, request, status) in [
        ("evil.example", request.clone(), 403),
        ("localhost", request.clone().set("Origin", "https://evil.example"), 403),
        ("localhost", request.clone().set("host", "evil.example"), 403),
        ("localhost", request.clone().set("Content-Type", "text/plain"), 415),
        ("localhost", request.clone().set("Accept", "text/html"), 406),
        ("localhost", request.clone().without("Mcp-Name"), 400),
        ("localhost", large, 413),
    ] {
        let response = send_and_wait(&mut client, host, &request).await;
        assert_eq!(response.status(), status, "{request:?}");
    }
    assert_eq!(server.probe.executed(), 0);
    let response = send_and_wait(&mut client, "localhost", &request).await;
    assert_eq!(text(&read(response).await.unwrap()), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn resetting_a_stream_cancels_only_its_call() {
    let mut server = TestServer::start().await;
    let mut client = connect(&server).await;
    let wait = call(json!(1), "wait", json!({}));
    let kept = send(&mut client, "localhost", &wait).await;
    let pending = send(&mut client, "localhost", &wait).await;
    let with_progress = call_with_progress(json!(1), "progress_and_wait", json!({}), json!(1));
    let streaming = send_and_wait(&mut client, "localhost", &with_progress).await;
    server.probe.wait_for_started(3).await;
    drop(pending);
    server.probe.wait_for_dropped(1).await;
    drop(streaming);
    server.probe.wait_for_dropped(2).await;
    // The remaining call finishes during the shutdown.
    server.stop();
    server.probe.release(1);
    assert_eq!(text(&read(with_timeout("a response", kept).await.unwrap()).await.unwrap()), "waited");
    drop(client);
    server.wait_for_shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn write_timeout_cancels_a_call_without_flow_control_credit() {
    let server = TestServer::with_limits(
        Limits::default().write_timeout(Duration::from_secs(1)).keep_alive_interval(Duration::from_secs(1)),
    )
    .await;
    let mut client = connect(&server).await;
    let flood = call_with_progress(json!(1), "flood", json!({ "bytes": 100_000 }), json!(1));
    let response = send_and_wait(&mut client, "localhost", &flood).await;
    server.probe.wait_for_started(1).await;
    // The client has a window of 64 KiB, never enlarges it, and stays connected.
    server.probe.wait_for_dropped(1).await;
    drop(response);
}
