//! The settings of an HTTP server, and how it is bound.

use std::net::SocketAddr;
use std::sync::Arc;

use ::http::Uri;
use ::http::request::Parts;
use mcpwright_server::{IntoServer, Key, Seal, Server};
use tokio::net::TcpListener;

use crate::error::Error;
use crate::http::edge::origin::OriginCheck;
use crate::http::legacy::http_sse::HttpSse;
use crate::http::legacy::session::Sessions;
use crate::http::limits::Limits;
use crate::http::net::serve::{Listening, Serving};
use crate::http::router::{Endpoint, HttpService};
use crate::http::state::{Extract, HttpState};
use crate::runtime::TokioRuntime;
use crate::tls::Tls;

/// A server about to be served over HTTP: [`Http::bind`] does it.
///
/// Without a word more, it is called on the machine itself only: `Host` and `Origin` are checked with each request.
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
/// mcpwright_transport::http(server).bind("127.0.0.1:8080").await
/// # }
/// ```
#[track_caller]
pub fn http(server: impl IntoServer) -> Http {
    Http {
        server: server.into_server(),
        path: "/mcp".to_owned(),
        origins: OriginCheck::default(),
        public_url: None,
        keys: Vec::new(),
        limits: Limits::default(),
        http_sse: None,
        extracts: Vec::new(),
        tls: None,
    }
}

/// A server about to be served over HTTP: how, and to whom.
#[must_use = "a server does nothing until it is bound"]
pub struct Http {
    server: Server,
    path: String,
    origins: OriginCheck,
    public_url: Option<Uri>,
    keys: Vec<Key>,
    limits: Limits,
    http_sse: Option<String>,
    extracts: Vec<Extract>,
    pub(crate) tls: Option<Tls>,
}

impl Http {
    /// Sets the path of the endpoint: `/mcp` if nothing is said.
    ///
    /// # Panics
    ///
    /// When it does not begin with `/`.
    #[track_caller]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        assert!(self.path.starts_with('/'), "a path begins with `/`: `/mcp`, for example");
        self
    }

    /// Says by which URL clients call the server, such as `https://mcp.example.com/mcp`: its host is allowed, and its path
    /// is the path of the endpoint.
    ///
    /// # Panics
    ///
    /// When it is no URL with a host.
    #[track_caller]
    pub fn public_url(mut self, url: impl AsRef<str>) -> Self {
        let url: Result<Uri, _> = url.as_ref().parse();
        let url = url.ok().filter(|url| url.host().is_some() && url.scheme().is_some());
        let url =
            url.expect("a public URL has a scheme and a host: `https://mcp.example.com/mcp`, for example");
        self.origins.allow_hosts(url.host().map(str::to_owned));
        if url.path() != "/" {
            url.path().clone_into(&mut self.path);
        }
        self.public_url = Some(url);
        self
    }

    /// Allows clients to call the server by these names, with any port or with the one that is said. Once names are said,
    /// those of the machine itself have to be said as well.
    pub fn allowed_hosts(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins.allow_hosts(names.into_iter().map(Into::into));
        self
    }

    /// Allows clients to call the server by any name: something else has to keep the pages of other sites from it, such
    /// as authentication that browsers do not do by themselves.
    pub fn allow_any_host(mut self) -> Self {
        self.origins.allow_any_host();
        self
    }

    /// Allows the pages of these origins, such as `https://app.example.com`, to call the server from a browser; `*` stands
    /// for all. Browsers are told so in the way of CORS.
    pub fn cors(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins.allow_origins(origins.into_iter().map(Into::into));
        self
    }

    /// Seals with this key what clients keep for the server, such as the ids of sessions and what goes with questions.
    /// Every replica needs the same.
    ///
    /// The first one that is said seals, and all of them open. Without any, that is the key of the server, and without that
    /// each process has one of its own, and sessions end with it.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Sets what the transport puts up with.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Serves HTTP+SSE of revision 2024-11-05 as well, at a path of its own such as `/sse`: for clients that know nothing
    /// newer. Everything of such a client lives in the process to which its stream is connected.
    ///
    /// # Panics
    ///
    /// When the path does not begin with `/`.
    #[track_caller]
    pub fn http_sse(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        assert!(path.starts_with('/'), "a path begins with `/`: `/sse`, for example");
        self.http_sse = Some(path);
        self
    }

    /// Takes something out of the head of each request and hands it to handlers, which find it by its type with
    /// [`Ext`](mcpwright_server::Ext).
    ///
    /// ```no_run
    /// # #[derive(Clone)]
    /// # struct Tenant(String);
    /// # fn example(server: mcpwright_server::Builder) {
    /// let http = mcpwright_transport::http(server).extract(|request| {
    ///     let tenant = request.headers.get("x-tenant")?.to_str().ok()?;
    ///     Some(Tenant(tenant.to_owned()))
    /// });
    /// # }
    /// ```
    pub fn extract<T: Send + Sync + 'static>(
        mut self,
        extract: impl Fn(&Parts) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        self.extracts.push(Arc::new(move |parts, extensions| {
            if let Some(value) = extract(parts) {
                extensions.insert(value);
            }
        }));
        self
    }

    /// A service for another HTTP server, such as axum's. Layers before it may say who calls: they put a
    /// [`Caller`](mcpwright_server::Caller) into the extensions of the request.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[track_caller]
    pub fn into_service(self) -> HttpService {
        let host =
            TokioRuntime::current().expect("a service is made on a tokio runtime: under `#[tokio::main]`");
        self.service(host)
    }

    /// Serves on this address until the process is asked to end: by SIGTERM or SIGINT.
    ///
    /// # Errors
    ///
    /// The address is not free; it can be reached from other machines and nobody said by which name; or there is no tokio
    /// runtime.
    pub async fn bind(self, address: impl tokio::net::ToSocketAddrs) -> Result<(), Error> {
        self.listen(address).await?.run().await
    }

    /// Listens on this address, and serves once [`Listening::run`] is called: to learn the port where any will do.
    ///
    /// # Errors
    ///
    /// As for [`Http::bind`].
    pub async fn listen(self, address: impl tokio::net::ToSocketAddrs) -> Result<Listening, Error> {
        let listener = TcpListener::bind(address).await?;
        self.accept(listener)
    }

    /// Serves those who connect to a listener that is there already, once [`Listening::run`] is called.
    ///
    /// # Errors
    ///
    /// It can be reached from other machines and nobody said by which name; or there is no tokio runtime.
    pub fn accept(mut self, listener: TcpListener) -> Result<Listening, Error> {
        let address = listener.local_addr()?;
        self.check(address)?;
        let (host, path, tls) = (TokioRuntime::current()?, std::mem::take(&mut self.path), self.tls.take());
        let url = self.public_url.take().map(|url| url.to_string());
        let limits = self.limits;
        let service = self.service(host);
        Ok(Listening::new(listener, Serving { address, url, path, tls, limits, service }))
    }

    /// Whoever can be reached by others says by which names: a page of another site could call it by any.
    fn check(&self, address: SocketAddr) -> Result<(), Error> {
        if address.ip().is_loopback() || !self.origins.is_loopback() {
            return Ok(());
        }
        Err(Error::Settings(format!(
            "{address} can be reached from other machines: say by which names clients call the server, with \
             `.public_url(\"https://mcp.example.com/mcp\")` or `.allowed_hosts([\"mcp.example.com\"])`"
        )))
    }

    fn service(self, runtime: TokioRuntime) -> HttpService {
        let mut server = self.server.with_runtime(Arc::new(runtime.clone()));
        if !self.keys.is_empty() {
            server = server.with_seal(Seal::new(self.keys));
        }
        if server.seal().is_random() {
            tracing::info!(
                "sealing session ids and request states with a random key: set `key` for several replicas or restarts"
            );
        }
        let (seal, store) = (server.seal().clone(), Arc::clone(server.store()));
        let state = HttpState::new(server, runtime, self.limits, self.extracts);
        HttpService(Arc::new(Endpoint {
            sessions: Sessions::new(&state, seal, store),
            origins: self.origins,
            http_sse: self.http_sse.map(HttpSse::new).map(Arc::new),
            state,
        }))
    }
}
