//! What the head of a request says: types, the method, and what repeats the body.

use serde_json::{Value, json};

use crate::requests::{Request, bare, call, initialize, message, meta, modern, post};
use crate::support::Site;

const PARAMS: i64 = -32602;
const MISMATCH: i64 = -32020;
const CAPABILITY: i64 = -32021;
const VERSION: i64 = -32022;

fn counting() -> Request {
    call(json!(1), "count", json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn content_type_must_be_json() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let wrong = [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonl",
        "application/json-rpc",
        "application/ld+json",
        "text/json",
        "json",
        "*/*",
        "",
        "application",
        "application/json, text/plain",
    ];
    for request in [counting(), session.call(json!(1), "count", json!({})), initialize("2025-11-25")] {
        for kind in wrong {
            let mut client = site.connect().await;
            let answer = client.ask(&request.clone().set("Content-Type", kind)).await;
            assert_eq!(answer.status, 415, "{kind}");
            assert_eq!(answer.json().get("id"), None);
            client.expect_closed().await;
        }
        assert_eq!(site.ask(&request.clone().without("Content-Type")).await.status, 415);
        let twice = request.clone().add("Content-Type", "text/plain");
        assert_eq!(site.ask(&twice).await.status, 415);
    }
    assert_eq!(site.world.executed(), 0);
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=UTF-8"] {
        assert_eq!(site.ask(&counting().set("Content-Type", kind)).await.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn response_type_follows_the_accept_header() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    for request in [counting(), session.call(json!(1), "count", json!({}))] {
        for takes_nothing in [
            "text/html",
            "application/xml",
            "*/*;q=0",
            "application/json;q=0, text/event-stream;q=0.0",
            "",
            "x",
        ] {
            let answer = site.ask(&request.clone().set("Accept", takes_nothing)).await;
            assert_eq!(answer.status, 406, "{takes_nothing}");
        }
        assert_eq!(site.world.executed(), 0);
    }
    for request in [counting(), session.call(json!(1), "count", json!({}))] {
        for takes_json in [
            "application/json, text/event-stream",
            "TEXT/EVENT-STREAM, APPLICATION/JSON",
            "application/json;q=0.5 , text/event-stream;q=0.9",
            "*/*",
            "application/*, text/event-stream",
            "application/json",
            "text/html, */*;q=0.1",
            "text/event-stream;q=0, application/json",
        ] {
            let answer = site.ask(&request.clone().set("Accept", takes_json)).await;
            assert_eq!(answer.json()["result"]["content"][0]["text"], "counted", "{takes_json}");
        }
        for takes_events in ["text/event-stream", "text/*", "text/event-stream, application/json;q=0"] {
            let answer = site.ask(&request.clone().set("Accept", takes_events)).await;
            assert!(answer.is_events(), "{takes_events}: {answer:?}");
            assert_eq!(answer.text(), "counted");
        }
        assert_eq!(site.ask(&request.without("Accept")).await.text(), "counted");
    }
    // A stream is all that a GET can be answered with.
    let get = session.get(None);
    assert_eq!(site.ask(&get.clone().set("Accept", "application/json")).await.status, 406);
    let halves = counting().set("Accept", "application/json").add("Accept", "text/event-stream");
    assert_eq!(site.ask(&halves).await.text(), "counted");
}

/// A request that is named, each with what its body is named by.
fn named() -> [Request; 3] {
    [
        counting(),
        modern(json!(1), "prompts/get", json!({ "name": "ask", "arguments": { "topic": "x" } })),
        modern(json!(1), "resources/read", json!({ "uri": "test://thing" })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_must_match_the_body() {
    let site = Site::start().await;
    for request in named() {
        for header in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
            let answer = site.refuses(&request.clone().without(header), 400, Some(MISMATCH)).await;
            assert_eq!(answer.json()["id"], 1);
            for other in
                ["", "x", "tools/list", "panic", "2025-11-25", "Count", "COUNT", "ask,ask", "\"count\""]
            {
                let answer = site.refuses(&request.clone().set(header, other), 400, Some(MISMATCH)).await;
                assert_eq!(answer.json()["id"], 1);
                for doubled in [
                    request.clone().add(header, other),
                    Request::without(request.clone(), header).add(header, other).add(header, "count"),
                ] {
                    site.refuses(&doubled, 400, Some(MISMATCH)).await;
                }
            }
        }
    }
    for header in ["Mcp-Method", "MCP-Protocol-Version"] {
        let request = modern(json!(1), "tools/list", json!({}));
        site.refuses(&request.clone().without(header), 400, Some(MISMATCH)).await;
        let same = if header == "Mcp-Method" { "tools/list" } else { "2026-07-28" };
        site.refuses(&request.add(header, same), 400, Some(MISMATCH)).await;
    }
    // Blanks around a value are not part of it, and names of headers have no case.
    let request = counting().without("Mcp-Name").add("mcp-NAME", " \t count \t");
    assert_eq!(site.ask(&request).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn mcp_name_may_be_base64_encoded() {
    let site = Site::start().await;
    let named = |name: &[u8]| counting().set("Mcp-Name", name);
    assert_eq!(site.ask(&named(b"=?base64?Y291bnQ=?=")).await.text(), "counted");
    let wrong: [&[u8]; 17] = [
        b"=?base64?Y291bnQ?=",
        b"=?base64?Y291bnQ==?=",
        b"=?base64?Y291bnR=?=",
        b"=?base64?Y2 91bnQ=?=",
        b"=?base64?Y291bn-=?=",
        b"=?base64?!?=",
        b"=?base64??=",
        b"=?base64?Y291bnQ=",
        b"?base64?Y291bnQ=?=",
        b"=?BASE64?Y291bnQ=?=",
        b"=?Base64?Y291bnQ=?=",
        b"=?base64?/w==?=",
        b"=?base64?Y291bnQx?=",
        b"=?utf-8?B?Y291bnQ=?=",
        b"=?base64?Y291bnQ=?= ?=",
        b"=?base64?=",
        b"Y291bnQ=",
    ];
    for name in wrong {
        site.refuses(&named(name), 400, Some(MISMATCH)).await;
    }
    let read = modern(json!(1), "resources/read", json!({ "uri": "test://größe" }));
    let marked = read.clone().set("Mcp-Name", "=?base64?dGVzdDovL2dyw7bDn2U=?=");
    assert_eq!(site.ask(&marked).await.json()["result"]["contents"][0]["text"], "a size");
    for bytes in ["test://größe".as_bytes(), b"test://gr\xf6\xdfe", b"test://gr\xc3\xb6"] {
        site.refuses(&read.clone().set("Mcp-Name", bytes), 400, Some(MISMATCH)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_with_invalid_bytes_are_rejected() {
    let site = Site::start().await;
    for header in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
        for byte in [0x80, 0xa0, 0xff_u8] {
            site.refuses(&counting().set(header, [b"x", &[byte][..]].concat()), 400, Some(MISMATCH)).await;
        }
        // Those are not even HTTP.
        for byte in [0x00, 0x01, 0x08, 0x1b, 0x7f_u8, b'\r'] {
            let answer = site.ask(&counting().set(header, [b"x", &[byte][..], b"y"].concat())).await;
            assert_eq!(answer.status, 400, "{header} {byte}");
            assert_eq!(site.world.dropped_so_far(), 0);
        }
    }
    let before = site.world.executed();
    site.serves().await;
    assert_eq!(site.world.executed(), before + 1);
}

/// Whether a value may stand in a field.
type IsRight = fn(&Value) -> bool;

#[tokio::test(flavor = "multi_thread")]
async fn meta_fields_must_have_the_right_type() {
    let site = Site::start().await;
    let values = [
        json!(null),
        json!(true),
        json!(1),
        json!(1.5),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "name": 1 }),
    ];
    let fields: [(&str, IsRight); 4] = [
        // A text that is no version is one that is not supported.
        ("io.modelcontextprotocol/protocolVersion", Value::is_string),
        ("io.modelcontextprotocol/clientCapabilities", Value::is_object),
        ("io.modelcontextprotocol/clientInfo", |_| false),
        ("io.modelcontextprotocol/logLevel", |_| false),
    ];
    for (field, is_right) in fields {
        for value in values.iter().filter(|value| !is_right(value)) {
            let mut meta = meta();
            meta[field] = value.clone();
            let params = json!({ "name": "count", "_meta": meta });
            let request = counting().body(message(json!(1), "tools/call", params).to_string());
            let answer = site.refuses(&request, 400, Some(PARAMS)).await;
            assert_eq!(answer.json()["id"], 1, "{field} {value}");
        }
    }
    for field in ["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"] {
        let mut meta = meta();
        meta.as_object_mut().unwrap().shift_remove(field);
        let params = json!({ "name": "count", "_meta": meta });
        let request = counting().body(message(json!(1), "tools/call", params).to_string());
        site.refuses(&request, 400, Some(PARAMS)).await;
    }
    for params in [json!({ "name": "count" }), json!({ "name": "count", "_meta": {} })] {
        let request = counting().body(message(json!(1), "tools/call", params).to_string());
        site.refuses(&request, 400, Some(PARAMS)).await;
    }
    let request = counting().body(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#);
    site.refuses(&request, 400, Some(PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_versions_are_rejected_with_the_supported_ones() {
    let site = Site::start().await;
    let speaking = |version: &str, header: &str| {
        let mut meta = meta();
        meta["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let params = json!({ "name": "count", "_meta": meta });
        let body = message(json!(1), "tools/call", params).to_string();
        counting().body(body).set("MCP-Protocol-Version", header)
    };
    for version in ["1900-01-01", "2027-01-01", "2026-07-28x", "DRAFT-2026-v1", "1", "2026-7-28"] {
        let answer = site.refuses(&speaking(version, version), 400, Some(VERSION)).await;
        let data = &answer.json()["error"]["data"];
        assert_eq!(data["requested"], version);
        assert!(data["supported"].as_array().unwrap().contains(&json!("2026-07-28")), "{data}");
        site.refuses(&speaking(version, "2026-07-28"), 400, Some(MISMATCH)).await;
        site.refuses(&speaking("2026-07-28", version), 400, Some(MISMATCH)).await;
    }
    // One that needs a handshake is not spoken in this way.
    let answer = site.refuses(&speaking("2025-11-25", "2025-11-25"), 400, Some(VERSION)).await;
    assert_eq!(answer.json()["error"]["data"]["supported"], json!(["2026-07-28"]));
    let long = "9".repeat(1025);
    site.refuses(&speaking(&long, &long), 400, Some(PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn capabilities_are_per_request() {
    let site = Site::start().await;
    let sampling = json!({ "io.modelcontextprotocol/clientCapabilities": { "sampling": {} } });
    let able = modern(json!(1), "tools/call", json!({ "name": "sample", "_meta": sampling }));
    let unable = call(json!(2), "sample", json!({}));
    let mut client = site.connect().await;
    for _ in 0..3 {
        assert_eq!(client.ask(&able).await.text(), "sampled");
        let answer = client.ask(&unable).await;
        assert_eq!((answer.status, answer.code()), (400, Some(CAPABILITY)));
        assert_eq!(answer.json()["error"]["data"]["requiredCapabilities"], json!({ "sampling": {} }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_http_methods_are_not_allowed() {
    let site = Site::start().await;
    for method in ["PUT", "PATCH", "TRACE", "HEAD", "PROPFIND", "post", "FROBNICATE"] {
        let mut client = site.connect().await;
        client.send(bare(method, "/mcp").bytes()).await;
        let head = client.head().await;
        assert_eq!(head.status, 405, "{method}");
        let allowed = head.header("allow").unwrap();
        assert!(["POST", "GET", "DELETE"].iter().all(|method| allowed.contains(method)), "{allowed}");
        let mut client = site.connect().await;
        client.send(counting().by(method).bytes()).await;
        assert_eq!(client.head().await.status, 405, "{method}");
    }
    assert_eq!(site.world.executed(), 0);
    let options = site.ask(&bare("OPTIONS", "/mcp")).await;
    assert!(options.status == 204 && options.header("allow").is_some(), "{options:?}");
    for path in ["/", "/mc", "/mcp/", "/mcp/x", "//mcp", "/MCP", "/%6dcp", "/mcp%00", "/..;/mcp"] {
        let request = counting().line(&format!("POST {path} HTTP/1.1"));
        assert_eq!(site.ask(&request).await.status, 404, "{path}");
    }
    assert_eq!(site.world.executed(), 0);
    let query = counting().line("POST /mcp?x=1 HTTP/1.1");
    assert_eq!(site.ask(&query).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_headers_are_ignored_in_the_modern_revision() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    for id in ["x", "", "a,b", &session.id] {
        let request = counting().add("Mcp-Session-Id", id).add("Last-Event-ID", "a0000000000000000-1");
        let answer = site.ask(&request).await;
        assert_eq!(answer.text(), "counted");
        assert_eq!(answer.header("mcp-session-id"), None);
        let request = modern(json!(1), "server/discover", json!({})).add("Mcp-Session-Id", id);
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_run_in_a_fixed_order() {
    let site = Site::start().await;
    // Each of them is wrong in all that follows, too.
    let worst = post("{").set("Content-Type", "text/plain").set("Accept", "text/html");
    let worst = worst.set("Host", "evil.example").set("Origin", "https://evil.example");
    let long = worst.clone().add("X-Long", "x".repeat(17 << 10));
    assert_eq!(site.ask(&long).await.status, 431);
    assert_eq!(site.ask(&worst.clone().line("POST /other HTTP/1.1")).await.status, 404);
    assert_eq!(site.ask(&worst.clone().by("PUT")).await.status, 403);
    let local = worst.set("Host", "127.0.0.1").without("Origin");
    assert_eq!(site.ask(&local.clone().by("PUT")).await.status, 405);
    assert_eq!(site.ask(&local).await.status, 415);
    let typed = local.set("Content-Type", "application/json");
    assert_eq!(site.ask(&typed).await.status, 406);
    let taken = typed.set("Accept", "application/json");
    assert_eq!(site.ask(&taken.clone().set("Content-Length", "99999999")).await.status, 413);
    assert_eq!(site.ask(&taken).await.code(), Some(-32700));
}
