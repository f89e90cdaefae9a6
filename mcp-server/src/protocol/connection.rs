//! `Message → Action`: which era a message opens, what runs, what is cancelled.
//!
//! There is no I/O here: whole conversations are tested as text.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{
    CancelledParams, Client, DecodeError, Era, ErrorCode, ErrorObject, JsonText, Message, Notification,
    ProtocolVersion, Request, RequestId, Response, method,
};
use serde_json::json;

use crate::call::Call;
use crate::call::outcome::Outcome;
use crate::caller::Caller;
use crate::few::Few;
use crate::input_required::rounds::RoundState;
use crate::limits::{MAX_CALLS_PER_CONNECTION, MAX_UNREADABLE_MESSAGES};
use crate::protocol::action::{Action, Actions};
use crate::protocol::legacy::handshake::Handshake;
use crate::protocol::legacy::{batch, downgrade, server_requests, session};
use crate::protocol::modern::subscriptions;
use crate::protocol::request_meta::RequestMeta;
use crate::protocol::transport_metadata::{Alone, TransportMetadata};
use crate::protocol::{modern, request_meta};
use crate::replicas::change::Change;
use crate::server::Server;
use crate::subscriptions::hub::Wake;

/// One client on one channel, in either era or both at once.
///
/// A transport is a loop: it hands in what arrives and does what comes back.
#[derive(Debug)]
pub struct Connection {
    server: Server,
    caller: Caller,
    session: Option<session::Session>,
    /// The calls in flight: few enough to look one up by going through them.
    in_flight: Few<InFlight>,
    subscriptions: subscriptions::Subscriptions,
    /// The calls in flight that wait for the client's answers.
    questions: server_requests::Questions,
    /// Somebody looks at the time for them.
    is_timed: bool,
    /// Called when there are changes to tell, where somebody listens to it.
    wake: Option<Wake>,
    batches: batch::Batches,
    /// The number of the next call: a client may use an id again once it is free.
    next_serial: u64,
    unreadable: u32,
    /// The era of the last request.
    era: Option<Era>,
}

#[derive(Debug)]
struct InFlight {
    id: RequestId,
    serial: u64,
    form: ReplyFormat,
    batch: Option<batch::Batch>,
}

/// How the answer to a call is written.
#[derive(Clone, Debug, PartialEq)]
enum ReplyFormat {
    Modern,
    Legacy(ProtocolVersion),
}

/// What an era makes of a request.
enum Routed {
    /// It is answered without a handler.
    InputResponse(Result<JsonText, ErrorObject>),
    /// It opened a subscription.
    Subscribed(Notification),
    /// A handler answers it, for this client, with what earlier runs have brought.
    Call(Client, ReplyFormat, Option<Arc<RoundState>>),
}

impl Connection {
    /// A connection on which nothing has been said yet.
    pub fn new(server: Server, caller: Caller) -> Self {
        Self {
            server,
            caller,
            session: None,
            in_flight: Few::none(),
            subscriptions: subscriptions::Subscriptions::default(),
            questions: server_requests::Questions::default(),
            is_timed: false,
            wake: None,
            batches: batch::Batches::default(),
            next_serial: 0,
            unreadable: 0,
            era: None,
        }
    }

    /// A connection that goes on with the session of a handshake on another one.
    pub fn resume(server: Server, caller: Caller, handshake: Handshake) -> Self {
        Self { session: Some(session::Session::resume(handshake)), ..Self::new(server, caller) }
    }

    /// A connection to a client of an earlier revision that sends its requests without a handshake before them, where
    /// the transport says which revision that is. What needs a session is refused.
    pub fn without_session(server: Server, caller: Caller, version: ProtocolVersion) -> Self {
        Self { session: Some(session::Session::absent(version)), ..Self::new(server, caller) }
    }

    /// Says who calls from here on: it is the same client, and may have been granted more or less since.
    pub fn set_caller(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// What the handshake on this connection settled, if there was one.
    pub fn handshake(&self) -> Option<&Handshake> {
        self.session.as_ref()?.handshake()
    }

    /// Calls `wake` from here on when there are changes to tell, which [`Connection::changes`] returns then. It is called by
    /// whoever tells of a change, also while the connection is in use, and must not block.
    ///
    /// # Errors
    ///
    /// There is a session already, whose caller listens in too many places.
    pub fn listen(&mut self, wake: impl Fn() + Send + Sync + 'static) -> Result<(), ErrorObject> {
        let wake = self.wake.insert(Wake::new(wake));
        match &mut self.session {
            Some(session) => session.listen(&self.server, &self.caller, wake),
            None => Ok(()),
        }
    }

    /// Whether the client has asked for something that the handshake does not say: the connection has to be kept for it.
    pub fn has_session_state(&self) -> bool {
        self.session.as_ref().is_some_and(session::Session::has_session_state)
    }

    /// The era of the last request; nothing before the first one.
    pub fn era(&self) -> Option<Era> {
        self.era
    }

    /// Whether no call runs. One that waits for the client does not run, and a subscription is no call.
    pub fn is_idle(&self) -> bool {
        self.in_flight.len() == self.questions.len()
    }

    /// Whether the call of this serial waits for the client to answer a question.
    pub fn is_waiting(&self, serial: u64) -> bool {
        self.questions.contains(serial)
    }

    /// Takes what arrived, message or not.
    pub fn receive(&mut self, message: Result<Message, DecodeError>) -> Actions {
        self.receive_with(message, &Alone)
    }

    /// Takes what arrived, message or not, on a transport that knows something beside it.
    pub fn receive_with(
        &mut self,
        message: Result<Message, DecodeError>,
        beside: &dyn TransportMetadata,
    ) -> Actions {
        let message = match message {
            Ok(message) => message,
            Err(error) => return self.refuse(&error),
        };
        self.unreadable = 0;
        match message {
            Message::Request(request) => self.request(request, None, beside),
            Message::Notification(notification) => self.notification(&notification),
            Message::Response(response) => self.answered(response),
            Message::Batch(messages) => self.batch(messages, beside),
        }
    }

    /// Takes the outcome of a call; a call that was cancelled meanwhile says nothing.
    pub fn finished(&mut self, call: &Call, outcome: Outcome) -> Actions {
        let is_it = |in_flight: &InFlight| in_flight.serial == call.serial();
        let Some(in_flight) = self.in_flight.take(is_it) else { return Actions::none() };
        let outcome = match (&in_flight.form, outcome) {
            (ReplyFormat::Modern, outcome) => modern::finish(outcome, call, &self.server),
            (ReplyFormat::Legacy(version), Outcome::InputRequired(asked)) => {
                let now = self.server.runtime().now();
                match self.questions.ask(call, *asked, version, now) {
                    Ok(requests) => {
                        self.in_flight.push(in_flight);
                        return requests.into_iter().map(|request| Action::Send(request.into())).collect();
                    }
                    Err(reason) => downgrade::unsupported_by_client(&reason, call.method()),
                }
            }
            (ReplyFormat::Legacy(version), outcome) => downgrade::finish(outcome, call.method(), version),
        };
        let InFlight { id, batch, .. } = in_flight;
        self.answer(Response { id: Some(id), outcome }, batch)
    }

    /// Takes an answer to a question: once a call has all of its answers, it is run again.
    fn answered(&mut self, response: Response) -> Actions {
        self.questions.answered(response).map(Action::Run).into_iter().collect()
    }

    /// Fails the calls that have waited for the client longer than it may take to answer. Once
    /// [`should_start_timer`](Self::needs_time) has said so, a transport calls this from time to time, for as long as calls
    /// [wait](Self::has_questions) afterwards.
    pub fn expire(&mut self) -> Actions {
        let overdue = self.questions.overdue(self.server.state.input_timeout, self.server.runtime().now());
        let late = ErrorObject::internal("the client did not answer in time what it was asked");
        let actions = self.fail(overdue, &late);
        self.is_timed = self.has_questions();
        actions
    }

    /// Whether the transport is to begin with [`expire`](Self::expire): said once, until that has left no call that waits.
    pub fn should_start_timer(&mut self) -> bool {
        let begins = self.has_questions() && !self.is_timed;
        self.is_timed |= begins;
        begins
    }

    /// Fails calls that wait for the client.
    fn fail(&mut self, waiting: impl IntoIterator<Item = u64>, error: &ErrorObject) -> Actions {
        let mut actions = Actions::none();
        for serial in waiting {
            let Some((call, withdrawn)) = self.questions.withdraw(serial) else { continue };
            actions
                .extend(withdrawn.into_iter().map(|notification| Action::Tell(serial, notification.into())));
            let finished = self.finished(&call, Outcome::Failed(error.clone()));
            actions.extend(finished.into_iter().map(|action| match action {
                Action::Send(message) => Action::Tell(serial, message),
                other => other,
            }));
        }
        actions
    }

    /// Whether any call waits for the client.
    pub fn has_questions(&self) -> bool {
        self.questions.len() > 0
    }

    /// What has changed since this was last asked, as far as the client listens and its caller may still hear of it.
    pub fn changes(&mut self) -> Actions {
        let may_hear = |change: &Change| self.server.may_hear(&self.caller, change);
        let mut notifications = self.subscriptions.notifications(&may_hear);
        if let Some(session) = &self.session {
            notifications.extend(session.notifications(&may_hear));
        }
        notifications.into_iter().map(|notification| Action::Send(notification.into())).collect()
    }

    /// Ends the subscriptions, each with its last changes and its result, and fails the calls that wait for the client: the
    /// server is about to go.
    pub fn close(&mut self) -> Actions {
        let mut actions = self.changes();
        if let Some(session) = &mut self.session {
            session.close();
        }
        let responses = self.subscriptions.close(&self.server);
        actions.extend(responses.into_iter().map(|response| Action::Send(response.into())));
        let waiting = self.questions.overdue(Duration::ZERO, self.server.runtime().now());
        actions.extend(self.fail(waiting, &ErrorObject::internal("the server is about to end")));
        actions
    }

    /// Answers what is not a message. Whoever sends nothing but noise is not answered for ever.
    fn refuse(&mut self, error: &DecodeError) -> Actions {
        let Some(response) = error.answer() else { return Actions::none() };
        if response.outcome.as_ref().is_err_and(|error| error.code == ErrorCode::PARSE_ERROR) {
            self.unreadable = self.unreadable.saturating_add(1);
            if self.unreadable > MAX_UNREADABLE_MESSAGES {
                tracing::warn!("another message that is not JSON, not answered any more");
                return Actions::none();
            }
        }
        send(response)
    }

    fn request(
        &mut self,
        request: Request,
        batch: Option<batch::Batch>,
        beside: &dyn TransportMetadata,
    ) -> Actions {
        if self.in_flight.iter().any(|in_flight| in_flight.id == request.id)
            || self.subscriptions.contains(&request.id)
        {
            let error = ErrorObject::invalid_request("a request with this id is still being answered");
            return self.answer(Response::error(request.id, error), batch);
        }
        if self.in_flight.len() >= MAX_CALLS_PER_CONNECTION {
            let error = ErrorObject::internal("too many calls at once").data(json!({ "retryAfterMs": 1000 }));
            return self.answer(Response::error(request.id, error), batch);
        }
        let settled = match modern::cached(&request, &self.server) {
            Some(said) => {
                self.era = Some(Era::Modern);
                self.modern(&request, beside.agrees(&request, &said.version).map(|()| said.client))
            }
            None => self.settle(&request, beside),
        };
        match settled {
            Routed::InputResponse(outcome) => self.answer(Response { id: Some(request.id), outcome }, batch),
            Routed::Subscribed(acknowledged) => Actions::one(Action::Send(acknowledged.into())),
            Routed::Call(client, form, before) => {
                let serial = self.next_serial;
                self.next_serial += 1;
                self.in_flight.push(InFlight { id: request.id.clone(), serial, form, batch });
                let call = Call::of(request, client, self.caller.clone(), serial);
                Actions::one(Action::Run(call.after(before)))
            }
        }
    }

    /// Reads what a request says of itself, and settles it in its era.
    fn settle(&mut self, request: &Request, beside: &dyn TransportMetadata) -> Routed {
        let meta = match RequestMeta::of(request) {
            Ok(meta) => meta,
            Err(error) => return Routed::InputResponse(Err(error)),
        };
        let era = request_meta::of(request, &meta, self.session.is_some());
        self.era = Some(era);
        match era {
            Era::Modern => {
                let client = modern::client(request, &meta, &self.server, beside);
                self.modern(request, client)
            }
            Era::Legacy => self.legacy(request, &meta, beside),
        }
    }

    fn modern(&mut self, request: &Request, client: Result<Client, ErrorObject>) -> Routed {
        let client = match client {
            Ok(client) => client,
            Err(error) => return Routed::InputResponse(Err(error)),
        };
        match &*request.method {
            method::SERVER_DISCOVER => Routed::InputResponse(Ok(modern::discover(&self.server))),
            method::SUBSCRIPTIONS_LISTEN => {
                let (server, caller) = (&self.server, &self.caller);
                match self.subscriptions.open(request, &client, server, caller, self.wake.as_ref()) {
                    Ok(acknowledged) => Routed::Subscribed(acknowledged),
                    Err(error) => Routed::InputResponse(Err(error)),
                }
            }
            _ => match modern::before(request, &self.caller, &self.server) {
                Ok(before) => Routed::Call(client, ReplyFormat::Modern, before),
                Err(error) => Routed::InputResponse(Err(error)),
            },
        }
    }

    fn legacy(
        &mut self,
        request: &Request,
        meta: &RequestMeta<'_>,
        beside: &dyn TransportMetadata,
    ) -> Routed {
        let outcome = match (&*request.method, &mut self.session) {
            (method::PING, _) => Ok(downgrade::empty()),
            (method::INITIALIZE, session) if !session.as_ref().is_some_and(session::Session::is_open) => {
                session::Session::open(request, &self.server).and_then(|(mut opened, result)| {
                    if let Some(wake) = &self.wake {
                        opened.listen(&self.server, &self.caller, wake)?;
                    }
                    *session = Some(opened);
                    Ok(result)
                })
            }
            (method::INITIALIZE, _) => Err(ErrorObject::invalid_request("the session is already open")),
            (_, Some(session)) => match session.settle(request, &self.server, &self.caller) {
                Some(outcome) => outcome,
                None => match session.client(meta, beside.takes_requests()) {
                    Ok(client) => {
                        return Routed::Call(client, ReplyFormat::Legacy(session.version().clone()), None);
                    }
                    Err(error) => Err(error),
                },
            },
            (_, None) => Err(modern::missing_meta()),
        };
        Routed::InputResponse(outcome)
    }

    fn notification(&mut self, notification: &Notification) -> Actions {
        if notification.method != method::CANCELLED {
            return Actions::none();
        }
        // A malformed cancellation is ignored, as one that comes too late is.
        let params = notification.params.as_ref().and_then(|params| params.to::<CancelledParams>().ok());
        let Some(id) = params.and_then(|params| params.request_id) else { return Actions::none() };
        if self.subscriptions.cancel(&id) {
            return Actions::none();
        }
        let Some(cancelled) = self.in_flight.take(|in_flight| in_flight.id == id) else {
            return Actions::none();
        };
        let others = cancelled.batch.and_then(|batch| self.batches.skip(&batch));
        let withdrawn = self.questions.withdraw(cancelled.serial).map(|(_, notifications)| notifications);
        let tell = |notification: Notification| Action::Tell(cancelled.serial, notification.into());
        let told = withdrawn.into_iter().flatten().map(tell);
        told.chain([Action::Cancel(cancelled.serial, others)]).collect()
    }

    /// Runs the messages of a batch, where the session's revision has batches.
    fn batch(
        &mut self,
        messages: Vec<Result<Message, DecodeError>>,
        beside: &dyn TransportMetadata,
    ) -> Actions {
        if !self.session.as_ref().is_some_and(session::Session::has_batches) {
            return send(Response::error(None, ErrorObject::invalid_request("this revision has no batches")));
        }
        let batch = self.batches.open(&messages);
        let mut seen = HashSet::new();
        let mut actions = Actions::none();
        for message in messages {
            actions.extend(match message {
                Ok(Message::Request(request))
                    if !may_be_in_batch(&request) || !seen.insert(request.id.clone()) =>
                {
                    let error = ErrorObject::invalid_request("this request cannot be part of the batch");
                    self.answer(Response::error(request.id, error), Some(batch.clone()))
                }
                Ok(Message::Request(request)) => self.request(request, Some(batch.clone()), beside),
                Ok(Message::Notification(notification)) => self.notification(&notification),
                Ok(Message::Response(response)) => self.answered(response),
                Ok(Message::Batch(_)) => Actions::none(),
                Err(error) => match error.answer() {
                    Some(response) => self.answer(response, Some(batch.clone())),
                    None => Actions::none(),
                },
            });
        }
        actions
    }

    /// Sends a response, or puts it with the others of its batch.
    fn answer(&mut self, response: Response, batch: Option<batch::Batch>) -> Actions {
        match batch {
            None => send(response),
            Some(batch) => self.batches.add(&batch, response).map(Action::Send).into_iter().collect(),
        }
    }
}

/// Whether a request can be one of a batch: a handshake is alone, and requests of this revision are, too.
fn may_be_in_batch(request: &Request) -> bool {
    // Where `_meta` cannot be read, the answer says so.
    let is_legacy = |meta: RequestMeta<'_>| request_meta::of(request, &meta, true) == Era::Legacy;
    request.method != method::INITIALIZE && RequestMeta::of(request).map_or(true, is_legacy)
}

fn send(response: Response) -> Actions {
    Actions::one(Action::Send(response.into()))
}
