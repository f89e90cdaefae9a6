//! What can go wrong with a statement, by whose fault.

use std::time::Duration;

/// Why there is no result. Every message may be shown to the model, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The statement is wrong: the caller's fault, in SQLite's words.
    #[error("SQLite cannot run this statement: {message}{}", after(.hint))]
    Statement {
        /// What SQLite said, without control characters and cut to a sensible length.
        message: String,
        /// A way out, where there is an obvious one.
        hint: Option<String>,
    },
    /// The statement asks for something that nobody may do here.
    #[error("denied: {what}. {instead}")]
    Denied {
        /// What was asked for.
        what: String,
        /// What to do in its place.
        instead: String,
    },
    /// The parameters do not fit the statement.
    #[error("the parameters do not fit the statement: {0}")]
    Parameters(String),
    /// The cursor is not one of ours, or not for this statement.
    #[error("{0}")]
    Cursor(#[from] CursorError),
    /// The statement took too long and was stopped.
    #[error(
        "stopped after {} ms: read fewer rows, filter by an indexed column, or look at the plan with explain",
        after.as_millis()
    )]
    Timeout {
        /// The time that it had.
        after: Duration,
    },
    /// Whoever asked has given up.
    #[error("cancelled")]
    Cancelled,
    /// The statement or its result is larger than allowed.
    #[error("too large: {what}. {instead}")]
    Limit {
        /// Which limit.
        what: String,
        /// How to stay below it.
        instead: String,
    },
    /// All readers are occupied, and enough statements wait already.
    #[error("the database is busy: {0}; try again in a moment")]
    Busy(String),
    /// The data cannot be changed, and was not.
    #[error(
        "the data cannot be changed, and only whoever runs the server can mend that: the reason is in its log. \
         Nothing was changed"
    )]
    Unwritable(String),
    /// The server's own fault. The message is safe to show; what SQLite said is for the log.
    #[error(
        "the database cannot be read, and only whoever runs the server can mend that: the reason is in its log"
    )]
    Internal(String),
}

fn after(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!(". {hint}")).unwrap_or_default()
}

/// Why a cursor was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// It was not made by this server, or it was changed.
    #[error(
        "this cursor is not valid: pass the nextCursor of a result unchanged, or leave it out to start again"
    )]
    Forged,
    /// It belongs to another statement, other parameters, other limits or another caller.
    #[error(
        "this cursor belongs to another request: repeat the sql, params and limits that it was given for"
    )]
    OtherRequest,
    /// The data has changed since.
    #[error("the data has changed since this cursor was given: leave it out to start again")]
    DataChanged,
}

/// Who can do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Whoever wrote the statement.
    Caller,
    /// Nobody at once: trying again later may help.
    Load,
    /// Whoever runs the server.
    Server,
}

impl DatabaseError {
    /// Who can do something about it.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Busy(_) => Fault::Load,
            Self::Internal(_) | Self::Unwritable(_) => Fault::Server,
            _ => Fault::Caller,
        }
    }

    /// What an operator may read: also what SQLite said where it is the server's fault.
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

    pub(super) fn denied(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Denied { what: what.into(), instead: instead.into() }
    }

    pub(super) fn limit(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::Limit { what: what.into(), instead: instead.into() }
    }
}
