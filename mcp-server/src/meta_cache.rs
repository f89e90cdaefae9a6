//! Clients that have been read before: most say the same of themselves with every request, and it is not read again.

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use mcpwright_core::{Client, ErrorObject};

/// How many different texts are remembered of each kind.
const MOST: usize = 16;

/// The longest text that is remembered, in bytes.
const LONGEST: usize = 4 << 10;

/// Clients that have been read before, each by the text that it was read from.
///
/// Nothing is inferred from them: one is used only where another request has exactly the same text.
#[derive(Debug, Default)]
pub(crate) struct MetaCache {
    clients: Memory<Client>,
    said: Memory<ParsedMeta>,
}

/// What a request of the modern era said in `_meta`, and what was right.
#[derive(Clone, Debug)]
pub(crate) struct ParsedMeta {
    pub(crate) version: Arc<str>,
    pub(crate) client: Client,
}

impl MetaCache {
    /// The client of these texts, which `read` reads where they are new.
    pub(crate) fn client(
        &self,
        info: Option<&str>,
        capabilities: &str,
        read: impl FnOnce() -> Result<Client, ErrorObject>,
    ) -> Result<Client, ErrorObject> {
        if let Some(client) = self.clients.find(info, capabilities) {
            return Ok(client);
        }
        let client = read()?;
        self.clients.remember(info, capabilities, &client);
        Ok(client)
    }

    /// What a text of `_meta` says, if another request had the same.
    pub(crate) fn said(&self, meta: &str) -> Option<ParsedMeta> {
        self.said.find(None, meta)
    }

    /// Remembers what a text of `_meta` says. One with a token for progress is not had by another request.
    pub(crate) fn remember(&self, meta: &str, said: &ParsedMeta) {
        if said.client.progress_token().is_none() {
            self.said.remember(None, meta, said);
        }
    }
}

/// What was read from the last few texts. Each is known by one or two of them.
#[derive(Debug)]
struct Memory<T>(Mutex<Remembered<T>>);

#[derive(Debug)]
struct Remembered<T> {
    known: Vec<Known<T>>,
    /// Whose place the next one takes.
    next: usize,
}

#[derive(Debug)]
struct Known<T> {
    texts: (Option<Box<str>>, Box<str>),
    value: T,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::new(Remembered { known: Vec::new(), next: 0 }))
    }
}

impl<T: Clone> Memory<T> {
    fn find(&self, first: Option<&str>, second: &str) -> Option<T> {
        let remembered = self.remembered()?;
        let is_it = |known: &&Known<T>| known.texts.0.as_deref() == first && *known.texts.1 == *second;
        remembered.known.iter().find(is_it).map(|known| known.value.clone())
    }

    fn remember(&self, first: Option<&str>, second: &str, value: &T) {
        if first.map_or(0, str::len) + second.len() > LONGEST {
            return;
        }
        let Some(mut remembered) = self.remembered() else { return };
        let known = Known { texts: (first.map(Into::into), second.into()), value: value.clone() };
        let Remembered { known: all, next } = &mut *remembered;
        match all.get_mut(*next) {
            Some(place) => *place = known,
            None => all.push(known),
        }
        *next = (*next + 1) % MOST;
    }

    /// Nothing where another thread looks at the moment: reading is quicker than waiting for it.
    fn remembered(&self) -> Option<MutexGuard<'_, Remembered<T>>> {
        match self.0.try_lock() {
            Ok(remembered) => Some(remembered),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use mcpwright_core::{ClientCapabilities, Implementation};

    use super::*;

    #[test]
    fn a_client_is_read_once() {
        let identities = MetaCache::default();
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
        assert_eq!(identities.clients.0.lock().expect("nobody panicked").known.len(), MOST);
    }
}
