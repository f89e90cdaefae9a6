//! What clients keep for the server: sealed, so that they can neither read nor change it.

use std::fmt;
use std::sync::Arc;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::server::Server;
use crate::server::builder::Builder;

/// The form of what is sealed here; another form gets another number.
const FORM: u8 = 1;

/// How many bytes say which key was used.
const ID: usize = 4;

/// How many bytes the nonce has.
const NONCE: usize = 12;

/// A secret of 32 bytes, which every replica of a server has to know.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes, as 64 hexadecimal digits or in base64: `openssl rand -base64 32` makes one")]
pub struct KeyError;

impl Key {
    /// A key of these bytes, which nobody must be able to guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key that nobody else has.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(bytes)
    }

    /// A key as text: 64 hexadecimal digits, or 32 bytes in base64 of either alphabet.
    ///
    /// # Errors
    ///
    /// The text is no key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let mut bytes = [0; 32];
            for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
                let digits = str::from_utf8(digits).map_err(|_| KeyError)?;
                *byte = u8::from_str_radix(digits, 16).map_err(|_| KeyError)?;
            }
            return Ok(Self(bytes));
        }
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|alphabet| alphabet.decode(text).ok()?.try_into().ok())
            .map(Self)
            .ok_or(KeyError)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Seals what clients keep for the server, with AES-256 in Galois/Counter Mode. Cheap to clone.
///
/// ```
/// use mcpwright_server::{Key, Seal};
///
/// let seal = Seal::new([Key::random()]);
/// let sealed = seal.seal("ticket", &["alice"], b"row 7");
/// assert_eq!(seal.open("ticket", &["alice"], &sealed).as_deref(), Some(&b"row 7"[..]));
/// assert_eq!(seal.open("ticket", &["bob"], &sealed), None);
/// ```
#[derive(Clone)]
pub struct Seal {
    keys: Arc<[Sealing]>,
    is_random: bool,
}

#[derive(Clone)]
struct Sealing {
    id: [u8; ID],
    cipher: Aes256Gcm,
}

impl Seal {
    /// Seals with the first key and opens with each of them: a new key is put first, and the old one goes once
    /// nothing that it sealed is in use any more.
    ///
    /// # Panics
    ///
    /// When there is no key.
    #[track_caller]
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let keys: Arc<[_]> = keys.into_iter().map(|key| Sealing::new(&key)).collect();
        assert!(!keys.is_empty(), "a seal needs a key: `Key::random()` if there is one process only");
        Self { keys, is_random: false }
    }

    /// Seals with a key that nobody else has.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers.
    pub fn random() -> Self {
        Self { is_random: true, ..Self::new([Key::random()]) }
    }

    /// Whether nobody else can have the key, other processes of the same server among them.
    pub fn is_random(&self) -> bool {
        self.is_random
    }

    /// The same, opening also what this key has sealed.
    #[must_use]
    pub fn and(self, key: &Key) -> Self {
        let keys = self.keys.iter().cloned().chain([Sealing::new(key)]).collect();
        Self { keys, is_random: false }
    }

    /// Seals something for a purpose, bound to these texts: it opens for the same purpose and the same texts only.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers.
    pub fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String {
        let first = &self.keys[0];
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system has random numbers");
        let payload = Payload { msg: plain, aad: &associated(purpose, bound) };
        let sealed = first.cipher.encrypt(&Nonce::from(nonce), payload);
        // It fails for texts of more than 64 GiB.
        let sealed = sealed.expect("what is sealed fits into memory");
        let mut bytes = Vec::with_capacity(1 + ID + NONCE + sealed.len());
        bytes.push(FORM);
        bytes.extend_from_slice(&first.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens what was sealed for this purpose and bound to these texts; nothing if it is anything else.
    pub fn open(&self, purpose: &str, bound: &[&str], sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let rest = bytes.strip_prefix(&[FORM])?;
        let (id, rest) = rest.split_first_chunk::<ID>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let associated = associated(purpose, bound);
        let candidates = self.keys.iter().filter(|key| key.id == *id);
        candidates.into_iter().find_map(|key| {
            key.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &associated }).ok()
        })
    }
}

impl Builder {
    /// Seals with this key what travels through clients while they are asked. Every replica needs the same.
    ///
    /// The first one that is said seals, and all of them open. Without any, each process has one of its own. A key is good
    /// for some billions of seals: at a thousand a second, it wants another one after a month.
    pub fn key(mut self, key: Key) -> Self {
        self.seal = Some(match self.seal {
            None => Seal::new([key]),
            Some(seal) => seal.and(&key),
        });
        self
    }
}

impl Server {
    /// The same server, sealing with these keys what travels through clients. Transports call this.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = seal;
        self
    }

    /// What seals what travels through clients.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }
}

impl Sealing {
    fn new(key: &Key) -> Self {
        // The block that Galois/Counter Mode would only encrypt for a nonce of ones, so that it gives nothing away.
        let mut block = [0xff; 16].into();
        Aes256::new(&key.0.into()).encrypt_block(&mut block);
        let mut id = [0; ID];
        id.copy_from_slice(&block[..ID]);
        Self { id, cipher: Aes256Gcm::new(&key.0.into()) }
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({} keys)", self.keys.len())
    }
}

/// Purpose and bindings, each with its length before it, so that no two lists look the same.
fn associated(purpose: &str, bound: &[&str]) -> Vec<u8> {
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
    fn only_what_was_sealed_opens() {
        let seal = Seal::new([Key::random()]);
        let sealed = seal.seal("session", &["alice", ""], b"secret");
        assert_eq!(seal.open("session", &["alice", ""], &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(seal.open("state", &["alice", ""], &sealed), None);
        assert_eq!(seal.open("session", &["", "alice"], &sealed), None);
        assert_eq!(seal.open("session", &["alice"], &sealed), None);
        assert_eq!(Seal::new([Key::random()]).open("session", &["alice", ""], &sealed), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).expect("it is base64");
        for place in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[place / 8] ^= 1 << (place % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(seal.open("session", &["alice", ""], &changed), None, "bit {place}");
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

    #[test]
    fn keys_are_text() {
        let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let keys: Vec<_> = [hexadecimal, base64, base64.trim_end_matches('=')]
            .map(|text| Key::parse(text).expect("it is a key").0)
            .into();
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(Key::parse("too short").err(), Some(KeyError));
        assert_eq!(Key::parse(&hexadecimal[1..]).err(), Some(KeyError));
        assert_eq!(format!("{:?}", Key::random()), "Key(…)");
    }
}
