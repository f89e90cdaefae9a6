//! The limit over Streamable HTTP: a server written by hand on hyper for the workload, and nothing else.
//!
//! Beside what the limits have in common it checks the path, the method, and the headers: those that repeat the body of
//! a modern request, and the session of a legacy one. All clients share one session. It streams nothing, and it looks
//! neither at `Origin` and `Host`, nor at `Accept` and `Content-Type`, nor at the size of a body.

use std::process::ExitCode;
use std::sync::LazyLock;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use mcpwright_peers::limit::{Answers, LEGACY_VERSIONS, MODERN_VERSION, Refusal, Request};
use mcpwright_peers::{Arguments, Era, Result};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    mcpwright_peers::exit("limit-http", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let port = arguments.value("--http", 0)?;
    arguments.finish()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_io().build()?;
    runtime.block_on(serve(port))
}

async fn serve(port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(respond));
        // A client that goes away in the middle of a message has no use for the error.
        tokio::spawn(async { drop(connection.await) });
    }
}

type Reply = Response<Full<Bytes>>;

async fn respond(request: hyper::Request<Incoming>) -> hyper::Result<Reply> {
    if request.uri().path() != "/mcp" {
        return Ok(reply(StatusCode::NOT_FOUND));
    }
    if request.method() != Method::POST {
        return Ok(reply(StatusCode::METHOD_NOT_ALLOWED));
    }
    let (head, body) = request.into_parts();
    let message = collect(body).await?;
    Ok(answer(&head.headers, &message).unwrap_or_else(|(status, refusal)| {
        let mut out = Vec::new();
        refusal.write(&mut out);
        json(status, out)
    }))
}

/// A body that came in one piece is not copied.
async fn collect(mut body: Incoming) -> hyper::Result<Bytes> {
    let mut message = Vec::new();
    while let Some(frame) = body.frame().await.transpose()? {
        let Ok(piece) = frame.into_data() else { continue };
        if message.is_empty() {
            if body.is_end_stream() {
                return Ok(piece);
            }
            let rest = usize::try_from(body.size_hint().lower()).unwrap_or_default();
            message.reserve_exact(piece.len() + rest);
        }
        message.extend_from_slice(&piece);
    }
    Ok(message.into())
}

fn answer(headers: &HeaderMap, message: &[u8]) -> Result<Reply, (StatusCode, Refusal)> {
    static ANSWERS: LazyLock<Answers> = LazyLock::new(Answers::new);

    let request = Request::parse(message).map_err(|refusal| (StatusCode::BAD_REQUEST, refusal))?;
    let Some(request) = request else { return Ok(reply(StatusCode::ACCEPTED)) };
    let initializes = match request.era {
        Era::Modern => check_modern(headers, &request).map(|()| false)?,
        Era::Legacy if request.method == "initialize" => true,
        Era::Legacy => check_legacy(headers, &request).map(|()| false)?,
    };
    // As much as an echo takes.
    let mut out = Vec::with_capacity(512);
    ANSWERS.write(&request, &mut out).map_err(|refusal| match (request.era, refusal.code) {
        (Era::Modern, -32601) => (StatusCode::NOT_FOUND, refusal),
        _ => (StatusCode::OK, refusal),
    })?;
    let mut reply = json(StatusCode::OK, out);
    if initializes {
        reply.headers_mut().insert(&SESSION_ID, HeaderValue::from_static(SESSION));
    }
    Ok(reply)
}

static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
static METHOD: HeaderName = HeaderName::from_static("mcp-method");
static NAME: HeaderName = HeaderName::from_static("mcp-name");
static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The session that everyone gets.
const SESSION: &str = "the-only-session";

/// The headers are there, and say what the body says.
fn check_modern(headers: &HeaderMap, request: &Request<'_>) -> Result<(), (StatusCode, Refusal)> {
    let says = |name, value: &str| headers.get(name).is_some_and(|header| header == value);
    if says(&PROTOCOL_VERSION, MODERN_VERSION)
        && says(&METHOD, &request.method)
        && request.name().is_none_or(|name| says(&NAME, name))
    {
        return Ok(());
    }
    Err((StatusCode::BAD_REQUEST, request.refuse(-32020, "Headers and body differ")))
}

/// The session is the one there is, and the version a known one.
fn check_legacy(headers: &HeaderMap, request: &Request<'_>) -> Result<(), (StatusCode, Refusal)> {
    let version = headers.get(&PROTOCOL_VERSION);
    if !version.is_none_or(|version| LEGACY_VERSIONS.iter().any(|known| version == known)) {
        return Err((StatusCode::BAD_REQUEST, request.refuse(-32600, "Unsupported protocol version")));
    }
    match headers.get(&SESSION_ID) {
        Some(session) if session == SESSION => Ok(()),
        Some(_) => Err((StatusCode::NOT_FOUND, request.refuse(-32001, "No such session"))),
        None => Err((StatusCode::BAD_REQUEST, request.refuse(-32600, "No session"))),
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Reply {
    let mut reply = reply(status);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *reply.body_mut() = Full::new(body.into());
    reply
}

fn reply(status: StatusCode) -> Reply {
    let mut reply = Reply::default();
    *reply.status_mut() = status;
    reply
}
