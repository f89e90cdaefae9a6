//! Secret keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The keys of a server: the first one seals.
pub(crate) type Keys = Vec<Key>;

/// A secret key of 32 bytes, which all replicas of a server share.
///
/// It parses from 64 hexadecimal digits, or from base64 of either alphabet.
///
/// ```
/// use mcpwright_server::{Key, Server};
///
/// let key: Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse()?;
/// let server = Server::builder("notes", "1.0.0").key(key).build();
/// # Ok::<(), mcpwright_server::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Key([u8; 32]);

/// The error of parsing a [`Key`]: the text does not represent 32 bytes.
///
/// ```
/// use mcpwright_server::{Key, KeyError};
///
/// let error = "secret".parse::<Key>().unwrap_err();
/// assert_eq!(error, KeyError);
/// // The text of the error states the command that generates a key.
/// assert!(error.to_string().contains("openssl rand -base64 32"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key must be 32 bytes, as 64 hexadecimal digits or in base64: `openssl rand -base64 32` generates one"
)]
pub struct KeyError;

impl Key {
    /// Creates a key from bytes, which must not be guessable.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Creates a random key.
    ///
    /// # Panics
    ///
    /// Panics if the operating system has no random numbers.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_parse_from_text() {
        let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let keys: Vec<_> = [hexadecimal, base64, base64.trim_end_matches('=')]
            .map(|text| text.parse::<Key>().expect("it is a key").0)
            .into();
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!("too short".parse::<Key>().err(), Some(KeyError));
        assert_eq!(hexadecimal[1..].parse::<Key>().err(), Some(KeyError));
        assert_eq!(format!("{:?}", Key::random()), "Key(…)");
    }
}
