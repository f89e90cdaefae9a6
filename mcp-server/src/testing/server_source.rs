//! Servers for several clients.

use crate::server::Server;
use crate::server::serve::IntoServer;

/// The server of each client: a function that returns a new one, or a [`Server`] that all clients share.
///
/// ```
/// use mcpwright_server::Server;
/// use mcpwright_server::testing::ServerSource;
///
/// let shared = Server::builder("clock", "1.0.0").build();
/// assert_eq!(shared.server().info().name, "clock");
/// let new = || Server::builder("clock", "1.0.0");
/// assert_eq!(new.server().info().name, "clock");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function that returns a server",
    label = "not a function that returns a server",
    note = "each client gets a server of its own: write `|| server` with an expression that makes a new one"
)]
pub trait ServerSource {
    /// Returns the server for the next client.
    fn server(&self) -> Server;
}

impl<F: Fn() -> S, S: IntoServer> ServerSource for F {
    fn server(&self) -> Server {
        self().into_server()
    }
}

impl ServerSource for Server {
    fn server(&self) -> Server {
        self.clone()
    }
}
