//! One connection: its requests, and its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::sync::OwnedSemaphorePermit;

use crate::http::edge::body::Body;
use crate::http::limits::Limits;
use crate::http::net::monitor::{BodyPoll, ConnState, Monitor, RequestGuard};
use crate::http::net::monitored_io::{ByteStream, MonitoredIo};
use crate::http::net::router::Router;

/// Maximum number of bytes that one read returns. It also limits the head of a request.
const MAX_READ_BYTES: usize = 64 << 10;

/// Maximum number of header fields.
const MAX_HEADER_FIELDS: usize = 100;

/// The context of one connection.
pub(super) struct ConnContext {
    pub(super) router: Arc<Router>,
    pub(super) monitor: Arc<Monitor>,
    pub(super) state: Arc<ConnState>,
    pub(super) limits: Limits,
    /// Counts the connection.
    pub(super) permit: OwnedSemaphorePermit,
}

/// Serves one connection to its end.
pub(super) async fn serve(stream: impl ByteStream, context: ConnContext) {
    let ConnContext { router, monitor, state, limits, permit } = context;
    let io = MonitoredIo::new(stream, Arc::clone(&monitor), Arc::clone(&state), permit);
    let service = service_fn(|request: Request<Incoming>| {
        let is_multiplexed = request.version() == http::Version::HTTP_2;
        let guard = RequestGuard::begin(&monitor, &state, is_multiplexed);
        let router = Arc::clone(&router);
        let (parts, body) = request.into_parts();
        async move {
            let answer = router.answer(&parts, body).await;
            let last_poll = is_multiplexed.then(|| guard.track_body());
            Ok::<_, Infallible>(answer.map(|body| TrackedBody { body, last_poll, request: guard }))
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .max_buf_size(MAX_READ_BYTES)
        .max_headers(MAX_HEADER_FIELDS)
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    let max_header_bytes = u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_concurrent_streams(limits.max_concurrent_streams)
        .max_header_list_size(max_header_bytes)
        .timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(io), service);
    let mut connection = std::pin::pin!(connection);
    let mut is_draining = false;
    let result = futures::future::poll_fn(|context| {
        if !is_draining && state.poll_stopping(context) {
            is_draining = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = result.await {
        tracing::debug!(error, "a connection ended early");
    }
}

/// The body of an answer, and its request.
struct TrackedBody {
    body: Body,
    /// The last poll of this body, on a connection with several.
    last_poll: Option<BodyPoll>,
    request: RequestGuard,
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(last_poll) = &self.last_poll {
            self.request.record_poll(last_poll);
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
