//! The handshake of a session.

use mcpwright_core::{Client, ErrorObject, Implementation, JsonText, LoggingLevel, ProtocolVersion};
use serde::{Deserialize, Serialize};

use crate::protocol::legacy::downgrade::empty;
use crate::server::Server;

/// Without a word from the client, these revisions leave the level of its log to the server.
pub(crate) const DEFAULT_LEVEL: LoggingLevel = LoggingLevel::Info;

/// What a handshake settled: with it, another connection goes on with the session, also in another process.
#[derive(Clone, Debug)]
pub struct Handshake {
    pub(crate) version: ProtocolVersion,
    pub(crate) client: Client,
}

/// A handshake as text, with short names: it travels with each request.
#[derive(Serialize, Deserialize)]
struct HandshakeText<T> {
    v: ProtocolVersion,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    i: Option<T>,
    c: T,
}

impl Handshake {
    /// The revision that was agreed on.
    pub fn version(&self) -> &ProtocolVersion {
        &self.version
    }

    /// The handshake as text. Of what the client says of itself, it keeps the names and the version.
    pub fn to_text(&self) -> String {
        let info = self.client.info().map(|info| {
            let mut short = Implementation::new(info.name.clone(), info.version.clone());
            short.title.clone_from(&info.title);
            short
        });
        // It came as JSON, and can be written as JSON.
        let text = |text: Result<JsonText, _>| text.unwrap_or_else(|_| empty());
        let written = HandshakeText {
            v: self.version.clone(),
            i: info.map(|info| text(JsonText::of(&info))),
            c: text(JsonText::of(self.client.capabilities())),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// The handshake of a text that [`Handshake::to_text`] made; nothing if it is another text.
    pub fn from_text(text: &str, server: &Server) -> Option<Self> {
        let HandshakeText::<JsonText> { v, i, c } = serde_json::from_str(text).ok()?;
        let client = server.identities().client(i.as_ref().map(JsonText::as_str), c.as_str(), || {
            let malformed = |_| ErrorObject::invalid_params("the handshake is malformed");
            let info = i.as_ref().map(|info| info.to().map_err(malformed)).transpose()?;
            Ok(Client::new(info, c.to().map_err(malformed)?))
        });
        Some(Self { version: v, client: client.ok()?.log_level_for_call(Some(DEFAULT_LEVEL)) })
    }
}
