//! The TLS setting of the builder.

use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;

use crate::http::builder::Http;
use crate::http::tls::Tls;

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
        self.tls = Some(Tls::new(config));
        self
    }
}
