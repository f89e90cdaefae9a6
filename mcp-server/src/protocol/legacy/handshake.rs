//! The handshake of a session.

use mcpwright_core::{Client, ErrorObject, Implementation, JsonText, LoggingLevel, ProtocolVersion};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::json;
use crate::observer::SessionInfo;
use crate::server::Server;
use crate::session_id::SessionId;

/// The log level of a client that has not set one: these revisions leave it to the server.
pub(crate) const DEFAULT_LEVEL: LoggingLevel = LoggingLevel::Info;

/// The result of a handshake. Another connection can continue the session with it, also in another process.
///
/// ```
/// use mcpwright_core::message::Decoder;
/// use mcpwright_server::{Caller, Connection, Handshake, Server};
///
/// let server = Server::builder("echo", "1.0.0").build();
/// let mut connection = Connection::new(server.clone(), Caller::anonymous());
/// let initialize = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
///     "capabilities":{},"clientInfo":{"name":"example","version":"1.0.0"}}}"#;
/// connection.receive(Decoder::new().decode(initialize));
///
/// let handshake = connection.handshake().expect("the handshake succeeded");
/// let (id, text) = (handshake.id(), handshake.to_text());
/// let handshake = Handshake::from_text(id, &text, &server).expect("`to_text` made it");
/// let continued = Connection::resume(server, Caller::anonymous(), handshake);
/// assert!(continued.handshake().is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Handshake {
    pub(crate) id: SessionId,
    pub(crate) version: ProtocolVersion,
    pub(crate) client: Client,
}

/// The text of a handshake, with short names: it travels with each request.
#[derive(Serialize, Deserialize)]
struct HandshakeText<T> {
    v: ProtocolVersion,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    i: Option<T>,
    c: T,
}

impl Handshake {
    /// Returns the identity of the session.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Returns the session as observers see it.
    pub(crate) fn info<'a>(&'a self, caller: &'a Caller) -> SessionInfo<'a> {
        SessionInfo { id: self.id, client: &self.client, caller }
    }

    /// Returns the negotiated revision.
    pub fn version(&self) -> &ProtocolVersion {
        &self.version
    }

    /// Returns the handshake without its identity as text. Of the client's description it keeps the names and the version.
    pub fn to_text(&self) -> String {
        let info = self.client.info().map(|info| {
            let mut short = Implementation::new(info.name.clone(), info.version.clone());
            short.title.clone_from(&info.title);
            short
        });
        // It came as JSON, so it serializes.
        let text = |text: Result<JsonText, _>| text.unwrap_or_else(|_| json::empty_object());
        let handshake = HandshakeText {
            v: self.version.clone(),
            i: info.map(|info| text(JsonText::encode(&info))),
            c: text(JsonText::encode(self.client.capabilities())),
        };
        serde_json::to_string(&handshake).unwrap_or_default()
    }

    /// Parses the text that [`Handshake::to_text`] of the session `id` returned. Returns `None` for any other text.
    pub fn from_text(id: SessionId, text: &str, server: &Server) -> Option<Self> {
        let HandshakeText::<JsonText> { v, i, c } = serde_json::from_str(text).ok()?;
        let client = server.meta_cache().client(i.as_ref().map(JsonText::as_str), c.as_str(), || {
            let malformed = |_| ErrorObject::invalid_params("the handshake is malformed");
            let info = i.as_ref().map(|info| info.decode_owned().map_err(malformed)).transpose()?;
            Ok(Client::new(info, c.decode_owned().map_err(malformed)?))
        });
        let client = client.ok()?.with_protocol_version(Some(v.clone())).with_log_level(Some(DEFAULT_LEVEL));
        Some(Self { id, version: v, client })
    }
}
