//! The life of a call on a transport, from its first poll to its answer.
//!
//! ```text
//! Run ─► registered ─► first poll ─► answered                     most calls
//!                          └─► task ─► answered
//!                                └─► waiting (input requests) ─► Run again, with the same gate
//!            any of these ─► cancelled
//! ```
//!
//! Lock order: the connection, then the table of calls, then a gate, then what the gate's sink locks.

pub(crate) mod gate;
mod input_timeouts;
pub(crate) mod owner;
pub(crate) mod run;
pub(crate) mod table;
