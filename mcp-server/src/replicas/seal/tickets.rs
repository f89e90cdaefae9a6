//! What is to come back from clients, without cryptography: it stays here, and clients get a ticket for it.
//!
//! One process is enough for a server on standard input and output. Whoever serves over HTTP has the feature `seal`.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is kept at most: what is oldest goes first.
const MOST: usize = 1000;

/// How many bytes are kept at most.
const MOST_BYTES: usize = 8 << 20;

/// Keeps what clients are to bring back. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Seal(Arc<Mutex<Kept>>);

struct Kept {
    hasher: RandomState,
    tickets: VecDeque<Ticket>,
    bytes: usize,
}

struct Ticket {
    number: [u8; 16],
    /// What it was kept for, as a number that nobody outside can aim at.
    bound: u64,
    plain: Vec<u8>,
}

impl Seal {
    /// A keeper of its own.
    pub(crate) fn random() -> Self {
        Self(Arc::new(Mutex::new(Kept { hasher: RandomState::new(), tickets: VecDeque::new(), bytes: 0 })))
    }

    /// Keeps something for a purpose, bound to these texts, and returns the ticket for it.
    pub(crate) fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String {
        let mut number = [0; 16];
        getrandom::fill(&mut number).expect("the operating system has random numbers");
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = kept.hasher.hash_one((purpose, bound));
        kept.bytes += plain.len();
        kept.tickets.push_back(Ticket { number, bound, plain: plain.to_vec() });
        while kept.tickets.len() > MOST || kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.tickets.pop_front() else { break };
            kept.bytes -= oldest.plain.len();
        }
        number.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What was kept for this purpose and these texts; nothing if the ticket is for anything else.
    pub(crate) fn open(&self, purpose: &str, bound: &[&str], ticket: &str) -> Option<Vec<u8>> {
        let number: String = ticket.chars().take(32).collect();
        let number = u128::from_str_radix(&number, 16).ok().filter(|_| ticket.len() == 32)?.to_be_bytes();
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = kept.hasher.hash_one((purpose, bound));
        let found = kept.tickets.iter().find(|ticket| ticket.number == number && ticket.bound == bound)?;
        Some(found.plain.clone())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_kept_comes_back() {
        let seal = Seal::random();
        let ticket = seal.seal("state", &["alice"], b"secret");
        assert_eq!(seal.open("state", &["alice"], &ticket).as_deref(), Some(&b"secret"[..]));
        assert_eq!(seal.open("state", &["bob"], &ticket), None);
        assert_eq!(seal.open("other", &["alice"], &ticket), None);
        assert_eq!(Seal::random().open("state", &["alice"], &ticket), None);
        for junk in ["", "+", &ticket[1..], &format!("{ticket}0"), &"+".repeat(32), &"a".repeat(1 << 20)] {
            assert_eq!(seal.open("state", &["alice"], junk), None);
        }
    }

    #[test]
    fn what_is_oldest_goes_first() {
        let seal = Seal::random();
        let tickets: Vec<_> = (0..=MOST).map(|_| seal.seal("state", &[], b"1")).collect();
        assert_eq!(seal.open("state", &[], &tickets[0]), None);
        assert!(seal.open("state", &[], &tickets[1]).is_some());
        let large = seal.seal("state", &[], &vec![0; MOST_BYTES]);
        assert!(seal.open("state", &[], &large).is_some());
        assert_eq!(seal.open("state", &[], &tickets[MOST]), None);
    }
}
