//! Multi round-trip requests: a handler that requires input runs again from the top when the client has responded.
//!
//! The input requests of one run go to the client together. The responses and the values of steps are kept for the next run:
//! in the sealed state that a modern client returns, in memory with a legacy session, in the store with a task. So a handler
//! reads the same in both eras, and nothing waits inside of one.
//!
//! See [multi round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr).

pub(crate) mod capabilities;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod invalid_responses;
pub(crate) mod pending;
pub(crate) mod request_state;
pub(crate) mod response;
pub(crate) mod rounds;

use mcpwright_core::InputRequests;

use crate::input_required::rounds::RoundState;

/// The input that a handler requires before it can answer: the input requests of one run, by key.
///
/// ```
/// use mcpwright_server::{Call, Middleware, Next, Outcome, async_trait};
///
/// struct LogInput;
///
/// #[async_trait]
/// impl Middleware for LogInput {
///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
///         let outcome = next.run(call).await;
///         if let Outcome::InputRequired(required) = &outcome {
///             for (key, _) in required.requests().iter() {
///                 eprintln!("{} requires `{key}`", call.method());
///             }
///         }
///         outcome
///     }
/// }
/// ```
#[derive(Debug)]
pub struct InputRequired {
    pub(crate) requests: InputRequests,
    /// The state for the next run.
    pub(crate) state: RoundState,
}

impl InputRequired {
    /// Returns the input requests, by their keys.
    pub fn requests(&self) -> &InputRequests {
        &self.requests
    }
}
