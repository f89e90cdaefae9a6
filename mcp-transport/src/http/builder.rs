//! The settings of an HTTP server, and its binding to an address.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use ::http::Uri;
use ::http::request::Parts;
use mcpwright_server::{Extensions, IntoServer, Key, Seal, Server};
use tokio::net::TcpListener;

use crate::error::Error;
use crate::http::edge::origin::OriginCheck;
use crate::http::endpoint::{Endpoint, HttpService};
use crate::http::legacy::http_sse::HttpSse;
use crate::http::legacy::session::Sessions;
use crate::http::limits::Limits;
use crate::http::net::address;
use crate::http::net::address::ListenAddress;
use crate::http::net::listening::{Listening, ServeConfig};
use crate::http::paths;
use crate::http::state::{Extract, HttpSettings, HttpState, NamedEndpoint};
use crate::http::tls::Tls;
use crate::runtime::TokioRuntime;
use crate::terminal::warn_if_empty;

/// Prepares a server to be served over HTTP: [`Http::bind`] serves it.
///
/// By default, only clients on the same machine can call it: `Host` and `Origin` are checked with each request.
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
        endpoints: Vec::new(),
        has_sessions: true,
        tls: None,
    }
}

/// The settings of a server over HTTP.
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use mcpwright_server::Key;
/// use mcpwright_transport::http::Limits;
///
/// let key: Key = std::env::var("MCP_KEY")?.parse()?;
/// mcpwright_transport::http(server)
///     .public_url("https://mcp.example.com/mcp")
///     .key(key)
///     .limits(Limits::default().shutdown_delay(Duration::from_secs(6)))
///     .bind("0.0.0.0:8080")
///     .await?;
/// # Ok(())
/// # }
/// ```
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
    endpoints: Vec<NamedEndpoint>,
    has_sessions: bool,
    pub(crate) tls: Option<Tls>,
}

impl Http {
    /// Sets the path of the endpoint. Default: `/mcp`. A `/` at the end, here or in a request, makes no difference.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mcpwright_transport::Error> {
    /// use mcpwright_server::Server;
    ///
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0")).path("/notes");
    /// let listening = http.listen("127.0.0.1:0").await?;
    /// assert!(listening.url().ends_with("/notes"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the path does not start with `/`.
    #[track_caller]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = paths::setting(&path.into(), "/mcp");
        self
    }

    /// Also serves the server at another path, as an endpoint of its own: the rules of the server find `value` in its requests,
    /// and decide which tools and instructions it has. Handlers find it with `Ext`.
    ///
    /// A session of one endpoint is unknown at the others. A [service](Self::into_service) with further endpoints reads the
    /// path: it must be mounted so that it sees the whole of it, which `nest_service` of axum removes. Any other path than
    /// [`path`](Self::path) and those of the endpoints is answered with 404.
    ///
    /// ```
    /// use mcpwright_server::{Item, Server, ToolHandler};
    ///
    /// #[derive(Clone, PartialEq)]
    /// struct ReadOnly;
    ///
    /// let tool = |name| ToolHandler::function(name, [], || async { "done" });
    /// let server = Server::builder("notes", "1.0.0").tool(tool("find")).tool(tool("delete")).visible(|request, item| {
    ///     let is_read_only = request.extension::<ReadOnly>().is_some();
    ///     !is_read_only || matches!(item, Item::Tool(tool) if tool.name == "find")
    /// });
    /// let http = mcpwright_transport::http(server).endpoint("/read-only", ReadOnly);
    /// # let _ = http;
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the path does not start with `/`, or if another endpoint has it.
    #[track_caller]
    pub fn endpoint<T: Clone + Send + Sync + 'static>(mut self, path: impl Into<String>, value: T) -> Self {
        let path = paths::setting(&path.into(), "/agent");
        let is_known = self.endpoints.iter().any(|endpoint| endpoint.path == path);
        assert!(!is_known, "two endpoints must not have the path `{path}`");
        let insert_value =
            Box::new(move |extensions: &mut Extensions| drop(extensions.insert(value.clone())));
        self.endpoints.push(NamedEndpoint { path, insert_value });
        self
    }

    /// Sets the URL by which clients call the server, such as `https://mcp.example.com/mcp`: its host is allowed, and its path
    /// is the path of the endpoint.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mcpwright_transport::Error> {
    /// use mcpwright_server::Server;
    ///
    /// // A proxy at mcp.example.com passes requests on to this address.
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0")).public_url("https://mcp.example.com/notes");
    /// let listening = http.listen("127.0.0.1:0").await?;
    /// assert_eq!(listening.url(), "https://mcp.example.com/notes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A text that is not such a URL is an error when the server [starts](Self::bind).
    pub fn public_url(mut self, url: impl AsRef<str>) -> Self {
        let text = url.as_ref().trim();
        let parsed: Result<Uri, _> = text.parse();
        let is_http = |url: &Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
        let refused = || {
            let example = "`https://mcp.example.com/mcp`, for example";
            format!(
                "the public URL `{text}` must be an `https` or `http` URL with a host in ASCII: {example}"
            )
        };
        let url = parsed.ok().filter(is_http).ok_or_else(refused);
        let Some(url) = self.origins.accept(url) else { return self };
        self.origins.allow_hosts(url.host().map(str::to_owned));
        if url.path() != "/" {
            self.path = paths::setting(url.path(), "/mcp");
        }
        self.public_url = Some(url);
        self
    }

    /// Allows clients to call the server by these host names, with any port or with the given one. The list replaces the
    /// loopback names, so list these as well if clients on the same machine use them.
    ///
    /// Names are read as clients send them: in lower case, without a `.` at the end, and `mcp.example.com:443` also without
    /// its port, which clients leave out. `mcp.example.com:*` and `https://mcp.example.com/` stand for the name. A value that
    /// no client would send, such as one with a path or a wildcard, is an error when the server [starts](Self::bind).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::Server;
    ///
    /// let service = mcpwright_transport::http(Server::builder("notes", "1.0.0"))
    ///     .allowed_hosts(["mcp.example.com", "localhost"])
    ///     .into_service();
    /// let request = http::Request::get("/mcp").header("host", "attacker.example").body(String::new());
    /// assert_eq!(service.handle(request.expect("the request is valid")).await.status(), 403);
    /// # }
    /// ```
    pub fn allowed_hosts(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins.allow_hosts(names.into_iter().map(Into::into));
        self
    }

    /// Allows clients to call the server by any host name. Something else must then protect it from pages of other sites, such
    /// as authentication that browsers do not perform by themselves.
    pub fn allow_any_host(mut self) -> Self {
        self.origins.allow_any_host();
        self
    }

    /// Allows requests of pages of any origin, and adds no headers of CORS. Another layer must then decide about `Origin`: one
    /// with rules that [`cors`](Self::cors) does not have, such as patterns or credentials.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::Server;
    ///
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0")).allow_any_origin();
    /// let service = http.into_service();
    /// let request = http::Request::get("/mcp").header("host", "localhost").header("origin", "https://app.example");
    /// let response = service.handle(request.body(String::new()).expect("the request is valid")).await;
    /// // A stream needs a session: the origin was accepted.
    /// assert_eq!(response.status(), 400);
    /// assert!(!response.headers().contains_key("access-control-allow-origin"));
    /// # }
    /// ```
    pub fn allow_any_origin(mut self) -> Self {
        self.origins.allow_any_origin();
        self
    }

    /// Allows pages of these origins, such as `https://app.example.com`, to call the server from a browser, with CORS headers;
    /// `*` stands for all origins.
    ///
    /// Origins are read as browsers send them: in lower case, and without a `/` or the default port at the end. A value that no
    /// browser would send, such as one with a path or without a scheme, is an error when the server [starts](Self::bind).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::Server;
    ///
    /// let service = mcpwright_transport::http(Server::builder("notes", "1.0.0"))
    ///     .cors(["https://app.example.com"])
    ///     .into_service();
    /// let preflight = http::Request::options("/mcp")
    ///     .header("host", "localhost")
    ///     .header("origin", "https://app.example.com")
    ///     .header("access-control-request-method", "POST")
    ///     .body(String::new());
    /// let response = service.handle(preflight.expect("the request is valid")).await;
    /// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
    /// # }
    /// ```
    pub fn cors(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.origins.allow_origins(origins.into_iter().map(Into::into));
        self
    }

    /// Adds a key that seals what clients keep on behalf of the server: session ids and request states. All replicas must have
    /// the same keys.
    ///
    /// The first key seals, and all of them open. Default: the keys of the server; without these, each process has a random
    /// key, and sessions end with the process.
    ///
    /// ```
    /// use mcpwright_server::{Key, Server};
    ///
    /// // To replace a key, put the new one first, and remove the old one once its sessions have ended.
    /// let (new, old) = (Key::random(), Key::random());
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0")).key(new).key(old);
    /// ```
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Sets the limits of the transport.
    ///
    /// ```
    /// use mcpwright_server::Server;
    /// use mcpwright_transport::http::Limits;
    ///
    /// let limits = Limits::default().max_calls(100).max_body_bytes(64 << 10);
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0")).limits(limits);
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Also serves HTTP+SSE of revision 2024-11-05, at a path of its own such as `/sse`, for clients that support nothing newer.
    /// Such a client is bound to the process that its stream is connected to.
    ///
    /// # Panics
    ///
    /// Panics if the path does not start with `/`.
    #[track_caller]
    pub fn http_sse(mut self, path: impl Into<String>) -> Self {
        self.http_sse = Some(paths::setting(&path.into(), "/sse"));
        self
    }

    /// Sets whether clients of earlier revisions get sessions. Default: `true`.
    ///
    /// Without sessions, `initialize` is answered without an id, and each request stands alone: any replica answers it, without
    /// a shared [`key`](Self::key). Handlers cannot ask such clients for anything, and these clients receive no changes, no log
    /// messages, and no events that they missed. GET and DELETE are answered with 405. Clients of 2026-07-28 are not affected.
    ///
    /// A server with sessions on many replicas needs only the same `key` on each of them: the id contains the handshake.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::Server;
    ///
    /// let service = mcpwright_transport::http(Server::builder("notes", "1.0.0")).sessions(false).into_service();
    /// let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
    ///     "capabilities":{},"clientInfo":{"name":"curl","version":"8.0.0"}}}"#;
    /// let request = http::Request::post("/mcp")
    ///     .header("host", "localhost")
    ///     .header("accept", "application/json, text/event-stream")
    ///     .header("content-type", "application/json")
    ///     .body(body.to_owned())
    ///     .expect("the request is valid");
    /// let response = service.handle(request).await;
    /// assert_eq!(response.status(), 200);
    /// assert!(!response.headers().contains_key("mcp-session-id"));
    /// # }
    /// ```
    pub fn sessions(mut self, has_sessions: bool) -> Self {
        self.has_sessions = has_sessions;
        self
    }

    /// Extracts a value from the head of each request for handlers, which find it by its type with
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

    /// Sets a function that inserts values into those of each request.
    pub(crate) fn extract_all(mut self, extract: impl Fn(&mut Extensions) + Send + Sync + 'static) -> Self {
        self.extracts.push(Arc::new(move |_, extensions| extract(extensions)));
        self
    }

    /// Returns a service for another HTTP server, such as axum. A layer in front of it can identify the caller: it inserts a
    /// [`Caller`](mcpwright_server::Caller) into the extensions of the request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_server::{Caller, Server};
    /// use serde_json::Map;
    ///
    /// let service = mcpwright_transport::http(Server::builder("notes", "1.0.0")).into_service();
    /// let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
    ///     "capabilities":{},"clientInfo":{"name":"curl","version":"8.0.0"}}}"#;
    /// let mut request = http::Request::post("/mcp")
    ///     .header("host", "localhost")
    ///     .header("accept", "application/json, text/event-stream")
    ///     .header("content-type", "application/json")
    ///     .body(body.to_owned())
    ///     .expect("the request is valid");
    /// // A layer that has authenticated the request adds its caller.
    /// request.extensions_mut().insert(Caller::new("ada", [], Map::new()));
    /// assert_eq!(service.handle(request).await.status(), 200);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, if two endpoints have the same path, and if a host, an origin or the public URL is one
    /// that no client would send.
    #[track_caller]
    pub fn into_service(self) -> HttpService {
        if let Err(error) = self.check_settings() {
            panic!("{error}");
        }
        let runtime = TokioRuntime::current()
            .expect("a service must be created on a tokio runtime: under `#[tokio::main]`");
        self.service(runtime)
    }

    /// Serves on this address until the process receives SIGTERM or SIGINT: an IP address or a host name with a port, or
    /// `:8080` for every IPv4 address of the machine. See [`ListenAddress`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), mcpwright_transport::Error> {
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// mcpwright_transport::http(Server::builder("clock", "1.0.0").tool(now)).bind("127.0.0.1:8080").await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error that names the address if it is in use or not an address. Returns an error if the address is reachable
    /// from other machines and no host name is allowed, if a host, an origin or the public URL is one that no client would send,
    /// if two endpoints have the same path, or outside of a tokio runtime.
    pub async fn bind(self, address: impl ListenAddress) -> Result<(), Error> {
        self.listen(address).await?.run().await
    }

    /// Listens on this address. Connections are served once [`Listening::run`] is called; meanwhile the port is known.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mcpwright_transport::Error> {
    /// use mcpwright_server::Server;
    ///
    /// // The operating system chooses a port.
    /// let listening = mcpwright_transport::http(Server::builder("clock", "1.0.0")).listen("127.0.0.1:0").await?;
    /// assert_ne!(listening.local_addr().port(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Http::bind`].
    pub async fn listen(self, address: impl ListenAddress) -> Result<Listening, Error> {
        let target = address.to_target();
        self.check_settings()?;
        let listener = address::listen(target).await?;
        self.accept(listener)
    }

    /// Uses an existing listener. Connections are served once [`Listening::run`] is called.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mcpwright_transport::Error> {
    /// use mcpwright_server::Server;
    /// use tokio::net::TcpListener;
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let address = listener.local_addr()?;
    /// let listening = mcpwright_transport::http(Server::builder("clock", "1.0.0")).accept(listener)?;
    /// assert_eq!(listening.local_addr(), address);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the address is reachable from other machines and no host name is allowed, if a host, an origin or the
    /// public URL is one that no client would send, if two endpoints have the same path, or outside of a tokio runtime.
    pub fn accept(mut self, listener: TcpListener) -> Result<Listening, Error> {
        let address = listener.local_addr()?;
        self.check_settings()?;
        self.check_hosts(address)?;
        let (runtime, tls) = (TokioRuntime::current()?, self.tls.take());
        let url = self.public_url.take().map(|url| url.to_string());
        let limits = self.limits;
        let service = self.service(runtime);
        Ok(Listening::new(listener, ServeConfig { address, url, tls, limits, service }))
    }

    /// Requires allowed host names for an address that is reachable from other machines: a page of another site could use any.
    fn check_hosts(&self, address: SocketAddr) -> Result<(), Error> {
        if address.ip().is_loopback() || !self.origins.is_loopback() {
            return Ok(());
        }
        Err(Error::Settings(format!(
            "{address} can be reached from other machines, so the host names of the server must be set: call \
             `.public_url(\"https://mcp.example.com/mcp\")` or `.allowed_hosts([\"mcp.example.com\"])`"
        )))
    }

    /// Rejects settings that contradict each other, or that no request could meet.
    fn check_settings(&self) -> Result<(), Error> {
        match self.origins.error() {
            Some(reason) => Err(Error::Settings(reason.to_owned())),
            None => self.check_paths(),
        }
    }

    /// Rejects a path that is also that of the main endpoint, or of HTTP+SSE.
    fn check_paths(&self) -> Result<(), Error> {
        let names = [Some(&self.path), self.http_sse.as_ref()];
        let mut paths: Vec<_> = names.into_iter().flatten().collect();
        paths.extend(self.endpoints.iter().map(|endpoint| &endpoint.path));
        paths.sort_unstable();
        match paths.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::Settings(format!("two endpoints must not have the path `{}`", pair[0]))),
            None => Ok(()),
        }
    }

    fn service(self, runtime: TokioRuntime) -> HttpService {
        let mut server = self.server.with_runtime(Arc::new(runtime.clone()));
        warn_if_empty(&server);
        if !self.keys.is_empty() {
            server = server.with_seal(Seal::new(self.keys));
        }
        if server.seal().is_random() {
            tracing::info!(
                "sealing session ids and request states with a random key: set `key` for several replicas or restarts"
            );
        }
        let (seal, store) = (server.seal().clone(), Arc::clone(server.store()));
        let Self { path, origins, limits, http_sse, extracts, endpoints, has_sessions, .. } = self;
        let settings = HttpSettings { path, limits, extracts, endpoints, has_sessions };
        let state = HttpState::new(server, runtime, settings);
        HttpService(Arc::new(Endpoint {
            sessions: Sessions::new(&state, seal, store),
            origins,
            http_sse: http_sse.map(HttpSse::new).map(Arc::new),
            state,
        }))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("server", &self.server)
            .field("path", &self.path)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
