//! The built-in HTTP server: connections, health checks, and shutdown.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::http::edge::answer;
use crate::http::edge::answer::Answer;
use crate::http::edge::body::Body;
use crate::http::edge::head::Head;
use crate::http::limits::Limits;
use crate::http::net::monitor::{ByteStream, ConnState, Monitor, MonitoredIo, RequestGuard, Wait};
use crate::http::router::HttpService;
use crate::http::tls::Tls;
use crate::signal::Stop;

/// Maximum number of bytes that one read returns. It also bounds the head of a request.
const BUFFER: usize = 64 << 10;

/// Maximum number of header fields.
const MAX_HEADER_FIELDS: usize = 100;

/// The settings of the built-in server.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    /// The public URL, if it is set.
    pub(crate) url: Option<String>,
    pub(crate) path: String,
    pub(crate) tls: Option<Tls>,
    pub(crate) limits: Limits,
    pub(crate) service: HttpService,
}

/// A server that listens: [`Listening::run`] serves its connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use mcpwright_server::Server;
///
/// let listening = mcpwright_transport::http(Server::builder("echo", "1.0.0")).listen("127.0.0.1:0").await?;
/// println!("serving at {}", listening.url());
/// listening.run_until(async {}).await;
/// # Ok(())
/// # }
/// ```
#[must_use = "a server answers no request until it runs"]
pub struct Listening {
    /// `Some` until the shutdown.
    listener: Option<TcpListener>,
    room: Arc<Semaphore>,
    serving: Serving,
    router: Arc<Router>,
    monitor: Arc<Monitor>,
}

/// The paths of the server.
struct Router {
    path: String,
    service: HttpService,
    /// `/readyz` reports readiness.
    is_ready: AtomicBool,
}

impl Listening {
    pub(crate) fn new(listener: TcpListener, mut serving: Serving) -> Self {
        let path = std::mem::take(&mut serving.path);
        let router = Router { path, service: serving.service.clone(), is_ready: AtomicBool::new(true) };
        let monitor = Monitor::new(serving.limits);
        let room = Arc::new(Semaphore::new(serving.limits.max_connections.min(Semaphore::MAX_PERMITS)));
        Self { listener: Some(listener), room, serving, router: Arc::new(router), monitor }
    }

    /// Returns the address.
    pub fn local_addr(&self) -> SocketAddr {
        self.serving.address
    }

    /// Returns the URL of the endpoint: the public one if it is set, otherwise that of the address.
    pub fn url(&self) -> String {
        let scheme = if self.serving.tls.is_some() { "https" } else { "http" };
        let here = || format!("{scheme}://{}{}", self.serving.address, self.router.path);
        self.serving.url.clone().unwrap_or_else(here)
    }

    /// Serves connections until the process receives SIGTERM or SIGINT.
    ///
    /// Running calls get [`Limits::drain_timeout`](field@Limits::drain_timeout) to finish; a second signal cancels them.
    ///
    /// # Errors
    ///
    /// Returns an error if the signal handlers cannot be installed.
    pub async fn run(mut self) -> Result<(), Error> {
        let mut stop = Stop::new()?;
        tokio::select! {
            () = self.accept() => {}
            () = stop.wait() => tracing::info!("shutting down: running calls may finish"),
        }
        tokio::select! {
            () = self.end() => {}
            () = stop.wait() => {
                tracing::warn!("second signal: cancelling running calls");
                self.abort();
                self.router.service.cancel_tasks().await;
            }
        }
        Ok(())
    }

    /// Serves connections until `stop` is ready. Running calls then get
    /// [`Limits::drain_timeout`](field@Limits::drain_timeout) to finish.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = self.accept() => {}
            () = stop => {}
        }
        self.end().await;
    }

    /// Reports the shutdown for [`Limits::shutdown_delay`](field@Limits::shutdown_delay), then drains.
    async fn end(&mut self) {
        self.router.is_ready.store(false, Ordering::Release);
        let delay = self.serving.limits.shutdown_delay;
        if !delay.is_zero() {
            tokio::select! {
                () = self.accept() => {}
                () = tokio::time::sleep(delay) => {}
            }
        }
        // From now on, new connections are refused at once, so that clients try another replica.
        drop(self.listener.take());
        self.drain().await;
    }

    /// Accepts connections while the server listens.
    async fn accept(&self) {
        let Some(listener) = &self.listener else { return };
        loop {
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => self.connect(stream, permit),
                Err(error) if is_of_one_client(&error) => {}
                // Too many open files, for example: some will be closed soon.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn connect(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        // An answer is written in one piece: delaying it would gain nothing.
        let _ = stream.set_nodelay(true);
        let (router, monitor, limits) =
            (Arc::clone(&self.router), Arc::clone(&self.monitor), self.serving.limits);
        let tls = self.serving.tls.clone();
        self.monitor.add(|state| {
            let task = tokio::spawn(async move {
                let context = ConnContext { router, monitor, state, limits, permit };
                let stream = match tls {
                    None => return serve(stream, context).await,
                    Some(tls) => tokio::time::timeout(limits.header_timeout, tls.accept(stream)).await,
                };
                if let Ok(Ok(stream)) = stream {
                    serve(stream, context).await;
                }
            });
            task.abort_handle()
        });
    }

    /// Lets running calls finish, within the drain timeout.
    async fn drain(&self) {
        self.router.service.close();
        self.monitor.stop();
        let state = &self.router.service.0.state;
        let finished = async {
            self.monitor.empty().await;
            // Legacy calls and tasks outlive their connections.
            state.calls.wait_idle().await;
            state.runtime.quiet().await;
        };
        if tokio::time::timeout(self.serving.limits.drain_timeout, finished).await.is_err() {
            let connections = self.abort();
            tracing::warn!(connections, "cancelled what did not finish in time");
        }
        self.router.service.cancel_tasks().await;
    }

    /// Cancels what runs. Returns the number of connections.
    fn abort(&self) -> usize {
        self.router.service.0.state.ended.send_replace(true);
        self.monitor.abort()
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Returns `true` if accepting failed for one client only.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// The context of one connection.
struct ConnContext {
    router: Arc<Router>,
    monitor: Arc<Monitor>,
    state: Arc<ConnState>,
    limits: Limits,
    /// Counts the connection.
    permit: OwnedSemaphorePermit,
}

/// Serves one connection to its end.
async fn serve(stream: impl ByteStream, context: ConnContext) {
    let ConnContext { router, monitor, state, limits, permit } = context;
    let io = MonitoredIo::new(stream, Arc::clone(&monitor), Arc::clone(&state), permit);
    let service = service_fn(|request: Request<Incoming>| {
        let is_multiplexed = request.version() == http::Version::HTTP_2;
        let on_connection = RequestGuard::begin(&monitor, &state, is_multiplexed);
        let router = Arc::clone(&router);
        let (parts, body) = request.into_parts();
        async move {
            let answer = router.answer(&parts, body).await;
            let wait = is_multiplexed.then(|| on_connection.wait());
            Ok::<_, Infallible>(answer.map(|body| TrackedBody { body, wait, on_connection }))
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .max_buf_size(BUFFER)
        .max_headers(MAX_HEADER_FIELDS)
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    let head = u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_concurrent_streams(limits.max_concurrent_streams)
        .max_header_list_size(head)
        .timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(io), service);
    let mut connection = std::pin::pin!(connection);
    let mut is_draining = false;
    let result = futures::future::poll_fn(|context| {
        if !is_draining && state.stops(context) {
            is_draining = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = result.await {
        tracing::debug!(error, "a connection ended early");
    }
}

impl Router {
    /// Answers a request to any path.
    async fn answer(&self, parts: &Parts, body: Incoming) -> Answer {
        let path = parts.uri.path();
        let is_http_sse = self.service.0.http_sse.as_ref().is_some_and(|served| served.path == path);
        if path == self.path || is_http_sse {
            return self.service.0.handle(&Head::of(parts), body).await;
        }
        let is_read = matches!(parts.method, Method::GET | Method::HEAD);
        match path {
            "/healthz" if is_read => plain(StatusCode::OK, "ok\n"),
            "/readyz" if is_read && self.is_ready.load(Ordering::Acquire) => plain(StatusCode::OK, "ready\n"),
            "/readyz" if is_read => plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n"),
            "/healthz" | "/readyz" => answer::not_allowed("GET, HEAD"),
            _ => answer::rejection(
                StatusCode::NOT_FOUND,
                format!("the endpoint of this server is {}", self.path),
            ),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = http::Response::new(Body::whole(text));
    *answer.status_mut() = status;
    answer
}

/// The body of an answer, and its request.
struct TrackedBody {
    body: Body,
    /// The monitoring of this body, on a connection with several.
    wait: Option<Wait>,
    on_connection: RequestGuard,
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(wait) = &self.wait {
            self.on_connection.note(wait);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
