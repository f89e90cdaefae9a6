//! Tests of the whole module, from Rust types to problems.

mod check;
mod coerce;
mod foreign;
mod limits;
mod oracle;
mod portable;
mod types;
