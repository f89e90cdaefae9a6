//! Why there is no answer.

use std::error::Error;

use mcpwright_core::ClientCapabilities;

/// What is said where the client cannot be asked.
const UNSUPPORTED: &str = "the client cannot be asked: it has not declared that it can do this";

/// Why a question has no answer.
///
/// A handler mostly hands it on with `?`. Whatever error a handler returns while a question of its is still open, the client
/// is asked, and the handler is run again from the top with the answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
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
    #[error("{UNSUPPORTED}")]
    Unsupported(Box<ClientCapabilities>),
    /// The client answered with an error, which says this: clients of revisions before 2026-07-28 only.
    #[error("the client could not answer: {0}")]
    Failed(String),
}

impl InputError {
    /// Whether an error is that the client cannot be asked, or was made of it: some types of errors keep the words only.
    pub(crate) fn is_unsupported(error: &(dyn Error + 'static)) -> bool {
        let mut error = Some(error);
        while let Some(it) = error {
            if matches!(it.downcast_ref(), Some(Self::Unsupported(_))) || it.to_string().contains(UNSUPPORTED)
            {
                return true;
            }
            error = it.source();
        }
        false
    }
}
