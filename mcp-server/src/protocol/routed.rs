//! A request after its era has routed it.

use std::sync::Arc;

use mcpwright_core::{Client, ErrorObject, JsonText, Notification, RequestId, Response};

use crate::input_required::rounds::RoundState;
use crate::overloaded::Overloaded;
use crate::protocol::action::Received;

/// A request after its era has routed it.
pub(crate) enum Routed {
    /// The engine answers it without a handler.
    Reply(JsonText),
    /// It opened a subscription.
    Subscribed(Notification),
    /// A handler answers it, for this client and with the state of earlier rounds.
    Call(Client, Option<Arc<RoundState>>),
}

/// The error of a request that was rejected before it reached a handler.
#[derive(Debug)]
pub(crate) enum Rejection {
    Error(ErrorObject),
    Overloaded(Overloaded),
}

impl Rejection {
    pub(crate) fn into_received(self, id: impl Into<Option<RequestId>>) -> Received {
        match self {
            Self::Error(error) => Received::Reply(Response::error(id, error)),
            Self::Overloaded(overloaded) => Received::Overloaded(Response::error(id, overloaded.into())),
        }
    }
}

impl From<ErrorObject> for Rejection {
    fn from(error: ErrorObject) -> Self {
        Self::Error(error)
    }
}

impl From<Overloaded> for Rejection {
    fn from(overloaded: Overloaded) -> Self {
        Self::Overloaded(overloaded)
    }
}
