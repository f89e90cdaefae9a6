//! HTTP/1.1 and HTTP/2 over TLS, and HTTP/2 in clear text, with curl as the client.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use mcpwright_server::{Server, ToolHandler};
use mcpwright_transport::http;
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const CALL: &str =
    r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "hello", "arguments": {}}}"#;

/// Reports a skipped test, and fails if `MCPWRIGHT_REQUIRE_ALL` is set.
fn skipped(what: &str) {
    let message = format!("SKIPPED: {what}");
    assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "{message}");
    eprintln!("{message}");
}

fn is_installed(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok()
}

/// Creates a self-signed certificate and its key.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let output = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (certificate, key)
}

/// Sends a call with curl. Returns the HTTP version and the body.
async fn call(arguments: Vec<String>) -> (String, String) {
    let task = tokio::task::spawn_blocking(move || {
        Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-H", "Content-Type: application/json", "-d", CALL])
            .args(["-w", "\n%{http_version}"])
            .args(arguments)
            .output()
    });
    let output = task.await.expect("the task must not panic").expect("curl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    let (body, version) = text.rsplit_once('\n').expect("the version is on a line of its own");
    (version.to_owned(), body.to_owned())
}

fn server() -> Server {
    Server::builder("tls", "1")
        .tool(ToolHandler::function("hello", [], || async { "hello" }).description("Say hello."))
        .build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_versions_over_tls() {
    if !is_installed("curl", "--version") || !is_installed("openssl", "version") {
        skipped("curl or openssl is not installed; TLS was NOT tested");
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tls");
    std::fs::create_dir_all(&folder).expect("the folder is created");
    let (certificate, key) = certificate(&folder);
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(&certificate).and_then(Iterator::collect).expect("a valid certificate");
    let key = PrivateKeyDer::from_pem_file(&key).expect("a valid key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key);
    let listening = http(server())
        .tls(Arc::new(config.expect("the key belongs to the certificate")))
        .listen("127.0.0.1:0");
    let listening = listening.await.expect("a port is free");
    assert!(listening.url().starts_with("https://127.0.0.1:"));
    let url = format!("https://localhost:{}/mcp", listening.local_addr().port());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(listening.run_until(async {
        // Dropping the sender also stops the server.
        let _ = stopped.await;
    }));
    let arguments = ["--cacert".to_owned(), certificate.display().to_string(), url];
    for (option, expected) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let (version, body) = call([vec![option.to_owned()], arguments.to_vec()].concat()).await;
        assert_eq!(version, expected);
        assert!(body.contains(r#""text":"hello""#), "{body}");
    }
    drop(stop);
    served.await.expect("the server ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_without_tls() {
    if !is_installed("curl", "--version") {
        skipped("curl is not installed; HTTP/2 was NOT tested");
        return;
    }
    let listening = http(server()).listen("127.0.0.1:0").await.expect("a port is free");
    let url = listening.url();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(listening.run_until(async {
        // Dropping the sender also stops the server.
        let _ = stopped.await;
    }));
    let (version, body) = call(vec!["--http2-prior-knowledge".to_owned(), url]).await;
    assert_eq!(version, "2");
    assert!(body.contains(r#""text":"hello""#), "{body}");
    drop(stop);
    served.await.expect("the server ends");
}
