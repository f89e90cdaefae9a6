//! `subscriptions/listen`: the subscriptions of a connection.

use std::collections::BTreeMap;

use mcpwright_core::{
    AcknowledgedParams, Client, ErrorObject, JsonText, ListenParams, Meta, Notification, Request, RequestId,
    Response, meta, method,
};
use serde_json::json;

use crate::call::outcome::{Answer, missing_capability};
use crate::caller::Caller;
use crate::limits::{MAX_SUBSCRIBED_ITEMS, MAX_URI_BYTES};
use crate::protocol::modern::error::malformed;
use crate::protocol::modern::result::compose;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::subscriptions::hub::{Subscription, Wake};
use crate::tasks::config;

/// The subscriptions that are open, each by the id of the request that opened it.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(BTreeMap<RequestId, Subscription>);

/// The most subscriptions that one connection may have open.
const MAX_LISTENS_PER_CONNECTION: usize = 100;

impl Subscriptions {
    pub(crate) fn contains(&self, id: &RequestId) -> bool {
        self.0.contains_key(id)
    }

    /// Opens one, and says what it will bring.
    pub(crate) fn open(
        &mut self,
        request: &Request,
        client: &Client,
        server: &Server,
        caller: &Caller,
        wake: Option<&Wake>,
    ) -> Result<Notification, ErrorObject> {
        let text = request.params.as_ref().map_or("{}", JsonText::as_str);
        let asked: ListenParams =
            serde_json::from_str(text).map_err(|_| malformed("params.notifications"))?;
        let uris = asked.notifications.resource_subscriptions.as_deref().unwrap_or_default();
        if uris.iter().any(|uri| uri.len() > MAX_URI_BYTES) {
            return Err(ErrorObject::invalid_params("a URI is at most 8 KiB long"));
        }
        let ids = asked.notifications.task_ids.as_deref().unwrap_or_default();
        if !ids.is_empty() && server.tasks().is_some() && !config::is_known_to(client) {
            return Err(missing_capability(&config::capability()));
        }
        if uris.len() + ids.len() > MAX_SUBSCRIBED_ITEMS {
            let reason = format!("a subscription names at most {MAX_SUBSCRIBED_ITEMS} resources and tasks");
            return Err(ErrorObject::invalid_params(reason));
        }
        let has_room = self.0.len() < MAX_LISTENS_PER_CONNECTION;
        let opened = has_room.then(|| server.notify().subscribe(caller, wake)).flatten();
        let mut opened = opened.ok_or_else(crate::subscriptions::too_many)?;
        let filter = server.supported(asked.notifications, caller);
        opened.add(Change::wanted_by(&filter, caller));
        // How it is with a task may have changed since the client last heard of it.
        filter.task_ids.iter().for_each(|ids| server.announce_tasks(ids, caller, &opened));
        self.0.insert(request.id.clone(), opened);
        let acknowledged = AcknowledgedParams::new(filter).meta(subscription(&request.id));
        notification(method::SUBSCRIPTIONS_ACKNOWLEDGED, &acknowledged)
    }

    /// Forgets one; tells whether there was one.
    pub(crate) fn cancel(&mut self, id: &RequestId) -> bool {
        self.0.remove(id).is_some()
    }

    /// What each of them has not been told yet, as far as it may hear of it.
    pub(crate) fn notifications(&self, may_hear: &dyn Fn(&Change) -> bool) -> Vec<Notification> {
        let mut notifications = Vec::new();
        for (id, opened) in &self.0 {
            let changes = opened.take().into_iter().filter(may_hear);
            notifications.extend(changes.filter_map(|change| change.notification(&subscription(id))));
        }
        notifications
    }

    /// Ends all of them, each with its result.
    pub(crate) fn close(&mut self, server: &Server) -> Vec<Response> {
        let ended = std::mem::take(&mut self.0).into_keys();
        ended
            .filter_map(|id| {
                let answer = Answer::of(&json!({})).ok()?.meta(subscription(&id));
                Some(Response::ok(id, compose(&answer, server)))
            })
            .collect()
    }
}

fn subscription(id: &RequestId) -> Meta {
    Meta::new().with(meta::key::SUBSCRIPTION_ID, serde_json::to_value(id).unwrap_or_default())
}

fn notification<T: serde::Serialize>(method: &'static str, params: &T) -> Result<Notification, ErrorObject> {
    Notification::new(method, params)
        .map_err(|error| crate::incident::internal("a notification cannot be written", &error))
}
