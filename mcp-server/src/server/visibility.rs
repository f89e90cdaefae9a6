//! The view that a request has of a server: items, instructions, and subscriptions to resources.

use std::collections::BTreeSet;
use std::sync::Arc;

use mcpwright_core::uri::normalize;
use mcpwright_core::{CacheScope, Caching, ErrorObject, SubscriptionFilter};

use crate::call::Call;
use crate::call::request_info::RequestInfo;
use crate::incident;
use crate::replicas::change::Change;
use crate::server::Server;
use crate::server::catalog_items::View;
use crate::server::rules::Rules;
use crate::subscriptions::notify::without_publishing;
use crate::subscriptions::subscribed::Subscribed;

/// The rules for a request that no rule applies to.
static NO_RULES: Rules = Rules { visible: Vec::new(), presentations: Vec::new(), instructions: None };

impl Server {
    /// Returns what a request sees.
    pub(crate) fn view<'a>(&'a self, request: RequestInfo<'a>) -> View<'a> {
        View { request, rules: &self.state.rules }
    }

    /// Returns what a call sees. A later round of a task still sees its tool: the first one was allowed, and the values of the
    /// transport are no longer known.
    pub(crate) fn view_of<'a>(&'a self, call: &'a Call) -> View<'a> {
        let rules = if call.task().is_some() { &NO_RULES } else { &self.state.rules };
        View { request: RequestInfo::of(call), rules }
    }

    /// Returns the instructions for a request.
    pub(crate) fn instructions_for(&self, request: &RequestInfo<'_>) -> Option<String> {
        self.state.rules.instructions(request, self.instructions())
    }

    /// Returns the caching of the result of `server/discover`.
    pub(crate) fn discovery_caching(&self) -> Caching {
        self.private_if(self.state.rules.instructions.is_some())
    }

    /// Returns the caching of the server, which must be private for what differs between callers.
    pub(crate) fn private_if(&self, varies: bool) -> Caching {
        let caching = self.state.caching;
        if varies { Caching::new(caching.ttl_ms, CacheScope::Private) } else { caching }
    }

    /// Returns `true` if the client of a request may receive the changes of a resource.
    pub(crate) fn sees_resource(&self, request: &RequestInfo<'_>, uri: &str) -> bool {
        let view = self.view(*request);
        if view.rules.visible.is_empty() {
            return true;
        }
        if let Some(resource) = self.state.resources.get_static(uri) {
            return view.shows_resource(resource.key());
        }
        let templates = self.state.templates.static_items.iter();
        let mut described =
            templates.filter_map(|template| Some((template, template.spelling(uri)?))).peekable();
        if described.peek().is_some() {
            return described
                .any(|(template, spelling)| view.shows(template) && view.shows_spelling(&spelling));
        }
        let normal = normalize(uri);
        view.shows_resource(uri) && (normal == uri || view.shows_resource(&normal))
    }

    /// Returns the subscription to a resource. `None` if there is none for this request.
    pub(crate) fn subscribe_to(
        &self,
        request: &RequestInfo<'_>,
        uri: &str,
    ) -> Result<Option<Subscribed>, ErrorObject> {
        if !self.sees_resource(request, uri) {
            return Ok(None);
        }
        let updates = Some(self.notify().resource_updates());
        let (view, listed) = (self.view(*request), self.state.resources.get_static(uri));
        let listed = listed.map(|resource| Arc::from(resource.key()));
        for provider in &self.state.resources.providers {
            let answer = without_publishing(|| provider.subscribed(request, uri));
            if let Some(mut subscribed) =
                answer.map_err(|payload| incident::panic("subscribed", payload))??
            {
                let of_list = || self.state.resources.listed_key(&view, uri).map(Arc::from);
                let name = listed.or(subscribed.name.take()).or_else(of_list).or_else(|| self.shown(uri));
                let subscribed = Subscribed { updates, name, ..subscribed };
                return Ok(Some(subscribed).filter(|subscribed| self.sees_resource(request, &subscribed.uri)));
            }
        }
        let name = listed.or_else(|| self.shown(uri));
        // The program may publish changes of resources that it does not list. Among rules, an unknown resource must not differ
        // from a hidden one.
        let is_accepted = self.state.rules.visible.is_empty() || name.is_some();
        Ok(is_accepted.then(|| Subscribed { name, ..Subscribed::new(uri) }))
    }

    /// Returns the URI of a template's resource that a client sees.
    fn shown(&self, uri: &str) -> Option<Arc<str>> {
        let mut templates = self.state.templates.static_items.iter();
        templates.find_map(|template| Some(template.spelling(uri)?.shown.into()))
    }

    /// Returns the part of a filter that the server supports for a request, with the subscriptions to its resources.
    pub(crate) fn supported_filter(
        &self,
        mut requested: SubscriptionFilter,
        request: &RequestInfo<'_>,
    ) -> (SubscriptionFilter, Vec<(Arc<str>, Subscribed)>) {
        let keep = |requested: Option<bool>, list| requested.filter(|it| *it && self.announces(&list));
        let mut filter = SubscriptionFilter::new();
        filter.tools_list_changed = keep(requested.tools_list_changed, Change::Tools);
        filter.prompts_list_changed = keep(requested.prompts_list_changed, Change::Prompts);
        filter.resources_list_changed = keep(requested.resources_list_changed, Change::Resources);
        let mut resources = Vec::new();
        if self.has_subscriptions() {
            filter.resource_subscriptions = std::mem::take(&mut requested.resource_subscriptions);
            filter.resource_subscriptions.iter_mut().for_each(|uris| {
                uris.retain(|uri| match self.subscribe_to(request, uri) {
                    Ok(Some(subscribed)) => {
                        resources.push((subscribed.shown(uri), subscribed));
                        true
                    }
                    Ok(None) => false,
                    Err(error) => {
                        let (uri, error) = (incident::escaped(uri), incident::escaped(&error.message));
                        tracing::debug!(uri, error, "a provider rejected a subscription");
                        false
                    }
                });
            });
        }
        if self.tasks().is_some() {
            filter.task_ids = std::mem::take(&mut requested.task_ids);
            // Each task is looked up once, however often it is named.
            let mut named = BTreeSet::new();
            filter.task_ids.iter_mut().for_each(|ids| ids.retain(|id| named.insert(id.clone())));
        }
        (filter, resources)
    }
}
