//! The handlers of one kind: static ones, and those of providers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use mcpwright_core::ErrorObject;
use mcpwright_core::schema::closest_name;

use crate::call::request_info::RequestInfo;
use crate::handler::ToolHandler;
use crate::handler::kind::Kind as _;
use crate::handler::template::Spelling;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::incident;
use crate::limits::{MAX_COMPARED_NAMES, MAX_UNKNOWN_NAME_CHARS};
use crate::server::item::Item;
use crate::server::list_cache::{ListCache, Snapshot, is_presented};
use crate::server::list_kind::{ListEntry, ListKind as _};
use crate::server::provider::{PromptProvider, ProviderError, ResourceProvider, ToolProvider, first_valid};
use crate::server::rendered_list::RenderedList;
use crate::server::rules::Rules;
use crate::subscriptions::notify::Notify;

/// The static handlers of one kind, and its providers.
pub(crate) struct CatalogItems<H, P: ?Sized> {
    pub(crate) static_items: Vec<H>,
    by_key: HashMap<String, H>,
    pub(crate) providers: Vec<Arc<P>>,
    lists: ListCache<H>,
    notify: Notify,
}

/// A provider of one kind of handlers.
pub(crate) trait Provider<H>: Send + Sync {
    fn revision(&self) -> u64;
    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String>;
    fn all<'a>(&'a self, request: &'a RequestInfo<'_>) -> BoxFuture<'a, Result<Vec<H>, ProviderError>>;
    fn find<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<H>, ProviderError>>;
}

/// A request, and what decides which items it sees.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) request: RequestInfo<'a>,
    pub(crate) rules: &'a Rules,
}

impl View<'_> {
    pub(crate) fn shows<H: ListEntry>(&self, handler: &H) -> bool {
        self.rules.is_visible(&self.request, handler.definition().item())
    }

    /// Returns `true` if a request sees the resource with this URI.
    pub(crate) fn shows_resource(&self, uri: &str) -> bool {
        self.rules.is_visible(&self.request, Item::Resource(uri))
    }

    /// Returns `true` if a request sees a resource of a template. A rule must not depend on how a client encodes the URI: it
    /// must accept the URI that the client sees and its normal form.
    pub(crate) fn shows_spelling(&self, spelling: &Spelling) -> bool {
        let Spelling { shown, normal } = spelling;
        self.rules.visible.is_empty()
            || self.shows_resource(shown) && (shown == normal || self.shows_resource(normal))
    }
}

impl<H: ListEntry, P: ?Sized> CatalogItems<H, P> {
    #[track_caller]
    pub(crate) fn new(static_items: Vec<H>, providers: Vec<Arc<P>>, notify: &Notify) -> Self {
        let mut by_key = HashMap::new();
        for handler in &static_items {
            if let Some(error) = handler.error() {
                panic!("{error}");
            }
            let normal = H::Kind::normal_key(handler.key()).into_owned();
            if let Some(before) = by_key.insert(normal, handler.clone()) {
                panic!("{}", duplicate::<H>(before.key(), handler.key()));
            }
        }
        Self { static_items, by_key, providers, lists: ListCache::default(), notify: notify.clone() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.static_items.is_empty() && self.providers.is_empty()
    }

    /// Returns the static handler with this key, or an equivalent one.
    pub(crate) fn get_static(&self, key: &str) -> Option<&H> {
        self.by_key.get(&*H::Kind::normal_key(key))
    }
}

impl<H: ListEntry, P: Provider<H> + ?Sized> CatalogItems<H, P> {
    /// Returns the handler with this key: a static one, or else that of the first provider that has one. One that a request
    /// does not see is passed over.
    pub(crate) async fn find(&self, view: &View<'_>, key: &str) -> Result<Option<H>, ErrorObject> {
        if let Some(handler) = self.get_static(key).filter(|handler| view.shows(*handler)) {
            return Ok(Some(handler.clone()));
        }
        for provider in &self.providers {
            let found = provider.find(&view.request, key).await.map_err(unavailable)?;
            if let Some(handler) = found.filter(is_valid).filter(|handler| view.shows(handler)) {
                return Ok(Some(handler));
            }
        }
        Ok(None)
    }

    /// Returns the key that is closest to an unknown one, among those of the handlers that a request sees.
    pub(crate) async fn closest(&self, view: &View<'_>, key: &str) -> Option<String> {
        // Longer names have none, and a provider is not asked for its list.
        if key.len() > MAX_UNKNOWN_NAME_CHARS {
            return None;
        }
        let snapshot = match self.providers.is_empty() {
            true => None,
            false => self.snapshot(view).await.ok(),
        };
        let provided = snapshot.iter().flat_map(|snapshot| snapshot.handlers());
        let known = snapshot.is_none().then_some(&self.static_items).into_iter().flatten().chain(provided);
        let visible =
            known.take(MAX_COMPARED_NAMES).filter(|handler| handler.key() != key && view.shows(*handler));
        closest_name(key, visible.map(H::key)).map(str::to_owned)
    }

    /// Returns the encoded list that a request sees.
    pub(crate) async fn rendered(&self, view: &View<'_>) -> Result<Arc<RenderedList>, ErrorObject> {
        let snapshot = self.snapshot(view).await?;
        self.lists.class(&snapshot, &view.request, view.rules).map_err(|error| not_encoded(&error))
    }

    /// Returns the key that a list has shown for an equivalent one. Asks no provider: only lists that are encoded are searched.
    pub(crate) fn listed_key(&self, view: &View<'_>, key: &str) -> Option<String> {
        if self.providers.is_empty() {
            return None;
        }
        let snapshot = self.lists.snapshot(&self.keys(view)?, &self.revisions())?;
        snapshot.listed_key(&H::Kind::normal_key(key)).map(str::to_owned)
    }

    /// Returns a digest of the list that a request sees. `None` if the list must be requested from a provider.
    pub(crate) fn digest(&self, view: &View<'_>) -> Option<u64> {
        let (keys, revisions) = (self.keys(view)?, self.revisions());
        let snapshot = match self.lists.snapshot(&keys, &revisions) {
            Some(snapshot) => snapshot,
            None if self.providers.is_empty() => {
                self.encode(keys, revisions, self.static_items.clone()).ok()?
            }
            None => return None,
        };
        self.lists.class(&snapshot, &view.request, view.rules).ok().map(|list| list.digest())
    }

    /// Returns `true` if the list can differ between requests.
    pub(crate) fn varies(&self, view: &View<'_>) -> bool {
        !view.rules.visible.is_empty()
            || is_presented::<H>(view.rules)
            || self.providers.iter().any(|provider| provider.list_key(&view.request).as_deref() != Some(""))
    }

    /// Returns the handlers that the providers list for a request. They are listed again if the revision of one has changed.
    async fn snapshot(&self, view: &View<'_>) -> Result<Arc<Snapshot<H>>, ErrorObject> {
        let (keys, revisions) = (self.keys(view), self.revisions());
        if let Some(snapshot) = keys.as_ref().and_then(|keys| self.lists.snapshot(keys, &revisions)) {
            return Ok(snapshot);
        }
        let mut all = self.static_items.clone();
        for provider in &self.providers {
            let provided = provider.all(&view.request).await.map_err(unavailable)?;
            all.extend(without_duplicates(provided.into_iter().filter(is_valid).collect()));
        }
        warn_of_duplicates(&all);
        match keys {
            Some(keys) => self.encode(keys, revisions, all),
            None => Snapshot::new(revisions, all, false).map(Arc::new).map_err(|error| not_encoded(&error)),
        }
    }

    /// Returns the snapshot of the handlers for these keys, and keeps it.
    fn encode(
        &self,
        keys: Vec<String>,
        revisions: Vec<u64>,
        all: Vec<H>,
    ) -> Result<Arc<Snapshot<H>>, ErrorObject> {
        let is_shared = keys.iter().all(String::is_empty);
        let snapshot =
            Arc::new(Snapshot::new(revisions, all, is_shared).map_err(|error| not_encoded(&error))?);
        self.lists.insert(keys, &snapshot);
        Ok(snapshot)
    }

    /// Returns the key of each provider. `None` if the list of one is never cached.
    fn keys(&self, view: &View<'_>) -> Option<Vec<String>> {
        self.providers.iter().map(|provider| provider.list_key(&view.request)).collect()
    }

    /// Returns the revisions of the providers. Static handlers have none, since they do not change.
    fn revisions(&self) -> Vec<u64> {
        if self.providers.is_empty() {
            return Vec::new();
        }
        let revisions = self.providers.iter().map(|provider| provider.revision());
        revisions.chain([self.notify.published(&H::Kind::CHANGE)]).collect()
    }
}

/// Removes the handlers of a provider that have the key of an earlier one: a lookup would not find them.
fn without_duplicates<H: ListEntry>(mut handlers: Vec<H>) -> Vec<H> {
    warn_of_duplicates(&handlers);
    let mut keys = HashSet::new();
    handlers.retain(|handler| keys.insert(H::Kind::normal_key(handler.key()).into_owned()));
    handlers
}

/// Returns the error of two handlers with the same key, or with equivalent ones.
fn duplicate<H: ListEntry>(before: &str, key: &str) -> String {
    let (kind, fix) = (H::Kind::NAME, H::Kind::DUPLICATE_FIX);
    if before == key {
        return format!("two {kind}s must not have the name `{key}`: {fix}");
    }
    format!("the {kind}s `{before}` and `{key}` must not be two spellings of one URI: {fix}")
}

/// Logs the handlers of providers that have the key of an earlier one: clients see only the first that their rules show.
fn warn_of_duplicates<H: ListEntry>(handlers: &[H]) {
    let mut keys = HashSet::new();
    for handler in handlers.iter().filter(|handler| !keys.insert(H::Kind::normal_key(handler.key()))) {
        let key = incident::escaped(handler.key());
        tracing::warn!(kind = H::Kind::NAME, %key, "a handler of a provider has the name of an earlier one");
    }
}

fn not_encoded(error: &serde_json::Error) -> ErrorObject {
    incident::failed("cannot encode a list", error)
}

/// Returns `true` if the handler of a provider is valid. An invalid one is left out with a warning, so that it does not
/// hide a later one with the same key.
pub(crate) fn is_valid<H: ListEntry>(handler: &H) -> bool {
    let error = handler.error();
    if let Some(error) = &error {
        tracing::warn!(error = %incident::escaped(&error.to_string()), "leaving out a handler of a provider");
    }
    error.is_none()
}

/// Returns the error for the client if a provider failed: its own [`ErrorObject`], or an incident number.
pub(crate) fn unavailable(error: ProviderError) -> ErrorObject {
    match error.downcast::<ErrorObject>() {
        Ok(error) => *error,
        Err(error) => incident::failed("a provider failed", &*error),
    }
}

impl Provider<ToolHandler> for dyn ToolProvider {
    fn revision(&self) -> u64 {
        ToolProvider::revision(self)
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        ToolProvider::list_key(self, request)
    }

    fn all<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
    ) -> BoxFuture<'a, Result<Vec<ToolHandler>, ProviderError>> {
        self.tools(request)
    }

    fn find<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<ToolHandler>, ProviderError>> {
        self.tool(request, key)
    }
}

impl Provider<PromptHandler> for dyn PromptProvider {
    fn revision(&self) -> u64 {
        PromptProvider::revision(self)
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        PromptProvider::list_key(self, request)
    }

    fn all<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
    ) -> BoxFuture<'a, Result<Vec<PromptHandler>, ProviderError>> {
        self.prompts(request)
    }

    fn find<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<PromptHandler>, ProviderError>> {
        self.prompt(request, key)
    }
}

impl Provider<ResourceHandler> for dyn ResourceProvider {
    fn revision(&self) -> u64 {
        ResourceProvider::revision(self)
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        ResourceProvider::list_key(self, request)
    }

    fn all<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
    ) -> BoxFuture<'a, Result<Vec<ResourceHandler>, ProviderError>> {
        self.resources(request)
    }

    fn find<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<ResourceHandler>, ProviderError>> {
        self.resource(request, key)
    }
}

impl Provider<TemplateHandler> for dyn ResourceProvider {
    fn revision(&self) -> u64 {
        ResourceProvider::revision(self)
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        ResourceProvider::list_key(self, request)
    }

    fn all<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
    ) -> BoxFuture<'a, Result<Vec<TemplateHandler>, ProviderError>> {
        self.templates(request)
    }

    fn find<'a>(
        &'a self,
        request: &'a RequestInfo<'_>,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<TemplateHandler>, ProviderError>> {
        Box::pin(async move { Ok(first_valid(self.templates(request).await?, key)) })
    }
}
