//! Transports of test clients.

use mcpwright_core::ProtocolVersion;
use mcpwright_server::Server;
use mcpwright_server::testing::Client;

/// A transport, and the client over it.
#[derive(Clone, Copy)]
pub(crate) struct ClientKind {
    /// The name for texts, after the revision.
    pub(crate) name: &'static str,
    pub(crate) client: fn(Server, ProtocolVersion) -> Client,
}
