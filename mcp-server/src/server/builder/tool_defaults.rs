//! Settings of all tools of a server. A tool's own settings override them.

use std::sync::Arc;

use crate::handler::tool_hints::{CONTRADICTION, is_contradiction};
use crate::server::builder::Builder;
use crate::server::tool_defaults::WithDefaults;

impl Builder {
    /// Sets the hint `readOnlyHint` of all tools that do not set it, also of those of providers. It does not apply to tools
    /// that are [destructive](crate::ToolHandler::destructive).
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let server = Server::builder("notes", "1.0.0")
    ///     .read_only(true)
    ///     .open_world(false)
    ///     .tool(tool("count"))
    ///     .tool(tool("clear").destructive(true))
    ///     .build();
    /// let hints: Vec<_> = server.tools().iter().filter_map(|tool| tool.definition().annotations.clone()).collect();
    /// assert_eq!((hints[0].read_only_hint, hints[1].read_only_hint), (Some(true), None));
    /// assert_eq!((hints[0].open_world_hint, hints[1].open_world_hint), (Some(false), Some(false)));
    /// ```
    pub fn read_only(mut self, is_read_only: bool) -> Self {
        self.tool_defaults.hints.read_only_hint = Some(is_read_only);
        self
    }

    /// Sets the hint `destructiveHint` of all tools that do not set it, also of those of providers. `true` does not apply to
    /// tools that are [read-only](crate::ToolHandler::read_only).
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// // Some directories of servers require both hints.
    /// let count = ToolHandler::function("count", [], || async { 3 });
    /// let server = Server::builder("notes", "1.0.0").read_only(true).destructive(false).tool(count).build();
    /// let hints = server.tools()[0].definition().annotations.as_ref().unwrap();
    /// assert_eq!((hints.read_only_hint, hints.destructive_hint), (Some(true), Some(false)));
    /// ```
    pub fn destructive(mut self, is_destructive: bool) -> Self {
        self.tool_defaults.hints.destructive_hint = Some(is_destructive);
        self
    }

    /// Sets the hint `idempotentHint` of all tools that do not set it, also of those of providers.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name| ToolHandler::function(name, ["id"], |_id: u32| async {});
    /// let server = Server::builder("lamps", "1.0.0")
    ///     .idempotent(true)
    ///     .tool(tool("switch_on"))
    ///     .tool(tool("toggle").idempotent(false))
    ///     .build();
    /// let hints: Vec<_> = server.tools().iter().filter_map(|tool| tool.definition().annotations.clone()).collect();
    /// assert_eq!((hints[0].idempotent_hint, hints[1].idempotent_hint), (Some(true), Some(false)));
    /// ```
    pub fn idempotent(mut self, is_idempotent: bool) -> Self {
        self.tool_defaults.hints.idempotent_hint = Some(is_idempotent);
        self
    }

    /// Sets the hint `openWorldHint` of all tools that do not set it, also of those of providers.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let server = Server::builder("notes", "1.0.0")
    ///     .open_world(false)
    ///     .tool(tool("search_notes"))
    ///     .tool(tool("search_web").open_world(true))
    ///     .build();
    /// let hints: Vec<_> = server.tools().iter().filter_map(|tool| tool.definition().annotations.clone()).collect();
    /// assert_eq!((hints[0].open_world_hint, hints[1].open_world_hint), (Some(false), Some(true)));
    /// ```
    pub fn open_world(mut self, is_open: bool) -> Self {
        self.tool_defaults.hints.open_world_hint = Some(is_open);
        self
    }

    /// Ignores unknown arguments of all tools, also of those of providers. Default: a call with an unknown argument fails,
    /// unless the tool [ignores](crate::ToolHandler::allow_unknown_arguments) them.
    ///
    /// It does not apply to tools with a [schema of their own](crate::ToolHandler::with_portable_schema), which decides by
    /// itself.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let echo = ToolHandler::function("echo", ["text"], |text: String| async move { text });
    /// let client = Client::modern(Server::builder("echo", "1.0.0").allow_unknown_arguments().tool(echo));
    /// let result = client.call_tool("echo", [("text", "Hello"), ("mood", "happy")]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("Hello"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn allow_unknown_arguments(mut self) -> Self {
        self.tool_defaults.allows_unknown_arguments = true;
        self
    }

    /// Sets the title of all tools that have none, also of those of providers, to what a function returns for the name.
    ///
    /// [`ToolHandler::title_from_name`](crate::ToolHandler::title_from_name) is such a function. A tool has no title if the
    /// function returns an empty text.
    ///
    /// ```
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let server = Server::builder("notes", "1.0.0")
    ///     .titles(ToolHandler::title_from_name)
    ///     .tool(tool("find_notes"))
    ///     .tool(tool("rm_note").title("Delete a note"))
    ///     .build();
    /// let titles: Vec<_> = server.tools().iter().map(|tool| tool.definition().title.as_deref()).collect();
    /// assert_eq!(titles, [Some("Find notes"), Some("Delete a note")]);
    /// ```
    pub fn titles(mut self, title: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.tool_defaults.titles = Some(Arc::new(title));
        self
    }

    /// Gives the tools their defaults, once: when the server is built or mounted.
    ///
    /// # Panics
    ///
    /// Panics if the defaults contradict each other.
    #[track_caller]
    pub(crate) fn apply_tool_defaults(&mut self) {
        let defaults = std::mem::take(&mut self.tool_defaults);
        assert!(!is_contradiction(&defaults.hints), "the defaults of the server's tools: {CONTRADICTION}");
        if defaults.is_empty() {
            return;
        }
        self.tools = std::mem::take(&mut self.tools).into_iter().map(|tool| defaults.apply(tool)).collect();
        for provider in &mut self.tool_providers {
            let (defaults, inner) = (defaults.clone(), Arc::clone(provider));
            *provider = Arc::new(WithDefaults { defaults, provider: inner });
        }
    }
}
