//! Who may send requests at all: `Origin`, `Host`, and what browsers are told.

use serde_json::json;

use crate::requests::{Request, Session, bare, call, initialize};
use crate::support::Site;

/// One request of each kind, by a client that has a session.
fn kinds(session: &Session) -> Vec<Request> {
    vec![
        call(json!(1), "count", json!({})),
        session.call(json!(1), "count", json!({})),
        initialize("2025-11-25"),
        session.get(None),
        session.delete(),
        bare("OPTIONS", "/mcp"),
        bare("OPTIONS", "/mcp").set("Access-Control-Request-Method", "POST"),
        bare("PUT", "/mcp"),
    ]
}

/// Refused, and told no more than that.
async fn assert_forbidden(site: &Site, session: &Session, request: &Request) {
    let mut client = site.connect().await;
    let answer = client.ask(request).await;
    assert_eq!(answer.status, 403, "{request:?}\n{answer:?}");
    if !answer.body.is_empty() {
        assert_eq!(answer.json().get("id"), None);
    }
    assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{answer:?}");
    assert_eq!(answer.header("mcp-session-id"), None);
    client.expect_closed().await;
    assert_eq!(site.world.executed(), 0, "{request:?}");
    // It was not ended either.
    let answer = site.ask(&session.request(json!(2), "ping", json!({}))).await;
    assert_eq!(answer.status, 200, "{request:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_origins_are_rejected() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let port = site.address.port();
    let origins = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        format!("http://127.0.0.1:{}", port ^ 1),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil.example@127.0.0.1:{port}"),
        format!("HTTP://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}"),
        "file://".to_owned(),
        "chrome-extension://abcdef".to_owned(),
        format!("http://127.0.0.1:{port} http://evil.example"),
    ];
    for origin in &origins {
        for request in kinds(&session) {
            let request = request.set("Host", site.address.to_string()).set("Origin", origin);
            assert_forbidden(&site, &session, &request).await;
        }
    }
    let twice = call(json!(1), "count", json!({}))
        .set("Host", site.address.to_string())
        .add("Origin", format!("http://{}", site.address))
        .add("Origin", "https://evil.example");
    assert_forbidden(&site, &session, &twice).await;
    site.serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn local_server_accepts_only_local_hosts() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let hosts = [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "0.0.0.0",
        "127.0.0.2",
        "[::]",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost:80:80",
        "localhost.",
        "",
        "*",
        "127.1",
        "2130706433",
    ];
    for host in hosts {
        for request in kinds(&session) {
            // What a page of that name would say.
            let request = request.set("Host", host);
            assert_forbidden(&site, &session, &request).await;
            let request = request.set("Origin", format!("http://{host}"));
            assert_forbidden(&site, &session, &request).await;
        }
    }
    let request = call(json!(1), "count", json!({}));
    assert_forbidden(&site, &session, &request.clone().without("Host")).await;
    assert_forbidden(&site, &session, &request.clone().add("Host", "localhost")).await;
    let absolute = request.line("POST http://evil.example/mcp HTTP/1.1");
    assert_forbidden(&site, &session, &absolute).await;
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80", "[::1]"] {
        let answer = site.ask(&call(json!(1), "count", json!({})).set("Host", host)).await;
        assert_eq!(answer.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn same_origin_requests_get_no_cors_headers() {
    let site = Site::start().await;
    let session = site.session("2025-11-25").await;
    let own = |request: Request| {
        request.set("Host", site.address.to_string()).set("Origin", format!("http://{}", site.address))
    };
    for request in [call(json!(1), "count", json!({})), session.call(json!(1), "count", json!({}))] {
        let answer = site.ask(&own(request)).await;
        assert_eq!(answer.text(), "counted");
        assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{answer:?}");
    }
}

const APP: &str = "https://app.example.com";

#[tokio::test(flavor = "multi_thread")]
async fn allowed_origins_get_cors_headers() {
    let site = Site::with(|http| http.cors([APP])).await;
    let preflight = bare("OPTIONS", "/mcp")
        .set("Origin", APP)
        .set("Access-Control-Request-Method", "POST")
        .set("Access-Control-Request-Headers", "content-type, mcp-method, mcp-param-region");
    let answer = site.ask(&preflight).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let methods = answer.header("access-control-allow-methods").unwrap();
    assert!(["POST", "GET", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
    let headers = answer.header("access-control-allow-headers").unwrap();
    assert!(["content-type", "mcp-method", "mcp-param-region"].iter().all(|name| headers.contains(name)));
    assert_allowed(&answer);
    // Refusals are told too: the page has to know why.
    let session = site.session("2025-11-25").await;
    let refused = call(json!(1), "count", json!({})).set("Content-Type", "text/plain");
    for (request, status) in [
        (call(json!(1), "count", json!({})), 200),
        (session.call(json!(1), "say", json!({ "times": 2 })), 200),
        (initialize("2025-11-25"), 200),
        (refused, 415),
        (session.delete(), 204),
        (session.delete(), 404),
    ] {
        let answer = site.ask(&request.set("Origin", APP)).await;
        assert_eq!(answer.status, status);
        assert_allowed(&answer);
    }
    for origin in ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com"] {
        for request in kinds(&site.session("2025-11-25").await) {
            let answer = site.ask(&request.set("Origin", origin)).await;
            assert_eq!(answer.status, 403);
            assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control")));
        }
    }
    // A page that is allowed does not make another name of the server right.
    let answer = site.ask(&preflight.set("Host", "evil.example")).await;
    assert_eq!(answer.status, 403);
}

#[track_caller]
fn assert_allowed(answer: &crate::wire::Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some(APP), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
    assert!(exposed.contains("mcp-session-id"), "{answer:?}");
    assert!(answer.headers.iter().any(|(name, value)| name == "vary" && value.contains("Origin")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cors_headers_by_default() {
    let site = Site::start().await;
    let asked = bare("OPTIONS", "/mcp").set("Access-Control-Request-Method", "POST");
    for request in [bare("OPTIONS", "/mcp"), asked, call(json!(1), "count", json!({}))] {
        let answer = site.ask(&request).await;
        assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_server_requires_allowed_hosts() {
    let (builder, _) = crate::world::server();
    let refused = mcpwright_transport::http(builder).listen("0.0.0.0:0").await.err();
    assert!(refused.is_some_and(|error| error.to_string().contains("allowed_hosts")));
    let site = Site::with(|http| http.public_url("https://mcp.example.com/other")).await;
    let request = call(json!(1), "count", json!({})).line("POST /other HTTP/1.1");
    for host in ["mcp.example.com", "MCP.example.com:443"] {
        assert_eq!(site.ask(&request.clone().set("Host", host)).await.text(), "counted");
    }
    for host in ["localhost", "127.0.0.1", "example.com", "x.mcp.example.com"] {
        assert_eq!(site.ask(&request.clone().set("Host", host)).await.status, 403, "{host}");
    }
    let elsewhere = request.line("POST /mcp HTTP/1.1").set("Host", "mcp.example.com");
    assert_eq!(site.ask(&elsewhere).await.status, 404);
}
