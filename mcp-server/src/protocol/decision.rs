//! Decisions about messages that arrive without a connection: the POST requests of HTTP.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use mcpwright_core::{
    Client, DecodeError, Era, ErrorObject, Message, Notification, ProtocolVersion, Request, Response, method,
    read_json_string,
};

use crate::call::request_info::RequestInfo;
use crate::call::{Call, CallId, Resolved};
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::handler::ToolHandler;
use crate::handler::parameters::header_params::HeaderParam;
use crate::protocol::action::Received;
use crate::protocol::connection::Connection;
use crate::protocol::legacy::handshake::Handshake;
use crate::protocol::modern;
use crate::protocol::modern::{ClientCheck, DescribedClient};
use crate::protocol::request_meta::{LegacyContext, RequestMeta};
use crate::protocol::routed::{Rejection, Routed};
use crate::protocol::transport_metadata::{DeclaredRevision, TransportMetadata};
use crate::server::Server;

/// The decision about a message that arrived without a connection, by [`Server::receive`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Decision {
    /// The message is answered without a handler. The status of an error depends on the era.
    Reply(Response, Era),
    /// The message is rejected because a limit is reached.
    Overloaded(Response),
    /// A handler answers the request: run it with [`Server::call`], and make the response with [`Server::finish`].
    Call(Call),
    /// The request opened a subscription. The acknowledgement comes first, and the connection has the changes.
    Subscribed(Box<Connection>, Notification),
    /// `initialize` opened a session with this handshake. The transport creates the session id.
    Opened(Response, Handshake),
    /// A request or batch of an earlier revision without a session: execute the actions on this connection.
    Detached(Box<Connection>, Received),
    /// The message belongs to the session that the transport's metadata names.
    InSession {
        /// The message, unchanged.
        message: Message,
        /// The message is `initialize`. If there is no such session, [`Server::receive_without_session`] opens one.
        is_initialize: bool,
    },
    /// A notification: no answer.
    Ignored,
    /// A response that no call waits for.
    Unexpected,
    /// The declared revision is unknown, and the message declares none.
    UnknownRevision,
}

impl Server {
    /// Decides about a message that arrived without a connection, such as the body of an HTTP POST.
    ///
    /// A modern request needs no connection. A message of an earlier revision belongs to the session that the metadata
    /// names; without one, it gets a connection of its own.
    ///
    /// ```
    /// use mcpwright_core::message;
    /// use mcpwright_server::{Caller, Decision, NotificationSender, Server, ToolHandler};
    ///
    /// let body = br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{
    ///     "io.modelcontextprotocol/protocolVersion":"2026-07-28",
    ///     "io.modelcontextprotocol/clientInfo":{"name":"inspector","version":"0.1.0"},
    ///     "io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    /// # futures::executor::block_on(async {
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).build();
    /// let decision = server.receive(&Caller::anonymous(), message::decode(body), &()).await;
    /// let Decision::Call(call) = decision else { panic!("a handler answers the request") };
    /// let outcome = server.call(&call, &NotificationSender::new(|_| {})).await;
    /// assert!(server.finish(&call, outcome).outcome.is_ok());
    /// # });
    /// ```
    pub async fn receive(
        &self,
        caller: &Caller,
        message: Result<Message, DecodeError>,
        metadata: &dyn TransportMetadata,
    ) -> Decision {
        let message = match message {
            Ok(message) => message,
            Err(error) => return undecoded(&error, metadata),
        };
        if metadata.has_session_id() && !self.is_modern(&message) {
            let is_initialize =
                matches!(&message, Message::Request(request) if request.method == method::INITIALIZE);
            return Decision::InSession { message, is_initialize };
        }
        match message {
            Message::Request(request) => self.receive_request(caller, request, metadata).await,
            message => self.receive_without_session(caller, message, metadata),
        }
    }

    /// Returns `true` if a message is a request that describes its client by itself, so that it belongs to no session.
    fn is_modern(&self, message: &Message) -> bool {
        let Message::Request(request) = message else { return false };
        modern::cached(request, self).is_some() || RequestMeta::of(request).is_ok_and(|meta| meta.is_modern())
    }

    /// Decides about a message of an earlier revision that belongs to no session.
    pub fn receive_without_session(
        &self,
        caller: &Caller,
        message: Message,
        metadata: &dyn TransportMetadata,
    ) -> Decision {
        let era = match &message {
            Message::Request(_) => Era::Legacy,
            Message::Batch(_) => Era::Modern,
            Message::Notification(_) => return Decision::Ignored,
            Message::Response(_) => return unexpected(metadata),
        };
        let (server, caller) = (self.clone(), caller.clone());
        let mut connection = Box::new(match metadata.declared_revision() {
            // A request without the header is one of this revision.
            DeclaredRevision::Absent => {
                Connection::without_session(server, caller, ProtocolVersion::V2025_03_26)
            }
            DeclaredRevision::Supported(version) if version.era() == Some(Era::Legacy) => {
                Connection::without_session(server, caller, version)
            }
            DeclaredRevision::Unknown if is_ping(&message) => return Decision::UnknownRevision,
            DeclaredRevision::Supported(_) | DeclaredRevision::Unknown => Connection::new(server, caller),
        });
        connection.detach_session();
        match connection.receive_with(Ok(message), metadata) {
            Received::Reply(response) => match connection.handshake() {
                Some(handshake) => Decision::Opened(response, handshake.clone()),
                None => Decision::Reply(response, era),
            },
            Received::Overloaded(response) => Decision::Overloaded(response),
            Received::Ignored(_) => Decision::Ignored,
            received => Decision::Detached(connection, received),
        }
    }

    async fn receive_request(
        &self,
        caller: &Caller,
        request: Request,
        metadata: &dyn TransportMetadata,
    ) -> Decision {
        if let Some(parsed) = modern::cached(&request, self) {
            let extensions = metadata.extensions();
            let info = RequestInfo::new(caller, &parsed.client, &extensions);
            let lookup = self.look_up(&request, &info, metadata).await;
            let client = lookup.check(metadata).check_cached(&request, parsed);
            return self.decide(caller, &extensions, request, client, lookup);
        }
        let context = match metadata.declared_revision().may_be_legacy() {
            true => LegacyContext::Metadata,
            false => LegacyContext::None,
        };
        let era = RequestMeta::of(&request).map_or(Era::Modern, |meta| meta.era(&request, context));
        if era == Era::Legacy {
            return self.receive_without_session(caller, Message::Request(request), metadata);
        }
        let extensions = metadata.extensions();
        let described = match RequestMeta::of(&request).and_then(|meta| DescribedClient::of(meta, self)) {
            Ok(described) => described,
            Err(error) => return Decision::Reply(Response::error(request.id, error), Era::Modern),
        };
        let info = RequestInfo::new(caller, &described.client, &extensions);
        let lookup = self.look_up(&request, &info, metadata).await;
        let client = lookup.check(metadata).check_described(&request, described, self);
        self.decide(caller, &extensions, request, client, lookup)
    }

    /// Decides about a modern request of an identified client.
    fn decide(
        &self,
        caller: &Caller,
        extensions: &Extensions,
        request: Request,
        client: Result<Client, ErrorObject>,
        lookup: ToolLookup,
    ) -> Decision {
        let client = match client {
            Ok(client) => client,
            Err(error) => return Decision::Reply(Response::error(request.id, error), Era::Modern),
        };
        let mut connection = None;
        let routed = modern::route(&request, client, self, caller, extensions, |info| {
            let connection = connection.insert(Box::new(self.connect(caller.clone())));
            connection.set_extensions(extensions.clone());
            connection.subscribe(&request, info)
        });
        match routed {
            Ok(Routed::Call(client, state)) => {
                let call = Call::from_request(request, client, caller.clone(), CallId::default());
                let call = call.with_extensions(extensions).with_round_state(state);
                Decision::Call(call.with_resolved(lookup.into_resolved()))
            }
            Ok(Routed::Subscribed(acknowledgement)) => match connection {
                Some(connection) => Decision::Subscribed(connection, acknowledgement),
                None => unreachable!("the connection opened the subscription"),
            },
            Ok(Routed::Reply(result)) => Decision::Reply(Response::ok(request.id, result), Era::Modern),
            Err(Rejection::Error(error)) => Decision::Reply(Response::error(request.id, error), Era::Modern),
            Err(Rejection::Overloaded(overloaded)) => {
                Decision::Overloaded(Response::error(request.id, overloaded.into()))
            }
        }
    }

    /// Looks up the tool of a call whose client repeats arguments in headers: they are compared before the call starts.
    async fn look_up(
        &self,
        request: &Request,
        info: &RequestInfo<'_>,
        metadata: &dyn TransportMetadata,
    ) -> ToolLookup {
        if request.method != method::TOOLS_CALL || !metadata.has_header_params() {
            return ToolLookup::NotDone;
        }
        let name = request.params.as_ref().and_then(|params| params.member("name"));
        let Some(name) = name.and_then(read_json_string) else { return ToolLookup::NotDone };
        let (tools, view) = (&self.state.tools, self.view(*info));
        if let Some(tool) = tools.get_static(&name).filter(|tool| view.shows(*tool)) {
            return ToolLookup::Found(tool.clone());
        }
        match Box::pin(AssertUnwindSafe(tools.find(&view, &name)).catch_unwind()).await {
            Ok(Ok(Some(tool))) => ToolLookup::Found(tool),
            Ok(Ok(None)) => ToolLookup::NotFound,
            // The call repeats the lookup, and reports its error.
            Ok(Err(_)) | Err(_) => ToolLookup::NotDone,
        }
    }
}

/// The tool of a call, looked up before the call starts.
enum ToolLookup {
    NotDone,
    Found(ToolHandler),
    NotFound,
}

impl ToolLookup {
    fn check<'a>(&'a self, metadata: &'a dyn TransportMetadata) -> ClientCheck<'a> {
        let header_params: &[HeaderParam] = match self {
            Self::Found(tool) => tool.header_params(),
            Self::NotDone | Self::NotFound => &[],
        };
        ClientCheck { metadata, header_params }
    }

    fn into_resolved(self) -> Option<Resolved> {
        match self {
            Self::NotDone => None,
            Self::Found(tool) => Some(Resolved::Found(tool.into_any())),
            Self::NotFound => Some(Resolved::NotFound),
        }
    }
}

/// Returns the decision about bytes that are not a message.
fn undecoded(error: &DecodeError, metadata: &dyn TransportMetadata) -> Decision {
    match error.to_response() {
        Some(response) => Decision::Reply(response, Era::Modern),
        None if metadata.has_session_id() => Decision::Ignored,
        None if matches!(error, DecodeError::Unanswerable(_)) => unexpected(metadata),
        None => Decision::Ignored,
    }
}

/// Returns the decision about a response that no call waits for. Legacy clients may send one late.
fn unexpected(metadata: &dyn TransportMetadata) -> Decision {
    if metadata.declared_revision().may_be_legacy() { Decision::Ignored } else { Decision::Unexpected }
}

fn is_ping(message: &Message) -> bool {
    matches!(message, Message::Request(request) if request.method == method::PING)
}
