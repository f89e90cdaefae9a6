//! Requests of revision 2026-07-28.

pub(crate) mod exchange;
pub(crate) mod subscription;
