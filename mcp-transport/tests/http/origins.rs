//! Checks of `Origin` and `Host`, and CORS headers.

use serde_json::json;

use crate::requests::{Request, Session, bodiless, call, initialize};
use crate::support::TestServer;

/// One request of each kind, from a client with a session.
fn all_requests(session: &Session) -> Vec<Request> {
    vec![
        call(json!(1), "count", json!({})),
        session.call(json!(1), "count", json!({})),
        initialize("2025-11-25"),
        session.get(None),
        session.delete(),
        bodiless("OPTIONS", "/mcp"),
        bodiless("OPTIONS", "/mcp").set("Access-Control-Request-Method", "POST"),
        bodiless("PUT", "/mcp"),
    ]
}

/// Asserts that a request is rejected with 403, and that the response reveals nothing.
async fn assert_forbidden(server: &TestServer, session: &Session, request: &Request) {
    let mut client = server.connect().await;
    let response = client.send_request(request).await;
    assert_eq!(response.status, 403, "{request:?}\n{response:?}");
    if !response.body.is_empty() {
        assert_eq!(response.json().get("id"), None);
    }
    assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{response:?}");
    assert_eq!(response.header("mcp-session-id"), None);
    client.expect_closed().await;
    assert_eq!(server.probe.executed(), 0, "{request:?}");
    // The session is still open.
    let response = server.send_request(&session.request(json!(2), "ping", json!({}))).await;
    assert_eq!(response.status, 200, "{request:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_origins_are_rejected() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let port = server.address.port();
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
        for request in all_requests(&session) {
            let request = request.set("Host", server.address.to_string()).set("Origin", origin);
            assert_forbidden(&server, &session, &request).await;
        }
    }
    let twice = call(json!(1), "count", json!({}))
        .set("Host", server.address.to_string())
        .append("Origin", format!("http://{}", server.address))
        .append("Origin", "https://evil.example");
    assert_forbidden(&server, &session, &twice).await;
    server.expect_served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn local_server_accepts_only_local_hosts() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
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
        for request in all_requests(&session) {
            // The headers that a page of that host would send.
            let request = request.set("Host", host);
            assert_forbidden(&server, &session, &request).await;
            let request = request.set("Origin", format!("http://{host}"));
            assert_forbidden(&server, &session, &request).await;
        }
    }
    let request = call(json!(1), "count", json!({}));
    assert_forbidden(&server, &session, &request.clone().without("Host")).await;
    assert_forbidden(&server, &session, &request.clone().append("Host", "localhost")).await;
    let absolute = request.with_request_line("POST http://evil.example/mcp HTTP/1.1");
    assert_forbidden(&server, &session, &absolute).await;
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80", "[::1]"] {
        let response = server.send_request(&call(json!(1), "count", json!({})).set("Host", host)).await;
        assert_eq!(response.text(), "counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn same_origin_requests_get_no_cors_headers() {
    let server = TestServer::start().await;
    let session = server.session("2025-11-25").await;
    let own = |request: Request| {
        request.set("Host", server.address.to_string()).set("Origin", format!("http://{}", server.address))
    };
    for request in [call(json!(1), "count", json!({})), session.call(json!(1), "count", json!({}))] {
        let response = server.send_request(&own(request)).await;
        assert_eq!(response.text(), "counted");
        assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{response:?}");
    }
}

const APP: &str = "https://app.example.com";

#[tokio::test(flavor = "multi_thread")]
async fn allowed_origins_get_cors_headers() {
    let server = TestServer::with_settings(|http| http.cors([APP])).await;
    let preflight = bodiless("OPTIONS", "/mcp")
        .set("Origin", APP)
        .set("Access-Control-Request-Method", "POST")
        .set("Access-Control-Request-Headers", "content-type, mcp-method, mcp-param-region");
    let response = server.send_request(&preflight).await;
    assert_eq!(response.status, 204, "{response:?}");
    let methods = response.header("access-control-allow-methods").unwrap();
    assert!(["POST", "GET", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
    let headers = response.header("access-control-allow-headers").unwrap();
    assert!(["content-type", "mcp-method", "mcp-param-region"].iter().all(|name| headers.contains(name)));
    assert_allowed(&response);
    // Rejections have CORS headers, too, so that the page can read them.
    let session = server.session("2025-11-25").await;
    let rejected = call(json!(1), "count", json!({})).set("Content-Type", "text/plain");
    for (request, status) in [
        (call(json!(1), "count", json!({})), 200),
        (session.call(json!(1), "progress", json!({ "times": 2 })), 200),
        (initialize("2025-11-25"), 200),
        (rejected, 415),
        (session.delete(), 204),
        (session.delete(), 404),
    ] {
        let response = server.send_request(&request.set("Origin", APP)).await;
        assert_eq!(response.status, status);
        assert_allowed(&response);
    }
    for origin in ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com"] {
        for request in all_requests(&server.session("2025-11-25").await) {
            let response = server.send_request(&request.set("Origin", origin)).await;
            assert_eq!(response.status, 403);
            assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control")));
        }
    }
    // An allowed origin does not allow another host.
    let response = server.send_request(&preflight.set("Host", "evil.example")).await;
    assert_eq!(response.status, 403);
}

#[track_caller]
fn assert_allowed(response: &crate::client::Response) {
    assert_eq!(response.header("access-control-allow-origin"), Some(APP), "{response:?}");
    assert_eq!(response.header("access-control-allow-credentials"), None);
    let exposed = response.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
    assert!(exposed.contains("mcp-session-id"), "{response:?}");
    assert!(response.headers.iter().any(|(name, value)| name == "vary" && value.contains("Origin")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cors_headers_by_default() {
    let server = TestServer::start().await;
    let preflight = bodiless("OPTIONS", "/mcp").set("Access-Control-Request-Method", "POST");
    for request in [bodiless("OPTIONS", "/mcp"), preflight, call(json!(1), "count", json!({}))] {
        let response = server.send_request(&request).await;
        assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{response:?}");
    }
}

/// Values that are not written as clients send them, but clear.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_origins_are_read_as_clients_send_them() {
    let server = TestServer::with_settings(|http| {
        http.public_url("https://MCP.example.com:443/mcp/")
            .allowed_hosts(["other.example.com:*", "https://third.example.com/", "fourth.example.com:8443"])
            .cors(["HTTPS://App.Example.com:443/"])
    })
    .await;
    let request = call(json!(1), "count", json!({}));
    for host in ["mcp.example.com", "other.example.com:81", "third.example.com", "fourth.example.com:8443"] {
        let response = server.send_request(&request.clone().set("Host", host).set("Origin", APP)).await;
        assert_eq!(response.text(), "counted", "{host}");
        assert_allowed(&response);
    }
    for host in ["fourth.example.com", "localhost", "other.example.com:x"] {
        assert_eq!(server.send_request(&request.clone().set("Host", host)).await.status, 403, "{host}");
    }
}

/// Values that no client sends: the error names the value and the fix.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_origins_that_cannot_match_are_refused_at_start() {
    let http = || mcpwright_transport::http(crate::probe::server_builder().0);
    for (http, value, fix) in [
        (
            http().allowed_hosts(["localhost", "mcp.example.com/mcp"]),
            "mcp.example.com/mcp",
            "write `mcp.example.com`",
        ),
        (http().allowed_hosts(["*"]), "*", "allow_any_host"),
        (http().allowed_hosts([""]), "", "mcp.example.com"),
        (http().cors(["app.example.com"]), "app.example.com", "write `https://app.example.com`"),
        (
            http().cors(["https://app.example.com/app"]),
            "https://app.example.com/app",
            "write `https://app.example.com`",
        ),
        (http().public_url("mcp.example.com/mcp"), "mcp.example.com/mcp", "`https://mcp.example.com/mcp`"),
        (http().public_url("https://b\u{fc}cher.example/mcp"), "https://b\u{fc}cher.example/mcp", "ASCII"),
        (http().public_url("ftp://mcp.example.com"), "ftp://mcp.example.com", "`https`"),
    ] {
        let error = http.listen("127.0.0.1:0").await.unwrap_err().to_string();
        assert!(error.contains(&format!("`{value}`")) && error.contains(fix), "{value}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "the host `*.example.com` must have no wildcard")]
async fn service_with_a_host_that_cannot_match_panics() {
    let builder = crate::probe::server_builder().0;
    let _ = mcpwright_transport::http(builder).allowed_hosts(["*.example.com"]).into_service();
}

#[tokio::test(flavor = "multi_thread")]
async fn port_without_a_host_is_every_address() {
    let http = || mcpwright_transport::http(crate::probe::server_builder().0);
    let error = http().listen(":0").await.unwrap_err().to_string();
    assert!(error.contains("0.0.0.0:") && error.contains("allowed_hosts"), "{error}");
    let listening = http().allowed_hosts(["mcp.example.com"]).listen(":0").await.unwrap();
    assert!(listening.local_addr().ip().is_unspecified());
    let busy = listening.local_addr().port();
    let error = http().listen(("127.0.0.1", busy)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("127.0.0.1:{busy}")) && error.contains("in use"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_server_requires_allowed_hosts() {
    let (builder, _) = crate::probe::server_builder();
    let rejected = mcpwright_transport::http(builder).listen("0.0.0.0:0").await.err();
    assert!(rejected.is_some_and(|error| error.to_string().contains("allowed_hosts")));
    let server = TestServer::with_settings(|http| http.public_url("https://mcp.example.com/other")).await;
    let request = call(json!(1), "count", json!({})).with_request_line("POST /other HTTP/1.1");
    for host in ["mcp.example.com", "MCP.example.com:443"] {
        assert_eq!(server.send_request(&request.clone().set("Host", host)).await.text(), "counted");
    }
    for host in ["localhost", "127.0.0.1", "example.com", "x.mcp.example.com"] {
        assert_eq!(server.send_request(&request.clone().set("Host", host)).await.status, 403, "{host}");
    }
    let default_path = request.with_request_line("POST /mcp HTTP/1.1").set("Host", "mcp.example.com");
    assert_eq!(server.send_request(&default_path).await.status, 404);
}
