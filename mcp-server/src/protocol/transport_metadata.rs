//! What a transport knows of a request besides its text.

use mcpwright_core::{ErrorObject, Request};

/// What a transport knows of a modern request beside its text, and what has to say the same: the headers of HTTP.
pub trait TransportMetadata {
    /// Whether it says the same as the request, of which the revision has been read already.
    ///
    /// # Errors
    ///
    /// It does not.
    fn agrees(&self, request: &Request, version: &str) -> Result<(), ErrorObject>;

    /// Whether a client of an earlier revision can be sent requests before its own is answered.
    fn takes_requests(&self) -> bool {
        true
    }
}

/// Nothing is known beside the text.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl TransportMetadata for Alone {
    fn agrees(&self, _: &Request, _: &str) -> Result<(), ErrorObject> {
        Ok(())
    }
}
