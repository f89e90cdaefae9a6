//! Why there is no answer.

use mcpwright_core::ClientCapabilities;

/// Why a question has no answer.
///
/// A handler mostly hands it on with `?`. Whatever error a handler returns while a question of its is still open, the client
/// is asked, and the handler is run again from the top with the answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// The client has not been asked yet: it is, once the handler returns an error.
    #[error("the client has to answer `{key}` first")]
    Pending {
        /// The key of the question.
        key: String,
    },
    /// The user refused.
    #[error("the user declined to answer")]
    Declined,
    /// The user closed the question without a choice.
    #[error("the user closed the question without an answer")]
    Cancelled,
    /// The client did not declare that it can be asked this: what it lacks.
    #[error("the client cannot be asked: it has not declared that it can do this")]
    Unsupported(Box<ClientCapabilities>),
    /// The client answered with an error, which says this: clients of revisions before 2026-07-28 only.
    #[error("the client could not answer: {0}")]
    Failed(String),
}
