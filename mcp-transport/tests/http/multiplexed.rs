//! HTTP/2: many requests on one connection.

use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};
use http::{Method, Response};
use mcpwright_transport::http::Limits;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::requests::{Request, call, loud_call};
use crate::support::{Site, within};

/// A connection of HTTP/2, from a client that knows that the server speaks it.
async fn connect(site: &Site) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(site.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Sends a request of HTTP/1.1 in the way of HTTP/2.
async fn send(client: &mut SendRequest<Bytes>, host: &str, request: &Request) -> ResponseFuture {
    let mut builder = http::Request::builder().method(Method::POST).uri(format!("http://{host}/mcp"));
    let head = String::from_utf8(request.head()).unwrap();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        if name != "Host" {
            builder = builder.header(name, value);
        }
    }
    within("room for a request", std::future::poll_fn(|context| client.poll_ready(context))).await.unwrap();
    let (response, mut body) = client.send_request(builder.body(()).unwrap(), false).unwrap();
    let bytes = request.bytes()[head.len()..].to_vec();
    // It may have been refused already.
    let _ = body.send_data(bytes.into(), true);
    response
}

async fn ask(client: &mut SendRequest<Bytes>, host: &str, request: &Request) -> Response<RecvStream> {
    let response = send(client, host, request).await;
    within("an answer", response).await.unwrap()
}

async fn read(response: Response<RecvStream>) -> Result<String, Reason> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(data) = within("more of an answer", body.data()).await {
        let data = data.map_err(|error| error.reason().unwrap_or(Reason::NO_ERROR))?;
        body.flow_control().release_capacity(data.len()).unwrap();
        bytes.extend_from_slice(&data);
    }
    Ok(String::from_utf8(bytes).unwrap())
}

fn text(answer: &str) -> String {
    let message: Value = serde_json::from_str(answer).unwrap();
    message["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_a_connection() {
    let site = Site::start().await;
    let mut client = connect(&site).await;
    let mut responses = Vec::new();
    for number in 0..100 {
        let request = call(json!(1), "echo", json!({ "text": format!("text {number}") }));
        responses.push(send(&mut client, "localhost", &request).await);
    }
    for (number, response) in responses.into_iter().enumerate() {
        let answer = read(within("an answer", response).await.unwrap()).await.unwrap();
        assert_eq!(text(&answer), format!("text {number}"));
    }
    let request = loud_call(json!(1), "murmur", json!({ "text": "x" }), json!(1));
    let answer = ask(&mut client, "localhost", &request).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(read(answer).await.unwrap().matches("data: ").count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_the_same_as_for_http1() {
    let site = Site::limited(Limits::default().max_body_bytes(10_000)).await;
    let mut client = connect(&site).await;
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
        let answer = ask(&mut client, host, &request).await;
        assert_eq!(answer.status(), status, "{request:?}");
    }
    assert_eq!(site.world.executed(), 0);
    let answer = ask(&mut client, "localhost", &request).await;
    assert_eq!(text(&read(answer).await.unwrap()), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn resetting_a_stream_cancels_only_its_call() {
    let mut site = Site::start().await;
    let mut client = connect(&site).await;
    let wait = call(json!(1), "wait", json!({}));
    let kept = send(&mut client, "localhost", &wait).await;
    let quiet = send(&mut client, "localhost", &wait).await;
    let loud = loud_call(json!(1), "say_and_wait", json!({}), json!(1));
    let streaming = ask(&mut client, "localhost", &loud).await;
    site.world.begun(3).await;
    drop(quiet);
    site.world.dropped(1).await;
    drop(streaming);
    site.world.dropped(2).await;
    // What is left is finished when the server ends.
    site.stop();
    site.world.release(1);
    assert_eq!(text(&read(within("an answer", kept).await.unwrap()).await.unwrap()), "waited");
    drop(client);
    site.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn write_timeout_cancels_a_call_without_flow_control_credit() {
    let site = Site::limited(
        Limits::default().write_timeout(Duration::from_secs(1)).keep_alive_interval(Duration::from_secs(1)),
    )
    .await;
    let mut client = connect(&site).await;
    let flood = loud_call(json!(1), "flood", json!({ "bytes": 100_000 }), json!(1));
    let answer = ask(&mut client, "localhost", &flood).await;
    site.world.begun(1).await;
    // It has room for 64 KiB, says nothing of more, and stays.
    site.world.dropped(1).await;
    drop(answer);
}
