//! Soon.

pub mod schema;
pub mod template;
