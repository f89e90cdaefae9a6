//! Requests of earlier revisions: sessions, streams that outlive their connection, and clients that leave sessions out.
//!
//! See [Streamable HTTP of 2025-11-25](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http).

use std::future::Future as _;
use std::sync::Arc;
use std::task::Poll;

use futures::future::poll_fn;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use mcpwright_core::{DecodeError, Message, Response};
use mcpwright_server::{Actions, Caller, Connection};

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer;
use crate::http::edge::answer::Answer;
use crate::http::edge::head::{Field, Head, SESSION};
use crate::http::edge::headers::VersionHeader;
use crate::http::legacy::active::{ActiveSession, Arrival};
use crate::http::legacy::session::{SessionError, SessionGuard, SessionToken};
use crate::http::legacy::standalone::StandaloneStream;
use crate::http::legacy::stream::{EventId, FirstReply, Kind, Stream};
use crate::http::modern::exchange::ReadyEvents;
use crate::http::router::{Begun, Endpoint, caller};
use crate::http::sse;

/// Says in an answer which session it opened.
pub(crate) fn name(answer: &mut Answer, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(SESSION, value);
    }
}

/// Takes a message of a session.
pub(crate) async fn post(
    endpoint: &Endpoint,
    head: &Head<'_>,
    caller: Caller,
    message: Result<Message, DecodeError>,
    takes: Accepts,
) -> Answer {
    let message = match message {
        Ok(message) => message,
        Err(error) => return no_message(&error),
    };
    let session = match enter(endpoint, head, caller.clone()).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let stream = session.stream(Kind::Answer, takes.events);
    let message = Ok(message);
    let is_notice = !wants_answer(&message);
    let arrival = Arrival { endpoint, parts: head.parts, session: Some(&session) };
    let status = session.receive(caller, message, &stream, &arrival);
    if is_notice {
        return answer::empty(StatusCode::ACCEPTED);
    }
    match first(endpoint, &stream, takes).await {
        FirstReply::Whole(bytes) => whole(status, bytes, takes),
        FirstReply::Nothing if !takes.events => answer::empty(StatusCode::ACCEPTED),
        FirstReply::Events | FirstReply::Nothing => {
            session.keep(&stream);
            answer::events(stream.attach(None, endpoint.limits.keep_alive, session))
        }
    }
}

/// Does what a message wants done of a client that has no session.
pub(crate) fn begin_without_session(
    endpoint: &Endpoint,
    parts: &Parts,
    connection: Box<Connection>,
    actions: Actions,
    takes: Accepts,
) -> Begun {
    let live = ActiveSession::new(endpoint.sessions.shared(), *connection);
    let stream = live.stream(Kind::Answer, takes.events);
    let status = live.perform(actions, &stream, &Arrival { endpoint, parts, session: None });
    Begun::Stream(live, stream, status)
}

/// Answers with what comes of that.
pub(crate) async fn without_session(
    endpoint: &Endpoint,
    live: Arc<ActiveSession>,
    stream: &Arc<Stream>,
    status: StatusCode,
    takes: Accepts,
) -> Answer {
    match first(endpoint, stream, takes).await {
        FirstReply::Whole(bytes) => whole(status, bytes, takes),
        FirstReply::Nothing => answer::empty(StatusCode::ACCEPTED),
        FirstReply::Events => answer::events(stream.attach(None, endpoint.limits.keep_alive, live)),
    }
}

/// Opens a stream for what a session is told without having asked, or goes on with a stream.
pub(crate) async fn get(endpoint: &Endpoint, head: &Head<'_>) -> Answer {
    if !Accepts::of(head).only_events {
        let reason = "a stream is text/event-stream: `Accept` has to allow it";
        return answer::refusal(StatusCode::NOT_ACCEPTABLE, reason);
    }
    let session = match enter(endpoint, head, caller(head.parts)).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let Some(counted) = endpoint.streams.try_acquire() else {
        return answer::refusal(StatusCode::TOO_MANY_REQUESTS, "too many streams at once");
    };
    let after = match head.last_event.first() {
        None => None,
        Some(value) => match value.to_str().ok().and_then(EventId::parse) {
            Some(id) => Some(id),
            None => return unknown_event(),
        },
    };
    let found = after.and_then(|id| session.find(id));
    let (stream, after) = match (found, after) {
        // After the end comes nothing. Some clients look for it, of calls that they have cancelled, and take this for the
        // one answer that is no trouble.
        (Some(stream), Some(id)) if stream.is_over(id) => return answer::not_allowed("POST, DELETE"),
        (Some(stream), after) => (stream, after),
        // What has been lost is lost: a client that waited would wait for ever.
        (None, Some(EventId { kind: Kind::Answer, .. })) => return unknown_event(),
        (None, _) => match session.standing() {
            Ok(stream) => (stream, None),
            Err(error) => {
                return answer::json(StatusCode::TOO_MANY_REQUESTS, &Response::error(None, error).into());
            }
        },
    };
    let live = Arc::clone(&session);
    let attached = stream.attach(after, endpoint.limits.keep_alive, (session, counted));
    answer::events(StandaloneStream::new(live, attached))
}

/// Ends a session.
pub(crate) async fn delete(endpoint: &Endpoint, head: &Head<'_>) -> Answer {
    let known = match known(endpoint, head, &caller(head.parts)).await {
        Ok(known) => known,
        Err(answer) => return answer,
    };
    match endpoint.sessions.end(&known).await {
        Ok(()) => answer::empty(StatusCode::NO_CONTENT),
        Err(error) => {
            tracing::error!(%error, "that a session has ended cannot be written to the store");
            answer::refusal(StatusCode::SERVICE_UNAVAILABLE, "sessions cannot be ended at the moment")
        }
    }
}

/// Whether the id of a session in a request is of none that its caller has.
pub(crate) async fn is_of_nobody(endpoint: &Endpoint, head: &Head<'_>, caller: &Caller) -> bool {
    let id = head.session.first().and_then(|id| id.to_str().ok());
    matches!(endpoint.sessions.open(caller, id.unwrap_or_default()).await, Err(SessionError::Gone))
}

/// What lives of the session of a request.
async fn enter(endpoint: &Endpoint, head: &Head<'_>, caller: Caller) -> Result<SessionGuard, Answer> {
    let known = known(endpoint, head, &caller).await?;
    let full = || answer::refusal(StatusCode::SERVICE_UNAVAILABLE, "too many sessions at once");
    endpoint.sessions.enter(caller, &known).ok_or_else(full)
}

async fn known(endpoint: &Endpoint, head: &Head<'_>, caller: &Caller) -> Result<Arc<SessionToken>, Answer> {
    let id = match head.session {
        Field::Once(id) => id.to_str().unwrap_or_default(),
        Field::Absent => {
            let reason = "this needs a session: send initialize, and the Mcp-Session-Id of its answer with each request";
            return Err(answer::refusal(StatusCode::BAD_REQUEST, reason));
        }
        Field::Repeated(_) => {
            return Err(answer::refusal(StatusCode::BAD_REQUEST, "the header Mcp-Session-Id is there twice"));
        }
    };
    if !VersionHeader::of(head).is_legacy() {
        let reason =
            "MCP-Protocol-Version is not a revision that has sessions: send the one that was agreed on";
        return Err(answer::refusal(StatusCode::BAD_REQUEST, reason));
    }
    match endpoint.sessions.open(caller, id).await {
        Ok(known) => Ok(known),
        Err(SessionError::Gone) => {
            let reason = "there is no such session, or it has ended: send initialize again";
            Err(answer::refusal(StatusCode::NOT_FOUND, reason))
        }
        Err(SessionError::Unknown) => {
            let reason = "sessions cannot be looked up at the moment";
            Err(answer::refusal(StatusCode::SERVICE_UNAVAILABLE, reason))
        }
    }
}

/// What a request is answered with: known once its call has said something, or has run for some time.
async fn first(endpoint: &Endpoint, stream: &Stream, takes: Accepts) -> FirstReply {
    let mut timer = None;
    poll_fn(|context| {
        if let Poll::Ready(first) = stream.poll_first(context) {
            return Poll::Ready(first);
        }
        if !takes.events {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(endpoint.limits.grace)));
        timer.as_mut().poll(context).map(|()| FirstReply::Events)
    })
    .await
}

fn whole(status: StatusCode, bytes: Vec<u8>, takes: Accepts) -> Answer {
    if takes.json || status != StatusCode::OK {
        return answer::whole(status, bytes);
    }
    let mut events = Vec::with_capacity(bytes.len() + 16);
    sse::event(&mut events, None, |out| out.extend_from_slice(&bytes));
    answer::events(ReadyEvents(Some(events)))
}

/// Whether a message has to be answered.
pub(crate) fn wants_answer(message: &Result<Message, DecodeError>) -> bool {
    match message {
        Ok(Message::Request(_)) => true,
        Ok(Message::Notification(_) | Message::Response(_)) => false,
        Ok(Message::Batch(messages)) => messages.iter().any(wants_answer),
        Err(error) => error.answer().is_some(),
    }
}

/// Answers what is no message, which each client is told as often as it sends any: it is no business of its session.
fn no_message(error: &DecodeError) -> Answer {
    match error.answer() {
        Some(response) => answer::json(StatusCode::BAD_REQUEST, &response.into()),
        None => answer::empty(StatusCode::ACCEPTED),
    }
}

fn unknown_event() -> Answer {
    let reason = "Last-Event-ID is not of an event that can still be sent again";
    answer::refusal(StatusCode::BAD_REQUEST, reason)
}
