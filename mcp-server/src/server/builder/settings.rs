//! The settings of a server: limits, caching, errors, and what replicas share.

use std::sync::Arc;
use std::time::Duration;

use mcpwright_core::CacheScope;

use crate::handler::results::contents::caching;
use crate::replicas::bus::Bus;
use crate::replicas::store::Store;
use crate::server::builder::Builder;
use crate::tasks::config::TaskConfig;

impl Builder {
    /// Sets the maximum time of a call whose handler has no timeout of its own. Default: 5 minutes.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// # use futures::future::BoxFuture;
    /// #
    /// # /// A runtime whose timers elapse at once.
    /// # struct InstantRuntime;
    /// #
    /// # impl mcpwright_server::Runtime for InstantRuntime {
    /// #     fn now(&self) -> std::time::Instant { std::time::Instant::now() }
    /// #     fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> { Box::pin(async {}) }
    /// #     fn spawn(&self, _: BoxFuture<'static, ()>) {}
    /// #     fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) { job() }
    /// # }
    ///
    /// # futures::executor::block_on(async {
    /// let report = ToolHandler::function("report", [], std::future::pending::<()>);
    /// let server = Server::builder("reports", "1.0.0").tool(report).timeout(Duration::from_secs(30)).build();
    /// # let server = server.with_runtime(Arc::new(InstantRuntime));
    /// let result = Client::modern(server).call_tool("report", ()).await?;
    /// assert!(result.content[0].as_text().unwrap().starts_with("timed out: report took longer than 30s, incident "));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time that a client has to respond to the input requests of a call. Default: 10 minutes. A later response is
    /// rejected, and its error asks the client to restart the call.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::Duration;
    ///
    /// # use futures::future::BoxFuture;
    /// use mcpwright_core::{ClientCapabilities, ElicitationCapability};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, InputError, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// # /// A runtime whose time of day advances by an hour whenever it is read.
    /// # struct HourlyRuntime(AtomicU64);
    /// #
    /// # impl mcpwright_server::Runtime for HourlyRuntime {
    /// #     fn now(&self) -> std::time::Instant { std::time::Instant::now() }
    /// #     fn system_time(&self) -> std::time::SystemTime {
    /// #         std::time::UNIX_EPOCH + Duration::from_secs(3600 * self.0.fetch_add(1, Ordering::Relaxed))
    /// #     }
    /// #     fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> { Box::pin(std::future::pending()) }
    /// #     fn spawn(&self, _: BoxFuture<'static, ()>) {}
    /// #     fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) { job() }
    /// # }
    /// #
    /// async fn clear(context: Context) -> Result<&'static str, InputError> {
    ///     let () = context.elicit("clear", "Delete all notes?")?;
    ///     Ok("deleted")
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let clear = ToolHandler::function("clear", [], clear);
    /// let server = Server::builder("notes", "1.0.0").tool(clear).input_timeout(Duration::from_secs(60)).build();
    /// # let server = server.with_runtime(Arc::new(HourlyRuntime(AtomicU64::new(1))));
    /// let client = Client::modern(server)
    ///     .capabilities(ClientCapabilities::new().elicitation(ElicitationCapability::default()))
    ///     // The user accepts after an hour.
    ///     .input_handler(|_| Ok(json!({ "action": "accept", "content": {} })));
    /// let error = client.call_tool("clear", ()).await.unwrap_err();
    /// assert!(error.message.contains("has expired"));
    /// # });
    /// ```
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
    /// ```
    /// use mcpwright_core::{PaginatedParams, method};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    ///
    /// # futures::executor::block_on(async {
    /// let tool = |name| ToolHandler::function(name, [], || async {});
    /// let client = Client::modern(Server::builder("shop", "1.0.0").tool(tool("buy")).tool(tool("sell")).page_size(1));
    /// let page = client.request::<method::ListTools>(&PaginatedParams::new()).await?;
    /// assert_eq!((page.tools.len(), page.next_cursor.is_some()), (1, true));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
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
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_core::CacheScope;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// # futures::executor::block_on(async {
    /// let now = ToolHandler::function("now", [], || async { "noon" });
    /// let server = Server::builder("clock", "1.0.0").tool(now).cache(Duration::from_secs(60), CacheScope::Public);
    /// let result = Client::modern(server).send("tools/list", json!({})).await?;
    /// assert_eq!(result.member("ttlMs"), Some("60000"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
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

    /// Sets the store for the state that replicas share. Default: the memory of the process.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use mcpwright_server::{MemoryStore, Server, Store};
    ///
    /// # futures::executor::block_on(async {
    /// let store = Arc::new(MemoryStore::new());
    /// let replica = || Server::builder("notes", "1.0.0").store(Arc::clone(&store)).build();
    /// replica().store().put("draft", b"milk", Duration::from_secs(60)).await?;
    /// assert_eq!(replica().store().get("draft").await?.as_deref(), Some(&b"milk"[..]));
    /// # Ok::<(), mcpwright_server::StoreError>(())
    /// # }).unwrap();
    /// ```
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the bus on which replicas exchange changes, so that each notifies its clients of the changes of all. Without one,
    /// only the clients of the same process are notified.
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// use mcpwright_server::{Bus, Change, ReplicaHandle, Server};
    ///
    /// /// A bus that queues the changes for a broker.
    /// struct Queue(mpsc::Sender<Change>);
    ///
    /// impl Bus for Queue {
    ///     fn publish(&self, change: &Change, _: &ReplicaHandle) {
    ///         let _ = self.0.send(change.clone());
    ///     }
    ///
    ///     fn attach(&self, _: ReplicaHandle) {}
    /// }
    ///
    /// let (queue, queued) = mpsc::channel();
    /// let server = Server::builder("weather", "1.0.0").bus(Queue(queue)).build();
    /// server.notify().tools_list_changed();
    /// assert!(matches!(queued.recv(), Ok(Change::Tools)));
    /// ```
    pub fn bus(mut self, bus: impl Bus) -> Self {
        self.bus = Some(Arc::new(bus));
        self
    }

    /// Enables [tasks](https://modelcontextprotocol.io/extensions/tasks) with these settings.
    ///
    /// If a tool has a task mode, tasks are enabled with the settings of [`TaskConfig::new`]. If only tools of providers have
    /// one, call this method.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mcpwright_core::TASKS_EXTENSION;
    /// use mcpwright_server::{Server, TaskConfig};
    ///
    /// // A call that takes 10 seconds becomes a task.
    /// let tasks = TaskConfig::new().after(Duration::from_secs(10));
    /// let server = Server::builder("reports", "1.0.0").tasks(tasks).build();
    /// assert!(server.capabilities().extensions.get(TASKS_EXTENSION).is_some());
    /// ```
    pub fn tasks(mut self, tasks: TaskConfig) -> Self {
        self.tasks = Some(tasks);
        self
    }
}
