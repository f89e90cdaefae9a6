//! Requests of earlier revisions: sessions, streams that outlive their connection, and clients without a session.
//!
//! See [Streamable HTTP of 2025-11-25](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http).

use std::future::Future as _;
use std::sync::Arc;
use std::task::Poll;

use futures::future::poll_fn;
use http::{HeaderValue, StatusCode};
use mcpwright_core::Message;
use mcpwright_server::{Caller, Connection, Overloaded, Received};

use crate::http::edge::accept::Accepts;
use crate::http::edge::answer;
use crate::http::edge::answer::Answer;
use crate::http::edge::body::ReadyEvents;
use crate::http::edge::head::{Field, Head, SESSION};
use crate::http::edge::headers::declared_revision;
use crate::http::legacy::active::{ActiveSession, Reply};
use crate::http::legacy::event_id::{EventId, StreamKind};
use crate::http::legacy::session::{
    SessionError, SessionGuard, SessionToken, Sessions, TooManySessions, too_many_sessions,
};
use crate::http::legacy::standalone::StandaloneStream;
use crate::http::legacy::stream::{FirstReply, Stream};
use crate::http::sse;
use crate::http::state::{HttpState, caller};

/// Adds the id of the session that an answer opened.
pub(crate) fn add_session_id(answer: &mut Answer, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        answer.headers_mut().insert(SESSION, value);
    }
}

/// Handles a message of a session.
pub(crate) async fn post(
    state: &HttpState,
    sessions: &Arc<Sessions>,
    head: &Head<'_>,
    caller: Caller,
    message: Message,
    accepts: Accepts,
) -> Answer {
    let session = match enter(sessions, head, caller.clone()).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let stream = session.new_stream(StreamKind::Answer, accepts.events);
    let reply = session.receive(caller, Ok(message), &stream, head.parts, &session);
    stream.answer_done();
    if reply == Reply::None {
        return answer::empty(StatusCode::ACCEPTED);
    }
    match first_reply(state, &stream, accepts).await {
        FirstReply::Whole(bytes) => whole(reply, bytes, accepts),
        FirstReply::Nothing if !accepts.events => answer::empty(StatusCode::ACCEPTED),
        FirstReply::Events | FirstReply::Nothing => {
            session.streams().keep(&stream);
            answer::events(stream.attach(None, state.limits.keep_alive_interval, session))
        }
    }
}

/// Handles a request or batch of a client without a session, which `connection` has decided about.
pub(crate) async fn post_without_session(
    state: &Arc<HttpState>,
    connection: Connection,
    received: Received,
    accepts: Accepts,
) -> Answer {
    let session = ActiveSession::new(state, connection);
    let stream = session.new_stream(StreamKind::Answer, accepts.events);
    let reply = session.execute(|_| received, &stream, &());
    stream.answer_done();
    if reply == Reply::None {
        return answer::empty(StatusCode::ACCEPTED);
    }
    match first_reply(state, &stream, accepts).await {
        FirstReply::Whole(bytes) => whole(reply, bytes, accepts),
        FirstReply::Nothing => answer::empty(StatusCode::ACCEPTED),
        FirstReply::Events => answer::events(stream.attach(None, state.limits.keep_alive_interval, session)),
    }
}

/// Opens the standalone stream of a session, or resumes a stream.
pub(crate) async fn get(state: &HttpState, sessions: &Arc<Sessions>, head: &Head<'_>) -> Answer {
    if !Accepts::of(head).stream {
        return answer::not_an_event_stream();
    }
    let session = match enter(sessions, head, caller(head.parts)).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let Some(permit) = state.streams.try_acquire() else {
        return answer::limit_reached(&too_many_streams());
    };
    let after = match head.last_event.first() {
        None => None,
        Some(value) => match value.to_str().ok().and_then(EventId::parse) {
            Some(id) => Some(id),
            None => return unknown_event(),
        },
    };
    session.update_extensions(head.parts);
    let found = after.and_then(|id| session.find_stream(id));
    let (stream, after) = match (found, after) {
        // Nothing follows the end of a stream. Some clients try to resume the streams of calls that they have cancelled,
        // and accept only this answer without an error.
        (Some(stream), Some(id)) if stream.is_over(id) => return answer::not_allowed("POST, DELETE"),
        (Some(stream), after) => (stream, after),
        // The events are lost: a client that waits for them would wait forever.
        (None, Some(EventId { kind: StreamKind::Answer, .. })) => return unknown_event(),
        (None, _) => match session.open_standalone() {
            Ok(stream) => (stream, None),
            Err(overloaded) => return answer::limit_reached(&overloaded),
        },
    };
    let active = Arc::clone(&session);
    let attachment = stream.attach(after, state.limits.keep_alive_interval, (session, permit));
    answer::events(StandaloneStream::new(active, attachment))
}

/// Returns the error of a stream above the limit.
pub(crate) fn too_many_streams() -> Overloaded {
    Overloaded::new("too many streams at once", std::time::Duration::from_secs(1))
}

/// Ends a session.
pub(crate) async fn delete(sessions: &Arc<Sessions>, head: &Head<'_>) -> Answer {
    let caller = caller(head.parts);
    let token = match token(sessions, head, &caller).await {
        Ok(token) => token,
        Err(answer) => return answer,
    };
    match sessions.end(&caller, &token).await {
        Ok(()) => answer::empty(StatusCode::NO_CONTENT),
        Err(error) => {
            tracing::error!(%error, "cannot store the end of a session");
            answer::rejection(StatusCode::SERVICE_UNAVAILABLE, "sessions cannot be ended at the moment")
        }
    }
}

/// Returns `true` if the session id of a request belongs to no session of its caller.
pub(crate) async fn is_unknown(sessions: &Sessions, head: &Head<'_>, caller: &Caller) -> bool {
    let id = head.session.first().and_then(|id| id.to_str().ok());
    matches!(
        sessions.open(caller, sessions.scope(head.parts), id.unwrap_or_default()).await,
        Err(SessionError::NotFound)
    )
}

/// Returns the session of a request.
async fn enter(sessions: &Arc<Sessions>, head: &Head<'_>, caller: Caller) -> Result<SessionGuard, Answer> {
    let token = token(sessions, head, &caller).await?;
    sessions.enter(caller, &token).map_err(|error| match error {
        TooManySessions::NoneIdle => {
            answer::rejection(StatusCode::SERVICE_UNAVAILABLE, "too many sessions at once")
        }
        TooManySessions::Rejected => answer::limit_reached(&too_many_sessions()),
    })
}

async fn token(sessions: &Sessions, head: &Head<'_>, caller: &Caller) -> Result<Arc<SessionToken>, Answer> {
    let id = match head.session {
        Field::Once(id) => id.to_str().unwrap_or_default(),
        Field::Absent => {
            let reason = "this needs a session: send initialize, and the Mcp-Session-Id of its answer with each request";
            return Err(answer::rejection(StatusCode::BAD_REQUEST, reason));
        }
        Field::Repeated(_) => {
            let reason = "the header Mcp-Session-Id must not be repeated";
            return Err(answer::rejection(StatusCode::BAD_REQUEST, reason));
        }
    };
    if !declared_revision(head).may_be_legacy() {
        let reason = "MCP-Protocol-Version must be the revision that `initialize` negotiated: the declared one has no sessions";
        return Err(answer::rejection(StatusCode::BAD_REQUEST, reason));
    }
    match sessions.open(caller, sessions.scope(head.parts), id).await {
        Ok(token) => Ok(token),
        Err(SessionError::NotFound) => {
            let reason = "there is no such session, or it has ended: send initialize again";
            Err(answer::rejection(StatusCode::NOT_FOUND, reason))
        }
        Err(SessionError::Unavailable) => {
            let reason = "sessions cannot be looked up at the moment";
            Err(answer::rejection(StatusCode::SERVICE_UNAVAILABLE, reason))
        }
    }
}

/// Waits for the shape of an answer, which is known once the stream has a message, or after `json_grace`.
async fn first_reply(state: &HttpState, stream: &Stream, accepts: Accepts) -> FirstReply {
    let mut timer = None;
    poll_fn(|context| {
        if let Poll::Ready(first) = stream.poll_first(context) {
            return Poll::Ready(first);
        }
        if !accepts.events {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(state.limits.json_grace)));
        timer.as_mut().poll(context).map(|()| FirstReply::Events)
    })
    .await
}

fn whole(reply: Reply, bytes: Vec<u8>, accepts: Accepts) -> Answer {
    match reply {
        Reply::Overloaded => return answer::overloaded(bytes),
        Reply::Status(status) if accepts.json || status != StatusCode::OK => {
            return answer::whole(status, bytes);
        }
        Reply::Status(_) | Reply::None => {}
    }
    let mut events = Vec::with_capacity(bytes.len() + 16);
    sse::event(&mut events, None, |out| out.extend_from_slice(&bytes));
    answer::events(ReadyEvents(Some(events)))
}

fn unknown_event() -> Answer {
    let reason = "Last-Event-ID must name an event that can still be replayed";
    answer::rejection(StatusCode::BAD_REQUEST, reason)
}
