//! Notifications of changed lists, for clients that see different lists.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;

use crate::call::request_info::RequestInfo;
use crate::replicas::change::Change;
use crate::runtime::poll_within;
use crate::server::Server;
use crate::server::catalog_items::View;
use crate::subscriptions::hub::Subscription;
use crate::subscriptions::shown_lists::ListState;
use crate::sync::lock;

impl Server {
    /// Takes the pending changes of a subscription, as far as the client of a request may receive them.
    pub(crate) fn take_changes(&self, subscription: &Subscription, request: &RequestInfo<'_>) -> Vec<Change> {
        let mut received = Vec::new();
        for change in subscription.take() {
            match &change {
                Change::Resource(uri) => {
                    let Some(resource) = subscription.resource(uri) else { continue };
                    let published = &resource.published;
                    if self.sees_resource(request, published) {
                        let is_seen =
                            |name: &&Arc<str>| *name == published || self.sees_resource(request, name);
                        let names = resource.names.iter().filter(is_seen);
                        received.extend(names.map(|name| Change::Resource(Arc::clone(name))));
                    }
                }
                // Only its owner can subscribe to a task.
                Change::Task(_) => received.push(change),
                Change::Tools | Change::Prompts | Change::Resources => {
                    if self.has_list_changed(subscription, request, &change) {
                        received.push(change);
                    }
                }
            }
        }
        received
    }

    /// Records the lists that a client sees when it subscribes to their changes.
    pub(crate) fn record_lists(&self, subscription: &Subscription, request: &RequestInfo<'_>) {
        for list in subscription.lists() {
            match self.list_state(&self.view(*request), list) {
                ListState::Shared => {}
                ListState::Digest(digest) => lock(subscription.shown_lists()).record(list, digest),
                ListState::Unknown => self.refresh(subscription, request, list, false),
            }
        }
    }

    /// Returns `true` if a list differs from the one that the client of a subscription saw last. If a provider must be asked,
    /// it returns `false`, and the change is pending again once the provider has answered.
    fn has_list_changed(
        &self,
        subscription: &Subscription,
        request: &RequestInfo<'_>,
        list: &Change,
    ) -> bool {
        let state = self.list_state(&self.view(*request), list);
        let is_refreshed = lock(subscription.shown_lists()).update(list, &state);
        is_refreshed.unwrap_or_else(|| {
            self.refresh(subscription, request, list, true);
            false
        })
    }

    /// Requests a list from its providers in the background.
    fn refresh(&self, subscription: &Subscription, request: &RequestInfo<'_>, list: &Change, notifies: bool) {
        let (server, list, parts) = (self.clone(), list.clone(), request.to_parts());
        let (shown, sender) = (Arc::clone(subscription.shown_lists()), subscription.sender());
        self.runtime().spawn(Box::pin(async move {
            let (view, runtime) = (server.view(parts.info()), server.runtime());
            let mut requested = AssertUnwindSafe(server.request_list(&view, &list)).catch_unwind().boxed();
            // An error is reported to the clients that request the list.
            let _ = poll_within(runtime, &mut requested, server.state.timeout).await;
            drop(requested);
            if notifies {
                lock(&shown).refreshed(&list);
                sender.send(&list);
            } else if let ListState::Digest(digest) = server.list_state(&view, &list) {
                lock(&shown).record(&list, digest);
            }
        }));
    }

    async fn request_list(&self, view: &View<'_>, list: &Change) {
        match list {
            Change::Tools => drop(self.state.tools.rendered(view).await),
            Change::Prompts => drop(self.state.prompts.rendered(view).await),
            _ => {
                drop(self.state.resources.rendered(view).await);
                drop(self.state.templates.rendered(view).await);
            }
        }
    }

    fn list_state(&self, view: &View<'_>, list: &Change) -> ListState {
        let (tools, prompts) = (&self.state.tools, &self.state.prompts);
        let (resources, templates) = (&self.state.resources, &self.state.templates);
        match list {
            Change::Tools => ListState::new(tools.varies(view), || tools.digest(view)),
            Change::Prompts => ListState::new(prompts.varies(view), || prompts.digest(view)),
            _ => ListState::new(resources.varies(view), || {
                let mut hasher = DefaultHasher::new();
                (resources.digest(view)?, templates.digest(view)?).hash(&mut hasher);
                Some(hasher.finish())
            }),
        }
    }
}
