//! Names of methods and notifications.

/// Writes the table of names: a constant for each, and the function `known`.
///
/// ```text
/// Input:   /// Calls a tool.
///          TOOLS_CALL: "tools/call";
/// Output:  /// Calls a tool.
///          pub const TOOLS_CALL: &str = "tools/call";
///          pub fn find(name: &str) -> Option<&'static str> { match name { "tools/call" => Some(TOOLS_CALL), … } }
/// ```
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $text:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: &str = $text;
        )*

        /// Returns the constant with the text `name`, or `None` if the name is not in the table.
        pub fn find(name: &str) -> Option<&'static str> {
            match name {
                $($text => Some($name),)*
                _ => None,
            }
        }
    };
}

names! {
    /// Requests the supported revisions and the capabilities of a server.
    SERVER_DISCOVER: "server/discover";
    /// Lists the tools of a server.
    TOOLS_LIST: "tools/list";
    /// Calls a tool.
    TOOLS_CALL: "tools/call";
    /// Lists the resources of a server.
    RESOURCES_LIST: "resources/list";
    /// Lists the resource templates of a server.
    RESOURCES_TEMPLATES_LIST: "resources/templates/list";
    /// Reads a resource.
    RESOURCES_READ: "resources/read";
    /// Lists the prompts of a server.
    PROMPTS_LIST: "prompts/list";
    /// Gets the messages of a prompt.
    PROMPTS_GET: "prompts/get";
    /// Completes an argument of a prompt or resource template.
    COMPLETION_COMPLETE: "completion/complete";
    /// Opens a subscription to notifications.
    SUBSCRIPTIONS_LISTEN: "subscriptions/listen";

    /// Gets the state of a task. Tasks extension.
    TASKS_GET: "tasks/get";
    /// Responds to the input requests of a task. Tasks extension.
    TASKS_UPDATE: "tasks/update";
    /// Cancels a task. Tasks extension.
    TASKS_CANCEL: "tasks/cancel";

    /// Requests information from the user. Sent by the server.
    ELICITATION_CREATE: "elicitation/create";
    /// Requests a message from the client's language model. Sent by the server.
    SAMPLING_CREATE_MESSAGE: "sampling/createMessage";
    /// Lists the roots of the client. Sent by the server.
    ROOTS_LIST: "roots/list";

    /// Opens a session. Revisions up to 2025-11-25 only.
    INITIALIZE: "initialize";
    /// Checks that the other side is alive. Revisions up to 2025-11-25 only.
    PING: "ping";
    /// Sets the minimum severity of log messages. Revisions up to 2025-11-25 only.
    LOGGING_SET_LEVEL: "logging/setLevel";
    /// Subscribes to updates of a resource. Revisions up to 2025-11-25 only.
    RESOURCES_SUBSCRIBE: "resources/subscribe";
    /// Unsubscribes from updates of a resource. Revisions up to 2025-11-25 only.
    RESOURCES_UNSUBSCRIBE: "resources/unsubscribe";

    /// Notification: a request is cancelled.
    CANCELLED: "notifications/cancelled";
    /// Notification: a request made progress.
    PROGRESS: "notifications/progress";
    /// Notification: a log message.
    MESSAGE: "notifications/message";
    /// Notification: a subscription is established.
    SUBSCRIPTIONS_ACKNOWLEDGED: "notifications/subscriptions/acknowledged";
    /// Notification: the list of tools changed.
    TOOLS_LIST_CHANGED: "notifications/tools/list_changed";
    /// Notification: the list of resources changed.
    RESOURCES_LIST_CHANGED: "notifications/resources/list_changed";
    /// Notification: a resource changed.
    RESOURCES_UPDATED: "notifications/resources/updated";
    /// Notification: the list of prompts changed.
    PROMPTS_LIST_CHANGED: "notifications/prompts/list_changed";

    /// Notification: the state of a task changed. Tasks extension.
    TASKS: "notifications/tasks";

    /// Notification: the client is ready after the `initialize` handshake. Revisions up to 2025-11-25 only.
    INITIALIZED: "notifications/initialized";
    /// Notification: the roots of the client changed. Revisions up to 2025-11-25 only.
    ROOTS_LIST_CHANGED: "notifications/roots/list_changed";
    /// Notification: an elicitation in URL mode is complete. Revision 2025-11-25 only.
    ELICITATION_COMPLETE: "notifications/elicitation/complete";
}
