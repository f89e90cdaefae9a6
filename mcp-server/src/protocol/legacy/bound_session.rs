//! Sessions that end with their connection.

use mcpwright_core::Client;

use crate::caller::Caller;
use crate::observer::{CloseReason, SessionInfo};
use crate::protocol::legacy::handshake::Handshake;
use crate::server::Server;
use crate::session_id::SessionId;

/// A session that ends with its connection: when this is dropped, observers are notified, and the values of the session
/// are removed.
#[derive(Debug)]
pub(crate) struct BoundSession {
    server: Server,
    id: SessionId,
    client: Client,
    caller: Caller,
    reason: CloseReason,
}

impl BoundSession {
    /// Reports the session as opened.
    pub(crate) fn open(server: &Server, caller: &Caller, handshake: &Handshake) -> Self {
        server.session_opened(caller, handshake);
        Self {
            server: server.clone(),
            id: handshake.id,
            client: handshake.client.clone(),
            caller: caller.clone(),
            reason: CloseReason::Disconnected,
        }
    }

    /// Ends the session for this reason.
    pub(crate) fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for BoundSession {
    fn drop(&mut self) {
        let session = SessionInfo { id: self.id, client: &self.client, caller: &self.caller };
        self.server.observers().report(|observer| observer.session_closed(&session, self.reason));
        if let Some(removal) = self.server.session_values().removal(self.id) {
            self.server.runtime().spawn(removal);
        }
    }
}

impl Server {
    /// Reports a session to observers. Call it when a handshake has got its session id, after
    /// [`Decision::Opened`](crate::Decision::Opened). A [`Connection`](crate::Connection) reports its own sessions.
    pub fn session_opened(&self, caller: &Caller, handshake: &Handshake) {
        let session = handshake.info(caller);
        self.observers().report(|observer| observer.session_opened(&session));
    }

    /// Ends a session that its client has ended: reports it to observers, and removes its values from the store.
    pub async fn session_ended(&self, caller: &Caller, handshake: &Handshake) {
        let session = handshake.info(caller);
        self.observers().report(|observer| observer.session_closed(&session, CloseReason::Client));
        self.session_values().remove(handshake.id).await;
    }
}
