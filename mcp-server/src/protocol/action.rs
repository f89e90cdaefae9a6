//! What a transport is to do for a connection.

use mcpwright_core::Message;

use crate::call::Call;
use crate::few::Few;

/// What a transport is to do, in this order; mostly one thing.
pub type Actions = Few<Action>;

/// What a transport is to do.
#[derive(Debug)]
pub enum Action {
    /// Send this to the client.
    Send(Message),
    /// Answer this call with [`Server::call`], and hand the outcome to [`Connection::finished`]. It may be one that has run
    /// before, and [has waited](Connection::is_waiting) since for the client.
    Run(Call),
    /// Drop the call of this [serial](Call::serial), and send nothing more for it; the client may use its id again. If the
    /// answers to others in its batch have waited for it only, they are sent now, where its own would have been.
    Cancel(u64, Option<Message>),
    /// Send this where the answer to the call of this [serial](Call::serial) will be sent: it belongs to that.
    Tell(u64, Message),
}
