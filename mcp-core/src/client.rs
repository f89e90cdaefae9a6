//! The client that a request speaks for.

use std::sync::{Arc, LazyLock};

use crate::{ClientCapabilities, Implementation, LoggingLevel, ProgressToken};

/// The client that a request speaks for: who it says it is, what it can do, and what it wants for this request.
///
/// Cheap to clone. Nothing in it is verified: it is for display, and for what may be sent to the client.
#[derive(Clone, Debug)]
pub struct Client {
    identity: Arc<Identity>,
    log_level: Option<LoggingLevel>,
    progress_token: Option<ProgressToken>,
}

#[derive(Debug)]
struct Identity {
    info: Option<Implementation>,
    capabilities: ClientCapabilities,
}

impl Client {
    /// A client that wants neither log messages nor progress.
    pub fn new(info: Option<Implementation>, capabilities: ClientCapabilities) -> Self {
        Self { identity: Arc::new(Identity { info, capabilities }), log_level: None, progress_token: None }
    }

    /// The same client, wanting log messages from this level on.
    #[must_use]
    pub fn log_level_for_call(mut self, level: Option<LoggingLevel>) -> Self {
        self.log_level = level;
        self
    }

    /// The same client, wanting progress under this token.
    #[must_use]
    pub fn progress_token_for_call(mut self, token: Option<ProgressToken>) -> Self {
        self.progress_token = token;
        self
    }

    /// The same client, able to do nothing for a server.
    #[must_use]
    pub fn without_capabilities(mut self) -> Self {
        let info = self.identity.info.clone();
        self.identity = Arc::new(Identity { info, capabilities: ClientCapabilities::default() });
        self
    }

    /// Who the client says it is.
    pub fn info(&self) -> Option<&Implementation> {
        self.identity.info.as_ref()
    }

    /// What the client can do.
    pub fn capabilities(&self) -> &ClientCapabilities {
        &self.identity.capabilities
    }

    /// The least level of log messages that the client wants; nothing if it wants none.
    pub fn log_level(&self) -> Option<LoggingLevel> {
        self.log_level
    }

    /// What the client wants progress to refer to; nothing if it wants none.
    pub fn progress_token(&self) -> Option<&ProgressToken> {
        self.progress_token.as_ref()
    }
}

impl Default for Client {
    /// A client of whom nothing is known.
    fn default() -> Self {
        static NOBODY: LazyLock<Client> = LazyLock::new(|| Client::new(None, ClientCapabilities::default()));
        NOBODY.clone()
    }
}
