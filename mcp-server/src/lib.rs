//! The engine: what a Model Context Protocol server means, whatever the transport and the revision.
//!
//! It opens no sockets, spawns nothing and has no clock of its own. See the crate `mcpwright` for building servers.

mod argument;
mod argument_schema;
mod asking;
mod builder;
mod bus;
mod call;
mod caller;
mod catalogue;
mod complete;
mod connection;
mod contents;
mod context;
mod declared;
mod era;
mod extensions;
mod few;
mod form;
mod function;
mod handling;
mod host;
mod identity;
mod incident;
mod input;
mod middleware;
mod mirrored;
mod offered;
mod outbox;
mod parameter;
mod prefixed;
mod prompt;
mod provider;
mod resource;
mod result;
mod run;
#[cfg(feature = "seal")]
mod seal;
#[cfg(not(feature = "seal"))]
#[path = "seal_off.rs"]
mod seal;
mod server;
mod store;
mod subscriptions;
mod task;
pub mod testing;
mod tool;
#[cfg(feature = "validate")]
mod validate;
#[cfg(not(feature = "validate"))]
#[path = "validate_off.rs"]
mod validate;

// The public interface is:
pub use argument::Argument;
pub use asking::{InputRequired, StepError, Unanswered};
pub use async_trait::async_trait;
pub use builder::{Builder, IntoServer, Serve};
pub use bus::Bus;
pub use call::{Answer, Call, Outcome};
pub use caller::Caller;
pub use complete::{Completer, Completing, IntoCompletion};
pub use connection::{Action, Actions, Alone, Beside, Connection};
pub use contents::{Contents, IntoContents};
pub use context::Context;
pub use era::is_modern;
pub use era::legacy::Handshake;
pub use extensions::Extensions;
pub use few::Few;
pub use form::{Choice, Defaults, Field, Form, FormField, Ranged, Several, Text};
pub use function::Function;
pub use host::Host;
pub use input::{Input, Taken};
pub use middleware::{Middleware, Next};
pub use mirrored::Mirrored;
pub use outbox::{Deliver, Outbox};
pub use parameter::{AsArgument, AsExtractor, Ext, Parameter};
pub use prompt::{IntoPromptResult, PromptHandler};
pub use provider::{Catalogue, Entry, PromptProvider, ProviderError, ResourceProvider, ToolProvider};
pub use resource::{ResourceHandler, TemplateHandler};
pub use result::{Failure, IntoError, IntoToolResult, Json, ToolError, Work};
#[cfg(feature = "seal")]
pub use seal::{Key, KeyError, Seal};
pub use server::{MethodHandler, Server};
pub use store::{MemoryStore, Store, StoreError};
pub use subscriptions::{Change, Listeners, Notify, TaskChange};
pub use task::{TaskMode, Tasks};
pub use tool::ToolHandler;
