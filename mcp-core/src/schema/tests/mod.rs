//! Tests of the whole: from Rust types to problems.

mod bombs;
mod fit;
mod oracle;
mod portable;
mod types;
