//! The interface between the life of a call and the transport that owns it.

use std::sync::MutexGuard;

use futures::future::BoxFuture;
use mcpwright_core::Message;
use mcpwright_server::{Connection, Server};

use crate::calls::gate::CallSink;
use crate::calls::table::Calls;
use crate::runtime::TokioRuntime;

/// The transport's end of a connection, which owns the calls on it.
pub(crate) trait CallOwner: Send + Sync + Sized + 'static {
    type Sink: CallSink;

    fn server(&self) -> &Server;
    fn runtime(&self) -> &TokioRuntime;
    fn connection(&self) -> MutexGuard<'_, Connection>;
    fn calls(&self) -> &Calls<Self::Sink>;

    /// Sends a message to where the answer of a call goes. The connection is locked.
    fn send(&self, sink: &Self::Sink, message: &Message);

    /// Sends the changes that were published before the answer of a call, if they go to the same stream. The connection is
    /// locked.
    fn send_changes(&self, connection: &mut Connection) {
        let _ = connection;
    }

    /// Returns a future that is ready when the tasks of calls must end.
    fn shutdown(&self) -> BoxFuture<'static, ()>;

    /// Called after the last message of a call, or after its input requests if it waits. The connection is not locked.
    fn run_ended(&self, sink: &Self::Sink, end: RunEnd);
}

/// The end of one run of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunEnd {
    /// The call ended; otherwise it waits for the client.
    pub(crate) has_ended: bool,
    /// A task of its own ran the call; otherwise it ended at its first poll.
    pub(crate) in_task: bool,
}
