//! The routing of a request: by its era, and within the limits of the connection.

use mcpwright_core::{Era, ErrorObject, Notification, ProtocolVersion, Request, Response, method};

use crate::call::Call;
use crate::call::request_info::RequestInfo;
use crate::json;
use crate::limits::MAX_CALLS_PER_CONNECTION;
use crate::overloaded::Overloaded;
use crate::protocol::action::Received;
use crate::protocol::connection::Connection;
use crate::protocol::connection::in_flight::ReplyFormat;
use crate::protocol::legacy::batch::BatchId;
use crate::protocol::legacy::session::LegacySession;
use crate::protocol::modern;
use crate::protocol::modern::ClientCheck;
use crate::protocol::request_meta::{LegacyContext, RequestMeta};
use crate::protocol::routed::{Rejection, Routed};
use crate::protocol::transport_metadata::TransportMetadata;

impl Connection {
    /// Routes a request, and answers it or starts its call.
    pub(super) fn request(
        &mut self,
        request: Request,
        batch: Option<BatchId>,
        metadata: &dyn TransportMetadata,
    ) -> Received {
        let received = match self.check_limits(&request).and_then(|()| self.route(&request, metadata)) {
            Err(rejection) => rejection.into_received(request.id),
            Ok((Routed::Reply(result), _)) => Received::Reply(Response::ok(request.id, result)),
            Ok((Routed::Subscribed(acknowledgement), _)) => Received::Subscribed(acknowledgement),
            Ok((Routed::Call(client, state), format)) => {
                let is_legacy = matches!(format, ReplyFormat::Legacy(_));
                let call_id = self.in_flight.start(request.id.clone(), format, batch);
                let session = self.session.as_ref().filter(|_| is_legacy).and_then(LegacySession::id);
                let call = Call::from_request(request, client, self.caller.clone(), call_id);
                let call = call.with_extensions(&self.extensions).with_round_state(state);
                return Received::Call(call.with_session(session));
            }
        };
        self.answer(received, batch)
    }

    /// Rejects a request whose id is in use, and one above the limit of calls.
    fn check_limits(&self, request: &Request) -> Result<(), Rejection> {
        if self.in_flight.contains(&request.id) || self.subscriptions.contains(&request.id) {
            return Err(ErrorObject::invalid_request("a request with this id is still being answered").into());
        }
        if self.in_flight.len() >= MAX_CALLS_PER_CONNECTION {
            return Err(Overloaded::too_many_calls().into());
        }
        Ok(())
    }

    /// Finds the era of a request and has it routed there.
    fn route(
        &mut self,
        request: &Request,
        metadata: &dyn TransportMetadata,
    ) -> Result<(Routed, ReplyFormat), Rejection> {
        let check = ClientCheck { metadata, header_params: &[] };
        let client = match modern::cached(request, &self.server) {
            Some(parsed) => check.check_cached(request, parsed)?,
            None => {
                let meta = RequestMeta::of(request)?;
                match meta.era(request, self.legacy_context()) {
                    Era::Modern => check.check_parsed(request, meta, &self.server)?,
                    Era::Legacy => return self.route_legacy(request, &meta, metadata),
                }
            }
        };
        self.has_client = true;
        let Self { server, caller, extensions, subscriptions, wake, .. } = self;
        let routed = modern::route(request, client, server, caller, extensions, |info| {
            subscriptions.open(request, info, server, wake.as_ref())
        })?;
        Ok((routed, ReplyFormat::Modern))
    }

    fn legacy_context(&self) -> LegacyContext {
        match &self.session {
            Some(session) if session.is_open() => LegacyContext::Handshake,
            Some(_) => LegacyContext::Metadata,
            None => LegacyContext::None,
        }
    }

    /// Opens a subscription and returns its acknowledgement.
    pub(crate) fn subscribe(
        &mut self,
        request: &Request,
        info: &RequestInfo<'_>,
    ) -> Result<Notification, Rejection> {
        self.subscriptions.open(request, info, &self.server, self.wake.as_ref())
    }

    fn route_legacy(
        &mut self,
        request: &Request,
        meta: &RequestMeta<'_>,
        metadata: &dyn TransportMetadata,
    ) -> Result<(Routed, ReplyFormat), Rejection> {
        let (server, caller, extensions) = (&self.server, &self.caller, &self.extensions);
        let routed = match (&*request.method, &mut self.session) {
            (method::PING, _) => Routed::Reply(json::empty_object()),
            (method::INITIALIZE, session) if !session.as_ref().is_some_and(LegacySession::is_open) => {
                let (mut opened, result) =
                    LegacySession::open(request, server, caller, extensions, metadata)?;
                if let Some(wake) = &self.wake {
                    opened.listen(server, caller, extensions, wake)?;
                }
                if !self.is_detached {
                    opened.bind(server, caller);
                }
                *session = Some(opened);
                Routed::Reply(result)
            }
            (method::INITIALIZE, _) => {
                return Err(ErrorObject::invalid_request("the session is already open").into());
            }
            (_, Some(session)) => session.route(request, meta, metadata, server, caller, extensions)?,
            (_, None) => return Err(modern::error::missing_meta().into()),
        };
        let version = self.session.as_ref().map(|session| session.version().clone());
        Ok((routed, ReplyFormat::Legacy(version.unwrap_or(ProtocolVersion::LATEST_LEGACY))))
    }
}
