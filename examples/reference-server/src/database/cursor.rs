//! Cursors: the offset of the next rows of a result, authenticated with a key of the server.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::error::CursorError;

/// Creates and verifies cursors. Servers with the same key accept each other's cursors.
#[derive(Clone)]
pub(super) struct Cursors {
    /// The HMAC key, padded with zeros to the block size of the hash.
    key: [u8; 64],
}

/// Digest of the request that a cursor is bound to: statement, parameters, limits, owner.
pub(super) type RequestDigest = [u8; 16];

/// Length of a cursor's body, in bytes: format version, offset, data version, request digest.
const BODY_LEN: usize = 1 + 8 + 8 + 16;
/// Length of the message authentication code that follows the body, in bytes.
const MAC_LEN: usize = 32;

impl Cursors {
    pub(super) fn new(key: [u8; 32]) -> Self {
        let mut padded = [0; 64];
        padded[..32].copy_from_slice(&key);
        Self { key: padded }
    }

    pub(super) fn seal(&self, offset: u64, data_version: i64, request: &RequestDigest) -> String {
        let mut bytes = vec![1];
        bytes.extend(offset.to_be_bytes());
        bytes.extend(data_version.to_be_bytes());
        bytes.extend(request);
        let mac = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the offset, if the cursor was created for this request and this version of the data.
    pub(super) fn open(
        &self,
        cursor: &str,
        data_version: i64,
        request: &RequestDigest,
    ) -> Result<u64, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Forged)?;
        if bytes.len() != BODY_LEN + MAC_LEN {
            return Err(CursorError::Forged);
        }
        let (body, mac) = bytes.split_at(BODY_LEN);
        self.mac(body).verify_slice(mac).map_err(|_| CursorError::Forged)?;
        let number = |from: usize| body[from..from + 8].try_into().map(u64::from_be_bytes);
        match (body[0], number(1), number(9)) {
            (1, Ok(_), Ok(_)) if body[17..] != request[..] => Err(CursorError::OtherRequest),
            (1, Ok(offset), Ok(version)) if version == data_version as u64 => Ok(offset),
            (1, Ok(_), Ok(_)) => Err(CursorError::DataChanged),
            _ => Err(CursorError::Forged),
        }
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        // The prefix separates cursors from other data that is authenticated with the same key.
        Hmac::<Sha256>::new(&self.key.into()).chain_update(b"northlight cursor\0").chain_update(body)
    }
}

/// Returns a digest over the parts of a request. Each part is prefixed with its length, so that the encoding is injective.
pub(super) fn request_digest(parts: &[&str]) -> RequestDigest {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&sha.finalize()[..16]);
    digest
}

#[cfg(test)]
mod tests {
    use super::{Cursors, request_digest};
    use crate::database::error::CursorError;

    #[test]
    fn only_valid_cursors_open() {
        let cursors = Cursors::new([7; 32]);
        let request = request_digest(&["SELECT 1", "[]"]);
        let cursor = cursors.seal(200, 3, &request);
        assert_eq!(cursors.open(&cursor, 3, &request), Ok(200));
        assert_eq!(cursors.open(&cursor, 4, &request), Err(CursorError::DataChanged));
        let other = request_digest(&["SELECT 1[", "]"]);
        assert_eq!(cursors.open(&cursor, 3, &other), Err(CursorError::OtherRequest));
        assert_eq!(Cursors::new([8; 32]).open(&cursor, 3, &request), Err(CursorError::Forged));
        for wrong in ["", "x", "é", &cursor[1..], &format!("{cursor}A"), &format!("{cursor}=")] {
            assert_eq!(cursors.open(wrong, 3, &request), Err(CursorError::Forged), "{wrong}");
        }
    }
}
