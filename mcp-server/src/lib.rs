//! The engine of an MCP server: messages in, calls of handlers, messages out, for every transport and protocol revision.
//!
//! It performs no I/O, spawns no threads or tasks and reads no clock: a transport provides a [`Runtime`]. To write a
//! server, use the crate `mcpwright`; this crate is the interface for authors of transports and stores.

// docs.rs shows the feature that each item needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bounds;
mod call;
mod caller;
mod dispatch;
mod extensions;
mod handler;
mod hash;
mod incident;
mod input_required;
mod json;
mod limits;
mod meta_cache;
mod observer;
mod overloaded;
mod protocol;
mod replicas;
mod runtime;
mod server;
mod session_id;
mod subscriptions;
mod sync;
mod tasks;
pub mod testing;

// The public interface is:
pub use async_trait::async_trait;
pub use call::method::MethodHandler;
pub use call::middleware::{Middleware, Next};
pub use call::notifications::{Deliver, NotificationSender};
pub use call::outcome::{Answer, Outcome};
pub use call::request_info::RequestInfo;
pub use call::{Call, CallId};
pub use caller::Caller;
pub use extensions::Extensions;
pub use handler::completer::{Completer, CompletionRequest, IntoCompletion};
pub use handler::context::Context;
pub use handler::context::step::StepError;
pub use handler::error::{Failure, IntoError, ToolError};
pub use handler::execution::Execution;
pub use handler::handler_error::HandlerError;
pub use handler::kind::{ContentKind, HandlerKind};
pub use handler::parameters::argument::Argument;
pub use handler::parameters::async_extract::AsyncFromContext;
pub use handler::parameters::call_arguments::{
    AsArgument, AsAsyncExtractor, AsExtractor, CallArguments, Extracted, Parameter,
};
pub use handler::parameters::extract::{Ext, FromContext, MissingExtension};
pub use handler::parameters::function::Function;
pub use handler::parameters::header_params::HeaderParam;
pub use handler::progress::ProgressValue;
pub use handler::results::contents::{Contents, IntoContents};
pub use handler::results::prompt::IntoPromptResult;
pub use handler::results::tool::{IntoToolResult, Json, OutputSchema, StructuredContent};
pub use handler::session::{Session, SessionValue};
pub use handler::task_mode::TaskMode;
pub use handler::{Handler, PromptHandler, ResourceHandler, TemplateHandler, ToolHandler};
pub use incident::set_incident_output;
pub use input_required::InputRequired;
pub use input_required::error::InputError;
pub use input_required::form::Form;
pub use input_required::form::choice::Choice;
pub use input_required::form::constraint::{Defaults, Integer, Number, Ranged, Several, Text};
pub use input_required::form::field::Field;
pub use input_required::form::form_field::FormField;
pub use observer::{CloseReason, Observer, SessionInfo, SubscriptionInfo};
pub use overloaded::Overloaded;
pub use protocol::action::{Action, Actions, Received};
pub use protocol::connection::Connection;
pub use protocol::decision::Decision;
pub use protocol::legacy::handshake::Handshake;
pub use protocol::transport_metadata::{DeclaredRevision, TransportMetadata};
pub use replicas::bus::{Bus, ReplicaHandle};
pub use replicas::change::Change;
pub use replicas::memory_store::MemoryStore;
pub use replicas::seal::Seal;
#[cfg(feature = "seal")]
pub use replicas::seal::keys::{Key, KeyError};
pub use replicas::session_values::SessionError;
pub use replicas::store::{Store, StoreError};
pub use replicas::task_change::TaskChange;
pub use runtime::Runtime;
pub use server::Server;
pub use server::builder::Builder;
pub use server::catalog::{Catalog, Entry};
pub use server::feature::OptionalFeature;
pub use server::item::Item;
pub use server::provider::{PromptProvider, ProviderError, ResourceProvider, ToolProvider};
pub use server::serve::{IntoServer, Serve};
pub use server::shutdown::Serving;
pub use session_id::SessionId;
pub use subscriptions::notify::{Notify, NotifySet};
pub use subscriptions::subscribed::Subscribed;
pub use tasks::config::TaskConfig;
