//! The documents in the list of resources, and what clients are told when they change.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::lock::Mutex;
use mcpwright::{
    Execution, IntoContents, Notify, ProviderError, ResourceHandler, ResourceProvider, async_trait,
};

use super::documents::read;
use crate::documents::{DocumentError, Documents, Entry};

/// How often the documents are looked at. Whoever changes them may be another process, which says nothing.
const PAUSE: Duration = Duration::from_secs(1);

/// The documents in the list of resources. Clones are the same list.
#[derive(Clone)]
pub struct DocumentList(Arc<State>);

struct State {
    documents: Documents,
    revision: AtomicU64,
    notify: OnceLock<Notify>,
    /// The documents by their URIs, as they were looked at last. Held while they are looked at: of two looks at once, the
    /// earlier could otherwise come last, and tell of what was before.
    known: Mutex<Option<BTreeMap<String, Entry>>>,
}

impl DocumentList {
    /// The documents of a database.
    pub fn new(documents: Documents) -> Self {
        let (revision, notify, known) = (AtomicU64::new(0), OnceLock::new(), Mutex::default());
        Self(Arc::new(State { documents, revision, notify, known }))
    }

    /// Looks at the documents again and again, and tells clients of what has changed. It never ends.
    pub async fn watch(self) {
        loop {
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the documents cannot be looked at");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks at the documents, and tells clients of what has changed since the last look. The first one tells nobody.
    pub async fn refresh(&self) -> Result<(), DocumentError> {
        let mut known = self.0.known.lock().await;
        let entries = self.0.documents.list(None, Default::default()).await?;
        let now: BTreeMap<_, _> = entries.into_iter().map(|entry| (entry.uri.clone(), entry)).collect();
        let Some(before) = known.replace(now.clone()) else { return Ok(()) };
        let listed = |entries: &BTreeMap<String, Entry>| entries.values().map(listed).collect::<Vec<_>>();
        let is_another_list = listed(&before) != listed(&now);
        if is_another_list {
            self.0.revision.fetch_add(1, Ordering::Relaxed);
        }
        let Some(notify) = self.0.notify.get() else { return Ok(()) };
        if is_another_list {
            notify.resources_list_changed();
        }
        // Also those that are gone: whoever reads one finds that.
        let both = before.keys().chain(now.keys().filter(|uri| !before.contains_key(*uri)));
        both.filter(|uri| before.get(*uri) != now.get(*uri)).for_each(|uri| notify.resource_updated(uri));
        Ok(())
    }
}

/// What the list of resources says of a document.
fn listed(entry: &Entry) -> (String, String, &'static str) {
    (entry.uri.clone(), entry.title.clone(), entry.format.media_type())
}

#[async_trait]
impl ResourceProvider for DocumentList {
    fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Relaxed)
    }

    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError> {
        let entries = self.0.documents.list(None, Default::default()).await?;
        Ok(entries.into_iter().map(|entry| handler(&self.0.documents, entry)).collect())
    }

    fn attach(&self, notify: &Notify) {
        let _ = self.0.notify.set(notify.clone());
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
