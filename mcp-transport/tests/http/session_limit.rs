//! The limit of sessions of a server that evicts none.

use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::client::Response;
use crate::requests::{Session, initialize};
use crate::support::TestServer;

/// Keeps a session in the memory of the server.
async fn set_level(server: &TestServer, session: &Session) -> Response {
    let request = session.request(json!(1), "logging/setLevel", json!({ "level": "error" }));
    server.send_request(&request).await
}

fn assert_rejected(response: &Response) {
    assert_eq!(response.status, 429, "{response:?}");
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(response.json()["error"]["data"]["retryAfterMs"], 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_above_the_limit_are_rejected_and_none_is_evicted() {
    let limits = Limits::default().max_sessions(2).evict_sessions(false);
    let server = TestServer::with_limits(limits).await;
    let early = server.session("2025-11-25").await;
    let sessions = [server.session("2025-11-25").await, server.session("2025-11-25").await];
    for session in &sessions {
        assert_eq!(set_level(&server, session).await.status, 200);
    }
    // Neither a new session, nor one that is not in memory.
    assert_rejected(&server.send_request(&initialize("2025-11-25")).await);
    assert_rejected(&set_level(&server, &early).await);
    // The others have kept their log level, with which one of the three messages is sent.
    for session in &sessions {
        let response = server.send_request(&session.call(json!(1), "log", json!({}))).await;
        assert_eq!(response.messages().len(), 2, "{response:?}");
    }
    // Requests without a session are served.
    server.expect_served().await;
    assert_eq!(server.send_request(&sessions[0].delete()).await.status, 204);
    assert_eq!(set_level(&server, &early).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_sessions_make_room_after_their_timeout() {
    let limits = Limits::default().max_sessions(1).evict_sessions(false);
    let server = TestServer::with_limits(limits.session_idle_timeout(Duration::ZERO)).await;
    let first = server.session("2025-11-25").await;
    assert_eq!(set_level(&server, &first).await.status, 200);
    assert_rejected(&server.send_request(&initialize("2025-11-25")).await);
    let released = async {
        while server.send_request(&initialize("2025-11-25")).await.status == 429 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    crate::support::with_timeout("the release of an idle session", released).await;
}
