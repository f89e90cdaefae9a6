//! A session: the handshake, the subscriptions and the log level.

use std::collections::BTreeMap;
use std::sync::Arc;

use mcpwright_core::uri::normalize;
use mcpwright_core::{
    Client, Era, ErrorObject, InitializeParams, InitializeResult, JsonText, Members, Meta, Notification,
    ProgressToken, ProtocolVersion, Request, SetLevelParams, SubscribeParams, SubscriptionFilter,
    TASKS_EXTENSION, method,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::call::params;
use crate::call::request_info::RequestInfo;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::incident;
use crate::json;
use crate::limits::{MAX_SUBSCRIPTIONS_PER_SESSION, check_uri, too_many_resources};
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
use crate::server::feature::remove_features_of_sessions;
use crate::session_id::SessionId;
use crate::subscriptions::hub::{Subscription, Wake};
use crate::tasks::methods::is_task_method;

/// The handshake of a client, its subscriptions and its log level.
#[derive(Debug)]
pub(crate) struct LegacySession {
    handshake: Handshake,
    /// There was a handshake; otherwise the client leaves it out.
    is_open: bool,
    /// The subscriptions to resources, by the normal form of the URI that the client sent.
    resources: BTreeMap<String, ResourceSubscription>,
    /// The changes for the client, once it listens or has subscribed to a resource.
    subscription: Option<Subscription>,
    /// The connection can send changes. Until then, they are kept.
    is_listening: bool,
    /// `Some` if the session ends with its connection.
    bound: Option<Box<BoundSession>>,
}

/// A subscription to a resource, and what observers know of it.
#[derive(Debug)]
struct ResourceSubscription {
    /// The URI that its changes are published by.
    published: Arc<str>,
    /// The URI that the client sees.
    name: Arc<str>,
    observed: Option<ObservedSubscription>,
}

impl LegacySession {
    /// Continues a session that was opened elsewhere.
    pub(crate) fn resume(handshake: Handshake) -> Self {
        Self::new(handshake, true)
    }

    /// Returns a placeholder for a client without a session, which serves requests that need none.
    pub(crate) fn without_handshake(version: ProtocolVersion) -> Self {
        let client = Client::default().with_protocol_version(Some(version.clone()));
        let handshake = Handshake { id: SessionId::NONE, version, client };
        Self::new(handshake, false)
    }

    fn new(handshake: Handshake, is_open: bool) -> Self {
        let (resources, subscription) = (BTreeMap::new(), None);
        Self { handshake, is_open, resources, subscription, is_listening: false, bound: None }
    }

    /// Opens a session and returns the result of `initialize`.
    pub(crate) fn open(
        request: &Request,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
        metadata: &dyn TransportMetadata,
    ) -> Result<(Self, JsonText), ErrorObject> {
        let params: InitializeParams = read(request)?;
        let version = if params.protocol_version.era() == Some(Era::Legacy) {
            params.protocol_version
        } else {
            ProtocolVersion::LATEST_LEGACY
        };
        let (mut declared, mut offered) = (params.capabilities, server.capabilities().clone());
        if !metadata.has_sessions() {
            remove_features_of_sessions(&mut offered);
        }
        declared.extensions = without_tasks(declared.extensions);
        offered.extensions = without_tasks(offered.extensions);
        let client = Client::new(Some(params.client_info), declared)
            .with_protocol_version(Some(version.clone()))
            .with_log_level(Some(DEFAULT_LEVEL));
        let mut result = InitializeResult::new(version.clone(), offered, server.info().clone());
        result.instructions = server.instructions_for(&RequestInfo::new(caller, &client, extensions));
        let text = JsonText::encode(&result)
            .map_err(|error| incident::failed("the handshake does not serialize", &error))?;
        Ok((Self::resume(Handshake { id: SessionId::random(), version, client }), text))
    }

    /// Binds the session to its connection: it ends with it.
    pub(crate) fn bind(&mut self, server: &Server, caller: &Caller) {
        self.bound = Some(Box::new(BoundSession::open(server, caller, &self.handshake)));
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
        !self.resources.is_empty() || self.handshake.client.log_level() != Some(DEFAULT_LEVEL)
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
        extensions: &Extensions,
    ) -> Result<Routed, Rejection> {
        match &*request.method {
            method::LOGGING_SET_LEVEL | method::RESOURCES_SUBSCRIBE | method::RESOURCES_UNSUBSCRIBE
                if !self.is_open =>
            {
                if !metadata.has_sessions() {
                    return Err(ErrorObject::method_not_found(&request.method).into());
                }
                let reason = "this method needs a session: send initialize first";
                return Err(ErrorObject::invalid_request(reason).into());
            }
            method::LOGGING_SET_LEVEL if server.supports_method(method::LOGGING_SET_LEVEL) => {
                self.set_level(request)?;
            }
            // In one of these revisions, tasks were something else.
            name if is_task_method(name) && server.tasks().is_some() => {
                return Err(ErrorObject::method_not_found(name).into());
            }
            method::RESOURCES_SUBSCRIBE if server.has_subscriptions() => {
                self.subscribe(request, server, caller, extensions)?;
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

    fn subscribe(
        &mut self,
        request: &Request,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
    ) -> Result<(), Rejection> {
        let params: SubscribeParams = read(request)?;
        check_uri("`params.uri`", &params.uri)?;
        let key = normalize(&params.uri).into_owned();
        if self.resources.len() >= MAX_SUBSCRIPTIONS_PER_SESSION && !self.resources.contains_key(&key) {
            return Err(too_many_resources("a session", MAX_SUBSCRIPTIONS_PER_SESSION).into());
        }
        let info = RequestInfo::new(caller, &self.handshake.client, extensions);
        let subscribed = server.subscribe_to(&info, &params.uri)?;
        let subscribed = subscribed.ok_or_else(|| not_found(&params.uri))?;
        // Opened also if the client does not listen yet: changes are kept until it does.
        let subscription = self.subscription(server, caller, extensions)?;
        let name = subscribed.shown(&params.uri);
        subscription.add_resource(&name, &subscribed);
        let new = ResourceSubscription { published: Arc::clone(&subscribed.uri), name, observed: None };
        match self.resources.insert(key.clone(), new) {
            Some(before) => self.replaced(&key, before),
            None => {
                let filter = SubscriptionFilter::new().resource_subscriptions(vec![params.uri]);
                let (client, session) = (&self.handshake.client, Some(self.handshake.id));
                let observed = server.observers().open_subscription(&filter, client, caller, session);
                if let Some(resource) = self.resources.get_mut(&key) {
                    resource.observed = observed;
                }
            }
        }
        Ok(())
    }

    /// Ends an earlier subscription to the same resource, if it is published or named differently now.
    fn replaced(&mut self, key: &str, before: ResourceSubscription) {
        let Some(resource) = self.resources.get_mut(key) else { return };
        resource.observed = before.observed;
        let is_same =
            resource.name == before.name && normalize(&resource.published) == normalize(&before.published);
        if let Some(subscription) = self.subscription.as_mut().filter(|_| !is_same) {
            subscription.remove_resource(&before.name, &before.published);
        }
    }

    fn unsubscribe(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        let Some(removed) = self.resources.remove(&*normalize(&params.uri)) else { return Ok(()) };
        if let Some(observed) = removed.observed {
            observed.close(CloseReason::Client);
        }
        if let Some(subscription) = &mut self.subscription {
            subscription.remove_resource(&removed.name, &removed.published);
        }
        if self.resources.is_empty() && !self.is_listening {
            self.subscription = None;
        }
        Ok(())
    }

    /// Listens for the resources that the client subscribed to, and for changes of lists, which every session receives.
    pub(crate) fn listen(
        &mut self,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
        wake: &Wake,
    ) -> Result<(), Overloaded> {
        if !self.is_open {
            return Ok(());
        }
        self.subscription(server, caller, extensions)?.set_wake(wake);
        self.is_listening = true;
        Ok(())
    }

    /// Returns the subscription of the session, which receives changes of lists from now on if it is a new one.
    fn subscription(
        &mut self,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
    ) -> Result<&mut Subscription, Overloaded> {
        let subscription = match self.subscription.take() {
            Some(subscription) => subscription,
            None => {
                let subscription = server.notify().subscribe(caller, None);
                let mut subscription = subscription.ok_or_else(Overloaded::too_many_subscriptions)?;
                subscription.add(Change::LISTS.into_iter().filter(|list| server.announces(list)));
                let info = RequestInfo::new(caller, &self.handshake.client, extensions);
                server.record_lists(&subscription, &info);
                subscription
            }
        };
        Ok(self.subscription.insert(subscription))
    }

    /// Takes the pending changes, as far as the client may still receive them.
    pub(crate) fn notifications(
        &self,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
    ) -> Vec<Notification> {
        let Some(subscription) = &self.subscription else { return Vec::new() };
        let info = RequestInfo::new(caller, &self.handshake.client, extensions);
        let changes = server.take_changes(subscription, &info);
        changes.iter().filter_map(|change| change.notification(&Meta::new())).collect()
    }

    /// Ends the subscriptions, and a session that is bound to its connection.
    pub(crate) fn close(&mut self, reason: CloseReason) {
        self.subscription = None;
        let observed =
            std::mem::take(&mut self.resources).into_values().filter_map(|resource| resource.observed);
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
