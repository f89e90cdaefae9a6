//! What can go wrong with documents.

use super::AddressError;
use crate::database::DatabaseError;

/// Why a document was not read. Every message may be shown to the model.
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
    /// The database could not be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DocumentError {
    pub(super) fn not_found(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::NotFound { what: what.into(), instead: instead.into() }
    }
}
