//! What can go wrong with documents.

use super::AddressError;
use crate::database::DatabaseError;

/// Why a document was not read, or a version not deleted. Every message may be shown to the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There is no such document, version or section.
    #[error("{what} does not exist. {instead}")]
    NotFound {
        /// What was asked for.
        what: String,
        /// What there is.
        instead: String,
    },
    /// A filter or range makes no sense.
    #[error("{0}")]
    Request(String),
    /// There would be nothing left of the document.
    #[error("{0} is the only version of its document, which cannot be deleted")]
    OnlyVersion(String),
    /// What somebody agreed to is not what there is any more.
    #[error(
        "{0} is not what it was when the user was asked: nothing was deleted. Look at the history of the document \
         before you call this again"
    )]
    Changed(String),
    /// The database could not be read or changed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DocumentError {
    pub(super) fn not_found(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::NotFound { what: what.into(), instead: instead.into() }
    }
}
