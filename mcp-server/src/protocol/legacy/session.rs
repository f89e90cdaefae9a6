//! A session: the handshake, the subscriptions and the log level.

use std::collections::BTreeMap;

use mcpwright_core::{
    Client, Era, ErrorObject, InitializeParams, InitializeResult, JsonText, Members, Meta, Notification,
    ProgressToken, ProtocolVersion, Request, SetLevelParams, SubscribeParams, SubscriptionFilter,
    TASKS_EXTENSION, method,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::call::params;
use crate::caller::Caller;
use crate::incident;
use crate::json;
use crate::limits::{MAX_SUBSCRIPTIONS_PER_SESSION, check_uri};
use crate::observer::{CloseReason, ObservedSubscription};
use crate::overloaded::Overloaded;
use crate::protocol::legacy::bound_session::BoundSession;
use crate::protocol::legacy::downgrade::not_found;
use crate::protocol::legacy::handshake::{DEFAULT_LEVEL, Handshake};
use crate::protocol::request_meta::RequestMeta;
use crate::protocol::routed::{Rejection, Routed};
use crate::protocol::transport_metadata::TransportMetadata;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::session_id::SessionId;
use crate::subscriptions::hub::{Subscription, Wake};
use crate::tasks::methods::is_task_method;

/// The handshake of a client, its subscriptions and its log level.
#[derive(Debug)]
pub(crate) struct LegacySession {
    handshake: Handshake,
    /// There was a handshake; otherwise the client leaves it out.
    is_open: bool,
    /// The resources that the client subscribed to, and what observers know of each.
    subscribed_uris: BTreeMap<String, Option<ObservedSubscription>>,
    /// The changes for the client, on a connection that can send them.
    subscription: Option<Subscription>,
    /// `Some` if the session ends with its connection.
    bound: Option<BoundSession>,
}

impl LegacySession {
    /// Continues a session that was opened elsewhere.
    pub(crate) fn resume(handshake: Handshake) -> Self {
        Self::new(handshake, true)
    }

    /// Returns a placeholder for a client without a session, which serves requests that need none.
    pub(crate) fn without_handshake(version: ProtocolVersion) -> Self {
        let client = Client::default().with_protocol_version(Some(version.clone()));
        let handshake = Handshake { id: SessionId::from_bytes([0; 16]), version, client };
        Self::new(handshake, false)
    }

    fn new(handshake: Handshake, is_open: bool) -> Self {
        Self { handshake, is_open, subscribed_uris: BTreeMap::new(), subscription: None, bound: None }
    }

    /// Opens a session and returns the result of `initialize`.
    pub(crate) fn open(request: &Request, server: &Server) -> Result<(Self, JsonText), ErrorObject> {
        let params: InitializeParams = read(request)?;
        let version = if params.protocol_version.era() == Some(Era::Legacy) {
            params.protocol_version
        } else {
            ProtocolVersion::LATEST_LEGACY
        };
        let (mut declared, mut offered) = (params.capabilities, server.capabilities().clone());
        declared.extensions = without_tasks(declared.extensions);
        offered.extensions = without_tasks(offered.extensions);
        let client = Client::new(Some(params.client_info), declared)
            .with_protocol_version(Some(version.clone()))
            .with_log_level(Some(DEFAULT_LEVEL));
        let mut result = InitializeResult::new(version.clone(), offered, server.info().clone());
        result.instructions = server.instructions().map(str::to_owned);
        let text = JsonText::encode(&result)
            .map_err(|error| incident::internal("the handshake does not serialize", &error))?;
        Ok((Self::resume(Handshake { id: SessionId::random(), version, client }), text))
    }

    /// Binds the session to its connection: it ends with it.
    pub(crate) fn bind(&mut self, server: &Server, caller: &Caller) {
        self.bound = Some(BoundSession::open(server, caller, &self.handshake));
    }

    pub(crate) fn version(&self) -> &ProtocolVersion {
        &self.handshake.version
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the identity of the session, if there was a handshake.
    pub(crate) fn id(&self) -> Option<SessionId> {
        self.handshake().map(Handshake::id)
    }

    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        self.is_open.then_some(&self.handshake)
    }

    /// Returns `true` if the session holds state that is not in its handshake (subscriptions, a log level).
    pub(crate) fn has_session_state(&self) -> bool {
        !self.subscribed_uris.is_empty() || self.handshake.client.log_level() != Some(DEFAULT_LEVEL)
    }

    /// Returns `true` if the session's revision has batches. Only one has.
    pub(crate) fn has_batches(&self) -> bool {
        *self.version() == ProtocolVersion::V2025_03_26
    }

    /// Routes a request: the session answers the methods that change it, and every other request is a call.
    pub(crate) fn route(
        &mut self,
        request: &Request,
        meta: &RequestMeta<'_>,
        metadata: &dyn TransportMetadata,
        server: &Server,
        caller: &Caller,
    ) -> Result<Routed, Rejection> {
        match &*request.method {
            method::LOGGING_SET_LEVEL | method::RESOURCES_SUBSCRIBE | method::RESOURCES_UNSUBSCRIBE
                if !self.is_open =>
            {
                let reason = "this method needs a session: send initialize first";
                return Err(ErrorObject::invalid_request(reason).into());
            }
            method::LOGGING_SET_LEVEL => self.set_level(request)?,
            // In one of these revisions, tasks were something else.
            name if is_task_method(name) && server.tasks().is_some() => {
                return Err(ErrorObject::method_not_found(name).into());
            }
            method::RESOURCES_SUBSCRIBE if server.has_subscriptions() => {
                self.subscribe(request, server, caller)?;
            }
            method::RESOURCES_UNSUBSCRIBE if server.has_subscriptions() => self.unsubscribe(request)?,
            _ => return Ok(Routed::Call(self.client(meta, metadata.accepts_server_requests())?, None)),
        }
        Ok(Routed::Reply(json::empty_object()))
    }

    /// Returns the client of one request, in the form of a modern request. It has no capabilities if it cannot receive
    /// requests of the server.
    fn client(&self, meta: &RequestMeta<'_>, accepts_requests: bool) -> Result<Client, ErrorObject> {
        let malformed =
            |_| ErrorObject::invalid_params("`_meta.progressToken` must be a string or an integer");
        let token = meta
            .progress_token
            .map(|token| serde_json::from_str::<ProgressToken>(token.get()).map_err(malformed));
        let client = self.handshake.client.clone().with_progress_token(token.transpose()?);
        Ok(if accepts_requests { client } else { client.without_capabilities() })
    }

    fn set_level(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SetLevelParams = read(request)?;
        let client = &mut self.handshake.client;
        *client = client.clone().with_log_level(Some(params.level));
        Ok(())
    }

    fn subscribe(&mut self, request: &Request, server: &Server, caller: &Caller) -> Result<(), Rejection> {
        let params: SubscribeParams = read(request)?;
        check_uri("`params.uri`", &params.uri)?;
        if self.subscribed_uris.len() >= MAX_SUBSCRIPTIONS_PER_SESSION
            && !self.subscribed_uris.contains_key(&params.uri)
        {
            return Err(Overloaded::too_many_subscriptions().into());
        }
        if !server.may_read(caller, &params.uri) {
            return Err(not_found(&params.uri).into());
        }
        if let Some(subscription) = &mut self.subscription {
            subscription.add([Change::Resource(params.uri.as_str().into())]);
        }
        let Self { handshake, subscribed_uris, .. } = self;
        subscribed_uris.entry(params.uri).or_insert_with_key(|uri| {
            let filter = SubscriptionFilter::new().resource_subscriptions(vec![uri.clone()]);
            server.observers().open_subscription(&filter, &handshake.client, caller, Some(handshake.id))
        });
        Ok(())
    }

    fn unsubscribe(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        if let Some(observed) = self.subscribed_uris.remove(&params.uri).flatten() {
            observed.close(CloseReason::Client);
        }
        if let Some(subscription) = &mut self.subscription {
            subscription.remove(&Change::Resource(params.uri.into()));
        }
        Ok(())
    }

    /// Listens for the resources that the client subscribed to, and for changes of lists, which every session receives.
    pub(crate) fn listen(&mut self, server: &Server, caller: &Caller, wake: &Wake) -> Result<(), Overloaded> {
        if !self.is_open {
            return Ok(());
        }
        let subscription = server.notify().subscribe(caller, Some(wake));
        let mut subscription = subscription.ok_or_else(Overloaded::too_many_subscriptions)?;
        subscription.add(Change::LISTS);
        subscription.add(self.subscribed_uris.keys().map(|uri| Change::Resource(uri.as_str().into())));
        self.subscription = Some(subscription);
        Ok(())
    }

    /// Takes the pending changes, as far as the caller may still receive them.
    pub(crate) fn notifications(&self, may_receive: &dyn Fn(&Change) -> bool) -> Vec<Notification> {
        let changes = self.subscription.iter().flat_map(Subscription::take).filter(may_receive);
        changes.filter_map(|change| change.notification(&Meta::new())).collect()
    }

    /// Ends the subscriptions, and a session that is bound to its connection.
    pub(crate) fn close(&mut self, reason: CloseReason) {
        self.subscription = None;
        let observed = std::mem::take(&mut self.subscribed_uris).into_values().flatten();
        observed.for_each(|observed| observed.close(reason));
        if let Some(bound) = self.bound.take() {
            bound.close(reason);
        }
    }
}

/// Removes the tasks extension, which starts with the next revision.
fn without_tasks(extensions: Members<Map<String, Value>>) -> Members<Map<String, Value>> {
    extensions.into_iter().filter(|(name, _)| name != TASKS_EXTENSION).collect()
}

fn read<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, ErrorObject> {
    params::read(request.params.as_ref())
}
