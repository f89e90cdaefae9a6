//! The Unix socket transport with many clients.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpwright_server::Server;
use mcpwright_transport::{Error, LineLimits, unix};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::demo;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A server on a Unix socket, which stops on drop.
struct Socket {
    folder: PathBuf,
    path: PathBuf,
    serving: JoinHandle<Result<(), Error>>,
}

impl Socket {
    fn new(name: &str, limits: LineLimits) -> Self {
        Self::serve(name, |path| tokio::spawn(unix(demo::server(), path, limits).into_future()))
    }

    /// Serves a socket at a new path.
    fn serve(name: &str, serve: impl FnOnce(PathBuf) -> JoinHandle<Result<(), Error>>) -> Self {
        let folder = std::env::temp_dir().join(format!("mcpwright-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("socket");
        let serving = serve(path.clone());
        Self { folder, path, serving }
    }

    /// Connects a client as soon as the server listens.
    async fn connect(&self) -> Client {
        let connect = async {
            loop {
                match UnixStream::connect(&self.path).await {
                    Ok(stream) => return Client(BufReader::new(stream)),
                    Err(_) => sleep(Duration::from_millis(1)).await,
                }
            }
        };
        timeout(TIMEOUT, connect).await.expect("the server listens")
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Client(BufReader<UnixStream>);

impl Client {
    /// Returns `true` if a ping is answered, and `false` if the connection is closed.
    async fn ping(&mut self) -> bool {
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        if self.0.write_all(format!("{ping}\n").as_bytes()).await.is_err() {
            return false;
        }
        let mut line = String::new();
        match timeout(TIMEOUT, self.0.read_line(&mut line))
            .await
            .expect("a response, or the end of the connection")
        {
            Ok(0) | Err(_) => false,
            Ok(_) => {
                let response: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(response, json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
                true
            }
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn socket_serves_many_clients_and_is_private() {
    let socket = Socket::new("many", LineLimits::default());
    let mut clients = vec![socket.connect().await];
    assert_eq!(mode(&socket.path), 0o600, "the mode must be set before the first client can connect");
    clients.extend([socket.connect().await, socket.connect().await]);
    for client in &mut clients {
        assert!(client.ping().await);
    }
}

#[tokio::test]
async fn number_of_clients_is_limited() {
    let socket = Socket::new("full", LineLimits::default().max_clients(2));
    let (mut first, mut second) = (socket.connect().await, socket.connect().await);
    assert!(first.ping().await && second.ping().await);
    for _ in 0..3 {
        let mut rejected = socket.connect().await;
        assert!(!rejected.ping().await, "the connection is closed");
    }
    assert!(second.ping().await, "existing clients are still served");
    drop(first);
    let reconnect = async {
        while !socket.connect().await.ping().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(TIMEOUT, reconnect).await.expect("a client can connect after another one has left");
}

#[tokio::test]
async fn line_limit_applies_to_sockets() {
    let socket = Socket::new("line", LineLimits::default().max_line_bytes(100));
    let mut client = socket.connect().await;
    client.0.write_all(format!("{}\n", "x".repeat(200)).as_bytes()).await.unwrap();
    client.0.shutdown().await.unwrap();
    let mut received = String::new();
    timeout(TIMEOUT, client.0.read_to_string(&mut received)).await.unwrap().unwrap();
    assert!(received.contains("too long"), "{received}");
}

#[tokio::test]
async fn stop_future_ends_the_server_and_runs_its_hooks() {
    let (stop, runs) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (stopped, count) = (Arc::clone(&stop), Arc::clone(&runs));
    let server = Server::builder("test", "1").on_shutdown(|| async move {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let mut socket = Socket::serve("stop", |path| {
        let socket = unix(server, path, LineLimits::default());
        tokio::spawn(async move { socket.run_until(stopped.notified()).await })
    });
    let mut clients = [socket.connect().await, socket.connect().await];
    for client in &mut clients {
        assert!(client.ping().await);
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    stop.notify_one();
    timeout(TIMEOUT, &mut socket.serving).await.expect("the server ends").unwrap().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1, "not once for each client");
    assert!(!socket.path.exists());
    assert!(!clients[0].ping().await);
}
