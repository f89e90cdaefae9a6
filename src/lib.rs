//! An SDK for building [Model Context Protocol](https://modelcontextprotocol.io) (MCP) servers from plain functions.
//!
//! ```no_run
//! use mcpwright::{server, Result};
//!
//! struct Calculator;
//!
//! #[server]
//! impl Calculator {
//!     /// Add two integers.
//!     #[tool(read_only)]
//!     async fn add(&self, a: i64, b: i64) -> i64 {
//!         a + b
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<()> {
//!     mcpwright::stdio(Calculator).await?;
//!     Ok(())
//! }
//! ```
//!
//! # Handlers
//!
//! A type with [`#[server]`](macro@server) on its `impl` block is a server. Its methods with [`#[tool]`](macro@tool),
//! [`#[resource]`](macro@resource) and [`#[prompt]`](macro@prompt) are what clients find there. Names, descriptions and
//! JSON Schemas are derived from the methods: from their names, parameters, types and doc comments. Without the macros,
//! [`Server::builder`] describes the same server.
//!
//! | a handler takes | |
//! |---|---|
//! | any type with `serde::Deserialize` and `schemars::JsonSchema` | an argument, under the parameter's name |
//! | `Option<T>` | an optional argument |
//! | [`&Context`](Context) | progress, the client's log, input requests to the user or the model, change notifications |
//! | [`Caller`] | the authenticated caller |
//! | [`Ext<T>`](Ext) | a value that the server shares, or that a middleware or a transport attached to the call |
//!
//! | a tool returns | the client receives |
//! |---|---|
//! | `String`, `&str`, numbers, `bool`, `char` | a text block |
//! | `()` | a text that says that the call succeeded |
//! | [`Json<T>`](Json) | structured content with an output schema, and the same value as compact JSON text |
//! | content blocks such as [`ImageContent`](types::ImageContent); a `Vec` or an array of [`ContentBlock`] | these blocks |
//! | [`CallToolResult`] | the result as it is |
//! | `Option<T>`, `Result<T, E>` | as `T`; an error is a result that the model reads, for every `E` that `?` accepts |
//!
//! # Serving
//!
//! | | |
//! |---|---|
//! | `stdio(server)` | one client on standard input and output |
//! | `http(server).bind(address)` | Streamable HTTP; `into_service()` makes a `tower::Service` for axum and hyper |
//! | `transport::unix`, `transport::serve` | clients on a Unix socket, or one client on any byte stream |
//! | [`testing::Client`] | a client in the same process, for tests |
//! | `testing::every_client` | one body of a test with clients of all revisions, over all transports |
//!
//! # Protocol revisions
//!
//! Revision 2026-07-28 of the protocol has no handshake; the four revisions before it have one. One server supports all
//! five, on one connection, and handlers do not depend on the revision.
//!
//! # Guide
//!
//! The [guide](https://github.com/mcpwright/mcpwright/blob/main/docs/src/SUMMARY.md) has a page for each thing that a
//! server can do.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `macros` | the attribute macros, and the derives [`Form`](macro@Form) and [`Choice`](macro@Choice) | yes |
//! | `stdio` | serving over standard input and output, sockets and memory | yes |
//! | `http` | serving over Streamable HTTP, with a built-in server or as a service for axum and hyper | no |
//! | `tls` | TLS for the built-in server, with rustls; implies `http` | no |
//! | `validate` | hand-written schemas, in all of JSON Schema 2020-12 | no |

// docs.rs shows the feature that each item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod testing;

mod rmcp;
#[cfg(feature = "macros")]
#[doc(hidden)]
pub use mcpwright_macros::{prompt_handler, prompt_router, task_handler, tool_handler, tool_router};
#[doc(hidden)]
#[allow(deprecated)]
pub use rmcp::{
    Content, ErrorData, McpError, Parameters, PromptRouter, RequestContext, RoleServer, ServedByMethod,
    ServerHandler, ServiceExt, ToolRouter, handler, model, service,
};

// The public interface is:
/// The types of the protocol: requests, results, notifications and their parts, of all revisions.
pub use mcpwright_core as types;
pub use mcpwright_core::{
    CacheScope, CallToolResult, Client, ContentBlock, ErrorObject, JsonText, LoggingLevel, PromptMessage,
};
#[cfg(feature = "macros")]
pub use mcpwright_macros::{Choice, Form, arg, prompt, resource, server, tool};
/// The engine, for authors of transports, stores and message buses.
pub use mcpwright_server as engine;
pub use mcpwright_server::{
    Argument, AsyncFromContext, Builder, Bus, Call, CallArguments, Caller, Catalog, Change, Choice,
    CloseReason, Completer, CompletionRequest, ContentKind, Contents, Context, Execution, Ext, Extensions,
    Failure, Field, Form, FormField, FromContext, Handler, HandlerError, HandlerKind, HeaderParam,
    InputError, InputRequired, IntoCompletion, IntoContents, IntoError, IntoPromptResult, IntoServer,
    IntoToolResult, Item, Json, MemoryStore, MethodHandler, Middleware, MissingExtension, Next,
    NotificationSender, Notify, NotifySet, Observer, OptionalFeature, Outcome, OutputSchema, Parameter,
    ProgressValue, PromptHandler, PromptProvider, ProviderError, ReplicaHandle, RequestInfo, ResourceHandler,
    ResourceProvider, Serve, Server, Session, SessionError, SessionId, SessionInfo, SessionValue, StepError,
    Store, StoreError, StructuredContent, Subscribed, SubscriptionInfo, TaskConfig, TaskMode,
    TemplateHandler, ToolError, ToolHandler, ToolProvider, async_trait,
};
#[cfg(feature = "http")]
pub use mcpwright_server::{Key, KeyError, Seal};
#[cfg(any(feature = "stdio", feature = "http"))]
pub use mcpwright_transport as transport;
#[cfg(any(feature = "stdio", feature = "http"))]
pub use mcpwright_transport::Error;
#[cfg(feature = "http")]
pub use mcpwright_transport::http;
#[cfg(feature = "stdio")]
pub use mcpwright_transport::stdio;
/// The `schemars` crate that generates the schemas of arguments and results.
pub use schemars;
/// The `serde` crate that deserializes arguments and serializes results.
pub use serde;
/// The `serde_json` crate whose `Value` represents schemas and metadata.
pub use serde_json;

/// A `Result` with a boxed error, for `main` and for handlers: `?` converts the errors of libraries into it.
///
/// ```
/// use mcpwright::Result;
///
/// /// Reads a port number, or uses the default one.
/// fn port(text: Option<&str>) -> Result<u16> {
///     match text {
///         Some(text) => Ok(text.trim().parse()?),
///         None => Ok(8080),
///     }
/// }
///
/// assert_eq!(port(Some("443\n"))?, 443);
/// assert!(port(Some("https")).is_err());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// The guide. Its snippets are compiled as doctests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../README.md")]
    struct ReadmePage;
    #[doc = include_str!("../llms.txt")]
    struct AgentsPage;
    #[doc = include_str!("../docs/src/getting-started.md")]
    struct GettingStartedPage;
    #[doc = include_str!("../docs/src/tools.md")]
    struct ToolsPage;
    #[doc = include_str!("../docs/src/arguments.md")]
    struct ArgumentsPage;
    #[doc = include_str!("../docs/src/types.md")]
    struct TypesPage;
    #[doc = include_str!("../docs/src/results.md")]
    struct ResultsPage;
    #[doc = include_str!("../docs/src/errors.md")]
    struct ErrorsPage;
    #[doc = include_str!("../docs/src/resources.md")]
    struct ResourcesPage;
    #[doc = include_str!("../docs/src/prompts.md")]
    struct PromptsPage;
    #[doc = include_str!("../docs/src/progress.md")]
    struct ProgressPage;
    #[doc = include_str!("../docs/src/timeouts.md")]
    struct TimeoutsPage;
    #[doc = include_str!("../docs/src/state.md")]
    struct StatePage;
    #[doc = include_str!("../docs/src/callers.md")]
    struct CallersPage;
    #[doc = include_str!("../docs/src/asking.md")]
    struct AskingPage;
    #[doc = include_str!("../docs/src/tasks.md")]
    struct TasksPage;
    #[doc = include_str!("../docs/src/subscriptions.md")]
    struct SubscriptionsPage;
    #[doc = include_str!("../docs/src/catalogs.md")]
    struct CatalogsPage;
    #[doc = include_str!("../docs/src/visibility.md")]
    #[doc = include_str!("../docs/src/middleware.md")]
    struct MiddlewarePage;
    #[doc = include_str!("../docs/src/sessions.md")]
    struct SessionsPage;
    #[doc = include_str!("../docs/src/composition.md")]
    struct CompositionPage;
    #[doc = include_str!("../docs/src/builder.md")]
    struct BuilderPage;
    #[doc = include_str!("../docs/src/extensions.md")]
    struct ExtensionsPage;
    #[doc = include_str!("../docs/src/testing.md")]
    struct TestingPage;
    #[doc = include_str!("../docs/src/stdio.md")]
    struct StdioPage;
    #[doc = include_str!("../docs/src/http.md")]
    struct HttpPage;
    #[doc = include_str!("../docs/src/proxy.md")]
    struct ProxyPage;
    #[doc = include_str!("../docs/src/replicas.md")]
    struct ReplicasPage;
    #[doc = include_str!("../docs/src/embedding.md")]
    struct EmbeddingPage;
    #[doc = include_str!("../docs/src/shutdown.md")]
    struct ShutdownPage;
    #[doc = include_str!("../docs/src/logging.md")]
    struct LoggingPage;
    #[doc = include_str!("../docs/src/limits.md")]
    struct LimitsPage;
    #[doc = include_str!("../docs/src/troubleshooting.md")]
    struct TroubleshootingPage;
    #[doc = include_str!("../docs/src/from-rmcp.md")]
    struct FromRmcpPage;
}
