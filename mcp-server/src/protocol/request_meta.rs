//! The `_meta` of a request, and the era that follows from it.

use mcpwright_core::{Era, ErrorObject, Request, method};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The keys of `_meta` that the engine reads.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct RequestMeta<'a> {
    #[serde(
        borrow,
        default,
        deserialize_with = "present",
        rename = "io.modelcontextprotocol/protocolVersion"
    )]
    pub(crate) protocol_version: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present", rename = "io.modelcontextprotocol/clientInfo")]
    pub(crate) client_info: Option<&'a RawValue>,
    #[serde(
        borrow,
        default,
        deserialize_with = "present",
        rename = "io.modelcontextprotocol/clientCapabilities"
    )]
    pub(crate) client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present", rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "progressToken")]
    pub(crate) progress_token: Option<&'a RawValue>,
}

/// Deserializes a member that is present: `null` counts as a value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl<'a> RequestMeta<'a> {
    /// Reads the `_meta` of a request.
    pub(crate) fn of(request: &'a Request) -> Result<Self, ErrorObject> {
        match request.params.as_ref().and_then(|params| params.member("_meta")) {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| ErrorObject::invalid_params("`params._meta` must be an object")),
        }
    }

    /// Returns `true` if the request describes its client by itself, so that it belongs to no session.
    pub(crate) fn is_modern(&self) -> bool {
        self.protocol_version.is_some()
            || self.client_capabilities.is_some()
            || self.client_info.is_some()
            || self.log_level.is_some()
    }

    /// Returns the era of the request that has this `_meta`.
    ///
    /// See [compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions).
    pub(crate) fn era(&self, request: &Request, context: LegacyContext) -> Era {
        let is_legacy = match (&*request.method, context) {
            _ if self.is_modern() => false,
            (method::INITIALIZE | method::PING, _) | (_, LegacyContext::Handshake) => true,
            (method::SERVER_DISCOVER | method::SUBSCRIPTIONS_LISTEN, _) => false,
            (_, context) => context == LegacyContext::Metadata,
        };
        if is_legacy { Era::Legacy } else { Era::Modern }
    }
}

/// What indicates, outside of the `_meta` of a request, that its client speaks an earlier revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegacyContext {
    None,
    /// The transport's metadata declares an earlier revision, or none.
    Metadata,
    /// The client has sent `initialize` on this connection.
    Handshake,
}
