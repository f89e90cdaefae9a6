//! A transport in the same process: it passes messages to a connection as JSON text, and executes the actions.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use mcpwright_core::{
    ErrorObject, InputRequest, JsonText, Message, Notification, Request, RequestId, Response, message, method,
};
use serde_json::{Value, json};

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::protocol::action::{Action, Actions};
use crate::protocol::connection::Connection;
use crate::protocol::transport_metadata::TransportMetadata;
use crate::server::Server;
use crate::sync::lock;
use crate::testing::internal_error;

/// A function that responds to input requests, and to requests of the server.
pub(crate) type InputHandler = dyn Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync;

/// A connection to a server in the same process.
pub(crate) struct InProcess {
    server: Server,
    link: Arc<Link>,
    input_handler: Mutex<Option<Arc<InputHandler>>>,
    extensions: Mutex<Extensions>,
}

/// The values that rules, providers and handlers find in each request.
struct ExtensionsOnly(Extensions);

impl TransportMetadata for ExtensionsOnly {
    fn extensions(&self) -> Extensions {
        self.0.clone()
    }
}

/// A connection, and the notifications that it has sent.
struct Link {
    connection: Mutex<Connection>,
    /// Changes were published that the connection has not sent.
    has_changes: AtomicBool,
    notifications: Mutex<Vec<Notification>>,
}

impl InProcess {
    pub(crate) fn new(server: Server) -> Self {
        let link = Arc::new(Link {
            connection: Mutex::new(server.connect(Caller::anonymous())),
            has_changes: AtomicBool::new(false),
            notifications: Mutex::default(),
        });
        let weak = Arc::downgrade(&link);
        let listening = lock(&link.connection).listen(move || {
            if let Some(link) = weak.upgrade() {
                link.has_changes.store(true, Ordering::Release);
                link.receive_changes();
            }
        });
        debug_assert!(listening.is_ok(), "the connection has no session yet");
        Self { server, link, input_handler: Mutex::default(), extensions: Mutex::default() }
    }

    pub(crate) fn set_caller(&self, caller: Caller) {
        lock(&self.link.connection).set_caller(caller);
    }

    pub(crate) fn insert_extension<T: Send + Sync + 'static>(&self, value: T) {
        lock(&self.extensions).insert(value);
    }

    pub(crate) fn set_input_handler(&self, handler: Arc<InputHandler>) {
        *lock(&self.input_handler) = Some(handler);
    }

    pub(crate) fn input_handler(&self) -> Option<Arc<InputHandler>> {
        lock(&self.input_handler).clone()
    }

    /// Removes and returns the received notifications.
    pub(crate) fn take_notifications(&self) -> Vec<Notification> {
        self.server.runtime().run_pending();
        self.link.receive_changes();
        std::mem::take(&mut *lock(&self.link.notifications))
    }

    /// Removes and returns the parameters of the last acknowledgement of a subscription.
    pub(crate) fn take_acknowledgement(&self) -> Option<JsonText> {
        let mut notifications = lock(&self.link.notifications);
        let index = notifications
            .iter()
            .rposition(|notification| notification.method == method::SUBSCRIPTIONS_ACKNOWLEDGED)?;
        notifications.remove(index).params
    }

    /// Sends a message, executes the resulting actions, and returns the response with this id.
    pub(crate) async fn exchange(&self, message: Message, id: &RequestId) -> Option<Response> {
        let metadata = ExtensionsOnly(lock(&self.extensions).clone());
        let received =
            lock(&self.link.connection).receive_with(message::decode(&encode(&message)), &metadata);
        let mut actions: Vec<_> = received.into_actions().into_iter().collect();
        let mut response = None;
        while let Some(action) = actions.pop() {
            match action {
                Action::Run(call) => actions.extend(self.run(call).await),
                Action::Overloaded(response) => actions.push(Action::Send(response.into())),
                Action::Send(message) | Action::SendFor { message, .. } => {
                    match message::decode(&encode(&message)) {
                        Ok(Message::Response(found)) if found.id.as_ref() == Some(id) => {
                            response = Some(found);
                        }
                        Ok(Message::Request(request)) => actions.extend(self.respond(&request)),
                        _ => self.link.record(message),
                    }
                }
                Action::Cancel { .. } => {}
            }
        }
        self.link.receive_changes();
        response
    }

    async fn run(&self, call: Call) -> Actions {
        let link = Arc::clone(&self.link);
        let sender = NotificationSender::new(move |notification: Notification| {
            lock(&link.notifications).push(notification);
        });
        let outcome = self.server.call(&call, &sender).await;
        lock(&self.link.connection).finished(&call, outcome)
    }

    /// Responds to a request of the server, if there is an input handler.
    fn respond(&self, request: &Request) -> Actions {
        let Some(handler) = self.input_handler() else { return Actions::new() };
        let params = request.params.as_ref().map(JsonText::decode_owned::<Value>).transpose();
        let outcome = params
            .and_then(|params| serde_json::from_value(json!({ "method": request.method, "params": params })))
            .map_err(|error| internal_error(&error))
            .and_then(|request| handler(&request))
            .and_then(|result| JsonText::encode(&result).map_err(|error| internal_error(&error)));
        let response = Response { id: Some(request.id.clone()), outcome };
        let metadata = ExtensionsOnly(lock(&self.extensions).clone());
        let message = message::decode(&encode(&response.into()));
        lock(&self.link.connection).receive_with(message, &metadata).into_actions()
    }
}

impl Link {
    /// Records the notifications of published changes, unless the connection is locked: then the thread that holds the lock
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
                    self.record(message);
                }
            }
        }
    }

    fn take_changes(&self, connection: &mut Connection) -> Actions {
        self.has_changes.store(false, Ordering::Release);
        connection.changes()
    }

    fn record(&self, message: Message) {
        if let Message::Notification(notification) = message {
            lock(&self.notifications).push(notification);
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
