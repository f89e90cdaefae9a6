//! The first transport over HTTP: one stream for all messages of the server.

use std::convert::Infallible;
use std::net::SocketAddr;

use http::Uri;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use mcpwright_server::{Server, ToolHandler};
use mcpwright_transport::http::HttpService;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::Client;
use crate::probe;
use crate::requests::{bodiless, call, initialize_message, post};
use crate::support::TestServer;

/// Sends a message at the URL that the stream named. Returns the status of the response.
async fn send(address: SocketAddr, endpoint: &str, message: &Value) -> u16 {
    let line = format!("POST {endpoint} HTTP/1.1");
    let request = post(message.to_string()).with_request_line(&line);
    Client::connect(address).await.send_request(&request).await.status
}

/// Resolves the URL that a stream named against the path of the stream, as section 5.2 of RFC 3986 specifies it.
fn resolve(path: &str, reference: &str) -> String {
    match reference.chars().next() {
        Some('?') => format!("{}{reference}", path.split('?').next().unwrap()),
        Some('/') => reference.to_owned(),
        _ => panic!("{reference}"),
    }
}

/// Opens the stream of a client and sends `initialize`.
async fn connect_at(address: SocketAddr, path: &str) -> (Client, String) {
    let mut client = Client::connect(address).await;
    client.open(&bodiless("GET", path).set("Accept", "text/event-stream")).await;
    let endpoint = resolve(path, &client.event().await.unwrap().data);
    assert_eq!(send(address, &endpoint, &initialize_message(json!(1), "2024-11-05")).await, 202);
    assert_eq!(client.message().await["id"], 1);
    (client, endpoint)
}

async fn connect(server: &TestServer) -> (Client, String) {
    connect_at(server.address, "/sse").await
}

fn clock() -> mcpwright_transport::http::Http {
    let now = ToolHandler::function("now", [], || async { "noon" });
    mcpwright_transport::http(Server::builder("clock", "1.0.0").tool(now)).http_sse("/sse")
}

/// Serves a service at paths that begin with `/prefix`, which it does not see.
async fn serve_below_prefix(service: HttpService) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            let service = service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
                let (service, target) = (service.clone(), request.uri().to_string());
                let target: Uri = target.strip_prefix("/prefix").unwrap_or("/nothing").parse().unwrap();
                *request.uri_mut() = target;
                async move { Ok::<_, Infallible>(service.handle(request).await) }
            });
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn expect_noon(client: &mut Client, address: SocketAddr, endpoint: &str) {
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": "now", "arguments": {} } });
    assert_eq!(send(address, endpoint, &call).await, 202);
    assert_eq!(client.message().await["result"]["content"][0]["text"], "noon");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_find_their_stream_below_a_prefix() {
    let address = serve_below_prefix(clock().into_service()).await;
    for path in ["/prefix/sse", "/prefix/sse/", "/prefix/sse?region=eu"] {
        let (mut client, endpoint) = connect_at(address, path).await;
        assert!(endpoint.starts_with("/prefix/sse"), "{endpoint}");
        expect_noon(&mut client, address, &endpoint).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn message_is_accepted_at_the_root_for_its_stream_only() {
    let (_, probe) = probe::server_builder();
    let server = TestServer::serve(probe, clock()).await;
    let (mut client, endpoint) = connect(&server).await;
    // Some clients resolve the URL against the origin of the server.
    let at_root = format!("/{}", endpoint.strip_prefix("/sse").unwrap());
    expect_noon(&mut client, server.address, &at_root).await;
    let message = initialize_message(json!(2), "2024-11-05");
    let unknown = format!("/?session={:032x}", 7);
    for other in ["/", "/?session=", &unknown] {
        assert_eq!(send(server.address, other, &message).await, 404, "{other}");
    }
    assert_eq!(send(server.address, "/sse?session=7", &message).await, 404);
    // The main endpoint stays what it is.
    let line = format!("POST /mcp{} HTTP/1.1", endpoint.strip_prefix("/sse").unwrap());
    let answered = server.send_request(&call(json!(1), "now", json!({})).with_request_line(&line)).await;
    assert_eq!(answered.text(), "noon");
    client.expect_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_call_is_answered_during_shutdown() {
    let (builder, probe) = probe::server_builder();
    let http = mcpwright_transport::http(builder).http_sse("/sse");
    let mut server = TestServer::serve(probe, http).await;
    let (mut client, endpoint) = connect(&server).await;
    let (mut idle, _) = connect(&server).await;
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "wait", "arguments": {} } });
    assert_eq!(send(server.address, &endpoint, &call).await, 202);
    server.probe.wait_for_started(1).await;

    server.stop();
    assert!(idle.event().await.is_none(), "a stream without calls ends at once");
    assert_eq!(server.probe.dropped(), 0, "the running call was cancelled");
    server.probe.release(1);
    let answer = client.message().await;
    assert_eq!((&answer["id"], &answer["result"]["content"][0]["text"]), (&json!(2), &json!("waited")));
    assert!(client.event().await.is_none(), "the stream ends after its last answer");
    server.wait_for_shutdown().await;
}
