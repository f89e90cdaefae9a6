//! What can be asked: one line per method, and the names of the notifications.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    CallToolParams, CallToolResult, CompleteParams, CompleteResult, CreateMessageParams, CreateMessageResult,
    DetailedTask, DiscoverResult, ElicitParams, ElicitResult, EmptyResult, GetPromptParams, GetPromptResult,
    InitializeParams, InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListRootsResult, ListToolsResult, ListenParams, ListenResult, PaginatedParams, ReadResourceParams,
    ReadResourceResult, RequestParams, SetLevelParams, SubscribeParams, TaskParams, UpdateTaskParams,
};

/// What can be asked, with which parameters, and what is answered.
///
/// Where the server needs input first, it answers with an [`InputRequiredResult`](crate::InputRequiredResult)
/// instead.
pub trait Method {
    /// The method's name in messages.
    const NAME: &'static str;
    /// With which parameters it is asked.
    type Params: Serialize + DeserializeOwned;
    /// What is answered.
    type Result: Serialize + DeserializeOwned;
}

/// Writes the table of the methods and notifications.
///
/// ```text
/// Input:   /// Call a tool.
///          TOOLS_CALL, CallTool: "tools/call", CallToolParams => CallToolResult;
/// Output:  /// Call a tool.
///          pub const TOOLS_CALL: &str = "tools/call";
///          /// Call a tool.
///          pub struct CallTool;
///          impl Method for CallTool { const NAME = TOOLS_CALL; type Params = CallToolParams; … }
/// Input:   /// A request is no longer wanted.
///          CANCELLED: "notifications/cancelled";
/// Output:  /// A request is no longer wanted.
///          pub const CANCELLED: &str = "notifications/cancelled";
/// ```
macro_rules! table {
    (
        methods { $($(#[$doc:meta])* $name:ident, $type:ident: $text:literal, $params:ty => $result:ty;)* }
        notifications { $($(#[$notification_doc:meta])* $notification:ident: $notification_text:literal;)* }
    ) => {
        $(
            $(#[$doc])*
            pub const $name: &str = $text;

            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $type;

            impl Method for $type {
                const NAME: &'static str = $name;
                type Params = $params;
                type Result = $result;
            }
        )*
        $(
            $(#[$notification_doc])*
            pub const $notification: &str = $notification_text;
        )*

        /// The name of a method or a notification, if it stands in this table.
        pub fn known(name: &str) -> Option<&'static str> {
            match name {
                $($text => Some($name),)*
                $($notification_text => Some($notification),)*
                _ => None,
            }
        }
    };
}

table! {
    methods {
        /// What the server is and can do.
        SERVER_DISCOVER, Discover: "server/discover", RequestParams => DiscoverResult;
        /// Which tools there are.
        TOOLS_LIST, ListTools: "tools/list", PaginatedParams => ListToolsResult;
        /// Call a tool.
        TOOLS_CALL, CallTool: "tools/call", CallToolParams => CallToolResult;
        /// Which resources there are.
        RESOURCES_LIST, ListResources: "resources/list", PaginatedParams => ListResourcesResult;
        /// Which resource templates there are.
        RESOURCES_TEMPLATES_LIST, ListResourceTemplates: "resources/templates/list", PaginatedParams => ListResourceTemplatesResult;
        /// Read a resource.
        RESOURCES_READ, ReadResource: "resources/read", ReadResourceParams => ReadResourceResult;
        /// Which prompts there are.
        PROMPTS_LIST, ListPrompts: "prompts/list", PaginatedParams => ListPromptsResult;
        /// Get a prompt.
        PROMPTS_GET, GetPrompt: "prompts/get", GetPromptParams => GetPromptResult;
        /// How an argument may go on.
        COMPLETION_COMPLETE, Complete: "completion/complete", CompleteParams => CompleteResult;
        /// Listen for notifications.
        SUBSCRIPTIONS_LISTEN, Listen: "subscriptions/listen", ListenParams => ListenResult;

        /// How it is with a task: of the extension of tasks.
        TASKS_GET, GetTask: "tasks/get", TaskParams => DetailedTask;
        /// Answer questions of a task: of the extension of tasks.
        TASKS_UPDATE, UpdateTask: "tasks/update", UpdateTaskParams => EmptyResult;
        /// Cancel a task: of the extension of tasks.
        TASKS_CANCEL, CancelTask: "tasks/cancel", TaskParams => EmptyResult;

        /// Ask the user; of the client.
        ELICITATION_CREATE, Elicit: "elicitation/create", ElicitParams => ElicitResult;
        /// Ask the model; of the client.
        SAMPLING_CREATE_MESSAGE, CreateMessage: "sampling/createMessage", CreateMessageParams => CreateMessageResult;
        /// Which folders the client works in; of the client.
        ROOTS_LIST, ListRoots: "roots/list", RequestParams => ListRootsResult;

        /// Open a session: revisions up to 2025-11-25 only.
        INITIALIZE, Initialize: "initialize", InitializeParams => InitializeResult;
        /// Whether the other side is still there: revisions up to 2025-11-25 only.
        PING, Ping: "ping", RequestParams => EmptyResult;
        /// From which severity on to send log messages: revisions up to 2025-11-25 only.
        LOGGING_SET_LEVEL, SetLevel: "logging/setLevel", SetLevelParams => EmptyResult;
        /// Watch a resource: revisions up to 2025-11-25 only.
        RESOURCES_SUBSCRIBE, Subscribe: "resources/subscribe", SubscribeParams => EmptyResult;
        /// Watch a resource no longer: revisions up to 2025-11-25 only.
        RESOURCES_UNSUBSCRIBE, Unsubscribe: "resources/unsubscribe", SubscribeParams => EmptyResult;
    }
    notifications {
        /// A request is no longer wanted.
        CANCELLED: "notifications/cancelled";
        /// How far a request has come.
        PROGRESS: "notifications/progress";
        /// A log message.
        MESSAGE: "notifications/message";
        /// What a subscription will bring.
        SUBSCRIPTIONS_ACKNOWLEDGED: "notifications/subscriptions/acknowledged";
        /// The list of tools has changed.
        TOOLS_LIST_CHANGED: "notifications/tools/list_changed";
        /// The list of resources has changed.
        RESOURCES_LIST_CHANGED: "notifications/resources/list_changed";
        /// A resource has changed.
        RESOURCES_UPDATED: "notifications/resources/updated";
        /// The list of prompts has changed.
        PROMPTS_LIST_CHANGED: "notifications/prompts/list_changed";

        /// It is otherwise with a task: of the extension of tasks.
        TASKS: "notifications/tasks";

        /// The client has understood the answer to `initialize`: revisions up to 2025-11-25 only.
        INITIALIZED: "notifications/initialized";
        /// The client works in other folders: revisions up to 2025-11-25 only.
        ROOTS_LIST_CHANGED: "notifications/roots/list_changed";
        /// What a page was for is settled: revision 2025-11-25 only.
        ELICITATION_COMPLETE: "notifications/elicitation/complete";
    }
}
