//! Errors of documents.

use super::uri::DocumentUriError;
use crate::database::DatabaseError;

/// Error of a request for documents. Every message is safe to show to a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is not the URI of a document.
    #[error(transparent)]
    Uri(#[from] DocumentUriError),
    /// The document, version or section does not exist.
    #[error("{target} does not exist. {hint}")]
    NotFound {
        /// The document, version or section.
        target: String,
        /// The existing ones, or a way to find them.
        hint: String,
    },
    /// A filter or range is invalid.
    #[error("{0}")]
    Request(String),
    /// The version is the only one of its document.
    #[error("{0} is the only version of its document and cannot be deleted")]
    OnlyVersion(String),
    /// The version has changed since the user approved its deletion.
    #[error(
        "{0} has changed since the user was asked: nothing was deleted. Check the history of the document before you \
         call this tool again"
    )]
    Changed(String),
    /// The database could not be read or changed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DocumentError {
    pub(super) fn not_found(target: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::NotFound { target: target.into(), hint: hint.into() }
    }
}
