//! Instructions of a connection to its transport.

use mcpwright_core::{Message, Notification, Response};
use smallvec::{SmallVec, smallvec};

use crate::call::{Call, CallId};

/// Actions for a transport to execute, in this order. Usually there is one.
pub type Actions = SmallVec<[Action; 1]>;

/// An action for a transport to execute.
#[derive(Debug)]
#[non_exhaustive]
pub enum Action {
    /// Send this message to the client.
    Send(Message),
    /// Send this error response: a limit is reached. Over HTTP its status is 429.
    Overloaded(Response),
    /// Run this call with [`Server::call`](crate::Server::call), then pass its outcome to
    /// [`Connection::finished`](crate::Connection::finished). It may be a call that ran before and has
    /// [waited](crate::Connection::is_waiting) for the client since.
    Run(Call),
    /// Drop this call and send nothing more for it; the client may use its request id again.
    Cancel {
        /// The call to drop.
        call: CallId,
        /// The answer to the rest of its batch, if that waited for this call only. Send it where the call's own answer
        /// would have gone.
        rest_of_batch: Option<Message>,
    },
    /// Send this message where the answer to the call will go.
    SendFor {
        /// The call that the message belongs to.
        call: CallId,
        /// The message.
        message: Message,
    },
}

/// The decision of a connection about one incoming message.
///
/// A transport of lines needs only [`into_actions`](Self::into_actions); over HTTP the kind decides the shape of the
/// answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// The message is answered without a handler.
    Reply(Response),
    /// The message is rejected because a limit is reached.
    Overloaded(Response),
    /// A handler answers the request.
    Call(Call),
    /// The request opened a subscription: send this acknowledgement. Its changes come from
    /// [`Connection::changes`](crate::Connection::changes).
    Subscribed(Notification),
    /// A batch with at least one request, which is answered when all of its requests are.
    Batch(Actions),
    /// A notification, a response, or a batch of these: no answer. They may cancel calls or resume calls that wait.
    Ignored(Actions),
}

impl Received {
    /// Returns the actions for the transport.
    pub fn into_actions(self) -> Actions {
        match self {
            Self::Reply(response) => smallvec![Action::Send(response.into())],
            Self::Overloaded(response) => smallvec![Action::Overloaded(response)],
            Self::Call(call) => smallvec![Action::Run(call)],
            Self::Subscribed(acknowledgement) => smallvec![Action::Send(acknowledgement.into())],
            Self::Batch(actions) | Self::Ignored(actions) => actions,
        }
    }
}
