//! Providers of tools, prompts and resources that change while the server runs.

use std::error::Error;

use async_trait::async_trait;

use crate::handler::{PromptHandler, ResourceHandler, TemplateHandler, ToolHandler};
use crate::subscriptions::notify::Notify;

/// An error of a provider. The client receives an incident number, and the log the error.
///
/// ```
/// use mcpwright_core::ErrorCode;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, Server, ToolHandler, ToolProvider, async_trait};
///
/// /// A tool for each line of a file.
/// struct Reports;
///
/// #[async_trait]
/// impl ToolProvider for Reports {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
///         let names = std::fs::read_to_string("/nowhere/reports.txt")?;
///         Ok(names.lines().map(|name| ToolHandler::function(name, [], || async { "a report" })).collect())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("reports", "1.0.0").tool_provider(Reports));
/// assert_eq!(client.list_tools().await.unwrap_err().code, ErrorCode::INTERNAL_ERROR);
/// # });
/// ```
pub type ProviderError = Box<dyn Error + Send + Sync>;

/// A provider of tools that can change while the server runs.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, Server, ToolHandler, ToolProvider, async_trait};
///
/// /// A tool for each report. Reports are only added, so their number is the revision of the list.
/// struct Reports(Arc<AtomicU64>);
///
/// #[async_trait]
/// impl ToolProvider for Reports {
///     fn revision(&self) -> u64 {
///         self.0.load(Ordering::Relaxed)
///     }
///
///     async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError> {
///         let tool = |id| ToolHandler::function(format!("report_{id}"), [], || async { "no sales" });
///         Ok((1..=self.revision()).map(tool).collect())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let count = Arc::new(AtomicU64::new(1));
/// let client = Client::modern(Server::builder("reports", "1.0.0").tool_provider(Reports(Arc::clone(&count))));
/// assert_eq!(client.list_tools().await?.len(), 1);
/// count.store(2, Ordering::Relaxed);
/// assert_eq!(client.list_tools().await?[1].name, "report_2");
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait ToolProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed.
    fn revision(&self) -> u64;

    /// Returns the tools, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn tools(&self) -> Result<Vec<ToolHandler>, ProviderError>;

    /// Returns the tool with this name. Default: searches [`tools`](Self::tools).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn tool(&self, name: &str) -> Result<Option<ToolHandler>, ProviderError> {
        Ok(self.tools().await?.into_iter().find(|tool| tool.definition().name == name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of prompts that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{PromptHandler, PromptProvider, ProviderError, Server, async_trait};
///
/// /// A prompt for each language that the team translates into.
/// struct Languages;
///
/// #[async_trait]
/// impl PromptProvider for Languages {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError> {
///         // A real provider reads them from a database.
///         let languages = ["french", "german"];
///         let prompt = |language| PromptHandler::function(language, ["text"], move |text: String| async move {
///             format!("Translate into {language}: {text}")
///         });
///         Ok(languages.map(prompt).into())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("translator", "1.0.0").prompt_provider(Languages));
/// let result = client.get_prompt("german", [("text", "Hello")]).await?;
/// assert_eq!(result.messages[0].content.as_text(), Some("Translate into german: Hello"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait PromptProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever the list changes. The server requests the list again only if it has changed.
    fn revision(&self) -> u64;

    /// Returns the prompts, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn prompts(&self) -> Result<Vec<PromptHandler>, ProviderError>;

    /// Returns the prompt with this name. Default: searches [`prompts`](Self::prompts).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn prompt(&self, name: &str) -> Result<Option<PromptHandler>, ProviderError> {
        Ok(self.prompts().await?.into_iter().find(|prompt| prompt.definition().name == name))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}

/// A provider of resources and resource templates that can change while the server runs.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{ProviderError, ResourceHandler, ResourceProvider, Server, async_trait};
///
/// /// The notes of a database, which is searched for one note by its key.
/// struct Notes;
///
/// #[async_trait]
/// impl ResourceProvider for Notes {
///     fn revision(&self) -> u64 {
///         0
///     }
///
///     async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError> {
///         Ok(self.resource("note://1").await?.into_iter().collect())
///     }
///
///     async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
///         let note = || ResourceHandler::function("note://1", "shopping", || async { "milk" });
///         Ok((uri == "note://1").then(note))
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("notes", "1.0.0").resource_provider(Notes));
/// assert_eq!(client.list_resources().await?[0].name, "shopping");
/// assert!(client.read_resource("note://2").await.is_err());
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait ResourceProvider: Send + Sync + 'static {
    /// Returns a number that changes whenever one of the lists changes. The server requests the lists again only if it has
    /// changed.
    fn revision(&self) -> u64;

    /// Returns the resources, in a stable order.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn resources(&self) -> Result<Vec<ResourceHandler>, ProviderError>;

    /// Returns the resource templates, in a stable order. Default: none.
    ///
    /// # Errors
    ///
    /// Returns an error if the list is unavailable.
    async fn templates(&self) -> Result<Vec<TemplateHandler>, ProviderError> {
        Ok(Vec::new())
    }

    /// Returns the resource with this URI. Default: searches [`resources`](Self::resources).
    ///
    /// # Errors
    ///
    /// Returns an error if the provider is unavailable.
    async fn resource(&self, uri: &str) -> Result<Option<ResourceHandler>, ProviderError> {
        Ok(self.resources().await?.into_iter().find(|resource| resource.definition().uri == uri))
    }

    /// Called once for each server that is built with the provider. Keep `notify` in a [`NotifySet`](crate::NotifySet), to notify the
    /// clients of all of them.
    fn attach(&self, notify: &Notify) {
        let _ = notify;
    }
}
