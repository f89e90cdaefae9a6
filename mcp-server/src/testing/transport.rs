//! The interface between the test client and a transport.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use futures::channel::oneshot;
use mcpwright_core::{
    ErrorObject, InputRequest, JsonText, Message, Notification, Request, RequestId, Response, method,
};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::parameters::header_params::HeaderParam;
use crate::sync::lock;
use crate::testing::internal_error;

/// A function that responds to input requests, and to requests of the server.
pub(crate) type InputHandler = dyn Fn(&InputRequest) -> Result<Value, ErrorObject> + Send + Sync;

/// A transport of a [`Client`](crate::testing::Client) for tests.
///
/// It passes each message of the server to the [`Inbox`] of the client, and sends the reply that this returns.
#[async_trait]
pub trait ClientTransport: fmt::Debug + Send + Sync {
    /// Sends a message. `header_params` are the arguments of a tool call that HTTP repeats in headers.
    ///
    /// # Errors
    ///
    /// Returns an error if the message cannot be sent.
    async fn send(&self, message: Message, header_params: &[HeaderParam]) -> Result<Delivery, ErrorObject>;

    /// Cancels a request whose response is not waited for any more. Default: does nothing.
    fn cancel(&self, id: &RequestId) {
        let _ = id;
    }

    /// Sets the caller of all requests.
    fn set_caller(&self, caller: Caller);

    /// Sets the values of all requests.
    fn set_extensions(&self, extensions: Extensions);

    /// Receives published changes, if nothing else does. Default: does nothing.
    fn receive_changes(&self) {}
}

/// The state of a message that a [`ClientTransport`] has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The inbox has received everything that the server sends for the message.
    Complete,
    /// The server may still send messages for it.
    InProgress,
}

/// The messages that a test client has received, and the requests that wait for responses. Cheap to clone.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mutex<InboxState>>);

/// The response to a request. `None` if the server waits for a response of the client, which has none.
type RequestOutcome = Result<Option<Response>, ErrorObject>;

#[derive(Default)]
struct InboxState {
    notifications: Vec<Notification>,
    waiting: Vec<(RequestId, oneshot::Sender<RequestOutcome>)>,
    /// The tasks that wait for notifications.
    wakers: Vec<Waker>,
    input_handler: Option<Arc<InputHandler>>,
    /// The connection has ended for this reason.
    closed: Option<ErrorObject>,
}

impl Inbox {
    /// Receives a message of the server. Returns the reply to send, if it is a request that the client responds to.
    pub fn receive(&self, message: Message) -> Option<Message> {
        match message {
            Message::Response(response) => {
                if let Some(id) = response.id.clone() {
                    self.resolve(&id, Ok(Some(response)));
                }
                None
            }
            Message::Notification(notification) => {
                let mut state = lock(&self.0);
                state.notifications.push(notification);
                let wakers = std::mem::take(&mut state.wakers);
                drop(state);
                wakers.into_iter().for_each(Waker::wake);
                None
            }
            Message::Request(request) => self.respond(&request),
            Message::Batch(_) => None,
        }
    }

    /// Fails the request that waits for a response.
    pub fn fail(&self, id: &RequestId, error: ErrorObject) {
        self.resolve(id, Err(error));
    }

    /// Fails all requests, those that wait and later ones: the connection has ended.
    #[expect(clippy::needless_pass_by_value, reason = "as for one request")]
    pub fn close(&self, error: ErrorObject) {
        let mut state = lock(&self.0);
        let waiting = std::mem::take(&mut state.waiting);
        state.closed = Some(error.clone());
        drop(state);
        for (_, sender) in waiting {
            let _ = sender.send(Err(error.clone()));
        }
    }

    /// Returns the receiver of a response.
    pub(crate) fn expect(&self, id: &RequestId) -> oneshot::Receiver<RequestOutcome> {
        let (sender, receiver) = oneshot::channel();
        let mut state = lock(&self.0);
        match state.closed.clone() {
            Some(error) => drop(sender.send(Err(error))),
            None => state.waiting.push((id.clone(), sender)),
        }
        receiver
    }

    /// Stops waiting for a response.
    pub(crate) fn forget_request(&self, id: &RequestId) {
        lock(&self.0).waiting.retain(|(other, _)| other != id);
    }

    pub(crate) fn set_input_handler(&self, handler: Arc<InputHandler>) {
        lock(&self.0).input_handler = Some(handler);
    }

    pub(crate) fn input_handler(&self) -> Option<Arc<InputHandler>> {
        lock(&self.0).input_handler.clone()
    }

    /// Removes and returns the received notifications.
    pub(crate) fn take_notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut lock(&self.0).notifications)
    }

    /// Removes and returns the oldest notification.
    pub(crate) fn poll_notification(&self, context: &mut Context<'_>) -> Poll<Notification> {
        let mut state = lock(&self.0);
        if state.notifications.is_empty() {
            state.wakers.push(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(state.notifications.remove(0))
    }

    /// Removes the last acknowledgement of a subscription, and returns its parameters.
    pub(crate) fn take_acknowledgement(&self) -> Option<JsonText> {
        let mut state = lock(&self.0);
        let is_acknowledgement =
            |notification: &Notification| notification.method == method::SUBSCRIPTIONS_ACKNOWLEDGED;
        let index = state.notifications.iter().rposition(is_acknowledgement)?;
        state.notifications.remove(index).params
    }

    /// Removes the last acknowledgement of a subscription, once there is one.
    pub(crate) fn poll_acknowledgement(&self, context: &mut Context<'_>) -> Poll<Option<JsonText>> {
        // Registered before the look-up, so that no notification is missed.
        lock(&self.0).wakers.push(context.waker().clone());
        self.take_acknowledgement().map_or(Poll::Pending, |params| Poll::Ready(Some(params)))
    }

    fn resolve(&self, id: &RequestId, outcome: RequestOutcome) {
        let mut state = lock(&self.0);
        let Some(index) = state.waiting.iter().position(|(other, _)| other == id) else { return };
        let (_, sender) = state.waiting.remove(index);
        drop(state);
        let _ = sender.send(outcome);
    }

    /// Returns the response to a request of the server. Without an input handler, nothing is waited for any more, because
    /// the server waits for the client.
    fn respond(&self, request: &Request) -> Option<Message> {
        let Some(handler) = self.input_handler() else {
            let waiting = std::mem::take(&mut lock(&self.0).waiting);
            for (_, sender) in waiting {
                let _ = sender.send(Ok(None));
            }
            return None;
        };
        let params = request.params.as_ref().map(JsonText::decode_owned::<Value>).transpose();
        let outcome = params
            .and_then(|params| serde_json::from_value(json!({ "method": request.method, "params": params })))
            .map_err(|error| internal_error(&error))
            .and_then(|request| handler(&request))
            .and_then(|result| JsonText::encode(&result).map_err(|error| internal_error(&error)));
        Some(Response { id: Some(request.id.clone()), outcome }.into())
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.0);
        f.debug_struct("Inbox")
            .field("notifications", &state.notifications)
            .field("waiting", &state.waiting.len())
            .finish_non_exhaustive()
    }
}
