//! Batches of messages, which one legacy revision has.

use std::collections::HashSet;

use mcpwright_core::{DecodeError, Era, ErrorObject, Message, Request, Response, method};

use crate::protocol::action::{Actions, Received};
use crate::protocol::connection::Connection;
use crate::protocol::legacy::session::LegacySession;
use crate::protocol::request_meta::{LegacyContext, RequestMeta};
use crate::protocol::transport_metadata::TransportMetadata;

impl Connection {
    /// Handles the messages of a batch, where the session's revision has batches.
    pub(super) fn batch(
        &mut self,
        messages: Vec<Result<Message, DecodeError>>,
        metadata: &dyn TransportMetadata,
    ) -> Received {
        if !self.session.as_ref().is_some_and(LegacySession::has_batches) {
            let error = ErrorObject::invalid_request("this revision has no batches");
            return Received::Reply(Response::error(None, error));
        }
        let (batch, expects_answer) = self.batches.open(&messages);
        let mut ids = HashSet::new();
        let mut actions = Actions::new();
        for message in messages {
            let received = match message {
                Ok(Message::Request(request))
                    if !may_be_in_batch(&request) || !ids.insert(request.id.clone()) =>
                {
                    let error = ErrorObject::invalid_request("this request must not be part of the batch");
                    self.answer(Received::Reply(Response::error(request.id, error)), Some(batch.clone()))
                }
                Ok(Message::Request(request)) => self.request(request, Some(batch.clone()), metadata),
                Ok(Message::Notification(notification)) => {
                    Received::Ignored(self.notification(&notification))
                }
                Ok(Message::Response(response)) => Received::Ignored(self.response(response)),
                Ok(Message::Batch(_)) => continue,
                Err(error) => match error.to_response() {
                    Some(response) => self.answer(Received::Reply(response), Some(batch.clone())),
                    None => continue,
                },
            };
            actions.extend(received.into_actions());
        }
        if expects_answer { Received::Batch(actions) } else { Received::Ignored(actions) }
    }
}

/// Returns `true` if a request can be part of a batch: neither a handshake nor a modern request can.
fn may_be_in_batch(request: &Request) -> bool {
    // A `_meta` that cannot be read has an answer of its own.
    let is_legacy = |meta: RequestMeta<'_>| meta.era(request, LegacyContext::Handshake) == Era::Legacy;
    request.method != method::INITIALIZE && RequestMeta::of(request).map_or(true, is_legacy)
}
