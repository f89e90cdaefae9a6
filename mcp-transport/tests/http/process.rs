//! A process that is asked to end, once and again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mcpwright_transport::http::Limits;
use serde_json::json;

use crate::requests::{Session, bare, call, initialize, modern};
use crate::support::{A_WHILE, within};
use crate::wire::Client;

/// Says to this program that it is the process that is asked to end.
const SERVES: &str = "MCPWRIGHT_TEST_SERVES";

/// The server of the test below, which starts this program once more for it.
#[tokio::test(flavor = "multi_thread")]
async fn serves() {
    if std::env::var_os(SERVES).is_none() {
        return;
    }
    let (builder, _) = crate::world::server();
    let limits = Limits::default().drain_timeout(Duration::from_secs(3600));
    let listening = mcpwright_transport::http(builder).limits(limits).listen("127.0.0.1:0").await.unwrap();
    eprintln!("{}", listening.local_addr());
    listening.run().await.unwrap();
}

/// Ends with the test.
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
            .args(["process::serves", "--exact", "--nocapture"])
            .env(SERVES, "yes")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let process = Self(child);
        let address = errors.lines().find_map(|line| line.ok()?.parse().ok());
        (process, address.expect("it says where it listens"))
    }

    fn ask_to_end(&self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().inspect(|status| assert!(status.success(), "{status}")).is_some()
    }

    async fn ends(&mut self) {
        within("the end of the process", async {
            while !self.has_ended() {
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
    process.ask_to_end();
    assert_eq!(listening.message().await["id"], 2);
    assert_eq!(listening.event().await, None);
    waiting.expect_silence().await;
    assert!(!process.has_ended(), "there is a call left");
    process.ask_to_end();
    process.ends().await;
    assert_eq!(waiting.drain().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_process_exits_on_sigterm() {
    let (mut process, address) = Process::start();
    let mut client = Client::connect(address).await;
    assert_eq!(client.ask(&bare("GET", "/readyz")).await.status, 200);
    process.ask_to_end();
    client.expect_closed().await;
    process.ends().await;
    tokio::time::sleep(A_WHILE / 10).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// How much memory the process has, in KiB.
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
    let mut open_and_leave = async |count: usize| {
        for _ in 0..count {
            let answer = client.ask(&initialize("2025-11-25")).await;
            let id = answer.header("mcp-session-id").unwrap().to_owned();
            let session = Session { id, version: "2025-11-25" };
            assert_eq!(client.ask(&session.call(json!(1), "count", json!({}))).await.text(), "counted");
        }
    };
    open_and_leave(300).await;
    let before = memory(&process);
    open_and_leave(1500).await;
    let grown = memory(&process).saturating_sub(before);
    assert!(grown < 1024, "{grown} KiB for 1500 sessions");
}
