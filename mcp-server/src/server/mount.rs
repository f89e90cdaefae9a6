//! Providers of a server that is mounted in another one: what they bring has the prefix.

use std::sync::Arc;

use async_trait::async_trait;

use crate::handler::PromptHandler;
use crate::handler::ToolHandler;
use crate::server::provider::{PromptProvider, ProviderError, ToolProvider};
use crate::subscriptions::notify::Notify;

/// A provider whose names have a prefix.
pub(crate) struct Prefixed<P: ?Sized> {
    prefix: String,
    provider: Arc<P>,
}

impl<P: ?Sized> Prefixed<P> {
    pub(crate) fn new(prefix: &str, provider: Arc<P>) -> Self {
        Self { prefix: prefix.to_owned(), provider }
    }

    /// What the provider itself calls it; nothing if the name does not have the prefix.
    fn own_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&*self.prefix)?.strip_prefix('_')
    }
}

#[async_trait]
impl ToolProvider for Prefixed<dyn ToolProvider> {
    fn revision(&self) -> u64 {
        self.provider.revision()
    }

    async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
        Ok(self.provider.tools().await?.into_iter().map(|tool| tool.prefixed(&self.prefix)).collect())
    }

    async fn tool(&self, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        let Some(name) = self.own_name(name) else { return Ok(None) };
        Ok(self.provider.tool(name).await?.map(|tool| tool.prefixed(&self.prefix)))
    }

    fn attach(&self, notify: &Notify) {
        self.provider.attach(notify);
    }
}

#[async_trait]
impl PromptProvider for Prefixed<dyn PromptProvider> {
    fn revision(&self) -> u64 {
        self.provider.revision()
    }

    async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError> {
        Ok(self.provider.prompts().await?.into_iter().map(|prompt| prompt.prefixed(&self.prefix)).collect())
    }

    async fn prompt(&self, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
        let Some(name) = self.own_name(name) else { return Ok(None) };
        Ok(self.provider.prompt(name).await?.map(|prompt| prompt.prefixed(&self.prefix)))
    }

    fn attach(&self, notify: &Notify) {
        self.provider.attach(notify);
    }
}
