//! What is in the body of a POST: not JSON, not a message, or not one that is answered.

use serde_json::{Value, json};

use crate::requests::{Request, call, message, meta, modern, notification, post};
use crate::support::Site;

const PARSE: i64 = -32700;
const REQUEST: i64 = -32600;
const METHOD: i64 = -32601;
const PARAMS: i64 = -32602;

/// A call that would count, as text.
fn counting() -> String {
    let params = json!({ "name": "count", "arguments": {}, "_meta": meta() });
    message(json!(1), "tools/call", params).to_string()
}

/// A POST with the headers of such a call, and with another body.
fn with_body(body: impl AsRef<[u8]>) -> Request {
    post(body).modern_headers("tools/call").set("Mcp-Name", "count")
}

/// Texts that are no JSON, whatever stands around them.
const NOT_JSON: [&str; 45] = [
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

/// Bodies that are no JSON.
fn not_json() -> Vec<Vec<u8>> {
    let call = counting();
    let mut texts: Vec<Vec<u8>> = NOT_JSON.iter().map(|text| text.as_bytes().to_vec()).collect();
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
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    // As long as a stream is open, the server keeps something of the session, and counts on.
    let mut standing = site.connect().await;
    standing.open(&session.get(None)).await;
    for text in not_json() {
        let answer = site.refuses(&with_body(&text), 400, Some(PARSE)).await;
        assert_eq!(answer.json().get("id"), None);
        let answer = site.refuses(&session.name(post(&text)), 400, Some(PARSE)).await;
        assert_eq!(answer.json().get("id"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_not_a_message_is_an_invalid_request() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let texts = [
        "null",
        "true",
        "42",
        "1.5",
        "\"x\"",
        "{}",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        // Only these very names are the members of a message.
        r#"{"jsonrpc":"2.0","id":1,"Method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","PARAMS":{}}"#,
        r#"{"JSONRPC":"2.0","id":1,"method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":["tools/call"]}"#,
    ];
    for text in texts {
        site.refuses(&with_body(text), 400, Some(REQUEST)).await;
        site.refuses(&session.name(post(text)), 400, Some(REQUEST)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_rejected_outside_their_revision() {
    let site = Site::start().await;
    let call = counting();
    let bodies = ["[]".to_owned(), format!("[{call}]"), format!("[{call},{call}]"), "[[]]".to_owned()];
    for body in &bodies {
        site.refuses(&with_body(body), 400, Some(REQUEST)).await;
        for version in ["2024-11-05", "2025-06-18", "2025-11-25"] {
            let session = site.session(version).await;
            site.refuses(&session.name(post(body)), 400, Some(REQUEST)).await;
            site.refuses(&post(body).set("MCP-Protocol-Version", version), 400, Some(REQUEST)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonrpc_version_must_be_2_0() {
    let site = Site::start().await;
    for version in [r#""1.0""#, r#""2""#, r#""2.0 ""#, r#""2.00""#, "2.0", "2", "null", "[]", "{}", "true"] {
        let text = counting().replace(r#""jsonrpc":"2.0""#, &format!(r#""jsonrpc":{version}"#));
        let answer = site.refuses(&with_body(&text), 400, Some(REQUEST)).await;
        assert_eq!(answer.json()["id"], 1);
    }
    let text = counting().replace(r#""jsonrpc":"2.0","#, "");
    assert_eq!(site.refuses(&with_body(&text), 400, Some(REQUEST)).await.json()["id"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_ids_are_rejected() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
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
        let text = counting().replace(r#""id":1"#, &format!(r#""id":{id}"#));
        for request in [with_body(&text), session.name(post(text.replace(&meta().to_string(), "{}")))] {
            let answer = site.refuses(&request, 400, Some(REQUEST)).await;
            assert_eq!(answer.json().get("id"), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_echoed_unchanged() {
    let site = Site::start().await;
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
        let text = counting().replace(r#""id":1"#, &format!(r#""id":{id}"#));
        let answer = site.ask(&with_body(&text)).await;
        assert_eq!(answer.text(), "counted");
        let body = String::from_utf8(answer.body).unwrap();
        assert!(body.contains(&format!(r#""id":{id},"#)), "{id}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_members_are_rejected() {
    let site = Site::start().await;
    let call = counting();
    let say_twice = |member: &str, other: &str| {
        [
            call.replacen(member, &format!("{member},{other}"), 1),
            call.replacen(member, &format!("{other},{member}"), 1),
        ]
    };
    let twice = [
        say_twice(r#""method":"tools/call""#, r#""method":"tools/list""#),
        say_twice(r#""method":"tools/call""#, r#""\u006dethod":"tools/list""#),
        say_twice(r#""id":1"#, r#""id":1"#),
        say_twice(r#""jsonrpc":"2.0""#, r#""jsonrpc":"2.0""#),
        say_twice(r#""name":"count""#, r#""name":"panic""#),
        say_twice(r#""name":"count""#, r#""n\u0061me":"panic""#),
        say_twice(r#""arguments":{}"#, r#""arguments":{}"#),
        say_twice(
            r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#,
            r#""io.modelcontextprotocol/protocolVersion":"2025-11-25""#,
        ),
    ];
    for text in twice.iter().flatten() {
        assert_ne!(*text, call, "nothing was said twice");
        site.refuses(&with_body(text), 400, Some(REQUEST)).await;
    }
    let text = call.replace(r#""arguments":{}"#, r#""arguments":{"a":1,"a":2}"#);
    site.refuses(&with_body(text), 400, Some(PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_is_accepted_and_one_byte_order_mark_is_skipped() {
    let site = Site::start().await;
    let text = counting().replace("\"count\"", "\"count\\u0000\"");
    let name = "=?base64?Y291bnQA?=";
    let request = with_body(text).set("Mcp-Name", name);
    site.refuses(&request, 200, Some(PARAMS)).await;
    let marked = with_body(format!("\u{feff}{}", counting()));
    assert_eq!(site.ask(&marked).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn params_must_be_an_object() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    for params in ["[]", "[1]", "null", "\"x\"", "1", "true"] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{params}}}"#);
        let request = post(&text).modern_headers("tools/list");
        assert_eq!(site.refuses(&request, 400, Some(PARAMS)).await.json()["id"], 7);
        assert_eq!(site.refuses(&session.name(post(&text)), 400, Some(PARAMS)).await.json()["id"], 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types_are_invalid_params() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let wrong = [json!(null), json!(1), json!(true), json!([]), json!("x"), json!({}), json!([1])];
    let members = [
        ("tools/call", "name", json!({ "name": "count" }), &["string"][..]),
        ("tools/call", "arguments", json!({ "name": "count" }), &["object", "null"]),
        ("prompts/get", "name", json!({ "name": "ask" }), &["string"]),
        ("prompts/get", "arguments", json!({ "name": "ask" }), &["object", "null"]),
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
        _ => "other",
    };
    for (method, member, params, right) in members {
        for value in wrong.iter().filter(|value| !right.contains(&kind(value))) {
            let mut params = params.clone();
            let mut request = modern(json!(1), method, params.clone());
            params["_meta"] = meta();
            params[member] = value.clone();
            request = request.body(message(json!(1), method, params.clone()).to_string());
            let answer = site.ask(&request).await;
            assert_eq!(answer.code(), Some(PARAMS), "{method} {member} {value}: {answer:?}");
            assert!(matches!(answer.status, 200 | 400), "{method} {member} {value}: {answer:?}");
            if method != "subscriptions/listen" && member != "_meta" {
                params["_meta"] = json!({});
                let answer = site.ask(&session.request(json!(1), method, params)).await;
                assert_eq!(answer.code(), Some(PARAMS), "{method} {member} {value}: {answer:?}");
            }
        }
    }
    assert_eq!(site.world.executed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_methods_are_not_found() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
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
            // No header does.
            site.refuses(&request, 400, Some(-32020)).await;
            continue;
        }
        let answer = site.refuses(&request, 404, Some(METHOD)).await;
        assert!(answer.body.len() < 300, "{answer:?}");
        let answer = site.refuses(&session.request(json!(1), name, json!({})), 200, Some(METHOD)).await;
        assert!(answer.body.len() < 300, "{answer:?}");
    }
    // These have an end in 2026-07-28.
    for name in ["ping", "initialize", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        site.refuses(&modern(json!(1), name, json!({ "uri": "test://thing" })), 404, Some(METHOD)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_accepted_without_a_response() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
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
        for request in [modern, post(text), session.name(post(text))] {
            let answer = site.ask(&request).await;
            assert_eq!((answer.status, answer.body.len()), (202, 0), "{request:?}\n{answer:?}");
            assert_eq!(answer.header("content-type"), None);
            assert_eq!(answer.header("mcp-session-id"), None);
        }
    }
    assert_eq!(site.world.executed(), 0);
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_never_answered() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
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
        let answer = site.ask(&post(text).set("MCP-Protocol-Version", "2026-07-28")).await;
        assert_eq!(answer.status, 400, "{text}");
        assert_eq!(answer.json().get("id"), None);
        for request in [session.name(post(text)), post(text)] {
            let answer = site.ask(&request).await;
            assert_eq!((answer.status, answer.body.len()), (202, 0), "{text}");
        }
    }
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_stays_open_after_invalid_messages() {
    let site = Site::start().await;
    let mut client = site.connect().await;
    for _ in 0..20 {
        assert_eq!(client.ask(&with_body("{")).await.code(), Some(PARSE));
        assert_eq!(client.ask(&with_body("{}")).await.code(), Some(REQUEST));
        assert_eq!(client.ask(&call(json!("x"), "count", json!({}))).await.text(), "counted");
    }
}
