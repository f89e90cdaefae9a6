//! Where the two eras differ, and nowhere else.

use mcpwright_core::{ErrorObject, Request, method};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) mod legacy;
pub(crate) mod modern;

/// Which era a request belongs to.
///
/// See [compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It says in `_meta` what it needs, or ought to.
    Modern,
    /// It opens a session, or is part of one.
    Legacy,
}

impl Opening {
    pub(crate) fn of(request: &Request, meta: &RequestMeta<'_>, in_session: bool) -> Self {
        match &*request.method {
            _ if meta.is_modern() => Self::Modern,
            method::SERVER_DISCOVER | method::SUBSCRIPTIONS_LISTEN => Self::Modern,
            method::INITIALIZE | method::PING => Self::Legacy,
            _ if in_session => Self::Legacy,
            _ => Self::Modern,
        }
    }
}

/// The keys of `_meta` that the engine reads.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct RequestMeta<'a> {
    #[serde(borrow, default, rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientInfo")]
    client_info: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientCapabilities")]
    client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/logLevel")]
    log_level: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "progressToken")]
    progress_token: Option<&'a RawValue>,
}

impl<'a> RequestMeta<'a> {
    /// Reads what a request carries beside its parameters.
    pub(crate) fn of(request: &'a Request) -> Result<Self, ErrorObject> {
        match request.params.as_ref().and_then(|params| params.member("_meta")) {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| ErrorObject::invalid_params("params._meta is an object")),
        }
    }

    fn is_modern(&self) -> bool {
        self.protocol_version.is_some()
            || self.client_capabilities.is_some()
            || self.client_info.is_some()
            || self.log_level.is_some()
    }
}
