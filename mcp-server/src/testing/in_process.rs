//! A transport in the same process: it passes messages to a connection as JSON text, and executes the actions.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mcpwright_core::{
    ErrorObject, InputRequest, JsonText, Message, Notification, Request, RequestId, Response, message, method,
};
use serde_json::{Value, json};

use crate::call::Call;
use crate::call::notifications::NotificationSender;
use crate::caller::Caller;
use crate::protocol::action::{Action, Actions};
use crate::protocol::connection::Connection;
use crate::server::Server;
use crate::sync::lock;
use crate::testing::internal_error;

/// A function that responds to input requests, and to requests of the server.
pub(crate) type InputHandler = dyn Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync;

/// A connection to a server in the same process.
pub(crate) struct InProcess {
    server: Server,
    connection: Mutex<Connection>,
    /// Set by the connection's wake function, which may run while the connection is locked.
    has_changes: Arc<AtomicBool>,
    notifications: Arc<Mutex<Vec<Notification>>>,
    input_handler: Mutex<Option<Arc<InputHandler>>>,
}

impl InProcess {
    pub(crate) fn new(server: Server) -> Self {
        let mut connection = server.connect(Caller::anonymous());
        let has_changes = Arc::new(AtomicBool::new(false));
        let wake = Arc::clone(&has_changes);
        let listening = connection.listen(move || wake.store(true, Ordering::Release));
        debug_assert!(listening.is_ok(), "the connection has no session yet");
        Self {
            server,
            connection: Mutex::new(connection),
            has_changes,
            notifications: Arc::default(),
            input_handler: Mutex::default(),
        }
    }

    pub(crate) fn set_caller(&self, caller: Caller) {
        lock(&self.connection).set_caller(caller);
    }

    pub(crate) fn set_input_handler(&self, handler: Arc<InputHandler>) {
        *lock(&self.input_handler) = Some(handler);
    }

    pub(crate) fn input_handler(&self) -> Option<Arc<InputHandler>> {
        lock(&self.input_handler).clone()
    }

    /// Removes and returns the received notifications.
    pub(crate) fn take_notifications(&self) -> Vec<Notification> {
        self.receive_changes();
        std::mem::take(&mut *lock(&self.notifications))
    }

    /// Removes and returns the parameters of the last acknowledgement of a subscription.
    pub(crate) fn take_acknowledgement(&self) -> Option<JsonText> {
        let mut notifications = lock(&self.notifications);
        let index = notifications
            .iter()
            .rposition(|notification| notification.method == method::SUBSCRIPTIONS_ACKNOWLEDGED)?;
        notifications.remove(index).params
    }

    /// Sends a message, executes the resulting actions, and returns the response with this id.
    pub(crate) async fn exchange(&self, message: Message, id: &RequestId) -> Option<Response> {
        let received = lock(&self.connection).receive(message::decode(&encode(&message)));
        let mut actions: Vec<_> = received.into_actions().into_iter().collect();
        let mut response = None;
        while let Some(action) = actions.pop() {
            match action {
                Action::Run(call) => actions.extend(self.run(call).await),
                Action::Overloaded(response) => actions.push(Action::Send(response.into())),
                Action::Send(message) | Action::SendFor { message, .. } => {
                    match message::decode(&encode(&message)) {
                        Ok(Message::Response(found)) if found.id.as_ref() == Some(id) => {
                            response = Some(found)
                        }
                        Ok(Message::Request(request)) => actions.extend(self.respond(&request)),
                        _ => record(&self.notifications, message),
                    }
                }
                Action::Cancel { .. } => {}
            }
        }
        self.receive_changes();
        response
    }

    async fn run(&self, call: Call) -> Actions {
        let notifications = Arc::clone(&self.notifications);
        let sender = NotificationSender::new(move |notification: Notification| {
            lock(&notifications).push(notification);
        });
        let outcome = self.server.call(&call, &sender).await;
        lock(&self.connection).finished(&call, outcome)
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
        lock(&self.connection).receive(message::decode(&encode(&response.into()))).into_actions()
    }

    /// Records the notifications of changes since the last call.
    fn receive_changes(&self) {
        while self.has_changes.swap(false, Ordering::AcqRel) {
            let changes = lock(&self.connection).changes();
            for action in changes {
                if let Action::Send(message) = action {
                    record(&self.notifications, message);
                }
            }
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("connection", &self.connection).finish_non_exhaustive()
    }
}

fn record(notifications: &Mutex<Vec<Notification>>, message: Message) {
    if let Message::Notification(notification) = message {
        lock(notifications).push(notification);
    }
}

fn encode(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}
