//! A connection of the engine, without I/O and with a clock that the test moves.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use mcpwright_core::Message;
use mcpwright_core::message::decode;
use mcpwright_server::{Action, Actions, Call, CallId, Caller, NotificationSender, Outcome, Server};
use serde_json::Value;

use super::runtime::ManualRuntime;
use super::{PATIENCE, Transport};
use crate::notation::Reply;
use crate::servers::{Served, State};

/// A connection of the engine, and its calls.
pub(crate) struct Connection {
    runtime: ManualRuntime,
    server: Server,
    state: State,
    connection: mcpwright_server::Connection,
    running: Vec<Running>,
    received: VecDeque<Value>,
    /// The notifications of calls that run.
    sent: Arc<Mutex<VecDeque<Value>>>,
    woken: Arc<Woken>,
}

/// A call that has not ended yet.
struct Running {
    id: CallId,
    answering: Pin<Box<dyn Future<Output = (Call, Outcome)>>>,
}

/// Sets the flag that makes the driver poll again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connection {
    pub(crate) fn new(Served { server, state }: Served) -> Self {
        let runtime = ManualRuntime::new();
        let server = server.with_runtime(Arc::new(runtime.clone()));
        let mut connection = server.connect(Caller::anonymous());
        connection.listen(|| {}).expect("there is no session yet");
        Self {
            runtime,
            server,
            state,
            connection,
            running: Vec::new(),
            received: VecDeque::new(),
            sent: Arc::default(),
            woken: Arc::default(),
        }
    }

    fn receive(&mut self, message: &Message) {
        self.take_notifications();
        self.received.push_back(encoded(|out| message.encode(out)));
    }

    /// Moves the messages that calls have sent to the received ones.
    fn take_notifications(&mut self) {
        self.received.append(&mut self.sent.lock().unwrap());
    }

    fn perform(&mut self, actions: Actions) {
        for action in actions {
            match action {
                Action::Send(message) | Action::SendFor { message, .. } => self.receive(&message),
                Action::Overloaded(response) => self.receive(&response.into()),
                Action::Run(call) => self.start(call),
                Action::Cancel { call, rest_of_batch } => {
                    self.running.retain(|running| running.id != call);
                    if let Some(rest) = rest_of_batch {
                        self.receive(&rest);
                    }
                }
                _ => panic!("an action that this transport does not know"),
            }
        }
    }

    fn start(&mut self, call: Call) {
        let (server, sent) = (self.server.clone(), Arc::clone(&self.sent));
        let outbox = NotificationSender::new(move |notification: mcpwright_core::Notification| {
            sent.lock().unwrap().push_back(encoded(|out| notification.encode(out)));
        });
        let id = call.call_id();
        let answering = Box::pin(async move {
            let outcome = server.call(&call, &outbox).await;
            (call, outcome)
        });
        self.running.push(Running { id, answering });
    }

    /// Runs until every call waits for time or for the client.
    fn settle(&mut self) {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut context = Context::from_waker(&waker);
        for _ in 0..10_000 {
            self.woken.0.store(false, Ordering::SeqCst);
            let mut has_changed = self.runtime.poll_background(&mut context);
            let mut index = 0;
            while index < self.running.len() {
                match self.running[index].answering.as_mut().poll(&mut context) {
                    Poll::Pending => index += 1,
                    Poll::Ready((call, outcome)) => {
                        self.running.remove(index);
                        self.take_notifications();
                        let actions = self.connection.finished(&call, outcome);
                        self.perform(actions);
                        has_changed = true;
                    }
                }
            }
            self.take_notifications();
            let changes = self.connection.changes();
            self.perform(changes);
            if !has_changed && !self.woken.0.load(Ordering::SeqCst) {
                return;
            }
        }
        panic!("the server never comes to rest");
    }

    fn advance(&mut self, time: Duration) {
        self.runtime.advance(time);
        if self.connection.has_waiting_calls() {
            let actions = self.connection.expire();
            self.perform(actions);
        }
        self.settle();
    }
}

impl Transport for Connection {
    fn send(&mut self, message: &str, _: Option<&Reply>) -> Result<(), String> {
        let actions = self.connection.receive(decode(message.as_bytes())).into_actions();
        self.perform(actions);
        self.settle();
        Ok(())
    }

    fn next(&self) -> Vec<&Value> {
        self.received.front().into_iter().collect()
    }

    fn take(&mut self, _: usize) -> Value {
        self.received.pop_front().expect("a message was there")
    }

    /// Advances the clock until a message has arrived.
    fn wait(&mut self) -> Result<bool, String> {
        const STEP: Duration = Duration::from_secs(1);
        let mut left = PATIENCE;
        while self.received.is_empty() && !left.is_zero() {
            let next = match self.runtime.next_timer() {
                Some(time) => time.min(STEP),
                None if self.connection.has_waiting_calls() => STEP,
                None => break,
            };
            self.advance(next);
            left = left.saturating_sub(next.max(Duration::from_millis(1)));
        }
        Ok(!self.received.is_empty())
    }

    fn event(&mut self, event: &str) -> Result<(), String> {
        self.state.event(event)?;
        self.settle();
        Ok(())
    }

    fn sleep(&mut self, time: Duration) {
        self.advance(time);
    }

    fn close(&mut self) -> Result<(), String> {
        let actions = self.connection.close(mcpwright_server::CloseReason::Shutdown);
        self.perform(actions);
        self.running.clear();
        self.runtime = ManualRuntime::new();
        Ok(())
    }

    fn is_deterministic(&self) -> bool {
        true
    }
}

fn encoded(encode: impl FnOnce(&mut Vec<u8>)) -> Value {
    let mut bytes = Vec::new();
    encode(&mut bytes);
    serde_json::from_slice(&bytes).expect("what is encoded is JSON")
}
