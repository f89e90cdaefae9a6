//! Bodies of POST requests: invalid JSON, invalid messages, notifications and responses.

use serde_json::{Value, json};

use crate::requests::{Request, call, message, meta, modern, notification, post};
use crate::support::TestServer;

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// A call of the tool `count`, as text.
fn count_call() -> String {
    let params = json!({ "name": "count", "arguments": {}, "_meta": meta() });
    message(json!(1), "tools/call", params).to_string()
}

/// A POST with the headers of that call, and another body.
fn with_body(body: impl AsRef<[u8]>) -> Request {
    post(body).modern_headers("tools/call").set("Mcp-Name", "count")
}

/// Texts that are not JSON in any context.
const INVALID_JSON: [&str; 45] = [
    "",
    " ",
    "\n\n",
    "\t",
    "{",
    "}",
    "]",
    "[",
    "[1,]",
    "[1",
    "{\"a\":1,}",
    "{\"a\":}",
    "{\"a\"}",
    "{\"a\" 1}",
    "{a:1}",
    "{'jsonrpc':'2.0'}",
    "NaN",
    "Infinity",
    "-Infinity",
    "[NaN]",
    "tru",
    "nul",
    "True",
    "\"",
    "\"x",
    "'x'",
    "01",
    "1.",
    "+1",
    ".5",
    "-",
    "0x1",
    "1e",
    "/* */{}",
    "{}//",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\t\"",
    "\"\u{1}\"",
    "{\"a\":\"\n\"}",
    "undefined",
    "{\"a\":1 \"b\":2}",
    "[1 2]",
    ",",
    ":",
];

/// Bodies that are not JSON.
fn invalid_json() -> Vec<Vec<u8>> {
    let call = count_call();
    let mut texts: Vec<Vec<u8>> = INVALID_JSON.iter().map(|text| text.as_bytes().to_vec()).collect();
    texts.push(call.as_bytes()[..call.len() - 1].to_vec());
    texts.push(format!("{call}{call}").into_bytes());
    texts.push(format!("{call}\n{call}").into_bytes());
    texts.push(format!("{call},").into_bytes());
    texts.push(format!("{call}\0").into_bytes());
    texts.push(format!("{call}x").into_bytes());
    texts.push(format!("\u{feff}\u{feff}{call}").into_bytes());
    texts.push(call.replace("\"count\"", "\"count\\ud800\"").into_bytes());
    texts.push(call.replace("\"count\"", "\"\\udc00count\"").into_bytes());
    for bytes in [&b"\xff"[..], b"\xc3", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"] {
        let mut text = call.clone().into_bytes();
        text.splice(2..2, bytes.iter().copied());
        texts.push(text);
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        texts.push(open.repeat(100_000).into_bytes());
        texts.push(format!("{}1{}", open.repeat(100_000), close.repeat(100_000)).into_bytes());
        let deep = format!("{}1{}", open.repeat(128), close.repeat(128));
        texts.push(call.replace("\"arguments\":{}", &format!("\"arguments\":{{\"a\":{deep}}}")).into_bytes());
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_json_is_a_parse_error() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    // The session is active while a stream is open.
    let mut standalone = server.connect().await;
    standalone.open(&session.get(None)).await;
    for text in invalid_json() {
        let response = server.expect_rejected(&with_body(&text), 400, Some(PARSE_ERROR)).await;
        assert_eq!(response.json().get("id"), None);
        let response = server.expect_rejected(&session.attach(post(&text)), 400, Some(PARSE_ERROR)).await;
        assert_eq!(response.json().get("id"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_not_a_message_is_an_invalid_request() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let texts = [
        "null",
        "true",
        "42",
        "1.5",
        "\"x\"",
        "{}",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        // Member names are case-sensitive.
        r#"{"jsonrpc":"2.0","id":1,"Method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","PARAMS":{}}"#,
        r#"{"JSONRPC":"2.0","id":1,"method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":["tools/call"]}"#,
    ];
    for text in texts {
        server.expect_rejected(&with_body(text), 400, Some(INVALID_REQUEST)).await;
        server.expect_rejected(&session.attach(post(text)), 400, Some(INVALID_REQUEST)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_rejected_outside_their_revision() {
    let server = TestServer::start().await;
    let call = count_call();
    let bodies = ["[]".to_owned(), format!("[{call}]"), format!("[{call},{call}]"), "[[]]".to_owned()];
    for body in &bodies {
        server.expect_rejected(&with_body(body), 400, Some(INVALID_REQUEST)).await;
        for version in ["2024-11-05", "2025-06-18", "2025-11-25"] {
            let session = server.session(version).await;
            server.expect_rejected(&session.attach(post(body)), 400, Some(INVALID_REQUEST)).await;
            server
                .expect_rejected(&post(body).set("MCP-Protocol-Version", version), 400, Some(INVALID_REQUEST))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonrpc_version_must_be_2_0() {
    let server = TestServer::start().await;
    for version in [r#""1.0""#, r#""2""#, r#""2.0 ""#, r#""2.00""#, "2.0", "2", "null", "[]", "{}", "true"] {
        let text = count_call().replace(r#""jsonrpc":"2.0""#, &format!(r#""jsonrpc":{version}"#));
        let response = server.expect_rejected(&with_body(&text), 400, Some(INVALID_REQUEST)).await;
        assert_eq!(response.json()["id"], 1);
    }
    let text = count_call().replace(r#""jsonrpc":"2.0","#, "");
    assert_eq!(server.expect_rejected(&with_body(&text), 400, Some(INVALID_REQUEST)).await.json()["id"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_ids_are_rejected() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let long = format!("\"{}\"", "x".repeat(64 << 10));
    let longer = format!("\"{}\"", "x".repeat(1025));
    let ids = [
        "null",
        "true",
        "false",
        "[]",
        "[1]",
        "{}",
        "1.5",
        "1.0",
        "1e3",
        "-0.5",
        "18446744073709551616",
        "-9223372036854775809",
        "1000000000000000000000000000000",
        &long,
        &longer,
    ];
    for id in ids {
        let text = count_call().replace(r#""id":1"#, &format!(r#""id":{id}"#));
        for request in [with_body(&text), session.attach(post(text.replace(&meta().to_string(), "{}")))] {
            let response = server.expect_rejected(&request, 400, Some(INVALID_REQUEST)).await;
            assert_eq!(response.json().get("id"), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_echoed_unchanged() {
    let server = TestServer::start().await;
    let long = format!("\"{}\"", "x".repeat(1024));
    let ids = [
        "0",
        "-1",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "-9223372036854775808",
        "\"\"",
        "\"1\"",
        "\"null\"",
        "\"ünï ✓ \\\"\\\\ \\u0001\"",
        &long,
    ];
    for id in ids {
        let text = count_call().replace(r#""id":1"#, &format!(r#""id":{id}"#));
        let response = server.send_request(&with_body(&text)).await;
        assert_eq!(response.text(), "counted");
        let body = String::from_utf8(response.body).unwrap();
        assert!(body.contains(&format!(r#""id":{id},"#)), "{id}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_members_are_rejected() {
    let server = TestServer::start().await;
    let call = count_call();
    let duplicate = |member: &str, other: &str| {
        [
            call.replacen(member, &format!("{member},{other}"), 1),
            call.replacen(member, &format!("{other},{member}"), 1),
        ]
    };
    let duplicates = [
        duplicate(r#""method":"tools/call""#, r#""method":"tools/list""#),
        duplicate(r#""method":"tools/call""#, r#""\u006dethod":"tools/list""#),
        duplicate(r#""id":1"#, r#""id":1"#),
        duplicate(r#""jsonrpc":"2.0""#, r#""jsonrpc":"2.0""#),
        duplicate(r#""name":"count""#, r#""name":"panic""#),
        duplicate(r#""name":"count""#, r#""n\u0061me":"panic""#),
        duplicate(r#""arguments":{}"#, r#""arguments":{}"#),
        duplicate(
            r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#,
            r#""io.modelcontextprotocol/protocolVersion":"2025-11-25""#,
        ),
    ];
    for text in duplicates.iter().flatten() {
        assert_ne!(*text, call, "no member is duplicated");
        server.expect_rejected(&with_body(text), 400, Some(INVALID_REQUEST)).await;
    }
    let text = call.replace(r#""arguments":{}"#, r#""arguments":{"a":1,"a":2}"#);
    server.expect_rejected(&with_body(text), 400, Some(INVALID_PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_is_accepted_and_one_byte_order_mark_is_skipped() {
    let server = TestServer::start().await;
    let text = count_call().replace("\"count\"", "\"count\\u0000\"");
    let name = "=?base64?Y291bnQA?=";
    let request = with_body(text).set("Mcp-Name", name);
    server.expect_rejected(&request, 200, Some(INVALID_PARAMS)).await;
    let marked = with_body(format!("\u{feff}{}", count_call()));
    assert_eq!(server.send_request(&marked).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn params_must_be_an_object() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for params in ["[]", "[1]", "null", "\"x\"", "1", "true"] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{params}}}"#);
        let request = post(&text).modern_headers("tools/list");
        assert_eq!(server.expect_rejected(&request, 400, Some(INVALID_PARAMS)).await.json()["id"], 7);
        assert_eq!(
            server.expect_rejected(&session.attach(post(&text)), 400, Some(INVALID_PARAMS)).await.json()["id"],
            7
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types_are_invalid_params() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let wrong = [json!(null), json!(1), json!(true), json!([]), json!("x"), json!({}), json!([1])];
    let members = [
        ("tools/call", "name", json!({ "name": "count" }), &["string"][..]),
        ("tools/call", "arguments", json!({ "name": "count" }), &["object", "null", "empty"]),
        ("prompts/get", "name", json!({ "name": "ask" }), &["string"]),
        ("prompts/get", "arguments", json!({ "name": "ask" }), &["object", "null", "empty"]),
        ("resources/read", "uri", json!({ "uri": "test://thing" }), &["string"]),
        ("tools/list", "cursor", json!({}), &["string", "null"]),
        ("prompts/list", "cursor", json!({}), &["string", "null"]),
        ("resources/list", "cursor", json!({}), &["string", "null"]),
        ("resources/templates/list", "cursor", json!({}), &["string", "null"]),
        ("subscriptions/listen", "notifications", json!({}), &["object"]),
        ("tools/list", "_meta", json!({}), &["object"]),
    ];
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::String(_) => "string",
        Value::Object(_) => "object",
        // Some languages write an empty object so.
        Value::Array(items) if items.is_empty() => "empty",
        _ => "other",
    };
    for (method, member, params, right) in members {
        for value in wrong.iter().filter(|value| !right.contains(&kind(value))) {
            let mut params = params.clone();
            let mut request = modern(json!(1), method, params.clone());
            params["_meta"] = meta();
            params[member] = value.clone();
            request = request.body(message(json!(1), method, params.clone()).to_string());
            let response = server.send_request(&request).await;
            assert_eq!(response.code(), Some(INVALID_PARAMS), "{method} {member} {value}: {response:?}");
            assert!(matches!(response.status, 200 | 400), "{method} {member} {value}: {response:?}");
            if method != "subscriptions/listen" && member != "_meta" {
                params["_meta"] = json!({});
                let response = server.send_request(&session.request(json!(1), method, params)).await;
                assert_eq!(response.code(), Some(INVALID_PARAMS), "{method} {member} {value}: {response:?}");
            }
        }
    }
    assert_eq!(server.probe.executed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_methods_are_not_found() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let long = "x".repeat(4 << 10);
    let names = [
        "x",
        "",
        "tools",
        "tools/",
        "tools/lists",
        "Tools/List",
        "tools/list ",
        "__proto__",
        "constructor",
        "rpc.discover",
        "tasks/list",
        "roots/list",
        "sampling/createMessage",
        &long,
    ];
    for name in names {
        let request = modern(json!(1), name, json!({}));
        if name.ends_with(' ') {
            // Header values have no trailing whitespace, so the header does not match.
            server.expect_rejected(&request, 400, Some(-32020)).await;
            continue;
        }
        let response = server.expect_rejected(&request, 404, Some(METHOD_NOT_FOUND)).await;
        assert!(response.body.len() < 300, "{response:?}");
        let response = server
            .expect_rejected(&session.request(json!(1), name, json!({})), 200, Some(METHOD_NOT_FOUND))
            .await;
        assert!(response.body.len() < 300, "{response:?}");
    }
    // These methods were removed in revision 2026-07-28.
    for name in ["ping", "initialize", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        server
            .expect_rejected(
                &modern(json!(1), name, json!({ "uri": "test://thing" })),
                404,
                Some(METHOD_NOT_FOUND),
            )
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_accepted_without_a_response() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let params = json!({ "name": "count", "arguments": {} });
    let texts = [
        notification("notifications/initialized", json!({})).to_string(),
        notification("notifications/cancelled", json!({ "requestId": 1 })).to_string(),
        notification("notifications/cancelled", json!({})).to_string(),
        notification("notifications/cancelled", json!({ "requestId": [] })).to_string(),
        notification("notifications/unknown", json!({ "a": [1] })).to_string(),
        notification("tools/call", params).to_string(),
        notification("initialize", json!({})).to_string(),
        r#"{"jsonrpc":"2.0","method":"x"}"#.to_owned(),
    ];
    for text in &texts {
        let modern = post(text).set("MCP-Protocol-Version", "2026-07-28");
        for request in [modern, post(text), session.attach(post(text))] {
            let response = server.send_request(&request).await;
            assert_eq!((response.status, response.body.len()), (202, 0), "{request:?}\n{response:?}");
            assert_eq!(response.header("content-type"), None);
            assert_eq!(response.header("mcp-session-id"), None);
        }
    }
    assert_eq!(server.probe.executed(), 0);
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_never_answered() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let texts = [
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":1,"method":"tools/call"}"#,
        r#"{"id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":5}"#,
    ];
    for text in texts {
        let response = server.send_request(&post(text).set("MCP-Protocol-Version", "2026-07-28")).await;
        assert_eq!(response.status, 400, "{text}");
        assert_eq!(response.json().get("id"), None);
        for request in [session.attach(post(text)), post(text)] {
            let response = server.send_request(&request).await;
            assert_eq!((response.status, response.body.len()), (202, 0), "{text}");
        }
    }
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_stays_open_after_invalid_messages() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    for _ in 0..20 {
        assert_eq!(client.send_request(&with_body("{")).await.code(), Some(PARSE_ERROR));
        assert_eq!(client.send_request(&with_body("{}")).await.code(), Some(INVALID_REQUEST));
        assert_eq!(client.send_request(&call(json!("x"), "count", json!({}))).await.text(), "counted");
    }
}
