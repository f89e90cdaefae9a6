//! The calls in flight on a connection.

use mcpwright_core::{ProtocolVersion, RequestId};
use smallvec::SmallVec;

use crate::call::CallId;
use crate::protocol::legacy::batch::BatchId;

/// The calls in flight on a connection. They are few enough for a linear search.
#[derive(Debug, Default)]
pub(super) struct InFlightCalls {
    calls: SmallVec<[InFlight; 1]>,
    next_call_id: u64,
}

/// A call in flight: its request, and the format and the batch of its answer.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) id: RequestId,
    pub(super) call_id: CallId,
    pub(super) format: ReplyFormat,
    pub(super) batch: Option<BatchId>,
}

/// The format of the answer to a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ReplyFormat {
    Modern,
    Legacy(ProtocolVersion),
}

impl InFlightCalls {
    /// Adds a call and returns its id.
    pub(super) fn start(&mut self, id: RequestId, format: ReplyFormat, batch: Option<BatchId>) -> CallId {
        let call_id = CallId(self.next_call_id);
        self.next_call_id += 1;
        self.calls.push(InFlight { id, call_id, format, batch });
        call_id
    }

    /// Removes a call.
    pub(super) fn take(&mut self, call_id: CallId) -> Option<InFlight> {
        self.take_where(|call| call.call_id == call_id)
    }

    /// Removes the call of a request.
    pub(super) fn take_by_id(&mut self, id: &RequestId) -> Option<InFlight> {
        self.take_where(|call| call.id == *id)
    }

    fn take_where(&mut self, is_wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        let index = self.calls.iter().position(is_wanted)?;
        Some(self.calls.swap_remove(index))
    }

    /// Adds a call that was taken and has not ended.
    pub(super) fn put_back(&mut self, call: InFlight) {
        self.calls.push(call);
    }

    /// Returns `true` if the request with this id is in flight.
    pub(super) fn contains(&self, id: &RequestId) -> bool {
        self.calls.iter().any(|call| call.id == *id)
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }
}
