//! The vocabulary of the Model Context Protocol: what clients and servers say to each other.
//!
//! There is no I/O here and nothing asynchronous. See the crate `mcpwright` for building servers.

mod error;
mod json;
pub mod message;
pub mod meta;
mod method;
mod version;

// The public interface is:
pub use error::{ErrorCode, ErrorObject};
pub use json::JsonText;
pub use message::{Message, Notification, Request, RequestId, Response};
pub use meta::Meta;
pub use version::{Era, ProtocolVersion};
