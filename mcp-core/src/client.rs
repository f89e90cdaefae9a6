//! The client that sent a request.

use std::sync::{Arc, LazyLock};

use crate::capability::ClientCapabilities;
use crate::implementation::Implementation;
use crate::log::LoggingLevel;
use crate::progress::ProgressToken;
use crate::version::ProtocolVersion;

/// The client that sent a request: its implementation, its capabilities, and the options of the request.
///
/// It is cheap to clone. All of it is self-reported by the client and not verified: use it for display and to decide
/// what may be sent to the client, not for authorization.
///
/// ```
/// use mcpwright_core::{Client, ClientCapabilities, Implementation, LoggingLevel};
///
/// let client = Client::new(Some(Implementation::new("inspector", "0.1.0")), ClientCapabilities::new())
///     .with_log_level(Some(LoggingLevel::Warning));
/// assert_eq!(client.info().map(|info| info.name.as_str()), Some("inspector"));
/// assert_eq!(client.log_level(), Some(LoggingLevel::Warning));
/// assert!(client.capabilities().sampling.is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    identity: Arc<Identity>,
    protocol_version: Option<Revision>,
    log_level: Option<LoggingLevel>,
    progress_token: Option<ProgressToken>,
}

/// A revision that takes less space, and less time to clone, than a [`ProtocolVersion`]: there is a client in each call.
#[derive(Clone, Debug)]
enum Revision {
    Constant(&'static ProtocolVersion),
    Shared(Arc<ProtocolVersion>),
}

impl From<ProtocolVersion> for Revision {
    fn from(version: ProtocolVersion) -> Self {
        static CONSTANTS: [ProtocolVersion; 5] = ProtocolVersion::ALL;
        match CONSTANTS.iter().find(|known| **known == version) {
            Some(known) => Self::Constant(known),
            None => Self::Shared(Arc::new(version)),
        }
    }
}

#[derive(Debug)]
struct Identity {
    info: Option<Implementation>,
    capabilities: ClientCapabilities,
}

impl Client {
    /// Creates a client that requests neither log messages nor progress notifications.
    pub fn new(info: Option<Implementation>, capabilities: ClientCapabilities) -> Self {
        let identity = Arc::new(Identity { info, capabilities });
        Self { identity, protocol_version: None, log_level: None, progress_token: None }
    }

    /// Sets the revision of the protocol that the client speaks.
    #[must_use]
    pub fn with_protocol_version(mut self, version: Option<ProtocolVersion>) -> Self {
        self.protocol_version = version.map(Revision::from);
        self
    }

    /// Sets the minimum level of log messages that the client requests. `None` requests no log messages.
    #[must_use]
    pub fn with_log_level(mut self, level: Option<LoggingLevel>) -> Self {
        self.log_level = level;
        self
    }

    /// Sets the token of progress notifications that the client requests. `None` requests no progress.
    #[must_use]
    pub fn with_progress_token(mut self, token: Option<ProgressToken>) -> Self {
        self.progress_token = token;
        self
    }

    /// Removes all capabilities.
    #[must_use]
    pub fn without_capabilities(mut self) -> Self {
        let info = self.identity.info.clone();
        self.identity = Arc::new(Identity { info, capabilities: ClientCapabilities::default() });
        self
    }

    /// Returns the revision of the protocol that the client speaks: that of the request, or the one that a handshake
    /// negotiated. `None` for a client that did not send a request.
    ///
    /// ```
    /// use mcpwright_core::{Client, ProtocolVersion};
    ///
    /// /// Returns `true` if the client shows structured content.
    /// fn reads_structured_content(client: &Client) -> bool {
    ///     client.protocol_version().is_some_and(|version| *version >= ProtocolVersion::V2025_06_18)
    /// }
    ///
    /// let client = Client::default().with_protocol_version(Some(ProtocolVersion::V2025_03_26));
    /// assert!(!reads_structured_content(&client));
    /// ```
    pub fn protocol_version(&self) -> Option<&ProtocolVersion> {
        self.protocol_version.as_ref().map(|revision| match revision {
            Revision::Constant(version) => *version,
            Revision::Shared(version) => &**version,
        })
    }

    /// Returns the implementation that the client reports, if any.
    pub fn info(&self) -> Option<&Implementation> {
        self.identity.info.as_ref()
    }

    /// Returns the capabilities that the client declared.
    pub fn capabilities(&self) -> &ClientCapabilities {
        &self.identity.capabilities
    }

    /// Returns the minimum level of log messages that the client requests, or `None` if it requests none.
    pub fn log_level(&self) -> Option<LoggingLevel> {
        self.log_level
    }

    /// Returns the token of progress notifications, or `None` if the client requests no progress.
    pub fn progress_token(&self) -> Option<&ProgressToken> {
        self.progress_token.as_ref()
    }
}

impl Default for Client {
    /// Returns a client without an implementation and without capabilities.
    fn default() -> Self {
        static UNKNOWN: LazyLock<Client> = LazyLock::new(|| Client::new(None, ClientCapabilities::default()));
        UNKNOWN.clone()
    }
}
