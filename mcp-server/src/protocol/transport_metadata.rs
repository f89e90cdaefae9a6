//! The metadata that a transport has about a message, outside of its text.

use mcpwright_core::{Era, ErrorObject, ProtocolVersion, Request};

use crate::extensions::Extensions;
use crate::handler::parameters::header_params::HeaderParam;

/// The metadata that a transport has about a message, outside of its text: the headers of HTTP.
///
/// `()` is the metadata of a transport that has none.
pub trait TransportMetadata: Sync {
    /// Compares the metadata with a request, whose revision has been read already. `header_params` are the arguments of
    /// the called tool that the client repeats in headers.
    ///
    /// # Errors
    ///
    /// Returns the error for the client if the metadata contradicts the request.
    fn check(
        &self,
        request: &Request,
        version: &str,
        header_params: &[HeaderParam],
    ) -> Result<(), ErrorObject> {
        let _ = (request, version, header_params);
        Ok(())
    }

    /// Returns `true` if [`check`](Self::check) needs the header parameters of a called tool.
    fn has_header_params(&self) -> bool {
        false
    }

    /// Returns `true` if a client of an earlier revision can be sent requests before its own request is answered.
    fn accepts_server_requests(&self) -> bool {
        true
    }

    /// Returns `true` if the metadata has a session id.
    fn has_session_id(&self) -> bool {
        false
    }

    /// Returns `true` if a client of an earlier revision gets a session with `initialize`. Default: `true`. Otherwise it is
    /// offered nothing that needs one.
    fn has_sessions(&self) -> bool {
        true
    }

    /// Returns the revision that the metadata declares.
    fn declared_revision(&self) -> DeclaredRevision {
        DeclaredRevision::Absent
    }

    /// Returns the values that the transport takes from the request, for rules, providers and handlers. Default: none.
    fn extensions(&self) -> Extensions {
        Extensions::default()
    }
}

impl TransportMetadata for () {}

/// The revision that a transport's metadata declares: the header `MCP-Protocol-Version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredRevision {
    /// None is declared.
    Absent,
    /// A supported revision.
    Supported(ProtocolVersion),
    /// An unsupported revision, or more than one.
    Unknown,
}

impl DeclaredRevision {
    /// Returns `true` if the client may be one of an earlier revision. The first of these have no such header.
    pub fn may_be_legacy(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Supported(version) => version.era() == Some(Era::Legacy),
            Self::Unknown => false,
        }
    }
}
