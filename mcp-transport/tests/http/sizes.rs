//! Requests that are too large, too slow, or not put together as HTTP says.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::requests::{Request, call, post};
use crate::support::Site;

fn echo(text: &str) -> Request {
    call(json!(1), "echo", json!({ "text": text }))
}

/// Refused once, and nothing more is read or said on this connection.
async fn refused_and_closed(site: &Site, bytes: &[u8], status: u16) {
    let before = site.world.executed();
    let mut client = site.connect().await;
    client.send_if_taken(bytes).await;
    let answer = client.answer().await;
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]);
    assert_eq!(answer.status, status, "{shown}\n{answer:?}");
    client.expect_closed().await;
    assert_eq!(site.world.executed(), before, "{shown}");
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn body_size_is_limited() {
    let site = Site::limited(Limits::default().max_body_bytes(10_000)).await;
    let around = echo("").bytes().len() - echo("").head().len();
    let largest = "x".repeat(10_000 - around);
    assert_eq!(site.ask(&echo(&largest)).await.text(), largest);
    assert_eq!(site.ask(&echo(&largest).chunked(100)).await.text(), largest);
    let larger = format!("{largest}x");
    refused_and_closed(&site, &echo(&larger).bytes(), 413).await;
    refused_and_closed(&site, &echo(&larger).chunked(100).bytes(), 413).await;
    // Whoever sends all of it before anything is read gets to read why it was refused.
    let mut client = site.connect().await;
    client.send(echo(&"x".repeat(8 << 20)).bytes()).await;
    assert_eq!(client.answer().await.status, 413);
    // What is announced need not come.
    for length in ["10001", "1073741824", "18446744073709551613"] {
        let head = post("").set("Content-Length", length).head();
        let mut client = site.connect().await;
        client.send(head).await;
        assert_eq!(client.answer().await.status, 413, "{length}");
        client.expect_closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_chunked_body_is_rejected() {
    let site = Site::limited(Limits::default().max_body_bytes(10_000)).await;
    let mut client = site.connect().await;
    client.send(post("").without("Content-Length").set("Transfer-Encoding", "chunked").head()).await;
    // More than any buffer on the way holds: it is only taken if somebody reads all of it.
    let piece = format!("4000\r\n{}\r\n", "[".repeat(0x4000));
    client.send_if_taken(piece.repeat(1000)).await;
    assert_eq!(client.answer().await.status, 413);
    client.expect_closed().await;
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn header_size_is_limited() {
    let site = Site::start().await;
    let padded = |size: usize| echo("x").add("X-Padding", "x".repeat(size));
    assert_eq!(site.ask(&padded(12 << 10)).await.text(), "x");
    for size in [17 << 10, 40 << 10, 63 << 10, 1 << 20] {
        refused_and_closed(&site, &padded(size).bytes(), 431).await;
    }
    let path = format!("POST /mcp?{} HTTP/1.1", "x".repeat(17 << 10));
    refused_and_closed(&site, &echo("x").line(&path).bytes(), 431).await;
    let fields = |count: usize| (0..count).fold(echo("x"), |request, _| request.add("X", "y"));
    assert_eq!(site.ask(&fields(80)).await.text(), "x");
    refused_and_closed(&site, &fields(101).bytes(), 431).await;
    refused_and_closed(&site, &fields(5000).bytes(), 431).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_length_must_be_a_single_number() {
    let site = Site::start().await;
    let request = echo("x");
    let length = request.bytes().len() - request.head().len();
    for wrong in
        ["-1", "+5", "", " ", "abc", "0x5", "1e1", "5, 6", "5,5", "5.0", "99999999999999999999999", "5 5"]
    {
        refused_and_closed(&site, &request.clone().set("Content-Length", wrong).bytes(), 400).await;
    }
    refused_and_closed(&site, &request.clone().add("Content-Length", "1").bytes(), 400).await;
    let first = request.clone().set("Content-Length", "1").add("Content-Length", length.to_string());
    refused_and_closed(&site, &first.bytes(), 400).await;
    for wrong in ["gzip", "identity", "chunked, gzip", "chunked;", "xchunked", ""] {
        refused_and_closed(&site, &request.clone().add("Transfer-Encoding", wrong).bytes(), 400).await;
    }
    let old = request.clone().chunked(10).line("POST /mcp HTTP/1.0");
    refused_and_closed(&site, &old.bytes(), 400).await;
    for line in ["POST /mcp", "POST /mcp HTTP/3.0", "POST  /mcp HTTP/1.1", "\0", "(x) / HTTP/1.1"] {
        let mut client = site.connect().await;
        client.send_if_taken(request.clone().line(line).bytes()).await;
        assert_eq!(client.answer().await.status, 400, "{line}");
        client.expect_closed().await;
    }
    for field in ["Content-Length : 5", " Content-Length: 5", "Content Length: 5", ": 5", "X"] {
        let text = String::from_utf8(request.bytes()).unwrap();
        let text = text.replacen("\r\n", &format!("\r\n{field}\r\n"), 1);
        refused_and_closed(&site, text.as_bytes(), 400).await;
    }
    assert_eq!(site.world.dropped_so_far(), 0);
}

/// A proxy that goes by the length would see another request where this server sees the end of the body, or the other
/// way round: whichever counts, there is one answer and the connection ends.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_smuggling_with_two_lengths() {
    let site = Site::start().await;
    let hidden = echo("hidden").bytes();
    for length in [0, 5, 10_000] {
        let chunked = echo("x").chunked(1000);
        let both = [
            chunked.clone().add("Content-Length", length.to_string()),
            chunked
                .clone()
                .without("Transfer-Encoding")
                .add("Content-Length", length.to_string())
                .add("Transfer-Encoding", "chunked"),
        ];
        for request in both {
            let before = site.world.executed();
            let mut client = site.connect().await;
            client.send([request.bytes(), hidden.clone()].concat()).await;
            let answer = client.answer().await;
            assert!(answer.status == 400 || answer.text() == "x", "{answer:?}");
            client.expect_closed().await;
            assert!(site.world.executed() <= before + 1, "what was hidden was executed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_chunks_are_rejected() {
    let site = Site::start().await;
    let head = post("").without("Content-Length").set("Transfer-Encoding", "chunked").head();
    for pieces in [
        "zz\r\nx\r\n",
        "-1\r\nx\r\n",
        "\r\n",
        "5\r\nxxxxxxx\r\n0\r\n\r\n",
        "5 5\r\nxxxxx\r\n",
        "ffffffffffffffffff\r\n",
    ] {
        refused_and_closed(&site, &[&head, pieces.as_bytes()].concat(), 400).await;
    }
    // One that says less than it announced, and goes.
    let mut client = site.connect().await;
    client.send([&head[..], b"5\r\nxx"].concat()).await;
    client.finish_sending().await;
    client.drain().await;
    let mut client = site.connect().await;
    client.send(&echo("x").bytes()[..echo("x").bytes().len() - 1]).await;
    client.finish_sending().await;
    client.drain().await;
    // Each of the others has been followed by one that counts.
    assert_eq!(site.world.executed(), 6);
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_continue_is_answered_before_the_body() {
    let site = Site::start().await;
    let request = echo("x").add("Expect", "100-continue");
    let (head, bytes) = (request.head(), request.bytes());
    let mut client = site.connect().await;
    client.send(&head).await;
    assert_eq!(client.answer().await.status, 100);
    client.send(&bytes[head.len()..]).await;
    assert_eq!(client.answer().await.text(), "x");
    let refused = [
        (request.clone().set("Content-Type", "text/plain"), 415),
        (request.clone().set("Accept", "text/html"), 406),
        (request.clone().set("Origin", "https://evil.example"), 403),
        (request.clone().set("Host", "evil.example"), 403),
        (request.clone().set("Content-Length", "99999999"), 413),
        (request.clone().line("POST /other HTTP/1.1"), 404),
        (request.clone().by("PUT"), 405),
    ];
    for (request, status) in refused {
        let mut client = site.connect().await;
        client.send(request.head()).await;
        assert_eq!(client.answer().await.status, status, "{request:?}");
    }
    assert_eq!(site.world.executed(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn body_timeout_closes_the_connection() {
    let site = Site::limited(Limits::default().body_timeout(Duration::from_millis(200))).await;
    let request = echo("x");
    let bytes = request.bytes();
    for sent in [request.head().len(), bytes.len() - 1] {
        let mut client = site.connect().await;
        client.send(&bytes[..sent]).await;
        assert_eq!(client.answer().await.status, 408);
        client.expect_closed().await;
    }
    assert_eq!(site.world.executed(), 0);
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_may_be_fragmented_or_pipelined() {
    let site = Site::start().await;
    let mut client = site.connect().await;
    for bytes in [echo("one").bytes(), echo("two").chunked(1).bytes()] {
        for byte in bytes {
            client.send([byte]).await;
        }
    }
    assert_eq!(client.answer().await.text(), "one");
    assert_eq!(client.answer().await.text(), "two");
    let texts: Vec<_> = (0..50).map(|number| format!("text {number}")).collect();
    client.send(texts.iter().flat_map(|text| echo(text).bytes()).collect::<Vec<_>>()).await;
    for text in texts {
        assert_eq!(client.answer().await.text(), text);
    }
}
