//! Tests of the whole: from Rust types to problems.

mod portable;
