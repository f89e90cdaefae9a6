//! Mounting a server in another one: its names get a prefix.

use std::sync::Arc;

use async_trait::async_trait;

use crate::call::request_info::RequestInfo;
use crate::handler::PromptHandler;
use crate::handler::ToolHandler;
use crate::handler::tool_name::is_tool_name_byte;
use crate::limits::MAX_TOOL_NAME_BYTES;
use crate::server::builder::Builder;
use crate::server::provider::{PromptProvider, ProviderError, ToolProvider};
use crate::server::serve::Serve;
use crate::subscriptions::notify::Notify;

impl Builder {
    /// Adds the handlers of another server: its tools and prompts as `prefix_name`, its resources under their own URIs.
    ///
    /// This also applies to the handlers of its providers. Resources keep their URIs, because contents and links refer to
    /// them: two servers that are mounted in one must have different URIs. The name, instructions, timeouts and limits of
    /// the mounted server are not used. Its tools keep its defaults, such as [`read_only`](Self::read_only), [`titles`](Self::titles) and
    /// [`allow_unknown_arguments`](Self::allow_unknown_arguments), before those of this server. Its changes reach the clients
    /// of this server, which has the capability [`logging`](Self::logging) if one of the two has.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let add = ToolHandler::function("add", ["a", "b"], |a: i64, b: i64| async move { a + b });
    /// let math = Server::builder("math", "1.0.0").tool(add);
    /// let server = Server::builder("office", "1.0.0").mount("math", math).build();
    /// assert_eq!(server.tools()[0].definition().name, "math_add");
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the prefix is empty or has a character other than `A-Z a-z 0-9 _ - .`, if a name with its prefix is too
    /// long for a tool, if both servers handle a method or declare an extension of the same name, and if the mounted server
    /// has a setting that would be lost: `visible`, `present`, middleware, `mask_errors`, `store`, `tasks`, `bus`, or `key`.
    #[track_caller]
    pub fn mount(mut self, prefix: &str, server: impl Serve) -> Self {
        assert!(
            !prefix.is_empty() && prefix.bytes().all(is_tool_name_byte),
            "the prefix `{prefix}` must be one or more of A-Z a-z 0-9 _ - ."
        );
        let mut mounted = server.into_builder();
        mounted.assert_mountable(prefix);
        mounted.apply_tool_defaults();
        mounted.notify.mount_in(&self.notify);
        for tool in mounted.tools {
            let name = &tool.definition().name;
            assert!(
                is_short_enough(prefix, name),
                "the tool `{name}` must be renamed or mounted with a shorter prefix: `{prefix}_{name}` is longer than \
                 {MAX_TOOL_NAME_BYTES} bytes"
            );
            self.tools.push(tool.prefixed(prefix));
        }
        self.prompts.extend(mounted.prompts.into_iter().map(|prompt| prompt.prefixed(prefix)));
        self.resources.extend(mounted.resources);
        self.templates.extend(mounted.templates);
        for provider in mounted.tool_providers {
            self.tool_providers.push(Arc::new(Prefixed::new(prefix, provider)));
        }
        for provider in mounted.prompt_providers {
            self.prompt_providers.push(Arc::new(Prefixed::new(prefix, provider)));
        }
        self.resource_providers.extend(mounted.resource_providers);
        let conflict = format!("the server mounted as `{prefix}` has another");
        for (name, handler) in mounted.methods {
            self.insert_method(name, handler, &conflict);
        }
        let conflict = format!("the server mounted as `{prefix}` declares it, too");
        for (name, settings) in mounted.experimental {
            self = self.experimental(name, settings);
        }
        for (name, settings) in mounted.extensions {
            self.insert_extension(name, settings, &conflict);
        }
        self.logging |= mounted.logging;
        self.shared.merge(&mounted.shared);
        self.observers.extend(mounted.observers);
        self.shutdown_hooks.extend(mounted.shutdown_hooks);
        self
    }

    /// Panics if a setting would be lost by mounting.
    #[track_caller]
    fn assert_mountable(&self, prefix: &str) {
        let lost = [
            ("visible", !self.rules.visible.is_empty()),
            ("present", !self.rules.presentations.is_empty()),
            ("middleware", !self.middleware.is_empty()),
            ("mask_errors", self.masks_errors),
            ("store", self.store.is_some()),
            ("tasks", self.tasks.is_some()),
            ("bus", self.bus.is_some()),
            ("key", self.has_keys()),
        ];
        for (setting, is_set) in lost {
            assert!(
                !is_set,
                "`{setting}` of the server mounted as `{prefix}` would be lost: set it on the server that it is mounted in"
            );
        }
    }
}

/// Returns `true` if a name is short enough for a tool with its prefix.
fn is_short_enough(prefix: &str, name: &str) -> bool {
    prefix.len() + 1 + name.len() <= MAX_TOOL_NAME_BYTES
}

/// A provider whose names get a prefix.
pub(crate) struct Prefixed<P: ?Sized> {
    prefix: String,
    provider: Arc<P>,
}

impl<P: ?Sized> Prefixed<P> {
    pub(crate) fn new(prefix: &str, provider: Arc<P>) -> Self {
        Self { prefix: prefix.to_owned(), provider }
    }

    /// Returns the name without the prefix. `None` if it does not have the prefix.
    fn own_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&*self.prefix)?.strip_prefix('_')
    }
}

#[async_trait]
impl ToolProvider for Prefixed<dyn ToolProvider> {
    fn revision(&self) -> u64 {
        self.provider.revision()
    }

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        self.provider.list_key(request)
    }

    async fn tools(&self, request: &RequestInfo<'_>) -> Result<Vec<ToolHandler>, ProviderError> {
        let tools = self.provider.tools(request).await?.into_iter();
        // A longer name would make clients reject the whole list.
        let fits = |tool: &ToolHandler| {
            let (prefix, name) = (&self.prefix, &tool.definition().name);
            let fits = is_short_enough(prefix, name);
            if !fits {
                tracing::warn!(
                    prefix,
                    name,
                    "leaving out a tool of a mounted provider: its name is too long"
                );
            }
            fits
        };
        Ok(tools.filter(fits).map(|tool| tool.prefixed(&self.prefix)).collect())
    }

    async fn tool(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<ToolHandler>, ProviderError> {
        let Some(name) = self.own_name(name) else { return Ok(None) };
        Ok(self.provider.tool(request, name).await?.map(|tool| tool.prefixed(&self.prefix)))
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

    fn list_key(&self, request: &RequestInfo<'_>) -> Option<String> {
        self.provider.list_key(request)
    }

    async fn prompts(&self, request: &RequestInfo<'_>) -> Result<Vec<PromptHandler>, ProviderError> {
        Ok(self
            .provider
            .prompts(request)
            .await?
            .into_iter()
            .map(|prompt| prompt.prefixed(&self.prefix))
            .collect())
    }

    async fn prompt(
        &self,
        request: &RequestInfo<'_>,
        name: &str,
    ) -> Result<Option<PromptHandler>, ProviderError> {
        let Some(name) = self.own_name(name) else { return Ok(None) };
        Ok(self.provider.prompt(request, name).await?.map(|prompt| prompt.prefixed(&self.prefix)))
    }

    fn attach(&self, notify: &Notify) {
        self.provider.attach(notify);
    }
}
