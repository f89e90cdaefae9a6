//! Tasks: calls that keep running after they have been answered, for clients that declare the extension.
//!
//! ```text
//!             create            handler returns
//! tools/call ────────► Working ──────────────────► Completed | Failed
//!                       │   ▲                        (also: the task expires, or its replica is lost)
//!    input is required  │   │ all responses are stored; the replica that claims the round runs the handler again
//!                       ▼   │
//!                     InputRequired ──────────────► Cancelled   (from either state, by tasks/cancel or a shutdown)
//! ```
//!
//! A call that becomes a task is answered with the task's id, and its handler keeps running in the background. The state of
//! the task is in the [`Store`](crate::Store), so that any replica can answer for it. A handler that requires input ends, as
//! it does in a call, and the task is suspended until the responses are there: then the handler runs again from the top, on
//! the replica that received the last response.
//!
//! See [tasks](https://modelcontextprotocol.io/extensions/tasks).

pub(crate) mod config;
pub(crate) mod events;
pub(crate) mod handle;
pub(crate) mod methods;
pub(crate) mod promote;
pub(crate) mod record;
pub(crate) mod registry;
pub(crate) mod runner;
pub(crate) mod timestamp;
