//! The subscriptions of a connection, opened with `subscriptions/listen`.
//!
//! See [subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions).

use std::collections::BTreeMap;

use mcpwright_core::{
    AcknowledgedParams, Client, ErrorObject, JsonText, ListenParams, Meta, Notification, Request, RequestId,
    Response, meta, method,
};
use serde_json::json;

use crate::call::outcome::{Answer, missing_capability};
use crate::call::request_info::RequestInfo;
use crate::caller::Caller;
use crate::extensions::Extensions;
use crate::incident;
use crate::limits::{MAX_LISTENS_PER_CONNECTION, MAX_SUBSCRIBED_ITEMS, check_uri};
use crate::observer::CloseReason;
use crate::overloaded::Overloaded;
use crate::protocol::modern::error::malformed;
use crate::protocol::modern::result::compose;
use crate::protocol::routed::Rejection;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::subscriptions::hub::{Subscription, Wake};
use crate::tasks::config;

/// The open subscriptions, by the id of the request that opened each.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(BTreeMap<RequestId, OpenSubscription>);

#[derive(Debug)]
struct OpenSubscription {
    subscription: Subscription,
    /// The client of the request that opened it.
    client: Client,
}

impl Subscriptions {
    pub(crate) fn contains(&self, id: &RequestId) -> bool {
        self.0.contains_key(id)
    }

    /// Opens a subscription and returns its acknowledgement.
    pub(crate) fn open(
        &mut self,
        request: &Request,
        info: &RequestInfo<'_>,
        server: &Server,
        wake: Option<&Wake>,
    ) -> Result<Notification, Rejection> {
        let text = request.params.as_ref().map_or("{}", JsonText::as_str);
        let params: ListenParams =
            serde_json::from_str(text).map_err(|_| malformed("params.notifications"))?;
        let uris = params.notifications.resource_subscriptions.as_deref().unwrap_or_default();
        uris.iter().try_for_each(|uri| check_uri("a URI", uri))?;
        let ids = params.notifications.task_ids.as_deref().unwrap_or_default();
        if !ids.is_empty() && server.tasks().is_some() && !config::supports_tasks(info.client()) {
            return Err(missing_capability(&config::capability()).into());
        }
        if uris.len() + ids.len() > MAX_SUBSCRIBED_ITEMS {
            let reason =
                format!("a subscription must name at most {MAX_SUBSCRIBED_ITEMS} resources and tasks");
            return Err(ErrorObject::invalid_params(reason).into());
        }
        let has_room = self.0.len() < MAX_LISTENS_PER_CONNECTION;
        let opened = has_room.then(|| server.notify().subscribe(info.caller(), wake)).flatten();
        let mut opened = opened.ok_or_else(Overloaded::too_many_subscriptions)?;
        let (filter, resources) = server.supported_filter(params.notifications, info);
        opened.add(Change::named_by(&filter, info.caller()));
        resources.iter().for_each(|(name, subscribed)| opened.add_resource(name, subscribed));
        server.record_lists(&opened, info);
        // The state of a task may have changed since the client last received it.
        if let (Some(ids), Some(tasks)) = (&filter.task_ids, server.task_runner()) {
            tasks.send_current(ids, info.caller(), &opened);
        }
        opened.observe(server.observers().open_subscription(&filter, info.client(), info.caller(), None));
        let opened = OpenSubscription { subscription: opened, client: info.client().clone() };
        self.0.insert(request.id.clone(), opened);
        let acknowledged = AcknowledgedParams::new(filter).meta(subscription_id(&request.id));
        notification(method::SUBSCRIPTIONS_ACKNOWLEDGED, &acknowledged).map_err(Rejection::Error)
    }

    /// Ends a subscription. Returns `true` if there was one of this id.
    pub(crate) fn cancel(&mut self, id: &RequestId) -> bool {
        self.0.remove(id).map(|opened| opened.subscription.close(CloseReason::Client)).is_some()
    }

    /// Sets the function that the open subscriptions call when there are changes.
    pub(crate) fn set_wake(&self, wake: &Wake) {
        self.0.values().for_each(|opened| opened.subscription.set_wake(wake));
    }

    /// Takes the pending changes of all subscriptions, as far as their clients may receive them.
    pub(crate) fn notifications(
        &self,
        server: &Server,
        caller: &Caller,
        extensions: &Extensions,
    ) -> Vec<Notification> {
        let mut notifications = Vec::new();
        for (id, OpenSubscription { subscription, client }) in &self.0 {
            let changes = server.take_changes(subscription, &RequestInfo::new(caller, client, extensions));
            notifications
                .extend(changes.iter().filter_map(|change| change.notification(&subscription_id(id))));
        }
        notifications
    }

    /// Ends all subscriptions, each with its result.
    pub(crate) fn close(&mut self, reason: CloseReason, server: &Server) -> Vec<Response> {
        let ended = std::mem::take(&mut self.0).into_iter();
        ended
            .filter_map(|(id, opened)| {
                opened.subscription.close(reason);
                let answer = Answer::of(&json!({})).ok()?.meta(subscription_id(&id));
                Some(Response::ok(id, compose(&answer, server)))
            })
            .collect()
    }
}

fn subscription_id(id: &RequestId) -> Meta {
    Meta::new().with(meta::key::SUBSCRIPTION_ID, serde_json::to_value(id).unwrap_or_default())
}

fn notification<T: serde::Serialize>(method: &'static str, params: &T) -> Result<Notification, ErrorObject> {
    Notification::new(method, params)
        .map_err(|error| incident::failed("a notification does not serialize", &error))
}
