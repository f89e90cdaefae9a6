//! Clients over HTTP, in a build without it: none.

use crate::testing::client_kind::ClientKind;

/// The kinds of clients over HTTP.
pub(crate) const KINDS: [ClientKind; 0] = [];
