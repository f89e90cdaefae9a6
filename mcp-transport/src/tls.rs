//! TLS for the built-in HTTP server.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::http::builder::Http;

/// The TLS configuration of connections.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    /// The encrypted stream of a connection.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl Http {
    /// Encrypts connections with this configuration of rustls, which determines the certificates and the cryptography. If it
    /// names no protocols, HTTP/2 and HTTP/1.1 are offered.
    ///
    /// It applies to the built-in server; a service in another HTTP server uses the TLS of that server.
    pub fn tls(mut self, config: impl Into<Arc<ServerConfig>>) -> Self {
        let mut config: Arc<ServerConfig> = config.into();
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        self.tls = Some(Tls(TlsAcceptor::from(config)));
        self
    }
}
