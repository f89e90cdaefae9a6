//! Errors of statements and changes, classified by the responsible party.

use std::time::Duration;

/// Error of a statement or a change. Every message is safe to show to a model, and includes a remedy if there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The statement is invalid, or SQLite failed to run it.
    #[error("SQLite cannot run this statement: {message}{}", suffix(.hint))]
    Statement {
        /// SQLite's message, truncated and without control characters.
        message: String,
        /// A likely correction.
        hint: Option<String>,
    },
    /// The statement requires an action that is not allowed.
    #[error("denied: {action}. {hint}")]
    Denied {
        /// The action.
        action: String,
        /// An allowed alternative.
        hint: String,
    },
    /// The parameters do not match the statement.
    #[error("the parameters do not match the statement: {0}")]
    Parameters(String),
    /// The cursor is invalid, or belongs to another request.
    #[error("{0}")]
    Cursor(#[from] CursorError),
    /// The statement was stopped at its timeout.
    #[error(
        "the statement timed out after {} ms: read fewer rows, filter by an indexed column, or check its plan with explain",
        after.as_millis()
    )]
    Timeout {
        /// The statement's timeout.
        after: Duration,
    },
    /// The caller cancelled the request.
    #[error("cancelled")]
    Cancelled,
    /// The statement or its result exceeds a limit.
    #[error("too large: {reason}. {hint}")]
    Limit {
        /// The limit that is exceeded.
        reason: String,
        /// A way to stay below the limit.
        hint: String,
    },
    /// The queue is full, or the database is locked.
    #[error("the database is busy: {0}; try again in a moment")]
    Busy(String),
    /// The data cannot be changed, and was not changed. The reason is only for the log.
    #[error(
        "the data cannot be changed. Only the server's operator can fix this: the reason is in the server's log. \
         Nothing was changed"
    )]
    Unwritable(String),
    /// The database cannot be read. The reason is only for the log.
    #[error(
        "the database cannot be read. Only the server's operator can fix this: the reason is in the server's log"
    )]
    Internal(String),
}

fn suffix(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!(". {hint}")).unwrap_or_default()
}

/// Reason for rejecting a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// The cursor was not created by this server, or it was modified.
    #[error(
        "the cursor is not valid: pass the nextCursor of a result unchanged, or omit it to start from the first row"
    )]
    Forged,
    /// The cursor belongs to another statement, other parameters, other limits or another caller.
    #[error(
        "the cursor belongs to another request: pass the same sql, params and limits as in the request that returned it"
    )]
    OtherRequest,
    /// The data changed after the cursor was created.
    #[error(
        "the data has changed since the cursor was returned: omit the cursor to start from the first row"
    )]
    DataChanged,
}

/// The party that can resolve an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The author of the statement.
    Caller,
    /// No party: the error is due to load, and a later retry may succeed.
    Load,
    /// The operator of the server.
    Operator,
}

impl DatabaseError {
    /// Returns the party that can resolve the error.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Busy(_) => Fault::Load,
            Self::Internal(_) | Self::Unwritable(_) => Fault::Operator,
            _ => Fault::Caller,
        }
    }

    /// Returns the message for the log, which includes the reason that only the operator may read.
    pub fn detail(&self) -> String {
        match self {
            Self::Internal(detail) => format!("the database cannot be read: {detail}"),
            Self::Unwritable(detail) => format!("the data cannot be changed: {detail}"),
            other => other.to_string(),
        }
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(format!("{error}"))
    }

    pub(super) fn denied(action: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Denied { action: action.into(), hint: hint.into() }
    }

    pub(super) fn limit(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Limit { reason: reason.into(), hint: hint.into() }
    }
}
