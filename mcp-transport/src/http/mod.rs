//! Streamable HTTP: both eras on one endpoint.
//!
//! Revision 2026-07-28 has no sessions: each POST is answered by itself, by whichever replica it reaches. Earlier
//! revisions have sessions, whose ids are sealed and carry the handshake, so that any replica with the same key can
//! continue them.
//!
//! [`http()`] serves with a server of its own, and [`Http::into_service`] returns a service for another HTTP server.

pub(crate) mod builder;
pub(crate) mod edge;
pub(crate) mod endpoint;
pub(crate) mod greeting;
#[cfg(feature = "tls")]
mod https;
pub(crate) mod legacy;
pub(crate) mod limiter;
pub(crate) mod limits;
pub(crate) mod modern;
pub(crate) mod net;
pub(crate) mod random;
pub(crate) mod sse;
pub(crate) mod state;
#[cfg(feature = "tls")]
pub(crate) mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_disabled.rs"]
pub(crate) mod tls;
mod unbound;

// The public interface is:
pub use self::builder::{Http, http};
pub use self::edge::body::Body;
pub use self::endpoint::HttpService;
pub use self::limits::Limits;
pub use self::net::listening::Listening;
