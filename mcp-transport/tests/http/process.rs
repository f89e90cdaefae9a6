//! Shutdown of a server process by signals.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::client::Client;
use crate::requests::{Session, bodiless, call, initialize, modern};
use crate::support::{QUIET_PERIOD, with_timeout};

/// Environment variable that makes the test `child_server` run the server.
const CHILD_SERVER: &str = "MCPWRIGHT_TEST_CHILD_SERVER";

/// The server process of the tests below, which run this test binary as a child.
#[tokio::test(flavor = "multi_thread")]
async fn child_server() {
    if std::env::var_os(CHILD_SERVER).is_none() {
        return;
    }
    let (builder, _) = crate::probe::server_builder();
    let limits = Limits::default().drain_timeout(Duration::from_secs(3600));
    let listening = mcpwright_transport::http(builder).limits(limits).listen("127.0.0.1:0").await.unwrap();
    eprintln!("{}", listening.local_addr());
    listening.run().await.unwrap();
}

/// A child process that is killed on drop.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    fn start() -> (Self, std::net::SocketAddr) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["process::child_server", "--exact", "--nocapture"])
            .env(CHILD_SERVER, "yes")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let process = Self(child);
        let address = errors.lines().find_map(|line| line.ok()?.parse().ok());
        (process, address.expect("the address that the server listens on"))
    }

    fn send_sigterm(&self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    fn has_exited(&mut self) -> bool {
        self.0.try_wait().unwrap().inspect(|status| assert!(status.success(), "{status}")).is_some()
    }

    async fn wait_for_exit(&mut self) {
        with_timeout("the exit of the process", async {
            while !self.has_exited() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_signal_exits_without_draining() {
    let (mut process, address) = Process::start();
    let mut waiting = Client::connect(address).await;
    waiting.send(call(json!(1), "wait", json!({})).bytes()).await;
    let mut listening = Client::connect(address).await;
    listening.open(&modern(json!(2), "subscriptions/listen", json!({ "notifications": {} }))).await;
    assert_eq!(listening.message().await["method"], "notifications/subscriptions/acknowledged");
    process.send_sigterm();
    assert_eq!(listening.message().await["id"], 2);
    assert_eq!(listening.event().await, None);
    waiting.expect_silence().await;
    assert!(!process.has_exited(), "a call is still running");
    process.send_sigterm();
    process.wait_for_exit().await;
    assert_eq!(waiting.drain().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_process_exits_on_sigterm() {
    let (mut process, address) = Process::start();
    let mut client = Client::connect(address).await;
    assert_eq!(client.send_request(&bodiless("GET", "/readyz")).await.status, 200);
    process.send_sigterm();
    client.expect_closed().await;
    process.wait_for_exit().await;
    tokio::time::sleep(QUIET_PERIOD / 10).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// Resident memory of the process, in KiB.
#[cfg(target_os = "linux")]
fn memory(process: &Process) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.0.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn unused_sessions_hold_no_memory() {
    let (process, address) = Process::start();
    let mut client = Client::connect(address).await;
    let mut open_and_abandon = async |count: usize| {
        for _ in 0..count {
            let response = client.send_request(&initialize("2025-11-25")).await;
            let id = response.header("mcp-session-id").unwrap().to_owned();
            let session = Session { id, version: "2025-11-25" };
            assert_eq!(
                client.send_request(&session.call(json!(1), "count", json!({}))).await.text(),
                "counted"
            );
        }
    };
    open_and_abandon(300).await;
    let before = memory(&process);
    open_and_abandon(1500).await;
    let growth = memory(&process).saturating_sub(before);
    assert!(growth < 1024, "{growth} KiB for 1500 sessions");
}
