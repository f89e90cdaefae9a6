//! Build [Model Context Protocol](https://modelcontextprotocol.io) servers from plain functions.
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
//! # What a server offers
//!
//! A type with [`#[server]`](macro@server) on its `impl` block is a server: its methods with [`#[tool]`](macro@tool),
//! [`#[resource]`](macro@resource) and [`#[prompt]`](macro@prompt) are what clients and models find there. Names, descriptions
//! and schemas come from what Rust already knows: names and types of parameters, and doc comments. Without the macros,
//! [`Server::builder`] describes the same server.
//!
//! | a handler takes | |
//! |---|---|
//! | any type with `serde::Deserialize` and `schemars::JsonSchema` | an argument, under the parameter's name |
//! | `Option<T>` | an argument that may be left out |
//! | [`&Context`](Context) | progress, the client's log, who calls |
//! | [`Caller`], [`Ext<T>`](Ext) | who calls; a value that the server shares |
//! | any type with [`FromContext`] | an extractor of your own |
//!
//! | a tool returns | the client gets |
//! |---|---|
//! | `String`, `&str`, numbers, `bool`, `()` | text, or nothing |
//! | [`Json<T>`](Json) | structured content with its schema, and the same as compact text |
//! | content blocks such as [`ImageContent`](core::ImageContent), and lists of them | these |
//! | [`ToolResult`] | all of it, as you say |
//! | `Option<T>`, `Result<T, E>` | as `T`; an error is a result that the model can read, for every `E` that `?` knows |
//!
//! # Eras
//!
//! Revision 2026-07-28 of the protocol has no handshake, and the four before it have one. One server speaks all five, on one
//! connection, and no handler sees the difference.
//!
//! # Features
//!
//! | feature | brings | default |
//! |---|---|---|
//! | `macros` | the attribute macros | yes |
//! | `stdio` | serving over standard input and output, sockets and memory | yes |
//! | `http` | serving over Streamable HTTP, by a server of our own or as a service for axum and hyper | no |
//! | `tls` | TLS for that server, with rustls | no |
//! | `validate` | schemas written by hand, in all of JSON Schema 2020-12 | no |

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

// The public interface is:
pub use mcpwright_core as core;
pub use mcpwright_core::{
    CacheScope, CallToolResult as ToolResult, Client, ContentBlock, ErrorObject, LoggingLevel, PromptMessage,
};
#[cfg(feature = "macros")]
pub use mcpwright_macros::{Choice, Form, arg, prompt, resource, server, tool};
pub use mcpwright_server::{
    Argument, AsArgument, AsExtractor, Builder, Bus, Call, CallArguments, Caller, Catalog, Change, Choice,
    Completer, CompletionRequest, ContentKind, Contents, Context, Execution, Ext, Extensions, Extracted,
    Failure, Field, Form, FormField, FromContext, Function, Handler, HandlerKind, HeaderParam, InputError,
    InputRequired, IntoCompletion, IntoContents, IntoError, IntoPromptResult, IntoServer, IntoToolResult,
    Json, MemoryStore, MethodHandler, Middleware, Next, NotificationSender, Notify, Outcome, Parameter,
    ProgressValue, PromptHandler, PromptProvider, ProviderError, ReplicaHandle, ResourceHandler,
    ResourceProvider, Serve, Server, StepError, Store, StoreError, TaskConfig, TaskMode, TemplateHandler,
    ToolError, ToolHandler, ToolProvider, async_trait, testing,
};
#[cfg(feature = "http")]
pub use mcpwright_server::{Key, KeyError, Seal};
#[cfg(any(feature = "stdio", feature = "http"))]
pub use mcpwright_transport as transport;
#[cfg(feature = "http")]
pub use mcpwright_transport::http;
#[cfg(feature = "stdio")]
pub use mcpwright_transport::stdio;
/// The version of `schemars` that arguments and results are described with.
pub use schemars;
/// The version of `serde` that arguments and results are read and written with.
pub use serde;
/// The version of `serde_json` whose values schemas and metadata are.
pub use serde_json;

/// A result whose error is any error, for `main` and for handlers: what `?` makes of the errors of libraries.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// The guide, whose snippets are compiled with the tests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../docs/src/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../docs/src/tools.md")]
    struct Tools;
    #[doc = include_str!("../docs/src/resources.md")]
    struct Resources;
    #[doc = include_str!("../docs/src/prompts.md")]
    struct Prompts;
    #[doc = include_str!("../docs/src/context.md")]
    struct Context;
    #[doc = include_str!("../docs/src/tasks.md")]
    struct TaskConfig;
    #[doc = include_str!("../docs/src/asking.md")]
    struct Asking;
    #[doc = include_str!("../docs/src/catalogues.md")]
    struct Catalogues;
    #[doc = include_str!("../docs/src/subscriptions.md")]
    struct Subscriptions;
    #[doc = include_str!("../docs/src/middleware.md")]
    struct Middleware;
    #[doc = include_str!("../docs/src/testing.md")]
    struct Testing;
    #[doc = include_str!("../docs/src/stdio.md")]
    struct Stdio;
    #[doc = include_str!("../docs/src/http.md")]
    struct Http;
    #[doc = include_str!("../docs/src/from-rmcp.md")]
    struct FromRmcp;
}
