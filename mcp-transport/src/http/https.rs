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
    ///
    /// ```no_run
    /// use mcpwright_server::Server;
    /// use tokio_rustls::rustls::ServerConfig;
    /// use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    /// use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let certificates = CertificateDer::pem_file_iter("/etc/mcp/chain.pem")?.collect::<Result<_, _>>()?;
    /// let key = PrivateKeyDer::from_pem_file("/etc/mcp/key.pem")?;
    /// let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key)?;
    /// let http = mcpwright_transport::http(Server::builder("notes", "1.0.0"));
    /// http.public_url("https://mcp.example.com/mcp").tls(config).bind("0.0.0.0:443").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tls(mut self, config: impl Into<Arc<ServerConfig>>) -> Self {
        let mut config: Arc<ServerConfig> = config.into();
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        self.tls = Some(Tls::new(config));
        self
    }
}
