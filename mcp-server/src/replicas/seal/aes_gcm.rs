//! Sealing with AES-256 in Galois/Counter Mode.

use std::sync::Arc;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::replicas::seal::keys::{Key, Keys};
use crate::replicas::seal::{Seal, Sealer};

/// The version of the sealed form.
const VERSION: u8 = 1;

/// Length of the id of a key, in bytes.
const KEY_ID_BYTES: usize = 4;

/// Length of a nonce, in bytes.
const NONCE_BYTES: usize = 12;

/// Seals with the first key, and opens with each.
struct AesGcmSealer(Vec<Cipher>);

struct Cipher {
    id: [u8; KEY_ID_BYTES],
    cipher: Aes256Gcm,
}

impl Seal {
    /// Creates a seal that encrypts with the first key and decrypts with each. To rotate keys, put the new one first and
    /// remove the old one when nothing that it sealed is in use any more.
    ///
    /// ```
    /// use mcpwright_server::{Key, Seal};
    ///
    /// let seal = Seal::new([Key::random()]);
    /// let sealed = seal.seal("ticket", &["alice"], b"row 7");
    /// assert_eq!(seal.open("ticket", &["alice"], &sealed).as_deref(), Some(&b"row 7"[..]));
    /// assert_eq!(seal.open("ticket", &["bob"], &sealed), None);
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if there is no key.
    #[track_caller]
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let ciphers: Vec<_> = keys.into_iter().map(|key| Cipher::new(&key)).collect();
        assert!(!ciphers.is_empty(), "a seal must have a key: `Key::random()` if there is one process only");
        Self { sealer: Arc::new(AesGcmSealer(ciphers)), is_random: false }
    }
}

impl Default for Seal {
    /// Creates a seal with a random key, which no other process has.
    ///
    /// # Panics
    ///
    /// Panics if the operating system has no random numbers.
    fn default() -> Self {
        Self { is_random: true, ..Self::new([Key::random()]) }
    }
}

impl From<Keys> for Seal {
    fn from(keys: Keys) -> Self {
        if keys.is_empty() { Self::default() } else { Self::new(keys) }
    }
}

impl Sealer for AesGcmSealer {
    fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String {
        let first = &self.0[0];
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).expect("the operating system has random numbers");
        let payload = Payload { msg: plain, aad: &associated_data(purpose, bound) };
        let sealed = first.cipher.encrypt(&Nonce::from(nonce), payload);
        // Encryption fails for more than 64 GiB.
        let sealed = sealed.expect("the contents fit into memory");
        let mut bytes = Vec::with_capacity(1 + KEY_ID_BYTES + NONCE_BYTES + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&first.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, purpose: &str, bound: &[&str], sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let rest = bytes.strip_prefix(&[VERSION])?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let associated = associated_data(purpose, bound);
        let candidates = self.0.iter().filter(|key| key.id == *id);
        candidates.into_iter().find_map(|key| {
            key.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &associated }).ok()
        })
    }
}

impl Cipher {
    fn new(key: &Key) -> Self {
        // The id is the encryption of an all-ones block, which GCM uses only for the nonce of ones: it reveals nothing
        // about the key.
        let mut block = [0xff; 16].into();
        Aes256::new(key.bytes().into()).encrypt_block(&mut block);
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&block[..KEY_ID_BYTES]);
        Self { id, cipher: Aes256Gcm::new(key.bytes().into()) }
    }
}

/// Returns the purpose and the bound texts, each preceded by its length, so that no two lists are equal.
fn associated_data(purpose: &str, bound: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in std::iter::once(&purpose).chain(bound) {
        out.extend_from_slice(&(part.len() as u64).to_le_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_contents_open_for_what_they_are_bound_to() {
        let seal = Seal::new([Key::random()]);
        let sealed = seal.seal("session", &["alice", ""], b"secret");
        assert_eq!(seal.open("session", &["alice", ""], &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(seal.open("state", &["alice", ""], &sealed), None);
        assert_eq!(seal.open("session", &["", "alice"], &sealed), None);
        assert_eq!(seal.open("session", &["alice"], &sealed), None);
        assert_eq!(Seal::new([Key::random()]).open("session", &["alice", ""], &sealed), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("it is base64");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(seal.open("session", &["alice", ""], &changed), None, "bit {bit}");
        }
        for junk in
            ["", "A", "AQ", "!", &sealed[..sealed.len() - 1], &format!("{sealed}A"), &"A".repeat(1 << 20)]
        {
            assert_eq!(seal.open("session", &["alice", ""], junk), None);
        }
    }

    #[test]
    fn keys_are_rotated() {
        let (old, new) = (Key::random(), Key::random());
        let sealed = Seal::new([old.clone()]).seal("session", &[], b"1");
        let both = Seal::new([new.clone(), old]);
        assert!(both.open("session", &[], &sealed).is_some());
        let sealed = both.seal("session", &[], b"2");
        assert!(Seal::new([new]).open("session", &[], &sealed).is_some());
    }
}
