//! TLS, and HTTP/2 with it and without it, as curl speaks them.

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

/// Says loudly that something was not tried, and fails where everything has to be.
fn skipped(what: &str) {
    let message = format!("SKIPPED: {what}");
    assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "{message}");
    eprintln!("{message}");
}

fn has(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok()
}

/// A certificate that the server signed itself, and the key to it.
fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
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
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

/// Calls with curl, and returns the version of HTTP and the body.
async fn call(arguments: Vec<String>) -> (String, String) {
    let run = tokio::task::spawn_blocking(move || {
        Command::new("curl")
            .args(["-sS", "--noproxy", "*", "-H", "Content-Type: application/json", "-d", CALL])
            .args(["-w", "\n%{http_version}"])
            .args(arguments)
            .output()
    });
    let output = run.await.expect("it does not panic").expect("curl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it is text");
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
    if !has("curl", "--version") || !has("openssl", "version") {
        skipped("there is no curl or no openssl, so TLS was NOT tried");
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tls");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let (certificate, key) = certificate(&folder);
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(&certificate).and_then(Iterator::collect).expect("it is a certificate");
    let key = PrivateKeyDer::from_pem_file(&key).expect("it is a key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key);
    let listening = http(server()).tls(Arc::new(config.expect("they go together"))).listen("127.0.0.1:0");
    let listening = listening.await.expect("a port is free");
    assert!(listening.url().starts_with("https://127.0.0.1:"));
    let url = format!("https://localhost:{}/mcp", listening.local_addr().port());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(listening.run_until(async {
        // Whoever drops the sender wants it to end, too.
        let _ = stopped.await;
    }));
    let trust = ["--cacert".to_owned(), certificate.display().to_string(), url];
    for (option, expected) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let (version, body) = call([vec![option.to_owned()], trust.to_vec()].concat()).await;
        assert_eq!(version, expected);
        assert!(body.contains(r#""text":"hello""#), "{body}");
    }
    drop(stop);
    served.await.expect("the server ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_without_tls() {
    if !has("curl", "--version") {
        skipped("there is no curl, so HTTP/2 was NOT tried");
        return;
    }
    let listening = http(server()).listen("127.0.0.1:0").await.expect("a port is free");
    let url = listening.url();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(listening.run_until(async {
        // Whoever drops the sender wants it to end, too.
        let _ = stopped.await;
    }));
    let (version, body) = call(vec!["--http2-prior-knowledge".to_owned(), url]).await;
    assert_eq!(version, "2");
    assert!(body.contains(r#""text":"hello""#), "{body}");
    drop(stop);
    served.await.expect("the server ends");
}
