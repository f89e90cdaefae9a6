//! A server of our own: connections, health, and the end.

use std::convert::Infallible;
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
use crate::http::net::monitor::{ConnState, Monitor, MonitoredIo, RequestGuard, Stream, Wait};
use crate::http::router::HttpService;
use crate::signal::Stop;
use crate::tls::Tls;

/// How much of a request is read at once, at the most. It bounds what a head can take, too.
const BUFFER: usize = 64 << 10;

/// The most fields that a head may have.
const MOST_FIELDS: usize = 100;

/// What is served where, and how.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    /// How clients call it, if that has been said.
    pub(crate) url: Option<String>,
    pub(crate) path: String,
    pub(crate) tls: Option<Tls>,
    pub(crate) limits: Limits,
    pub(crate) service: HttpService,
}

/// A server that listens: [`Listening::run`] answers those who connect.
#[must_use = "a server answers nobody until it is run"]
pub struct Listening {
    /// Where clients connect, until the server ends.
    listener: Option<TcpListener>,
    room: Arc<Semaphore>,
    serving: Serving,
    site: Arc<Router>,
    watch: Arc<Monitor>,
}

/// What can be found at the address.
struct Router {
    path: String,
    service: HttpService,
    /// Whether new requests are welcome.
    is_ready: AtomicBool,
}

impl Listening {
    pub(crate) fn new(listener: TcpListener, mut serving: Serving) -> Self {
        let path = std::mem::take(&mut serving.path);
        let site = Router { path, service: serving.service.clone(), is_ready: AtomicBool::new(true) };
        let watch = Monitor::new(serving.limits);
        let room = Arc::new(Semaphore::new(serving.limits.max_connections.min(Semaphore::MAX_PERMITS)));
        Self { listener: Some(listener), room, serving, site: Arc::new(site), watch }
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.serving.address
    }

    /// The URL of the endpoint: the public one, or else the one of this machine.
    pub fn url(&self) -> String {
        let scheme = if self.serving.tls.is_some() { "https" } else { "http" };
        let here = || format!("{scheme}://{}{}", self.serving.address, self.site.path);
        self.serving.url.clone().unwrap_or_else(here)
    }

    /// Answers those who connect until the process is asked to end, by SIGTERM or SIGINT.
    ///
    /// What runs then may finish within the time of [`Limits::drain`]; a second signal does not wait for it.
    ///
    /// # Errors
    ///
    /// The signals cannot be waited for.
    pub async fn run(mut self) -> Result<(), Error> {
        let mut stop = Stop::new()?;
        tokio::select! {
            () = self.accept() => {}
            () = stop.wait() => tracing::info!("asked to end: what runs may finish"),
        }
        tokio::select! {
            () = self.end() => {}
            () = stop.wait() => {
                tracing::warn!("asked to end again: what runs is cancelled");
                self.abort();
                self.site.service.cancel_tasks().await;
            }
        }
        Ok(())
    }

    /// Answers those who connect until `stop` is ready; what runs then may finish within the time of [`Limits::drain`].
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = self.accept() => {}
            () = stop => {}
        }
        self.end().await;
    }

    /// Says that the server is about to end, for as long as that takes to be noticed, and lets what runs finish.
    async fn end(&mut self) {
        self.site.is_ready.store(false, Ordering::Release);
        let notice = self.serving.limits.shutdown_delay;
        if !notice.is_zero() {
            tokio::select! {
                () = self.accept() => {}
                () = tokio::time::sleep(notice) => {}
            }
        }
        // Whoever connects from here on learns at once that nobody answers, and goes elsewhere.
        drop(self.listener.take());
        self.drain().await;
    }

    /// Accepts connections for as long as it listens.
    async fn accept(&self) {
        let Some(listener) = &self.listener else { return };
        loop {
            // It is never closed.
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => self.connect(stream, permit),
                Err(error) if is_of_one_client(&error) => {}
                // Too many open files, for example: some of them will be closed.
                Err(error) => {
                    tracing::warn!(%error, "a client could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn connect(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        // An answer is written in one piece, and waits for nothing.
        let _ = stream.set_nodelay(true);
        let (site, watch, limits) = (Arc::clone(&self.site), Arc::clone(&self.watch), self.serving.limits);
        let tls = self.serving.tls.clone();
        self.watch.add(|watched| {
            let task = tokio::spawn(async move {
                let place = ConnContext { site, watch, watched, limits, permit };
                let stream = match tls {
                    None => return serve(stream, place).await,
                    Some(tls) => tokio::time::timeout(limits.header_timeout, tls.accept(stream)).await,
                };
                if let Ok(Ok(stream)) = stream {
                    serve(stream, place).await;
                }
            });
            task.abort_handle()
        });
    }

    /// Lets what runs finish, for some time.
    async fn drain(&self) {
        self.site.service.close();
        self.watch.stop();
        let state = &self.site.service.0.state;
        let finished = async {
            self.watch.empty().await;
            // Calls of earlier revisions go on without their connection, and so do tasks.
            state.calls.wait_idle().await;
            state.runtime.quiet().await;
        };
        if tokio::time::timeout(self.serving.limits.drain_timeout, finished).await.is_err() {
            let connections = self.abort();
            tracing::warn!(connections, "what did not finish in time is cancelled");
        }
        self.site.service.cancel_tasks().await;
    }

    /// Cancels what runs; tells how many connections there were.
    fn abort(&self) -> usize {
        self.site.service.0.state.ended.send_replace(true);
        self.watch.abort()
    }
}

/// Whether accepting failed for one client only.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// What a connection is served with.
struct ConnContext {
    site: Arc<Router>,
    watch: Arc<Monitor>,
    watched: Arc<ConnState>,
    limits: Limits,
    /// One of the connections that there may be at a time.
    permit: OwnedSemaphorePermit,
}

/// Serves one connection to its end.
async fn serve(stream: impl Stream, place: ConnContext) {
    let ConnContext { site, watch, watched, limits, permit } = place;
    let noted = MonitoredIo::new(stream, Arc::clone(&watch), Arc::clone(&watched), permit);
    let service = service_fn(|request: Request<Incoming>| {
        let is_multiplexed = request.version() == http::Version::HTTP_2;
        let on_connection = RequestGuard::begin(&watch, &watched, is_multiplexed);
        let site = Arc::clone(&site);
        let (parts, body) = request.into_parts();
        async move {
            let answer = site.answer(&parts, body).await;
            let wait = is_multiplexed.then(|| on_connection.wait());
            Ok::<_, Infallible>(answer.map(|body| TrackedBody { body, wait, on_connection }))
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .max_buf_size(BUFFER)
        .max_headers(MOST_FIELDS)
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    let head = u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_concurrent_streams(limits.max_concurrent_streams)
        .max_header_list_size(head)
        .timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(noted), service);
    let mut connection = std::pin::pin!(connection);
    let mut is_told = false;
    let result = futures::future::poll_fn(|context| {
        if !is_told && watched.stops(context) {
            is_told = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = result.await {
        tracing::debug!(error, "a connection ended early");
    }
}

impl Router {
    /// Answers whatever the path.
    async fn answer(&self, parts: &Parts, body: Incoming) -> Answer {
        let path = parts.uri.path();
        let is_http_sse = self.service.0.http_sse.as_ref().is_some_and(|served| served.path == path);
        if path == self.path || is_http_sse {
            return self.service.0.handle(&Head::of(parts), body).await;
        }
        let is_asked = matches!(parts.method, Method::GET | Method::HEAD);
        match path {
            "/healthz" if is_asked => plain(StatusCode::OK, "ok\n"),
            "/readyz" if is_asked && self.is_ready.load(Ordering::Acquire) => {
                plain(StatusCode::OK, "ready\n")
            }
            "/readyz" if is_asked => plain(StatusCode::SERVICE_UNAVAILABLE, "about to end\n"),
            "/healthz" | "/readyz" => answer::not_allowed("GET, HEAD"),
            _ => answer::refusal(
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

/// A body, and the request that it answers.
struct TrackedBody {
    body: Body,
    /// Where one connection has several bodies, each says for itself when it was asked for more.
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
