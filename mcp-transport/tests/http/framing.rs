//! HTTP message framing: requests that are too large, too slow or malformed.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::requests::{Request, call, post};
use crate::support::TestServer;

fn echo(text: &str) -> Request {
    call(json!(1), "echo", json!({ "text": text }))
}

/// Asserts that a request is rejected with this status, and that the connection is closed.
async fn expect_rejected_and_closed(server: &TestServer, bytes: &[u8], status: u16) {
    let before = server.probe.executed();
    let mut client = server.connect().await;
    client.send_until_closed(bytes).await;
    let response = client.response().await;
    let excerpt = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]);
    assert_eq!(response.status, status, "{excerpt}\n{response:?}");
    client.expect_closed().await;
    assert_eq!(server.probe.executed(), before, "{excerpt}");
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn body_size_is_limited() {
    let server = TestServer::with_limits(Limits::default().max_body_bytes(10_000)).await;
    let overhead = echo("").bytes().len() - echo("").head().len();
    let largest = "x".repeat(10_000 - overhead);
    assert_eq!(server.send_request(&echo(&largest)).await.text(), largest);
    assert_eq!(server.send_request(&echo(&largest).chunked(100)).await.text(), largest);
    let larger = format!("{largest}x");
    expect_rejected_and_closed(&server, &echo(&larger).bytes(), 413).await;
    expect_rejected_and_closed(&server, &echo(&larger).chunked(100).bytes(), 413).await;
    // A client that sends the whole body before it reads still receives the status.
    let mut client = server.connect().await;
    client.send(echo(&"x".repeat(8 << 20)).bytes()).await;
    assert_eq!(client.response().await.status, 413);
    // A length beyond the limit is rejected before the body is sent.
    for length in ["10001", "1073741824", "18446744073709551613"] {
        let head = post("").set("Content-Length", length).head();
        let mut client = server.connect().await;
        client.send(head).await;
        assert_eq!(client.response().await.status, 413, "{length}");
        client.expect_closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_chunked_body_is_rejected() {
    let server = TestServer::with_limits(Limits::default().max_body_bytes(10_000)).await;
    let mut client = server.connect().await;
    client.send(post("").without("Content-Length").set("Transfer-Encoding", "chunked").head()).await;
    // More than the socket buffers hold, so it is sent completely only if the server reads all of it.
    let piece = format!("4000\r\n{}\r\n", "[".repeat(0x4000));
    client.send_until_closed(piece.repeat(1000)).await;
    assert_eq!(client.response().await.status, 413);
    client.expect_closed().await;
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn header_size_is_limited() {
    let server = TestServer::start().await;
    let padded = |size: usize| echo("x").append("X-Padding", "x".repeat(size));
    assert_eq!(server.send_request(&padded(12 << 10)).await.text(), "x");
    for size in [17 << 10, 40 << 10, 63 << 10, 1 << 20] {
        expect_rejected_and_closed(&server, &padded(size).bytes(), 431).await;
    }
    let path = format!("POST /mcp?{} HTTP/1.1", "x".repeat(17 << 10));
    expect_rejected_and_closed(&server, &echo("x").with_request_line(&path).bytes(), 431).await;
    let fields = |count: usize| (0..count).fold(echo("x"), |request, _| request.append("X", "y"));
    assert_eq!(server.send_request(&fields(80)).await.text(), "x");
    expect_rejected_and_closed(&server, &fields(101).bytes(), 431).await;
    expect_rejected_and_closed(&server, &fields(5000).bytes(), 431).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_length_must_be_a_single_number() {
    let server = TestServer::start().await;
    let request = echo("x");
    let length = request.bytes().len() - request.head().len();
    for wrong in
        ["-1", "+5", "", " ", "abc", "0x5", "1e1", "5, 6", "5,5", "5.0", "99999999999999999999999", "5 5"]
    {
        expect_rejected_and_closed(&server, &request.clone().set("Content-Length", wrong).bytes(), 400).await;
    }
    expect_rejected_and_closed(&server, &request.clone().append("Content-Length", "1").bytes(), 400).await;
    let first = request.clone().set("Content-Length", "1").append("Content-Length", length.to_string());
    expect_rejected_and_closed(&server, &first.bytes(), 400).await;
    for wrong in ["gzip", "identity", "chunked, gzip", "chunked;", "xchunked", ""] {
        expect_rejected_and_closed(&server, &request.clone().append("Transfer-Encoding", wrong).bytes(), 400)
            .await;
    }
    let old = request.clone().chunked(10).with_request_line("POST /mcp HTTP/1.0");
    expect_rejected_and_closed(&server, &old.bytes(), 400).await;
    for line in ["POST /mcp", "POST /mcp HTTP/3.0", "POST  /mcp HTTP/1.1", "\0", "(x) / HTTP/1.1"] {
        let mut client = server.connect().await;
        client.send_until_closed(request.clone().with_request_line(line).bytes()).await;
        assert_eq!(client.response().await.status, 400, "{line}");
        client.expect_closed().await;
    }
    for field in ["Content-Length : 5", " Content-Length: 5", "Content Length: 5", ": 5", "X"] {
        let text = String::from_utf8(request.bytes()).unwrap();
        let text = text.replacen("\r\n", &format!("\r\n{field}\r\n"), 1);
        expect_rejected_and_closed(&server, text.as_bytes(), 400).await;
    }
    assert_eq!(server.probe.dropped(), 0);
}

/// A proxy and this server may disagree on where the body ends if a request has both a length and a transfer coding.
/// Either way, there is exactly one response, and the connection is closed.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_smuggling_with_two_lengths() {
    let server = TestServer::start().await;
    let smuggled = echo("hidden").bytes();
    for length in [0, 5, 10_000] {
        let chunked = echo("x").chunked(1000);
        let both = [
            chunked.clone().append("Content-Length", length.to_string()),
            chunked
                .clone()
                .without("Transfer-Encoding")
                .append("Content-Length", length.to_string())
                .append("Transfer-Encoding", "chunked"),
        ];
        for request in both {
            let before = server.probe.executed();
            let mut client = server.connect().await;
            client.send([request.bytes(), smuggled.clone()].concat()).await;
            let response = client.response().await;
            assert!(response.status == 400 || response.text() == "x", "{response:?}");
            client.expect_closed().await;
            assert!(server.probe.executed() <= before + 1, "the smuggled request was executed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_chunks_are_rejected() {
    let server = TestServer::start().await;
    let head = post("").without("Content-Length").set("Transfer-Encoding", "chunked").head();
    for chunks in [
        "zz\r\nx\r\n",
        "-1\r\nx\r\n",
        "\r\n",
        "5\r\nxxxxxxx\r\n0\r\n\r\n",
        "5 5\r\nxxxxx\r\n",
        "ffffffffffffffffff\r\n",
    ] {
        expect_rejected_and_closed(&server, &[&head, chunks.as_bytes()].concat(), 400).await;
    }
    // A client that disconnects before the announced length is sent.
    let mut client = server.connect().await;
    client.send([&head[..], b"5\r\nxx"].concat()).await;
    client.finish_sending().await;
    client.drain().await;
    let mut client = server.connect().await;
    client.send(&echo("x").bytes()[..echo("x").bytes().len() - 1]).await;
    client.finish_sending().await;
    client.drain().await;
    // Each rejected request was followed by one call of the tool `count`.
    assert_eq!(server.probe.executed(), 6);
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_continue_is_answered_before_the_body() {
    let server = TestServer::start().await;
    let request = echo("x").append("Expect", "100-continue");
    let (head, bytes) = (request.head(), request.bytes());
    let mut client = server.connect().await;
    client.send(&head).await;
    assert_eq!(client.response().await.status, 100);
    client.send(&bytes[head.len()..]).await;
    assert_eq!(client.response().await.text(), "x");
    let rejected = [
        (request.clone().set("Content-Type", "text/plain"), 415),
        (request.clone().set("Accept", "text/html"), 406),
        (request.clone().set("Origin", "https://evil.example"), 403),
        (request.clone().set("Host", "evil.example"), 403),
        (request.clone().set("Content-Length", "99999999"), 413),
        (request.clone().with_request_line("POST /other HTTP/1.1"), 404),
        (request.clone().with_method("PUT"), 405),
    ];
    for (request, status) in rejected {
        let mut client = server.connect().await;
        client.send(request.head()).await;
        assert_eq!(client.response().await.status, status, "{request:?}");
    }
    assert_eq!(server.probe.executed(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn body_timeout_closes_the_connection() {
    let server = TestServer::with_limits(Limits::default().body_timeout(Duration::from_millis(200))).await;
    let request = echo("x");
    let bytes = request.bytes();
    for sent in [request.head().len(), bytes.len() - 1] {
        let mut client = server.connect().await;
        client.send(&bytes[..sent]).await;
        assert_eq!(client.response().await.status, 408);
        client.expect_closed().await;
    }
    assert_eq!(server.probe.executed(), 0);
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_may_be_fragmented_or_pipelined() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    for bytes in [echo("one").bytes(), echo("two").chunked(1).bytes()] {
        for byte in bytes {
            client.send([byte]).await;
        }
    }
    assert_eq!(client.response().await.text(), "one");
    assert_eq!(client.response().await.text(), "two");
    let texts: Vec<_> = (0..50).map(|number| format!("text {number}")).collect();
    client.send(texts.iter().flat_map(|text| echo(text).bytes()).collect::<Vec<_>>()).await;
    for text in texts {
        assert_eq!(client.response().await.text(), text);
    }
}
