//! The settings of a server: limits, caching, errors, access to resources, and what replicas share.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::CacheScope;

use crate::caller::Caller;
use crate::handler::results::contents::caching;
use crate::replicas::bus::Bus;
use crate::replicas::store::Store;
use crate::server::builder::Builder;
use crate::tasks::config::TaskConfig;

impl Builder {
    /// Sets the maximum time of a call whose handler has no timeout of its own. Default: 5 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time that a client has to respond to the input requests of a call. Default: 10 minutes. A later response is
    /// rejected, and its error asks the client to restart the call.
    pub fn input_timeout(mut self, time: Duration) -> Self {
        self.input_timeout = time;
        self
    }

    /// Sets the maximum size of a result of a tool, a resource, a prompt or a completion, in bytes. Default: 8 MiB.
    ///
    /// A larger result of a tool is replaced by a tool error that asks the model to request less. A larger result of another
    /// handler is a protocol error.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let log = ToolHandler::function("read_log", [], || async { "started\n".repeat(1000) });
    /// let client = Client::modern(Server::builder("app", "1.0.0").tool(log).max_result_bytes(1000));
    /// let result = client.call_tool("read_log", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().ends_with("request less"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn max_result_bytes(mut self, bytes: usize) -> Self {
        self.max_result_bytes = bytes;
        self
    }

    /// Sets the maximum number of entries on one page of a list. Default: 1000.
    ///
    /// # Panics
    ///
    /// Panics if `entries` is 0.
    #[track_caller]
    pub fn page_size(mut self, entries: usize) -> Self {
        assert!(entries > 0, "`page_size` must be at least 1");
        self.page_size = entries;
        self
    }

    /// Sets the time that clients may cache lists and contents of resources, and the scope of the cache. Default: no caching.
    pub fn cache(mut self, time: Duration, scope: CacheScope) -> Self {
        self.caching = caching(time, scope);
        self
    }

    /// Replaces the text of errors by an incident number, which is in the log with the text. A
    /// [`ToolError`](crate::ToolError) keeps its text.
    ///
    /// ```
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let read = ToolHandler::function("read", [], || async { Err::<(), _>("no file /srv/notes.db") });
    /// let client = Client::modern(Server::builder("notes", "1.0.0").tool(read).mask_errors());
    /// let result = client.call_tool("read", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().starts_with("read failed, incident "));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn mask_errors(mut self) -> Self {
        self.masks_errors = true;
        self
    }

    /// Sets the function that decides if a caller may read a resource. If not, the resource does not exist for the caller,
    /// and the caller is not notified of its changes. Default: every caller may read every resource.
    ///
    /// It is called for each read, for each subscription, and before each notification, so a revoked permission takes effect
    /// at once. It must return without waiting, and must not publish changes. Lists are the same for all callers.
    ///
    /// ```
    /// use mcpwright_server::Server;
    ///
    /// let server = Server::builder("files", "1.0.0")
    ///     .may_read(|caller, uri| !uri.starts_with("file:///payroll/") || caller.has_scope("payroll"));
    /// ```
    pub fn may_read(mut self, may_read: impl Fn(&Caller, &str) -> bool + Send + Sync + 'static) -> Self {
        self.may_read = Some(Arc::new(may_read));
        self
    }

    /// Sets the store for the state that replicas share. Default: the memory of the process.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the bus on which replicas exchange changes, so that each notifies its clients of the changes of all. Without one,
    /// only the clients of the same process are notified.
    pub fn bus(mut self, bus: impl Bus) -> Self {
        self.bus = Some(Arc::new(bus));
        self
    }

    /// Enables [tasks](https://modelcontextprotocol.io/extensions/tasks) with these settings.
    ///
    /// If a tool has a task mode, tasks are enabled with the settings of [`TaskConfig::new`]. If only tools of providers have
    /// one, call this method.
    pub fn tasks(mut self, tasks: TaskConfig) -> Self {
        self.tasks = Some(tasks);
        self
    }
}
