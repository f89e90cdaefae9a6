//! Sealing without cryptography: contents stay in the process, and clients get a ticket.
//!
//! One process is enough for a server on standard input and output.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;

use crate::limits::{MAX_TICKET_BYTES, MAX_TICKETS};
use crate::replicas::seal::Sealer;
use crate::sync::lock;

/// The contents that stay in the process, by ticket. The oldest are evicted first.
pub(crate) struct Tickets(Mutex<TicketTable>);

struct TicketTable {
    hasher: RandomState,
    tickets: VecDeque<Ticket>,
    bytes: usize,
}

struct Ticket {
    number: [u8; 16],
    /// A hash of the purpose and the bound texts, with a key of this process.
    binding: u64,
    plain: Vec<u8>,
}

impl Tickets {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(TicketTable { hasher: RandomState::new(), tickets: VecDeque::new(), bytes: 0 }))
    }
}

impl Sealer for Tickets {
    fn seal(&self, purpose: &str, bound: &[&str], plain: &[u8]) -> String {
        let mut number = [0; 16];
        getrandom::fill(&mut number).expect("the operating system has random numbers");
        let mut table = lock(&self.0);
        let binding = table.hasher.hash_one((purpose, bound));
        table.bytes += plain.len();
        table.tickets.push_back(Ticket { number, binding, plain: plain.to_vec() });
        while table.tickets.len() > MAX_TICKETS || table.bytes > MAX_TICKET_BYTES {
            let Some(oldest) = table.tickets.pop_front() else { break };
            table.bytes -= oldest.plain.len();
        }
        number.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn open(&self, purpose: &str, bound: &[&str], ticket: &str) -> Option<Vec<u8>> {
        let number: String = ticket.chars().take(32).collect();
        let number = u128::from_str_radix(&number, 16).ok().filter(|_| ticket.len() == 32)?.to_be_bytes();
        let table = lock(&self.0);
        let binding = table.hasher.hash_one((purpose, bound));
        let found =
            table.tickets.iter().find(|ticket| ticket.number == number && ticket.binding == binding)?;
        Some(found.plain.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_for_what_it_is_bound_to() {
        let seal = Tickets::new();
        let ticket = seal.seal("state", &["alice"], b"secret");
        assert_eq!(seal.open("state", &["alice"], &ticket).as_deref(), Some(&b"secret"[..]));
        assert_eq!(seal.open("state", &["bob"], &ticket), None);
        assert_eq!(seal.open("other", &["alice"], &ticket), None);
        assert_eq!(Tickets::new().open("state", &["alice"], &ticket), None);
        for junk in ["", "+", &ticket[1..], &format!("{ticket}0"), &"+".repeat(32), &"a".repeat(1 << 20)] {
            assert_eq!(seal.open("state", &["alice"], junk), None);
        }
    }

    #[test]
    fn the_oldest_tickets_are_evicted() {
        let seal = Tickets::new();
        let tickets: Vec<_> = (0..=MAX_TICKETS).map(|_| seal.seal("state", &[], b"1")).collect();
        assert_eq!(seal.open("state", &[], &tickets[0]), None);
        assert!(seal.open("state", &[], &tickets[1]).is_some());
        let large = seal.seal("state", &[], &vec![0; MAX_TICKET_BYTES]);
        assert!(seal.open("state", &[], &large).is_some());
        assert_eq!(seal.open("state", &[], &tickets[MAX_TICKETS]), None);
    }
}
