//! Helpers for tests that use files or transports.

pub(crate) mod client_kind;
pub(crate) mod every_client;
#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(not(feature = "http"))]
#[path = "http_disabled.rs"]
pub(crate) mod http;
pub(crate) mod lines;
pub(crate) mod lock;

pub use self::every_client::{BodyResult, EveryClient, every_client};
pub use self::lock::{CatalogLock, lock};
