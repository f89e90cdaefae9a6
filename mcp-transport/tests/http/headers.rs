//! Request headers: content types, the HTTP method, and headers that must match the body.

use serde_json::{Value, json};

use crate::requests::{Request, bodiless, call, initialize, message, meta, modern, post};
use crate::support::TestServer;

const INVALID_PARAMS: i64 = -32602;
const HEADER_MISMATCH: i64 = -32020;
const MISSING_CAPABILITY: i64 = -32021;
const UNSUPPORTED_VERSION: i64 = -32022;

fn count_call() -> Request {
    call(json!(1), "count", json!({}))
}

#[tokio::test(flavor = "multi_thread")]
async fn content_type_must_be_json() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
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
    for request in [count_call(), session.call(json!(1), "count", json!({})), initialize("2025-11-25")] {
        for kind in wrong {
            let mut client = server.connect().await;
            let response = client.send_request(&request.clone().set("Content-Type", kind)).await;
            assert_eq!(response.status, 415, "{kind}");
            assert_eq!(response.json().get("id"), None);
            client.expect_closed().await;
        }
        assert_eq!(server.send_request(&request.clone().without("Content-Type")).await.status, 415);
        let twice = request.clone().append("Content-Type", "text/plain");
        assert_eq!(server.send_request(&twice).await.status, 415);
    }
    assert_eq!(server.probe.executed(), 0);
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=UTF-8"] {
        assert_eq!(server.send_request(&count_call().set("Content-Type", kind)).await.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn encoded_bodies_are_rejected() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for request in [count_call(), session.call(json!(1), "count", json!({})), initialize("2025-11-25")] {
        for encoding in ["gzip", "br, gzip", "identity, gzip", "x", ""] {
            let response = server.send_request(&request.clone().set("Content-Encoding", encoding)).await;
            assert_eq!(
                (response.status, response.header("accept-encoding")),
                (415, Some("identity")),
                "{encoding}"
            );
        }
    }
    assert_eq!(server.probe.executed(), 0);
    assert_eq!(
        server.send_request(&count_call().set("Content-Encoding", "Identity")).await.text(),
        "counted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn response_type_follows_the_accept_header() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for request in [count_call(), session.call(json!(1), "count", json!({}))] {
        for accept in [
            "text/html",
            "application/xml",
            "*/*;q=0",
            "application/json;q=0, text/event-stream;q=0.0",
            "",
            "x",
        ] {
            let response = server.send_request(&request.clone().set("Accept", accept)).await;
            assert_eq!(response.status, 406, "{accept}");
        }
        assert_eq!(server.probe.executed(), 0);
    }
    for request in [count_call(), session.call(json!(1), "count", json!({}))] {
        for accept in [
            "application/json, text/event-stream",
            "TEXT/EVENT-STREAM, APPLICATION/JSON",
            "application/json;q=0.5 , text/event-stream;q=0.9",
            "*/*",
            "application/*, text/event-stream",
            "application/json",
            "text/html, */*;q=0.1",
            "text/event-stream;q=0, application/json",
        ] {
            let response = server.send_request(&request.clone().set("Accept", accept)).await;
            assert_eq!(response.json()["result"]["content"][0]["text"], "counted", "{accept}");
        }
        for accept in ["text/event-stream", "text/*", "text/event-stream, application/json;q=0"] {
            let response = server.send_request(&request.clone().set("Accept", accept)).await;
            assert!(response.is_event_stream(), "{accept}: {response:?}");
            assert_eq!(response.text(), "counted");
        }
        assert_eq!(server.send_request(&request.without("Accept")).await.text(), "counted");
    }
    // The response to a GET is always an event stream.
    let get = session.get(None);
    assert_eq!(server.send_request(&get.clone().set("Accept", "application/json")).await.status, 406);
    let halves = count_call().set("Accept", "application/json").append("Accept", "text/event-stream");
    assert_eq!(server.send_request(&halves).await.text(), "counted");
}

/// One request of each method that requires `Mcp-Name`.
fn named_requests() -> [Request; 3] {
    [
        count_call(),
        modern(json!(1), "prompts/get", json!({ "name": "ask", "arguments": { "topic": "x" } })),
        modern(json!(1), "resources/read", json!({ "uri": "test://thing" })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_must_match_the_body() {
    let server = TestServer::start().await;
    for request in named_requests() {
        for header in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
            let response =
                server.expect_rejected(&request.clone().without(header), 400, Some(HEADER_MISMATCH)).await;
            assert_eq!(response.json()["id"], 1);
            for other in
                ["", "x", "tools/list", "panic", "2025-11-25", "Count", "COUNT", "ask,ask", "\"count\""]
            {
                let response = server
                    .expect_rejected(&request.clone().set(header, other), 400, Some(HEADER_MISMATCH))
                    .await;
                assert_eq!(response.json()["id"], 1);
                for doubled in [
                    request.clone().append(header, other),
                    Request::without(request.clone(), header).append(header, other).append(header, "count"),
                ] {
                    server.expect_rejected(&doubled, 400, Some(HEADER_MISMATCH)).await;
                }
            }
        }
    }
    for header in ["Mcp-Method", "MCP-Protocol-Version"] {
        let request = modern(json!(1), "tools/list", json!({}));
        server.expect_rejected(&request.clone().without(header), 400, Some(HEADER_MISMATCH)).await;
        let same = if header == "Mcp-Method" { "tools/list" } else { "2026-07-28" };
        server.expect_rejected(&request.append(header, same), 400, Some(HEADER_MISMATCH)).await;
    }
    // Whitespace around a value is ignored, and header names are case-insensitive.
    let request = count_call().without("Mcp-Name").append("mcp-NAME", " \t count \t");
    assert_eq!(server.send_request(&request).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn mcp_name_may_be_base64_encoded() {
    let server = TestServer::start().await;
    let named = |name: &[u8]| count_call().set("Mcp-Name", name);
    assert_eq!(server.send_request(&named(b"=?base64?Y291bnQ=?=")).await.text(), "counted");
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
        server.expect_rejected(&named(name), 400, Some(HEADER_MISMATCH)).await;
    }
    let read = modern(json!(1), "resources/read", json!({ "uri": "test://größe" }));
    let marked = read.clone().set("Mcp-Name", "=?base64?dGVzdDovL2dyw7bDn2U=?=");
    assert_eq!(server.send_request(&marked).await.json()["result"]["contents"][0]["text"], "a size");
    for bytes in ["test://größe".as_bytes(), b"test://gr\xf6\xdfe", b"test://gr\xc3\xb6"] {
        server.expect_rejected(&read.clone().set("Mcp-Name", bytes), 400, Some(HEADER_MISMATCH)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_with_invalid_bytes_are_rejected() {
    let server = TestServer::start().await;
    for header in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
        for byte in [0x80, 0xa0, 0xff_u8] {
            server
                .expect_rejected(
                    &count_call().set(header, [b"x", &[byte][..]].concat()),
                    400,
                    Some(HEADER_MISMATCH),
                )
                .await;
        }
        // These bytes are not valid in an HTTP header.
        for byte in [0x00, 0x01, 0x08, 0x1b, 0x7f_u8, b'\r'] {
            let response =
                server.send_request(&count_call().set(header, [b"x", &[byte][..], b"y"].concat())).await;
            assert_eq!(response.status, 400, "{header} {byte}");
            assert_eq!(server.probe.dropped(), 0);
        }
    }
    let before = server.probe.executed();
    server.expect_served().await;
    assert_eq!(server.probe.executed(), before + 1);
}

/// A predicate for the values that a field accepts.
type IsValid = fn(&Value) -> bool;

#[tokio::test(flavor = "multi_thread")]
async fn meta_fields_must_have_the_right_type() {
    let server = TestServer::start().await;
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
    let fields: [(&str, IsValid); 4] = [
        // A string that is not a version is an unsupported version.
        ("io.modelcontextprotocol/protocolVersion", Value::is_string),
        ("io.modelcontextprotocol/clientCapabilities", Value::is_object),
        ("io.modelcontextprotocol/clientInfo", |_| false),
        ("io.modelcontextprotocol/logLevel", |_| false),
    ];
    for (field, is_valid) in fields {
        for value in values.iter().filter(|value| !is_valid(value)) {
            let mut meta = meta();
            meta[field] = value.clone();
            let params = json!({ "name": "count", "_meta": meta });
            let request = count_call().body(message(json!(1), "tools/call", params).to_string());
            let response = server.expect_rejected(&request, 400, Some(INVALID_PARAMS)).await;
            assert_eq!(response.json()["id"], 1, "{field} {value}");
        }
    }
    for field in ["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"] {
        let mut meta = meta();
        meta.as_object_mut().unwrap().shift_remove(field);
        let params = json!({ "name": "count", "_meta": meta });
        let request = count_call().body(message(json!(1), "tools/call", params).to_string());
        server.expect_rejected(&request, 400, Some(INVALID_PARAMS)).await;
    }
    for params in [json!({ "name": "count" }), json!({ "name": "count", "_meta": {} })] {
        let request = count_call().body(message(json!(1), "tools/call", params).to_string());
        server.expect_rejected(&request, 400, Some(INVALID_PARAMS)).await;
    }
    let request = count_call().body(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#);
    server.expect_rejected(&request, 400, Some(INVALID_PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_versions_are_rejected_with_the_supported_ones() {
    let server = TestServer::start().await;
    let with_version = |version: &str, header: &str| {
        let mut meta = meta();
        meta["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let params = json!({ "name": "count", "_meta": meta });
        let body = message(json!(1), "tools/call", params).to_string();
        count_call().body(body).set("MCP-Protocol-Version", header)
    };
    for version in ["1900-01-01", "2027-01-01", "2026-07-28x", "DRAFT-2026-v1", "1", "2026-7-28"] {
        let response =
            server.expect_rejected(&with_version(version, version), 400, Some(UNSUPPORTED_VERSION)).await;
        let data = &response.json()["error"]["data"];
        assert_eq!(data["requested"], version);
        assert!(data["supported"].as_array().unwrap().contains(&json!("2026-07-28")), "{data}");
        server.expect_rejected(&with_version(version, "2026-07-28"), 400, Some(HEADER_MISMATCH)).await;
        server.expect_rejected(&with_version("2026-07-28", version), 400, Some(HEADER_MISMATCH)).await;
    }
    // A revision that requires `initialize` is not supported without a session.
    let response = server
        .expect_rejected(&with_version("2025-11-25", "2025-11-25"), 400, Some(UNSUPPORTED_VERSION))
        .await;
    assert_eq!(response.json()["error"]["data"]["supported"], json!(["2026-07-28"]));
    let long = "9".repeat(1025);
    server.expect_rejected(&with_version(&long, &long), 400, Some(INVALID_PARAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn capabilities_are_per_request() {
    let server = TestServer::start().await;
    let sampling = json!({ "io.modelcontextprotocol/clientCapabilities": { "sampling": {} } });
    let with_capability = modern(json!(1), "tools/call", json!({ "name": "sample", "_meta": sampling }));
    let without_capability = call(json!(2), "sample", json!({}));
    let mut client = server.connect().await;
    for _ in 0..3 {
        assert_eq!(client.send_request(&with_capability).await.text(), "sampled");
        let response = client.send_request(&without_capability).await;
        assert_eq!((response.status, response.code()), (400, Some(MISSING_CAPABILITY)));
        assert_eq!(response.json()["error"]["data"]["requiredCapabilities"], json!({ "sampling": {} }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_http_methods_are_not_allowed() {
    let server = TestServer::start().await;
    for method in ["PUT", "PATCH", "TRACE", "HEAD", "PROPFIND", "post", "FROBNICATE"] {
        let mut client = server.connect().await;
        client.send(bodiless(method, "/mcp").bytes()).await;
        let head = client.head().await;
        assert_eq!(head.status, 405, "{method}");
        let allowed = head.header("allow").unwrap();
        assert!(["POST", "GET", "DELETE"].iter().all(|method| allowed.contains(method)), "{allowed}");
        let mut client = server.connect().await;
        client.send(count_call().with_method(method).bytes()).await;
        assert_eq!(client.head().await.status, 405, "{method}");
    }
    assert_eq!(server.probe.executed(), 0);
    let options = server.send_request(&bodiless("OPTIONS", "/mcp")).await;
    assert!(options.status == 204 && options.header("allow").is_some(), "{options:?}");
    for path in ["/", "/mc", "/mcp//", "/mcp/x", "//mcp", "/MCP", "/%6dcp", "/mcp%00", "/..;/mcp"] {
        let request = count_call().with_request_line(&format!("POST {path} HTTP/1.1"));
        assert_eq!(server.send_request(&request).await.status, 404, "{path}");
    }
    assert_eq!(server.probe.executed(), 0);
    let query = count_call().with_request_line("POST /mcp?x=1 HTTP/1.1");
    assert_eq!(server.send_request(&query).await.text(), "counted");
    let slash = count_call().with_request_line("POST /mcp/ HTTP/1.1");
    assert_eq!(server.send_request(&slash).await.text(), "counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn session_headers_are_ignored_in_the_modern_revision() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    for id in ["x", "", "a,b", &session.id] {
        let request =
            count_call().append("Mcp-Session-Id", id).append("Last-Event-ID", "a0000000000000000-1");
        let response = server.send_request(&request).await;
        assert_eq!(response.text(), "counted");
        assert_eq!(response.header("mcp-session-id"), None);
        let request = modern(json!(1), "server/discover", json!({})).append("Mcp-Session-Id", id);
        let response = server.send_request(&request).await;
        assert_eq!((response.status, response.header("mcp-session-id")), (200, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_run_in_a_fixed_order() {
    let server = TestServer::start().await;
    // Each of these requests fails all the later checks, too.
    let invalid = post("{").set("Content-Type", "text/plain").set("Accept", "text/html");
    let invalid = invalid.set("Host", "evil.example").set("Origin", "https://evil.example");
    let long = invalid.clone().append("X-Long", "x".repeat(17 << 10));
    assert_eq!(server.send_request(&long).await.status, 431);
    assert_eq!(
        server.send_request(&invalid.clone().with_request_line("POST /other HTTP/1.1")).await.status,
        404
    );
    assert_eq!(server.send_request(&invalid.clone().with_method("PUT")).await.status, 403);
    let local = invalid.set("Host", "127.0.0.1").without("Origin");
    assert_eq!(server.send_request(&local.clone().with_method("PUT")).await.status, 405);
    assert_eq!(server.send_request(&local).await.status, 415);
    let typed = local.set("Content-Type", "application/json");
    assert_eq!(server.send_request(&typed).await.status, 406);
    let accepted = typed.set("Accept", "application/json");
    assert_eq!(server.send_request(&accepted.clone().set("Content-Length", "99999999")).await.status, 413);
    assert_eq!(server.send_request(&accepted).await.code(), Some(-32700));
}
