//! Clients that have been read before: most say the same of themselves with every request, and it is not read again.

use std::sync::{Mutex, TryLockError};

use mcpwright_core::{Client, ErrorObject};

/// How many different clients are remembered.
const MOST: usize = 16;

/// The longest text that is remembered, in bytes.
const LONGEST: usize = 4 << 10;

/// Clients that have been read before, each by the text that it was read from.
///
/// Nothing is inferred from them: one is used only where another request has exactly the same text.
#[derive(Debug, Default)]
pub(crate) struct Identities(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    known: Vec<Known>,
    /// Whose place the next one takes.
    next: usize,
}

#[derive(Debug)]
struct Known {
    info: Option<Box<str>>,
    capabilities: Box<str>,
    client: Client,
}

impl Identities {
    /// The client of these texts, which `read` reads where they are new.
    pub(crate) fn client(
        &self,
        info: Option<&str>,
        capabilities: &str,
        read: impl FnOnce() -> Result<Client, ErrorObject>,
    ) -> Result<Client, ErrorObject> {
        // Reading is quicker than waiting for another thread.
        let mut remembered = match self.0.try_lock() {
            Ok(remembered) => remembered,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return read(),
        };
        let is_it = |known: &&Known| known.info.as_deref() == info && *known.capabilities == *capabilities;
        if let Some(known) = remembered.known.iter().find(is_it) {
            return Ok(known.client.clone());
        }
        let client = read()?;
        if info.map_or(0, str::len) + capabilities.len() <= LONGEST {
            let known = Known {
                info: info.map(Into::into),
                capabilities: capabilities.into(),
                client: client.clone(),
            };
            let Remembered { known: all, next } = &mut *remembered;
            match all.get_mut(*next) {
                Some(place) => *place = known,
                None => all.push(known),
            }
            *next = (*next + 1) % MOST;
        }
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use mcpwright_core::{ClientCapabilities, Implementation};

    use super::*;

    #[test]
    fn a_client_is_read_once() {
        let identities = Identities::default();
        let read = |name: &str| Client::new(Some(Implementation::new(name, "1")), ClientCapabilities::new());
        let name =
            |client: Result<Client, ErrorObject>| client.map(|client| client.info().map(|i| i.name.clone()));
        for round in 0..3 {
            for number in 0..MOST {
                let (text, other) = (number.to_string(), format!("{number} {round}"));
                let client = identities.client(Some(&text), "{}", || Ok(read(&other)));
                assert_eq!(name(client), Ok(Some(format!("{number} 0"))));
            }
        }
        let failed = identities.client(None, "[]", || Err(ErrorObject::invalid_params("no")));
        assert!(failed.is_err());
        let long = "x".repeat(LONGEST + 1);
        for round in 0..2 {
            let client = identities.client(Some(&long), "{}", || Ok(read(&round.to_string())));
            assert_eq!(name(client), Ok(Some(round.to_string())));
        }
        for number in 0..1000 {
            assert!(identities.client(Some(&number.to_string()), "{}", || Ok(read("another"))).is_ok());
        }
        assert_eq!(identities.0.lock().expect("nobody panicked").known.len(), MOST);
    }
}
