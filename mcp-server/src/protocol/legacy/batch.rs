//! Batches of revision 2025-03-26.

use std::collections::BTreeMap;

use mcpwright_core::{DecodeError, Message, Response};

/// Which batch a request came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Batch(u64);

/// The batches whose answers are not complete yet.
///
/// See [batching](https://modelcontextprotocol.io/specification/2025-03-26/basic#batching).
#[derive(Debug, Default)]
pub(crate) struct Batches {
    open: BTreeMap<Batch, Pending>,
    next: u64,
}

#[derive(Debug)]
struct Pending {
    missing: usize,
    responses: Vec<Result<Message, DecodeError>>,
}

impl Batches {
    /// Expects an answer for each message that will have one.
    pub(crate) fn open(&mut self, messages: &[Result<Message, DecodeError>]) -> Batch {
        let is_answered = |message: &&Result<Message, DecodeError>| match message {
            Ok(message) => matches!(message, Message::Request(_)),
            Err(error) => error.answer().is_some(),
        };
        let missing = messages.iter().filter(is_answered).count();
        let batch = Batch(self.next);
        self.next += 1;
        self.open.insert(batch.clone(), Pending { missing, responses: Vec::new() });
        if missing == 0 {
            self.open.remove(&batch);
        }
        batch
    }

    /// Adds an answer; returns all of them once none is missing.
    pub(crate) fn add(&mut self, batch: &Batch, response: Response) -> Option<Message> {
        self.open.get_mut(batch)?.responses.push(Ok(response.into()));
        self.skip(batch)
    }

    /// Expects one answer less; returns all of them once none is missing.
    pub(crate) fn skip(&mut self, batch: &Batch) -> Option<Message> {
        let pending = self.open.get_mut(batch)?;
        pending.missing -= 1;
        if pending.missing > 0 {
            return None;
        }
        let responses = self.open.remove(batch)?.responses;
        (!responses.is_empty()).then_some(Message::Batch(responses))
    }
}
