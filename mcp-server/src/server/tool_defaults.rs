//! The defaults of a server for its tools.

use std::sync::Arc;

use async_trait::async_trait;
use mcpwright_core::{Tool, ToolAnnotations};

use crate::call::request_info::RequestInfo;
use crate::handler::ToolHandler;
use crate::server::provider::{ProviderError, ToolProvider};
use crate::subscriptions::notify::Notify;

/// A function from the name of a tool to its title.
pub(crate) type TitleFunction = dyn Fn(&str) -> String + Send + Sync;

/// Settings of all tools of a server, which a tool's own settings override.
#[derive(Clone, Default)]
pub(crate) struct ToolDefaults {
    pub(crate) hints: ToolAnnotations,
    pub(crate) allows_unknown_arguments: bool,
    /// Returns the title of a tool for its name.
    pub(crate) titles: Option<Arc<TitleFunction>>,
}

impl ToolDefaults {
    /// Returns `true` if no tool gets a setting.
    pub(crate) fn is_empty(&self) -> bool {
        self.hints == ToolAnnotations::default() && !self.allows_unknown_arguments && self.titles.is_none()
    }

    /// Returns the tool with the settings that it does not have itself.
    pub(crate) fn apply(&self, tool: ToolHandler) -> ToolHandler {
        let tool = self.apply_title(tool.with_default_hints(&self.hints));
        if self.allows_unknown_arguments { tool.allow_unknown_arguments() } else { tool }
    }

    /// Returns the tool with a title, unless it has one or the title is empty.
    fn apply_title(&self, tool: ToolHandler) -> ToolHandler {
        let Tool { name, title, .. } = tool.definition();
        let Some(titles) = self.titles.as_ref().filter(|_| title.is_none()) else { return tool };
        match titles(name) {
            title if title.is_empty() => tool,
            title => tool.title(title),
        }
    }

    /// Returns the tool with those settings that a call depends on: hints and the definition are for lists.
    fn apply_to_call(&self, tool: ToolHandler) -> ToolHandler {
        if self.allows_unknown_arguments { tool.ignoring_unknown_arguments() } else { tool }
    }
}

/// A provider whose tools get the defaults of a server.
pub(crate) struct WithDefaults {
    pub(crate) defaults: ToolDefaults,
    pub(crate) provider: Arc<dyn ToolProvider>,
}

#[async_trait]
impl ToolProvider for WithDefaults {
    fn revision(&self) -> u64 {
        self.provider.revision()
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        self.provider.list_key(request)
    }

    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(self.provider.tools(request).await?.into_iter().map(|tool| self.defaults.apply(tool)).collect())
    }

    async fn tool(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(self.provider.tool(request, name).await?.map(|tool| self.defaults.apply_to_call(tool)))
    }

    fn attach(&self, notify: &Notify) {
        self.provider.attach(notify);
    }
}
