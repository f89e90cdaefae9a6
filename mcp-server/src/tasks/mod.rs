//! Tasks: calls that keep running after they have been answered.

pub(crate) mod config;
pub(crate) mod handle;
pub(crate) mod methods;
pub(crate) mod record;
pub(crate) mod registry;
pub(crate) mod runner;
pub(crate) mod timestamp;
