//! One body of a test, run with every client.

use std::any::Any;
use std::fmt;
use std::future::IntoFuture;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use mcpwright_core::ProtocolVersion;
use mcpwright_server::Server;
use mcpwright_server::testing::{Client, ServerSource};

use crate::runtime::TokioRuntime;
use crate::testing::client_kind::ClientKind;
use crate::testing::http;
use crate::testing::lines;

/// Time that the body of a test may take with one client.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The kinds of clients of every build.
const KINDS: [ClientKind; 2] = [
    ClientKind { name: "in memory", client: in_memory },
    ClientKind { name: "over lines", client: lines::client },
];

/// Runs the body of a test with every client: one of each protocol revision over each transport, in memory, over lines, and,
/// with the feature `http`, over HTTP with JSON answers and over HTTP with event streams.
///
/// The server is a function that returns one, so that each client has a server of its own, or a [`Server`] that all share.
/// The body is a closure that takes a [`Client`]. It fails by a panic or by an `Err`. It runs with all clients, and then the
/// failures are reported together, each with the revision and the transport. With one client, it may take a minute.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use mcpwright_server::{Builder, Server, ToolHandler};
/// use mcpwright_transport::testing::every_client;
///
/// fn calculator() -> Builder {
///     let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b });
///     Server::builder("calculator", "1.0.0").tool(add)
/// }
///
/// every_client(calculator, async |client| {
///     let result = client.call_tool("add", [("a", 2), ("b", 3)]).await?;
///     assert_eq!(result.content[0].as_text(), Some("5"));
///     Ok::<(), mcpwright_core::ErrorObject>(())
/// })
/// .await;
/// # }
/// ```
///
/// HTTP is served without sockets: the requests are passed to the service that
/// `http(server).into_service()` returns. A change that the server publishes arrives some time later, so a body waits for it
/// with [`Client::next_notification`].
///
/// # Panics
///
/// The returned value panics when it is awaited, if the body fails with a client, or outside of a tokio runtime.
pub fn every_client<'a, R: BodyResult>(
    server: impl ServerSource + 'a,
    body: impl AsyncFn(Client) -> R + 'a,
) -> EveryClient<'a> {
    let body = Rc::new(body);
    let run = move |client| {
        let body = Rc::clone(&body);
        async move { body(client).await.into_failure() }.boxed_local()
    };
    EveryClient {
        server: Box::new(move || server.server()),
        body: Box::new(run),
        change: Box::new(|client| client),
        versions: ProtocolVersion::ALL.to_vec(),
    }
}

/// A test that has not run yet. Awaiting it runs its body with every client.
#[must_use = "the body runs when this is awaited"]
pub struct EveryClient<'a> {
    server: Box<dyn Fn() -> Server + 'a>,
    body: Box<dyn Fn(Client) -> LocalBoxFuture<'a, Option<String>> + 'a>,
    change: Box<dyn Fn(Client) -> Client + 'a>,
    versions: Vec<ProtocolVersion>,
}

impl<'a> EveryClient<'a> {
    /// Changes each client before it connects: its capabilities, its caller, its response to input requests.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability, ProtocolVersion};
    /// use mcpwright_server::{Builder, Context, InputError, Server, ToolHandler};
    /// use mcpwright_transport::testing::every_client;
    /// use serde_json::json;
    ///
    /// async fn clear(context: Context) -> Result<&'static str, InputError> {
    ///     let () = context.elicit("clear", "Delete all notes?")?;
    ///     Ok("deleted")
    /// }
    ///
    /// fn notes() -> Builder {
    ///     Server::builder("notes", "1.0.0").tool(ToolHandler::function("clear", [], clear))
    /// }
    ///
    /// every_client(notes, async |client| {
    ///     let result = client.call_tool("clear", ()).await?;
    ///     assert_eq!(result.content[0].as_text(), Some("deleted"));
    ///     Ok::<(), mcpwright_core::ErrorObject>(())
    /// })
    /// .client(|client| {
    ///     client
    ///         .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
    ///         .input_handler(|_| Ok(json!({ "action": "accept", "content": {} })))
    /// })
    /// // Earlier revisions have no elicitation.
    /// .versions([ProtocolVersion::V2026_07_28, ProtocolVersion::V2025_11_25, ProtocolVersion::V2025_06_18])
    /// .await;
    /// # }
    /// ```
    pub fn client(mut self, change: impl Fn(Client) -> Client + 'a) -> Self {
        self.change = Box::new(change);
        self
    }

    /// Sets the revisions of the clients. Default: all.
    pub fn versions(mut self, versions: impl IntoIterator<Item = ProtocolVersion>) -> Self {
        self.versions = versions.into_iter().collect();
        self
    }

    async fn run(self) {
        let kinds: Vec<_> = KINDS.into_iter().chain(http::KINDS).collect();
        let (mut failures, mut count) = (Vec::new(), 0);
        for version in &self.versions {
            for kind in &kinds {
                count += 1;
                if let Some(failure) = self.run_one(*kind, version).await {
                    failures.push(format!("{version} {}: {failure}", kind.name));
                }
            }
        }
        let failed = failures.len();
        assert!(failures.is_empty(), "failed with {failed} of {count} clients:\n{}", failures.join("\n"));
    }

    /// Runs the body with one client, and returns its failure.
    async fn run_one(&self, kind: ClientKind, version: &ProtocolVersion) -> Option<String> {
        let body = async {
            let client = (self.change)((kind.client)((self.server)(), version.clone()));
            match client.connect().await {
                Ok(client) => (self.body)(client).await,
                Err(error) => Some(format!("the client cannot connect: {error}")),
            }
        };
        match tokio::time::timeout(TIMEOUT, AssertUnwindSafe(body).catch_unwind()).await {
            Ok(Ok(failure)) => failure,
            Ok(Err(panic)) => Some(panic_message(panic.as_ref())),
            Err(_) => Some(format!("it has not ended after {} seconds", TIMEOUT.as_secs())),
        }
    }
}

impl<'a> IntoFuture for EveryClient<'a> {
    type Output = ();
    type IntoFuture = LocalBoxFuture<'a, ()>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed_local()
    }
}

impl fmt::Debug for EveryClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EveryClient").field("versions", &self.versions).finish_non_exhaustive()
    }
}

/// The result of the body of a test: `()`, or a `Result` whose error fails it.
pub trait BodyResult {
    /// Returns the text of the failure, if it failed.
    fn into_failure(self) -> Option<String>;
}

impl BodyResult for () {
    fn into_failure(self) -> Option<String> {
        None
    }
}

impl<T, E: fmt::Debug> BodyResult for Result<T, E> {
    fn into_failure(self) -> Option<String> {
        self.err().map(|error| format!("{error:?}"))
    }
}

fn in_memory(server: Server, version: ProtocolVersion) -> Client {
    // Timeouts and blocking handlers are those of the other transports.
    let server = match TokioRuntime::current() {
        Ok(runtime) => server.with_runtime(Arc::new(runtime)),
        Err(error) => panic!("{error}"),
    };
    Client::in_process(server, version)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}
