//! TLS for the HTTP server of our own.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::http::builder::Http;

/// What a connection is encrypted with.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    /// What a connection is read from and written to.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

impl Http {
    /// Encrypts with this configuration of rustls, of which the certificates and the cryptography are yours to choose.
    /// Where it names no protocols, HTTP/2 and HTTP/1.1 are offered.
    ///
    /// The server of our own does this; a service for another server leaves it to that one.
    pub fn tls(mut self, config: impl Into<Arc<ServerConfig>>) -> Self {
        let mut config: Arc<ServerConfig> = config.into();
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        self.tls = Some(Tls(TlsAcceptor::from(config)));
        self
    }
}
