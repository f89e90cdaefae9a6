//! Where the next rows of a result begin, as a text that only this server can write.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::CursorError;

/// Makes and reads cursors. Two servers with the same key read each other's.
#[derive(Clone)]
pub(super) struct Cursors {
    /// The key as HMAC wants it: filled up with zeros to the block size of the hash.
    key: [u8; 64],
}

/// What a cursor belongs to: statement, parameters, limits, caller.
pub(super) type Request = [u8; 16];

/// Version, offset, data version, request; then the seal over them.
const BODY: usize = 1 + 8 + 8 + 16;
const SEAL: usize = 32;

impl Cursors {
    pub(super) fn new(key: [u8; 32]) -> Self {
        let mut filled = [0; 64];
        filled[..32].copy_from_slice(&key);
        Self { key: filled }
    }

    pub(super) fn seal(&self, offset: u64, data_version: i64, request: &Request) -> String {
        let mut bytes = vec![1];
        bytes.extend(offset.to_be_bytes());
        bytes.extend(data_version.to_be_bytes());
        bytes.extend(request);
        let seal = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(seal);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The offset that was sealed, if it was sealed for this request and the data is still the same.
    pub(super) fn open(
        &self,
        cursor: &str,
        data_version: i64,
        request: &Request,
    ) -> Result<u64, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Forged)?;
        if bytes.len() != BODY + SEAL {
            return Err(CursorError::Forged);
        }
        let (body, seal) = bytes.split_at(BODY);
        self.mac(body).verify_slice(seal).map_err(|_| CursorError::Forged)?;
        let number = |from: usize| body[from..from + 8].try_into().map(u64::from_be_bytes);
        match (body[0], number(1), number(9)) {
            (1, Ok(_), Ok(_)) if body[17..] != request[..] => Err(CursorError::OtherRequest),
            (1, Ok(offset), Ok(version)) if version == data_version as u64 => Ok(offset),
            (1, Ok(_), Ok(_)) => Err(CursorError::DataChanged),
            _ => Err(CursorError::Forged),
        }
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        // What is sealed here must not pass for something else that is sealed with the same key.
        Hmac::<Sha256>::new(&self.key.into()).chain_update(b"northlight cursor\0").chain_update(body)
    }
}

/// A digest over parts, none of which can take the place of another.
pub(super) fn request(parts: &[&str]) -> Request {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let mut request = [0; 16];
    request.copy_from_slice(&sha.finalize()[..16]);
    request
}

#[cfg(test)]
mod tests {
    use super::{Cursors, request};
    use crate::database::CursorError;

    #[test]
    fn only_what_was_sealed_opens() {
        let cursors = Cursors::new([7; 32]);
        let here = request(&["SELECT 1", "[]"]);
        let cursor = cursors.seal(200, 3, &here);
        assert_eq!(cursors.open(&cursor, 3, &here), Ok(200));
        assert_eq!(cursors.open(&cursor, 4, &here), Err(CursorError::DataChanged));
        assert_eq!(cursors.open(&cursor, 3, &request(&["SELECT 1[", "]"])), Err(CursorError::OtherRequest));
        assert_eq!(Cursors::new([8; 32]).open(&cursor, 3, &here), Err(CursorError::Forged));
        for wrong in ["", "x", "é", &cursor[1..], &format!("{cursor}A"), &format!("{cursor}=")] {
            assert_eq!(cursors.open(wrong, 3, &here), Err(CursorError::Forged), "{wrong}");
        }
    }
}
