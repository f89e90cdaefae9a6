//! The first transport over HTTP: one stream for all messages of the server.

use serde_json::{Value, json};

use crate::client::Client;
use crate::probe;
use crate::requests::{bodiless, initialize_message, post};
use crate::support::TestServer;

/// Sends a message at the URL that the stream named.
async fn send(server: &TestServer, endpoint: &str, message: &Value) {
    let line = format!("POST {endpoint} HTTP/1.1");
    let request = post(message.to_string()).with_request_line(&line);
    assert_eq!(server.send_request(&request).await.status, 202);
}

/// Opens the stream of a client and sends `initialize`.
async fn connect(server: &TestServer) -> (Client, String) {
    let mut client = server.connect().await;
    client.open(&bodiless("GET", "/sse").set("Accept", "text/event-stream")).await;
    let endpoint = client.event().await.unwrap().data;
    send(server, &endpoint, &initialize_message(json!(1), "2024-11-05")).await;
    assert_eq!(client.message().await["id"], 1);
    (client, endpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn running_call_is_answered_during_shutdown() {
    let (builder, probe) = probe::server_builder();
    let http = mcpwright_transport::http(builder).http_sse("/sse");
    let mut server = TestServer::serve(probe, http).await;
    let (mut client, endpoint) = connect(&server).await;
    let (mut idle, _) = connect(&server).await;
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "wait", "arguments": {} } });
    send(&server, &endpoint, &call).await;
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
