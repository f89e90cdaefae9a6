//! Batches of revision 2025-03-26.
//!
//! See [batching](https://modelcontextprotocol.io/specification/2025-03-26/basic#batching).

use std::collections::BTreeMap;

use mcpwright_core::{DecodeError, Message, Response};

/// Identifies a batch on its connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BatchId(u64);

/// The batches whose answers are not complete yet.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    open: BTreeMap<BatchId, OpenBatch>,
    next: u64,
}

#[derive(Debug)]
struct OpenBatch {
    missing: usize,
    responses: Vec<Result<Message, DecodeError>>,
}

impl Batches {
    /// Opens a batch, which expects an answer to each message that gets one. Returns `true` if there is any.
    pub(crate) fn open(&mut self, messages: &[Result<Message, DecodeError>]) -> (BatchId, bool) {
        let is_answered = |message: &&Result<Message, DecodeError>| match message {
            Ok(message) => matches!(message, Message::Request(_)),
            Err(error) => error.to_response().is_some(),
        };
        let missing = messages.iter().filter(is_answered).count();
        let batch = BatchId(self.next);
        self.next += 1;
        if missing > 0 {
            self.open.insert(batch.clone(), OpenBatch { missing, responses: Vec::new() });
        }
        (batch, missing > 0)
    }

    /// Adds an answer. Returns all of them once none is missing.
    pub(crate) fn add(&mut self, batch: &BatchId, response: Response) -> Option<Message> {
        self.open.get_mut(batch)?.responses.push(Ok(response.into()));
        self.skip(batch)
    }

    /// Expects one answer less. Returns all answers once none is missing.
    pub(crate) fn skip(&mut self, batch: &BatchId) -> Option<Message> {
        let open = self.open.get_mut(batch)?;
        open.missing -= 1;
        if open.missing > 0 {
            return None;
        }
        let responses = self.open.remove(batch)?.responses;
        (!responses.is_empty()).then_some(Message::Batch(responses))
    }
}
