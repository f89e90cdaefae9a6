//! 2025-11-25 and before: a session remembers the handshake and puts a modern client in the legacy client's place.

use std::collections::BTreeSet;

use mcpwright_core::{
    Client, ErrorObject, InitializeParams, InitializeResult, JsonText, Members, Meta, Notification,
    ProgressToken, ProtocolVersion, Request, SetLevelParams, SubscribeParams, TASKS_EXTENSION, method,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::caller::Caller;
use crate::limits::{MAX_SUBSCRIPTIONS_PER_SESSION, MAX_URI_BYTES};
use crate::protocol::legacy::downgrade::{empty, not_found};
use crate::protocol::legacy::handshake::{DEFAULT_LEVEL, Handshake};
use crate::protocol::request_meta::RequestMeta;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::subscriptions::hub::{Subscription, Wake};
use crate::subscriptions::too_many;
use crate::tasks::methods::is_of_tasks;

/// What the handshake settled, and what the client has asked for since.
#[derive(Debug)]
pub(crate) struct Session {
    handshake: Handshake,
    /// There was a handshake, and not just a client that leaves it out.
    is_open: bool,
    subscriptions: BTreeSet<String>,
    /// What the client is subscription of, on a connection that tells it.
    subscription: Option<Subscription>,
}

impl Session {
    /// Goes on with a session that was opened elsewhere.
    pub(crate) fn resume(handshake: Handshake) -> Self {
        Self { handshake, is_open: true, subscriptions: BTreeSet::new(), subscription: None }
    }

    /// Stands in for the session of a client that has opened none, as far as that goes.
    pub(crate) fn absent(version: ProtocolVersion) -> Self {
        let handshake = Handshake { version, client: Client::default() };
        Self { handshake, is_open: false, subscriptions: BTreeSet::new(), subscription: None }
    }

    /// Opens a session and returns what `initialize` is answered with.
    pub(crate) fn open(request: &Request, server: &Server) -> Result<(Self, JsonText), ErrorObject> {
        let params: InitializeParams = read(request)?;
        let version = if params.protocol_version.era() == Some(mcpwright_core::Era::Legacy) {
            params.protocol_version
        } else {
            ProtocolVersion::LATEST_LEGACY
        };
        let (mut declared, mut offered) = (params.capabilities, server.capabilities().clone());
        declared.extensions = without_tasks(declared.extensions);
        offered.extensions = without_tasks(offered.extensions);
        let client = Client::new(Some(params.client_info), declared).log_level_for_call(Some(DEFAULT_LEVEL));
        let mut result = InitializeResult::new(version.clone(), offered, server.info().clone());
        result.instructions = server.instructions().map(str::to_owned);
        let text = JsonText::of(&result)
            .map_err(|error| crate::incident::internal("the handshake cannot be written", &error))?;
        Ok((Self::resume(Handshake { version, client }), text))
    }

    pub(crate) fn version(&self) -> &ProtocolVersion {
        &self.handshake.version
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        self.is_open.then_some(&self.handshake)
    }

    /// Whether the client has asked for something since the handshake that holds from then on.
    pub(crate) fn has_session_state(&self) -> bool {
        !self.subscriptions.is_empty() || self.handshake.client.log_level() != Some(DEFAULT_LEVEL)
    }

    /// Batches came and went with one revision.
    pub(crate) fn has_batches(&self) -> bool {
        *self.version() == ProtocolVersion::V2025_03_26
    }

    /// The modern client that this one would be, for one request: one that can do nothing for a server, where it cannot be
    /// sent requests.
    pub(crate) fn client(&self, meta: &RequestMeta<'_>, takes_requests: bool) -> Result<Client, ErrorObject> {
        let malformed = |_| ErrorObject::invalid_params("_meta.progressToken is a string or an integer");
        let token = meta
            .progress_token
            .map(|token| serde_json::from_str::<ProgressToken>(token.get()).map_err(malformed));
        let client = self.handshake.client.clone().progress_token_for_call(token.transpose()?);
        Ok(if takes_requests { client } else { client.without_capabilities() })
    }

    /// Answers what concerns the session itself; nothing for a request that is a call.
    pub(crate) fn settle(
        &mut self,
        request: &Request,
        server: &Server,
        caller: &Caller,
    ) -> Option<Result<JsonText, ErrorObject>> {
        let done = match &*request.method {
            method::LOGGING_SET_LEVEL | method::RESOURCES_SUBSCRIBE | method::RESOURCES_UNSUBSCRIBE
                if !self.is_open =>
            {
                Err(ErrorObject::invalid_request("this needs a session: send initialize first"))
            }
            method::LOGGING_SET_LEVEL => self.set_level(request),
            // What tasks were in one of these revisions is something else.
            name if is_of_tasks(name) && server.tasks().is_some() => Err(ErrorObject::method_not_found(name)),
            method::RESOURCES_SUBSCRIBE if server.has_subscriptions() => {
                self.subscribe(request, server, caller)
            }
            method::RESOURCES_UNSUBSCRIBE if server.has_subscriptions() => self.unsubscribe(request),
            _ => return None,
        };
        Some(done.map(|()| empty()))
    }

    fn set_level(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SetLevelParams = read(request)?;
        let client = &mut self.handshake.client;
        *client = client.clone().log_level_for_call(Some(params.level));
        Ok(())
    }

    fn subscribe(&mut self, request: &Request, server: &Server, caller: &Caller) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        if params.uri.len() > MAX_URI_BYTES {
            return Err(ErrorObject::invalid_params("params.uri is at most 8 KiB long"));
        }
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS_PER_SESSION
            && !self.subscriptions.contains(&params.uri)
        {
            return Err(ErrorObject::internal("too many subscriptions"));
        }
        if !server.may_read(caller, &params.uri) {
            return Err(not_found(&params.uri));
        }
        if let Some(subscription) = &mut self.subscription {
            subscription.add([Change::Resource(params.uri.as_str().into())]);
        }
        self.subscriptions.insert(params.uri);
        Ok(())
    }

    fn unsubscribe(&mut self, request: &Request) -> Result<(), ErrorObject> {
        let params: SubscribeParams = read(request)?;
        self.subscriptions.remove(&params.uri);
        if let Some(subscription) = &mut self.subscription {
            subscription.remove(&Change::Resource(params.uri.into()));
        }
        Ok(())
    }

    /// Listens for what the client has subscribed to, and for changes of lists, of which every session is subscription.
    pub(crate) fn listen(
        &mut self,
        server: &Server,
        caller: &Caller,
        wake: &Wake,
    ) -> Result<(), ErrorObject> {
        if !self.is_open {
            return Ok(());
        }
        let mut subscription = server.notify().subscribe(caller, Some(wake)).ok_or_else(too_many)?;
        subscription.add(Change::LISTS);
        subscription.add(self.subscriptions.iter().map(|uri| Change::Resource(uri.as_str().into())));
        self.subscription = Some(subscription);
        Ok(())
    }

    /// What the client has not been subscription yet, as far as it may hear of it.
    pub(crate) fn notifications(&self, may_hear: &dyn Fn(&Change) -> bool) -> Vec<Notification> {
        let changes = self.subscription.iter().flat_map(Subscription::take).filter(may_hear);
        changes.filter_map(|change| change.notification(&Meta::new())).collect()
    }

    /// Tells of nothing more.
    pub(crate) fn close(&mut self) {
        self.subscription = None;
    }
}

/// The extensions without that of tasks, which begins with the next revision.
fn without_tasks(extensions: Members<Map<String, Value>>) -> Members<Map<String, Value>> {
    extensions.into_iter().filter(|(name, _)| name != TASKS_EXTENSION).collect()
}

fn read<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, ErrorObject> {
    crate::call::params::read(request.params.as_ref())
}
