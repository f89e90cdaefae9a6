//! The built-in HTTP server: listening, and shutdown.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::http::endpoint::HttpService;
use crate::http::greeting::greet_on_http;
use crate::http::limits::Limits;
use crate::http::net::connection::{ConnContext, serve};
use crate::http::net::monitor::Monitor;
use crate::http::net::router::Router;
use crate::http::tls::Tls;
use crate::signal::Stop;

/// The settings of the built-in server.
pub(crate) struct ServeConfig {
    pub(crate) address: SocketAddr,
    /// The public URL, if it is set.
    pub(crate) url: Option<String>,
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
    connection_permits: Arc<Semaphore>,
    config: ServeConfig,
    router: Arc<Router>,
    monitor: Arc<Monitor>,
}

impl Listening {
    pub(crate) fn new(listener: TcpListener, config: ServeConfig) -> Self {
        let router = Router { service: config.service.clone(), is_ready: AtomicBool::new(true) };
        let monitor = Monitor::new(config.limits);
        let permits = config.limits.max_connections.min(Semaphore::MAX_PERMITS);
        let connection_permits = Arc::new(Semaphore::new(permits));
        Self { listener: Some(listener), connection_permits, config, router: Arc::new(router), monitor }
    }

    /// Returns the address.
    pub fn local_addr(&self) -> SocketAddr {
        self.config.address
    }

    /// Returns the URL of the endpoint: the public one if it is set, otherwise that of the address.
    pub fn url(&self) -> String {
        let scheme = if self.config.tls.is_some() { "https" } else { "http" };
        let here = || format!("{scheme}://{}{}", self.config.address, self.router.service.0.state.path);
        self.config.url.clone().unwrap_or_else(here)
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
        greet_on_http(&self.router.service.0.state.server, &self.url());
        tokio::select! {
            () = self.accept() => {}
            () = stop.wait() => tracing::info!("shutting down: running calls may finish"),
        }
        tokio::select! {
            () = self.shut_down() => {}
            () = stop.wait() => {
                tracing::warn!("second signal: cancelling running calls");
                self.abort();
                self.router.service.shut_down().await;
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
        self.shut_down().await;
    }

    /// Reports the shutdown for [`Limits::shutdown_delay`](field@Limits::shutdown_delay), then drains.
    async fn shut_down(&mut self) {
        self.router.is_ready.store(false, Ordering::Release);
        let delay = self.config.limits.shutdown_delay;
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
            let Ok(permit) = Arc::clone(&self.connection_permits).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => self.connect(stream, permit),
                Err(error) if is_client_error(&error) => {}
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
            (Arc::clone(&self.router), Arc::clone(&self.monitor), self.config.limits);
        let tls = self.config.tls.clone();
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
            self.monitor.wait_idle().await;
            // Legacy calls and tasks outlive their connections.
            state.calls.wait_idle().await;
            state.runtime.wait_idle().await;
        };
        if tokio::time::timeout(self.config.limits.drain_timeout, finished).await.is_err() {
            let connections = self.abort();
            tracing::warn!(connections, "cancelled calls that did not finish in time");
        }
        self.router.service.shut_down().await;
    }

    /// Cancels running calls. Returns the number of connections.
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
fn is_client_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
