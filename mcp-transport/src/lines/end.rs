//! The way in which the service of one client ends.

use mcpwright_server::CloseReason;

/// The way in which the service of one client on lines ended.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use mcpwright_server::Server;
/// use mcpwright_transport::{End, LineLimits, serve};
///
/// let end = serve(Server::builder("echo", "1.0.0"), &b""[..], Vec::new(), LineLimits::default()).await?;
/// assert_eq!(end, End::NoClient);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// The client closed its side.
    Disconnected,
    /// The input ended before a client had introduced itself, with `initialize` or with a request of revision 2026-07-28:
    /// something else than a client had started the server, or the client gave up.
    NoClient,
    /// The server was stopped: by a signal, or by the future of `run_until`.
    Stopped,
}

impl End {
    /// Returns the reason why sessions and subscriptions end.
    pub(crate) fn reason(self) -> CloseReason {
        match self {
            Self::Disconnected | Self::NoClient => CloseReason::Disconnected,
            Self::Stopped => CloseReason::Shutdown,
        }
    }
}
