//! Input requests: in the result for modern clients, on the stream of the call for legacy clients.

use std::time::Duration;

use mcpwright_core::{ElicitFormParams, FormSchema, PrimitiveSchema, StringSchema};
use mcpwright_server::{Builder, Context, InputError, Key, ToolHandler};
use mcpwright_transport::http::{Http, Limits};
use serde_json::{Value, json};

use crate::client::Client;
use crate::probe;
use crate::requests::{Request, Session, call, cancellation, initialize_message, message, post};
use crate::support::TestServer;

/// Requests a word from the user, and returns it with the argument.
async fn ask(context: Context, number: u32) -> Result<String, InputError> {
    context.progress(1.0, 2.0);
    let field = PrimitiveSchema::String(StringSchema::new());
    let form = FormSchema::new([("word", field)]).required(vec!["word".to_owned()]);
    let response = context.elicit_form("word", ElicitFormParams::new(format!("Word {number}?"), form))?;
    Ok(format!("{number}: {}", response["word"].as_str().unwrap()))
}

pub(crate) fn with_ask_tool(builder: Builder) -> Builder {
    builder.tool(ToolHandler::function("ask", ["number"], ask))
}

async fn start_server(settings: impl FnOnce(Http) -> Http) -> TestServer {
    let (builder, probe) = probe::server_builder();
    TestServer::serve(probe, settings(mcpwright_transport::http(with_ask_tool(builder)))).await
}

/// Opens a session of a client that declares elicitation.
async fn open_session(server: &TestServer) -> Session {
    let version = "2025-11-25";
    let mut initialize_request = initialize_message(json!(0), version);
    initialize_request["params"]["capabilities"] = json!({ "elicitation": {} });
    let response = server.send_request(&post(initialize_request.to_string())).await;
    Session { id: response.header("mcp-session-id").unwrap().to_owned(), version }
}

fn accepted(input_request: &Value, word: &str) -> Value {
    let result = json!({ "action": "accept", "content": { "word": word } });
    json!({ "jsonrpc": "2.0", "id": input_request["id"], "result": result })
}

/// Reads the next input request from a stream.
async fn next_input_request(client: &mut Client) -> Value {
    loop {
        let event = client.event().await.expect("an input request, not the end of the stream");
        // The priming event has no message.
        if event.data.is_empty() {
            continue;
        }
        let message = event.message();
        if message["method"] == "elicitation/create" {
            return message;
        }
        assert_eq!(message["method"], "notifications/progress", "{message}");
    }
}

/// Sends a message that is not a request, and asserts that it is accepted.
async fn post_message(server: &TestServer, request: &Request) {
    let response = server.send_request(request).await;
    assert_eq!((response.status, response.body.len()), (202, 0), "{response:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn input_request_is_sent_on_the_stream_of_its_call() {
    let server = start_server(|http| http).await;
    let session = open_session(&server).await;
    let mut clients = Vec::new();
    for number in 1..=8 {
        let mut client = server.connect().await;
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        clients.push((number, client));
    }
    let mut input_requests = Vec::new();
    for (number, client) in &mut clients {
        let input_request = next_input_request(client).await;
        assert_eq!(input_request["params"]["message"], format!("Word {number}?"));
        input_requests.push(input_request);
    }
    // The last request is answered first, and a duplicate response is ignored.
    for (index, input_request) in input_requests.iter().enumerate().rev() {
        post_message(&server, &session.post(&accepted(input_request, &format!("w{index}")))).await;
        post_message(&server, &session.post(&accepted(input_request, "again"))).await;
    }
    for (number, client) in &mut clients {
        let rest = client.remaining_events().await;
        let last: Value = serde_json::from_str(&rest.last().unwrap().data).unwrap();
        assert_eq!(last["id"], *number);
        assert_eq!(last["result"]["content"][0]["text"], format!("{number}: w{}", *number - 1));
    }
    // All state is released: the ids can be used again.
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 9 }))).await;
    assert_eq!(next_input_request(&mut client).await["params"]["message"], "Word 9?");
}

#[tokio::test(flavor = "multi_thread")]
async fn input_response_from_another_session_is_ignored() {
    let server = start_server(|http| http).await;
    let (one, other) = (open_session(&server).await, open_session(&server).await);
    let mut client = server.connect().await;
    client.open(&one.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let input_request = next_input_request(&mut client).await;
    post_message(&server, &other.post(&accepted(&input_request, "stolen"))).await;
    post_message(&server, &one.post(&accepted(&input_request, "mine"))).await;
    let rest = client.remaining_events().await;
    assert!(rest.last().unwrap().data.contains("1: mine"), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_input_request_without_a_stream() {
    let server = start_server(|http| http).await;
    let session = open_session(&server).await;
    let plain = session.call(json!(1), "ask", json!({ "number": 1 })).set("Accept", "application/json");
    let response = server.send_request(&plain).await;
    assert!(response.text().contains("elicitation"), "{response:?}");
    let sessionless = post(
        message(json!(1), "tools/call", json!({ "name": "ask", "arguments": { "number": 1 } })).to_string(),
    );
    let response = server.send_request(&sessionless.set("MCP-Protocol-Version", "2025-11-25")).await;
    assert!(response.text().contains("elicitation"), "{response:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_call_cancels_its_input_request() {
    let server = start_server(|http| http).await;
    let session = open_session(&server).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let input_request = next_input_request(&mut client).await;
    post_message(&server, &session.post(&cancellation(json!(1)))).await;
    let cancelled = client.message().await;
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], input_request["id"]);
    assert!(client.remaining_events().await.is_empty());
    post_message(&server, &session.post(&accepted(&input_request, "late"))).await;
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_input_request_times_out() {
    let (builder, probe) = probe::server_builder();
    let builder = with_ask_tool(builder).input_timeout(Duration::from_millis(50));
    let server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let session = open_session(&server).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let input_request = next_input_request(&mut client).await;
    let rest = client.remaining_events().await;
    assert!(rest[0].data.contains("notifications/cancelled"), "{rest:?}");
    assert!(rest[1].data.contains("did not respond in time"), "{rest:?}");
    post_message(&server, &session.post(&accepted(&input_request, "late"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_is_resumed_during_an_input_request() {
    let server = start_server(|http| http).await;
    let session = open_session(&server).await;
    let mut client = server.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let priming = client.event().await.unwrap();
    drop(client);
    let mut client = server.connect().await;
    client.open(&session.get(priming.id.as_deref())).await;
    let input_request = next_input_request(&mut client).await;
    drop(client);
    post_message(&server, &session.post(&accepted(&input_request, "back"))).await;
    let mut client = server.connect().await;
    client.open(&session.get(priming.id.as_deref())).await;
    let rest = client.remaining_events().await;
    assert!(rest.last().unwrap().data.contains("1: back"), "{rest:?}");
}

/// Each round trip of a modern client may go to another replica with the same key, but not to one with another key.
#[tokio::test(flavor = "multi_thread")]
async fn modern_round_trip_works_across_replicas() {
    let replica = |key: u8| start_server(move |http| http.key(Key::new([key; 32])));
    let (first, second, other_key) = (replica(1).await, replica(1).await, replica(2).await);
    let with_elicitation = |request: Value| {
        let mut request = request;
        request["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
            json!({ "elicitation": {} });
        request
    };
    let plain = call(json!(1), "ask", json!({ "number": 1 }));
    let body = |more: Value| {
        let bytes = plain.bytes();
        let text = String::from_utf8(bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let mut body = with_elicitation(serde_json::from_str(body).unwrap());
        body["params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        plain.clone().body(body.to_string())
    };
    let input_required = first.send_request(&body(json!({}))).await.json()["result"].clone();
    assert_eq!(input_required["resultType"], "input_required");
    let response = json!({
        "inputResponses": { "word": { "action": "accept", "content": { "word": "there" } } },
        "requestState": input_required["requestState"],
    });
    assert_eq!(second.send_request(&body(response.clone())).await.text(), "1: there");
    let rejected = other_key.send_request(&body(response)).await;
    assert_eq!((rejected.status, rejected.code()), (400, Some(-32602)));
    let missing_capability = first.send_request(&call(json!(1), "ask", json!({ "number": 1 }))).await;
    assert_eq!((missing_capability.status, missing_capability.code()), (400, Some(-32021)));
}

/// Input requests are abandoned in every possible way, and other clients are still served.
#[tokio::test(flavor = "multi_thread")]
async fn abandoned_input_requests_do_not_block_other_clients() {
    let limits = Limits::default().session_idle_timeout(Duration::from_millis(100));
    let server = start_server(|http| http.limits(limits)).await;
    let session = open_session(&server).await;
    let mut responder = server.connect().await;
    for number in 0..200 {
        let mut client = server.connect().await;
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        let input_request = next_input_request(&mut client).await;
        let message = match number % 4 {
            // The client disconnects. At most 100 input requests may be pending.
            0 => continue,
            1 => {
                json!({ "jsonrpc": "2.0", "id": input_request["id"], "error": { "code": -1, "message": "no" } })
            }
            2 => cancellation(json!(number)),
            _ => accepted(&input_request, "twice"),
        };
        for _ in 0..=number % 2 {
            assert_eq!(responder.send_request(&session.post(&message)).await.status, 202);
        }
    }
    server.expect_served().await;
}

/// One timer task expires the pending input requests, however many there are.
#[tokio::test(flavor = "multi_thread")]
async fn input_timeouts_use_one_timer_task() {
    let server = start_server(|http| http).await;
    let session = open_session(&server).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    let (mut responder, mut client) = (server.connect().await, server.connect().await);
    let before = metrics.num_alive_tasks();
    for number in 0..200 {
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        let input_request = next_input_request(&mut client).await;
        assert_eq!(responder.send_request(&session.post(&accepted(&input_request, "x"))).await.status, 202);
        client.remaining_events().await;
    }
    client.open(&session.call(json!(1000), "ask", json!({ "number": 1 }))).await;
    next_input_request(&mut client).await;
    let after = metrics.num_alive_tasks();
    assert!(after < before + 10, "{before} tasks before, {after} after");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_input_request_in_a_batch_without_a_stream() {
    let (builder, probe) = probe::server_builder();
    let folders = |context: Context| async move { context.roots().map(|roots| roots.len().to_string()) };
    let builder = builder.tool(ToolHandler::function("where", [], folders));
    let server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let version = "2025-03-26";
    let mut initialize_request = initialize_message(json!(0), version);
    initialize_request["params"]["capabilities"] = json!({ "roots": {} });
    let opened = server.send_request(&post(initialize_request.to_string())).await;
    let session = Session { id: opened.header("mcp-session-id").unwrap().to_owned(), version };
    let batch = json!([message(json!(1), "tools/call", json!({ "name": "where" }))]);
    let response = server.send_request(&session.post(&batch).set("Accept", "application/json")).await;
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(response.json()[0]["result"]["content"][0]["text"].as_str().unwrap().contains("roots"));
}
