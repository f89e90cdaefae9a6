//! The lower bound over Streamable HTTP: a handwritten server on hyper that implements only the workload.
//!
//! In addition to the checks of all handwritten servers, it checks the path, the method, the headers of a modern request
//! that repeat its body, and the session of a legacy request. All clients share one session. There are no streams, and no
//! checks of `Origin`, `Host`, `Accept`, `Content-Type`, and the size of a body.

use std::process::ExitCode;
use std::sync::LazyLock;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use mcpwright_peers::limit::{LEGACY_VERSIONS, LimitRequest, MODERN_VERSION, Responder, RpcError};
use mcpwright_peers::{Arguments, Era, Result};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    mcpwright_peers::exit("limit-http", run())
}

fn run() -> Result<()> {
    let mut arguments = Arguments::from_env();
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
        // Errors are ignored: they mean that the client closed the connection.
        tokio::spawn(async { drop(connection.await) });
    }
}

type HttpResponse = Response<Full<Bytes>>;

async fn respond(request: hyper::Request<Incoming>) -> hyper::Result<HttpResponse> {
    if request.uri().path() != "/mcp" {
        return Ok(empty(StatusCode::NOT_FOUND));
    }
    if request.method() != Method::POST {
        return Ok(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let (head, body) = request.into_parts();
    let message = collect(body).await?;
    Ok(handle(&head.headers, &message).unwrap_or_else(|(status, error)| {
        let mut out = Vec::new();
        error.write(&mut out);
        json(status, out)
    }))
}

/// Collects a body. A body in one frame is not copied.
async fn collect(mut body: Incoming) -> hyper::Result<Bytes> {
    let mut message = Vec::new();
    while let Some(frame) = body.frame().await.transpose()? {
        let Ok(piece) = frame.into_data() else { continue };
        if message.is_empty() {
            if body.is_end_stream() {
                return Ok(piece);
            }
            let remaining = usize::try_from(body.size_hint().lower()).unwrap_or_default();
            message.reserve_exact(piece.len() + remaining);
        }
        message.extend_from_slice(&piece);
    }
    Ok(message.into())
}

fn handle(headers: &HeaderMap, message: &[u8]) -> Result<HttpResponse, (StatusCode, RpcError)> {
    static RESPONDER: LazyLock<Responder> = LazyLock::new(Responder::new);

    let request = LimitRequest::parse(message).map_err(|error| (StatusCode::BAD_REQUEST, error))?;
    let Some(request) = request else { return Ok(empty(StatusCode::ACCEPTED)) };
    let is_initialize = match request.era {
        Era::Modern => check_modern(headers, &request).map(|()| false)?,
        Era::Legacy if request.method == "initialize" => true,
        Era::Legacy => check_legacy(headers, &request).map(|()| false)?,
    };
    // The size of a response to `echo`.
    let mut out = Vec::with_capacity(512);
    RESPONDER.write(&request, &mut out).map_err(|error| match (request.era, error.code) {
        (Era::Modern, -32601) => (StatusCode::NOT_FOUND, error),
        _ => (StatusCode::OK, error),
    })?;
    let mut response = json(StatusCode::OK, out);
    if is_initialize {
        response.headers_mut().insert(&SESSION_ID, HeaderValue::from_static(SESSION));
    }
    Ok(response)
}

static PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
static METHOD: HeaderName = HeaderName::from_static("mcp-method");
static NAME: HeaderName = HeaderName::from_static("mcp-name");
static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The id of the session that all clients share.
const SESSION: &str = "the-only-session";

/// Checks that the headers match the body.
fn check_modern(headers: &HeaderMap, request: &LimitRequest<'_>) -> Result<(), (StatusCode, RpcError)> {
    let has = |name, value: &str| headers.get(name).is_some_and(|header| header == value);
    if has(&PROTOCOL_VERSION, MODERN_VERSION)
        && has(&METHOD, &request.method)
        && request.name().is_none_or(|name| has(&NAME, name))
    {
        return Ok(());
    }
    Err((StatusCode::BAD_REQUEST, request.error(-32020, "Headers and body differ")))
}

/// Checks the session and the version.
fn check_legacy(headers: &HeaderMap, request: &LimitRequest<'_>) -> Result<(), (StatusCode, RpcError)> {
    let version = headers.get(&PROTOCOL_VERSION);
    if !version.is_none_or(|version| LEGACY_VERSIONS.iter().any(|known| version == known)) {
        return Err((StatusCode::BAD_REQUEST, request.error(-32600, "Unsupported protocol version")));
    }
    match headers.get(&SESSION_ID) {
        Some(session) if session == SESSION => Ok(()),
        Some(_) => Err((StatusCode::NOT_FOUND, request.error(-32001, "Unknown session"))),
        None => Err((StatusCode::BAD_REQUEST, request.error(-32600, "Missing session"))),
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let mut response = empty(status);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Full::new(body.into());
    response
}

fn empty(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::default();
    *response.status_mut() = status;
    response
}
