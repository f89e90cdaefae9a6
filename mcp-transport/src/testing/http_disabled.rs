//! Clients over HTTP, in a build without it: none.

use crate::testing::every_client::ClientKind;

/// The kinds of clients over HTTP.
pub(crate) const KINDS: [ClientKind; 0] = [];
