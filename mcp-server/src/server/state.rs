//! The state of a built server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::{
    Caching, Implementation, PromptsCapability, ResourcesCapability, ServerCapabilities, TASKS_EXTENSION,
    ToolsCapability,
};
use serde_json::Map;

use crate::call::method::MethodHandler;
use crate::call::middleware::Middleware;
use crate::extensions::Extensions;
use crate::handler::ToolHandler;
use crate::handler::context::log::ClientLog;
use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler};
use crate::meta_cache::MetaCache;
use crate::observer::Observers;
use crate::replicas::session_values::{SessionValues, SharedSessionValues};
use crate::replicas::store::Store;
use crate::server::catalog_items::CatalogItems;
use crate::server::provider::{PromptProvider, ResourceProvider, ToolProvider};
use crate::server::rules::Rules;
use crate::server::shutdown::Shutdown;
use crate::subscriptions::notify::Notify;
use crate::tasks::registry::Registry;

/// The immutable state of a built server.
pub(crate) struct ServerState {
    pub(crate) info: Implementation,
    pub(crate) info_text: String,
    pub(crate) instructions: Option<String>,
    pub(crate) capabilities: ServerCapabilities,
    pub(crate) caching: Caching,
    pub(crate) page_size: usize,
    pub(crate) timeout: Duration,
    pub(crate) max_result_bytes: usize,
    pub(crate) masks_errors: bool,
    pub(crate) store: Arc<dyn Store>,
    /// The registry of tasks, if a call can become one.
    pub(crate) tasks: Option<Arc<Registry>>,
    /// The time that a client has to respond to input requests.
    pub(crate) input_timeout: Duration,
    pub(crate) shared: Extensions,
    pub(crate) notify: Notify,
    pub(crate) rules: Rules,
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) methods: BTreeMap<String, Arc<dyn MethodHandler>>,
    pub(crate) tools: CatalogItems<ToolHandler, dyn ToolProvider>,
    pub(crate) prompts: CatalogItems<PromptHandler, dyn PromptProvider>,
    pub(crate) resources: CatalogItems<ResourceHandler, dyn ResourceProvider>,
    pub(crate) templates: CatalogItems<TemplateHandler, dyn ResourceProvider>,
    pub(crate) meta_cache: MetaCache,
    pub(crate) session_values: Arc<SessionValues>,
    pub(crate) observers: Observers,
    pub(crate) shutdown: Shutdown,
}

impl ServerState {
    /// Shares values of the server's own with its handlers, which find them through their context.
    pub(crate) fn share_with_handlers(&mut self) {
        self.shared.insert(self.notify.clone());
        self.shared.insert(SharedSessionValues(Arc::clone(&self.session_values)));
        if self.capabilities.logging.is_some() {
            self.shared.insert(ClientLog);
        }
    }

    /// Returns the capabilities that follow from the registered handlers.
    pub(crate) fn capabilities(&self) -> ServerCapabilities {
        let mut capabilities = ServerCapabilities::new();
        if !self.tools.is_empty() {
            capabilities = capabilities.tools(ToolsCapability::default().list_changed(true));
        }
        if !self.prompts.is_empty() {
            capabilities = capabilities.prompts(PromptsCapability::default().list_changed(true));
        }
        if !(self.resources.is_empty() && self.templates.is_empty()) {
            let resources = ResourcesCapability::default().subscribe(true).list_changed(true);
            capabilities = capabilities.resources(resources);
        }
        let completes_prompts =
            self.prompts.static_items.iter().any(|prompt| prompt.core().parameters.has_completion());
        let completes_templates =
            self.templates.static_items.iter().any(|template| template.core().parameters.has_completion());
        let may_complete = !(self.prompts.providers.is_empty() && self.resources.providers.is_empty());
        if completes_prompts || completes_templates || may_complete {
            capabilities = capabilities.completions(Map::new());
        }
        if self.tasks.is_some() {
            capabilities = capabilities.extensions([(TASKS_EXTENSION, Map::new())]);
        }
        capabilities
    }
}
