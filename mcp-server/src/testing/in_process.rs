//! A transport in the same process: it passes messages to a connection as JSON text, and executes the actions.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use async_trait::async_trait;
use mcpwright_core::{ErrorObject, Message, Notification, message};

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::parameters::header_params::HeaderParam;
use crate::protocol::action::{Action, Actions};
use crate::protocol::connection::Connection;
use crate::protocol::transport_metadata::TransportMetadata;
use crate::server::Server;
use crate::sync::lock;
use crate::testing::transport::{ClientTransport, Delivery, Inbox};

/// A connection to a server in the same process.
pub(crate) struct InProcess {
    server: Server,
    link: Arc<Link>,
    extensions: Mutex<Extensions>,
}

/// The values that rules, providers and handlers find in each request.
struct ExtensionsOnly(Extensions);

impl TransportMetadata for ExtensionsOnly {
    fn extensions(&self) -> Extensions {
        self.0.clone()
    }
}

/// A connection, and the client that receives its messages.
struct Link {
    connection: Mutex<Connection>,
    /// Changes were published that the connection has not sent.
    has_changes: AtomicBool,
    inbox: Inbox,
}

impl InProcess {
    pub(crate) fn new(server: Server, inbox: Inbox) -> Self {
        let link = Arc::new(Link {
            connection: Mutex::new(server.connect(Caller::anonymous())),
            has_changes: AtomicBool::new(false),
            inbox,
        });
        let weak = Arc::downgrade(&link);
        let listening = lock(&link.connection).listen(move || {
            if let Some(link) = weak.upgrade() {
                link.has_changes.store(true, Ordering::Release);
                link.receive_changes();
            }
        });
        debug_assert!(listening.is_ok(), "the connection has no session yet");
        Self { server, link, extensions: Mutex::default() }
    }

    /// Passes a message to the connection, and returns the resulting actions.
    fn receive(&self, message: &Message) -> Actions {
        let metadata = ExtensionsOnly(lock(&self.extensions).clone());
        let message = message::decode(&encode(message));
        lock(&self.link.connection).receive_with(message, &metadata).into_actions()
    }

    async fn run(&self, call: Call) -> Actions {
        let link = Arc::clone(&self.link);
        let sender = NotificationSender::new(move |notification: Notification| {
            link.inbox.receive(notification.into());
        });
        let outcome = self.server.call(&call, &sender).await;
        lock(&self.link.connection).finished(&call, outcome)
    }
}

#[async_trait]
impl ClientTransport for InProcess {
    /// Sends a message, and executes the resulting actions.
    async fn send(&self, message: Message, _: &[HeaderParam]) -> Result<Delivery, ErrorObject> {
        let mut actions: Vec<_> = self.receive(&message).into_iter().collect();
        while let Some(action) = actions.pop() {
            match action {
                Action::Run(call) => actions.extend(self.run(call).await),
                Action::Overloaded(response) => actions.push(Action::Send(response.into())),
                Action::Send(message) | Action::SendFor { message, .. } => {
                    if let Some(reply) = self.link.deliver(&message) {
                        actions.extend(self.receive(&reply));
                    }
                }
                Action::Cancel { .. } => {}
            }
        }
        self.link.receive_changes();
        Ok(Delivery::Complete)
    }

    fn set_caller(&self, caller: Caller) {
        lock(&self.link.connection).set_caller(caller);
    }

    fn set_extensions(&self, extensions: Extensions) {
        *lock(&self.extensions) = extensions;
    }

    fn receive_changes(&self) {
        self.server.runtime().run_pending();
        self.link.receive_changes();
    }
}

impl Link {
    /// Receives the notifications of published changes, unless the connection is locked: then the thread that holds the lock
    /// does so after it has released it. So a handler and a wake function may publish changes at any time.
    fn receive_changes(&self) {
        while self.has_changes.load(Ordering::Acquire) {
            let changes = match self.connection.try_lock() {
                Ok(mut connection) => self.take_changes(&mut connection),
                Err(TryLockError::Poisoned(error)) => self.take_changes(&mut error.into_inner()),
                Err(TryLockError::WouldBlock) => return,
            };
            for action in changes {
                if let Action::Send(message) = action {
                    self.deliver(&message);
                }
            }
        }
    }

    fn take_changes(&self, connection: &mut Connection) -> Actions {
        self.has_changes.store(false, Ordering::Release);
        connection.changes()
    }

    /// Passes a message of the server to the client as JSON text, and returns the client's reply.
    fn deliver(&self, message: &Message) -> Option<Message> {
        match message::decode(&encode(message)) {
            Ok(message) => self.inbox.receive(message),
            Err(error) => {
                tracing::error!(%error, "the server has sent an invalid message");
                None
            }
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("connection", &self.link.connection).finish_non_exhaustive()
    }
}

fn encode(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}
