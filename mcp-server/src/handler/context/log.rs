//! Log messages of handlers: to the client, or to the log of the process.

use mcpwright_core::{LoggingLevel, LoggingMessageParams, method};
use serde::Serialize;

use crate::handler::context::Context;

/// The server sends log messages to clients: a value that it shares with handlers.
pub(crate) struct ClientLog;

impl Context {
    /// Returns `true` if a log message of this level has a reader: the client, if the server has the capability
    /// [`logging`](crate::Builder::logging) and the client wants messages of this level for this call, or else the subscriber
    /// of the process. Returns `false` if the call has become a task of a server with the capability.
    ///
    /// Call it before the data of a message is computed, if that takes time.
    ///
    /// ```
    /// use mcpwright_core::LoggingLevel;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    ///
    /// async fn enabled(context: Context) -> String {
    ///     format!("{:?}", [LoggingLevel::Debug, LoggingLevel::Error].map(|level| context.is_log_enabled(level)))
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let enabled = ToolHandler::function("enabled", [], enabled);
    /// let server = Server::builder("example", "1.0.0").logging().tool(enabled);
    /// let client = Client::modern(server).log_level(LoggingLevel::Warning);
    /// assert_eq!(client.call_tool("enabled", ()).await?.content[0].as_text(), Some("[false, true]"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn is_log_enabled(&self, level: LoggingLevel) -> bool {
        if !self.has_client_log() {
            return is_process_log_enabled(level);
        }
        self.0.task.get().is_none() && self.0.client.log_level().is_some_and(|min_level| level >= min_level)
    }

    /// Writes a log message.
    ///
    /// If the server has the capability [`logging`](crate::Builder::logging), the message is for the user of the client: it is
    /// sent to the client, if that wants messages of this level for this call. Otherwise it is for the operator: an event of
    /// `tracing` with the target `mcpwright::handler`.
    /// See [logging](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging).
    ///
    /// ```
    /// use mcpwright_core::LoggingLevel;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Context, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// async fn import(context: Context) {
    ///     context.log(LoggingLevel::Warning, json!({ "skipped": "line 7" }));
    ///     context.log(LoggingLevel::Debug, "done");
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let import = ToolHandler::function("import", [], import);
    /// let server = Server::builder("importer", "1.0.0").logging().tool(import);
    /// let client = Client::modern(server).log_level(LoggingLevel::Info);
    /// client.call_tool("import", ()).await?;
    /// assert_eq!(client.notifications()[0].method, "notifications/message");
    /// assert_eq!(client.notifications().len(), 0);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn log(&self, level: LoggingLevel, data: impl Serialize) {
        if !self.is_log_enabled(level) {
            return;
        }
        let Ok(data) = serde_json::to_value(&data) else { return };
        if self.has_client_log() {
            self.send(method::MESSAGE, &LoggingMessageParams::new(level, data));
        } else {
            // JSON has no line breaks, and escapes control characters.
            write_to_process_log(level, &data.to_string());
        }
    }

    fn has_client_log(&self) -> bool {
        self.0.shared.get::<ClientLog>().is_some()
    }
}

fn is_process_log_enabled(level: LoggingLevel) -> bool {
    match level {
        LoggingLevel::Debug => tracing::enabled!(target: "mcpwright::handler", tracing::Level::DEBUG),
        LoggingLevel::Info | LoggingLevel::Notice => {
            tracing::enabled!(target: "mcpwright::handler", tracing::Level::INFO)
        }
        LoggingLevel::Warning => tracing::enabled!(target: "mcpwright::handler", tracing::Level::WARN),
        _ => tracing::enabled!(target: "mcpwright::handler", tracing::Level::ERROR),
    }
}

fn write_to_process_log(level: LoggingLevel, data: &str) {
    match level {
        LoggingLevel::Debug => tracing::debug!(target: "mcpwright::handler", "{data}"),
        LoggingLevel::Info | LoggingLevel::Notice => tracing::info!(target: "mcpwright::handler", "{data}"),
        LoggingLevel::Warning => tracing::warn!(target: "mcpwright::handler", "{data}"),
        _ => tracing::error!(target: "mcpwright::handler", "{data}"),
    }
}
