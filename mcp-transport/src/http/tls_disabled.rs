//! TLS in a build without the feature.

use tokio::net::TcpStream;

/// An uninhabited configuration: there is no TLS in this build.
#[derive(Clone)]
pub(crate) enum Tls {}

impl Tls {
    /// The stream of a connection.
    pub(crate) async fn accept(&self, _: TcpStream) -> std::io::Result<TcpStream> {
        match *self {}
    }
}
