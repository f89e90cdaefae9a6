//! Questions to clients: in a result to modern ones, on the stream of the call to earlier ones.

use std::time::Duration;

use mcpwright_core::{ElicitFormParams, FormSchema, PrimitiveSchema, StringSchema};
use mcpwright_server::{Builder, Context, InputError, Key, ToolHandler};
use mcpwright_transport::http::{Http, Limits};
use serde_json::{Value, json};

use crate::requests::{Request, Session, call, cancellation, initialize_message, message, post};
use crate::support::Site;
use crate::wire::Client;
use crate::world;

/// Asks for a word, and says it with the argument.
async fn ask(context: Context, number: u32) -> Result<String, InputError> {
    context.progress(1.0, 2.0);
    let field = PrimitiveSchema::String(StringSchema::new());
    let form = FormSchema::new([("word", field)]).required(vec!["word".to_owned()]);
    let answer = context.elicit_form("word", ElicitFormParams::new(format!("Word {number}?"), form))?;
    Ok(format!("{number}: {}", answer["word"].as_str().unwrap()))
}

pub(crate) fn asking(builder: Builder) -> Builder {
    builder.tool(ToolHandler::function("ask", ["number"], ask))
}

async fn site(settings: impl FnOnce(Http) -> Http) -> Site {
    let (builder, world) = world::server();
    Site::serve(world, settings(mcpwright_transport::http(asking(builder)))).await
}

/// Opens a session of a client that can ask its user.
async fn session(site: &Site) -> Session {
    let version = "2025-11-25";
    let mut hello = initialize_message(json!(0), version);
    hello["params"]["capabilities"] = json!({ "elicitation": {} });
    let answer = site.ask(&post(hello.to_string())).await;
    Session { id: answer.header("mcp-session-id").unwrap().to_owned(), version }
}

fn accepted(question: &Value, word: &str) -> Value {
    let result = json!({ "action": "accept", "content": { "word": word } });
    json!({ "jsonrpc": "2.0", "id": question["id"], "result": result })
}

/// The next question on a stream.
async fn question(client: &mut Client) -> Value {
    loop {
        let event = client.event().await.expect("a question, and not the end");
        // What primes the stream is no message.
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

/// Sends what is no request, which has no answer.
async fn tell(site: &Site, request: &Request) {
    let answer = site.ask(request).await;
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn input_request_is_sent_on_the_stream_of_its_call() {
    let site = site(|http| http).await;
    let session = session(&site).await;
    let mut clients = Vec::new();
    for number in 1..=8 {
        let mut client = site.connect().await;
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        clients.push((number, client));
    }
    let mut questions = Vec::new();
    for (number, client) in &mut clients {
        let question = question(client).await;
        assert_eq!(question["params"]["message"], format!("Word {number}?"));
        questions.push(question);
    }
    // The last one is answered first, and an answer that comes twice is taken once.
    for (place, question) in questions.iter().enumerate().rev() {
        tell(&site, &session.post(&accepted(question, &format!("w{place}")))).await;
        tell(&site, &session.post(&accepted(question, "again"))).await;
    }
    for (number, client) in &mut clients {
        let rest = client.rest().await;
        let last: Value = serde_json::from_str(&rest.last().unwrap().data).unwrap();
        assert_eq!(last["id"], *number);
        assert_eq!(last["result"]["content"][0]["text"], format!("{number}: w{}", *number - 1));
    }
    // Nothing of it is left: the ids are free.
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 9 }))).await;
    assert_eq!(question(&mut client).await["params"]["message"], "Word 9?");
}

#[tokio::test(flavor = "multi_thread")]
async fn input_response_from_another_session_is_ignored() {
    let site = site(|http| http).await;
    let (one, other) = (session(&site).await, session(&site).await);
    let mut client = site.connect().await;
    client.open(&one.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let asked = question(&mut client).await;
    tell(&site, &other.post(&accepted(&asked, "stolen"))).await;
    tell(&site, &one.post(&accepted(&asked, "mine"))).await;
    let rest = client.rest().await;
    assert!(rest.last().unwrap().data.contains("1: mine"), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_input_request_without_a_stream() {
    let site = site(|http| http).await;
    let session = session(&site).await;
    let plain = session.call(json!(1), "ask", json!({ "number": 1 })).set("Accept", "application/json");
    let answer = site.ask(&plain).await;
    assert!(answer.text().contains("elicitation"), "{answer:?}");
    let sessionless = post(
        message(json!(1), "tools/call", json!({ "name": "ask", "arguments": { "number": 1 } })).to_string(),
    );
    let answer = site.ask(&sessionless.set("MCP-Protocol-Version", "2025-11-25")).await;
    assert!(answer.text().contains("elicitation"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_call_cancels_its_input_request() {
    let site = site(|http| http).await;
    let session = session(&site).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let asked = question(&mut client).await;
    tell(&site, &session.post(&cancellation(json!(1)))).await;
    let withdrawn = client.message().await;
    assert_eq!(withdrawn["method"], "notifications/cancelled");
    assert_eq!(withdrawn["params"]["requestId"], asked["id"]);
    assert!(client.rest().await.is_empty());
    tell(&site, &session.post(&accepted(&asked, "late"))).await;
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_input_request_times_out() {
    let (builder, world) = world::server();
    let builder = asking(builder).input_timeout(Duration::from_millis(50));
    let site = Site::serve(world, mcpwright_transport::http(builder)).await;
    let session = session(&site).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let asked = question(&mut client).await;
    let rest = client.rest().await;
    assert!(rest[0].data.contains("notifications/cancelled"), "{rest:?}");
    assert!(rest[1].data.contains("did not respond in time"), "{rest:?}");
    tell(&site, &session.post(&accepted(&asked, "late"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_is_resumed_during_an_input_request() {
    let site = site(|http| http).await;
    let session = session(&site).await;
    let mut client = site.connect().await;
    client.open(&session.call(json!(1), "ask", json!({ "number": 1 }))).await;
    let primed = client.event().await.unwrap();
    drop(client);
    let mut client = site.connect().await;
    client.open(&session.get(primed.id.as_deref())).await;
    let asked = question(&mut client).await;
    drop(client);
    tell(&site, &session.post(&accepted(&asked, "back"))).await;
    let mut client = site.connect().await;
    client.open(&session.get(primed.id.as_deref())).await;
    let rest = client.rest().await;
    assert!(rest.last().unwrap().data.contains("1: back"), "{rest:?}");
}

/// Each round of a modern client may go to another process that has the key, and to no other.
#[tokio::test(flavor = "multi_thread")]
async fn modern_round_trip_works_across_replicas() {
    let replica = |key: u8| site(move |http| http.key(Key::new([key; 32])));
    let (one, other, stranger) = (replica(1).await, replica(1).await, replica(2).await);
    let able = |request: Value| {
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
        let mut body = able(serde_json::from_str(body).unwrap());
        body["params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        plain.clone().body(body.to_string())
    };
    let asked = one.ask(&body(json!({}))).await.json()["result"].clone();
    assert_eq!(asked["resultType"], "input_required");
    let answer = json!({
        "inputResponses": { "word": { "action": "accept", "content": { "word": "there" } } },
        "requestState": asked["requestState"],
    });
    assert_eq!(other.ask(&body(answer.clone())).await.text(), "1: there");
    let refused = stranger.ask(&body(answer)).await;
    assert_eq!((refused.status, refused.code()), (400, Some(-32602)));
    let unable = one.ask(&call(json!(1), "ask", json!({ "number": 1 }))).await;
    assert_eq!((unable.status, unable.code()), (400, Some(-32021)));
}

/// Questions are abandoned in every way that there is, and nobody else has to wait.
#[tokio::test(flavor = "multi_thread")]
async fn abandoned_input_requests_do_not_block_other_clients() {
    let limits = Limits::default().session_idle_timeout(Duration::from_millis(100));
    let site = site(|http| http.limits(limits)).await;
    let session = session(&site).await;
    let mut asker = site.connect().await;
    for number in 0..200 {
        let mut client = site.connect().await;
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        let asked = question(&mut client).await;
        let message = match number % 4 {
            // The client goes away. A hundred of them may wait.
            0 => continue,
            1 => json!({ "jsonrpc": "2.0", "id": asked["id"], "error": { "code": -1, "message": "no" } }),
            2 => cancellation(json!(number)),
            _ => accepted(&asked, "twice"),
        };
        for _ in 0..=number % 2 {
            assert_eq!(asker.ask(&session.post(&message)).await.status, 202);
        }
    }
    site.serves().await;
}

/// Somebody looks at the time for open questions: one at a time, however many are asked and answered.
#[tokio::test(flavor = "multi_thread")]
async fn input_timeouts_use_one_timer_task() {
    let site = site(|http| http).await;
    let session = session(&site).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    let (mut asker, mut client) = (site.connect().await, site.connect().await);
    let before = metrics.num_alive_tasks();
    for number in 0..200 {
        client.open(&session.call(json!(number), "ask", json!({ "number": number }))).await;
        let asked = question(&mut client).await;
        assert_eq!(asker.ask(&session.post(&accepted(&asked, "x"))).await.status, 202);
        client.rest().await;
    }
    client.open(&session.call(json!(1000), "ask", json!({ "number": 1 }))).await;
    question(&mut client).await;
    let after = metrics.num_alive_tasks();
    assert!(after < before + 10, "{before} tasks before, {after} after");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_input_request_in_a_batch_without_a_stream() {
    let (builder, world) = world::server();
    let folders = |context: Context| async move { context.roots().map(|roots| roots.len().to_string()) };
    let builder = builder.tool(ToolHandler::function("where", [], folders));
    let site = Site::serve(world, mcpwright_transport::http(builder)).await;
    let version = "2025-03-26";
    let mut hello = initialize_message(json!(0), version);
    hello["params"]["capabilities"] = json!({ "roots": {} });
    let opened = site.ask(&post(hello.to_string())).await;
    let session = Session { id: opened.header("mcp-session-id").unwrap().to_owned(), version };
    let batch = json!([message(json!(1), "tools/call", json!({ "name": "where" }))]);
    let answer = site.ask(&session.post(&batch).set("Accept", "application/json")).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.json()[0]["result"]["content"][0]["text"].as_str().unwrap().contains("roots"));
}
