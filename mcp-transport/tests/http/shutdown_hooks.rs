//! Shutdown hooks of a server over HTTP, and of one that several transports serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcpwright_server::Server;
use mcpwright_transport::{LineLimits, serve};
use serde_json::json;

use crate::probe;
use crate::requests::call;
use crate::support::TestServer;

/// The test server with a hook, and the number of times that the hook has run.
fn counting_builder() -> (mcpwright_server::Builder, probe::Probe, Arc<AtomicUsize>) {
    let (builder, probe) = probe::server_builder();
    let runs = Arc::new(AtomicUsize::new(0));
    let (count, executed) = (Arc::clone(&runs), probe.clone());
    let builder = builder.on_shutdown(move || async move {
        assert_eq!(executed.dropped(), 0, "the running call was cancelled");
        count.fetch_add(1, Ordering::SeqCst);
    });
    (builder, probe, runs)
}

#[tokio::test(flavor = "multi_thread")]
async fn hook_runs_once_after_running_calls() {
    let (builder, probe, runs) = counting_builder();
    let mut server = TestServer::serve(probe, mcpwright_transport::http(builder)).await;
    let mut client = server.connect().await;
    client.send(call(json!(1), "wait", json!({})).bytes()).await;
    server.probe.wait_for_started(1).await;
    server.stop();
    while tokio::net::TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "a call still runs");
    server.probe.release(1);
    assert_eq!(client.response().await.text(), "waited");
    server.wait_for_shutdown().await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hook_of_a_service_runs_when_the_application_ends_it() {
    let (builder, _, runs) = counting_builder();
    let service = mcpwright_transport::http(builder).into_service();
    service.close();
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    service.clone().shut_down().await;
    service.shut_down().await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hook_runs_at_the_end_of_the_last_transport() {
    let (builder, probe, runs) = counting_builder();
    let shared: Server = builder.build();
    let first = mcpwright_transport::http(shared.clone()).into_service();
    let mut second = TestServer::serve(probe, mcpwright_transport::http(shared.clone())).await;
    first.shut_down().await;
    let client = serve(shared, &b""[..], Vec::new(), LineLimits::default()).await;
    client.expect("the stream is served");
    assert_eq!(runs.load(Ordering::SeqCst), 0, "a transport still serves the server");
    second.stop();
    second.wait_for_shutdown().await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}
