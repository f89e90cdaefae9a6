//! The documents in the list of resources, and notifications of their changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::lock::Mutex;
use mcpwright::{
    Execution, IntoContents, Notify, NotifySet, ProviderError, RequestInfo, ResourceHandler,
    ResourceProvider, async_trait,
};

use super::documents::read;
use crate::documents::{DocumentError, Documents, Entry};

/// Interval at which the documents are polled for changes, since other processes can change them.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The documents in the list of resources. Clones share one list.
#[derive(Clone)]
pub struct DocumentList(Arc<ListState>);

struct ListState {
    documents: Documents,
    revision: AtomicU64,
    servers: NotifySet,
    /// The documents of the last poll, by their URIs. The lock is held during a poll, so that concurrent polls cannot send
    /// notifications of an older state.
    last: Mutex<Option<BTreeMap<String, Entry>>>,
}

impl DocumentList {
    /// Creates the list of documents.
    pub fn new(documents: Documents) -> Self {
        let (revision, servers, last) = (AtomicU64::new(0), NotifySet::default(), Mutex::default());
        Self(Arc::new(ListState { documents, revision, servers, last }))
    }

    /// Polls the documents for changes, and notifies clients. Never returns.
    pub async fn watch(self) {
        loop {
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "cannot poll the documents for changes");
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Polls the documents once, and notifies clients of changes since the last poll. The first poll sends nothing.
    pub async fn refresh(&self) -> Result<(), DocumentError> {
        let mut last = self.0.last.lock().await;
        let entries = self.0.documents.list(None, Default::default()).await?;
        let current: BTreeMap<_, _> = entries.into_iter().map(|entry| (entry.uri.clone(), entry)).collect();
        let Some(previous) = last.replace(current.clone()) else { return Ok(()) };
        let list =
            |entries: &BTreeMap<String, Entry>| entries.values().map(listed_fields).collect::<Vec<_>>();
        let list_changed = list(&previous) != list(&current);
        if list_changed {
            self.0.revision.fetch_add(1, Ordering::Relaxed);
        }
        if list_changed {
            self.0.servers.resources_list_changed();
        }
        // Removed documents count as updated, since reading them now fails.
        let uris = previous.keys().chain(current.keys().filter(|uri| !previous.contains_key(*uri)));
        uris.filter(|uri| previous.get(*uri) != current.get(*uri))
            .for_each(|uri| self.0.servers.resource_updated(uri));
        Ok(())
    }
}

/// Returns the fields of a document that the list of resources contains.
fn listed_fields(entry: &Entry) -> (String, String, &'static str) {
    (entry.uri.clone(), entry.title.clone(), entry.format.media_type())
}

#[async_trait]
impl ResourceProvider for DocumentList {
    fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Relaxed)
    }

    async fn resources(&self, _: &RequestInfo<'_>) -> Result<Vec<ResourceHandler>, ProviderError> {
        let entries = self.0.documents.list(None, Default::default()).await?;
        Ok(entries.into_iter().map(|entry| handler(&self.0.documents, entry)).collect())
    }

    fn attach(&self, notify: &Notify) {
        self.0.servers.insert(notify);
    }
}

fn handler(documents: &Documents, entry: Entry) -> ResourceHandler {
    let (documents, uri) = (documents.clone(), entry.uri.clone());
    let name = entry.uri.trim_start_matches("doc://").to_owned();
    let handler = ResourceHandler::new(entry.uri, name, move |input| {
        input.check()?;
        let (documents, uri) = (documents.clone(), uri.clone());
        Ok(Execution::future(async move {
            let contents = async { read(&documents, uri.parse()?).await };
            contents.await.into_contents()
        }))
    });
    handler.title(entry.title).mime_type(entry.format.media_type())
}
