//! Methods with the types of their parameters and results, and the names of methods and notifications.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::completion::{CompleteParams, CompleteResult};
use crate::discover::DiscoverResult;
use crate::initialize::{InitializeParams, InitializeResult};
use crate::input::{CreateMessageParams, CreateMessageResult, ElicitParams, ElicitResult, ListRootsResult};
use crate::log::SetLevelParams;
pub use crate::method_name::*;
use crate::params::{EmptyResult, PaginatedParams, RequestParams};
use crate::prompt::{GetPromptParams, GetPromptResult, ListPromptsResult};
use crate::resource::{
    ListResourceTemplatesResult, ListResourcesResult, ReadResourceParams, ReadResourceResult, SubscribeParams,
};
use crate::subscription::{ListenParams, ListenResult};
use crate::task::{DetailedTask, TaskParams, UpdateTaskParams};
use crate::tool::{CallToolParams, CallToolResult, ListToolsResult};

/// A method: its name and the types of its parameters and result.
///
/// A server that needs input first responds with an [`InputRequiredResult`](crate::InputRequiredResult) instead of the
/// result.
///
/// ```
/// use mcpwright_core::method::{self, CallTool};
/// use mcpwright_core::{CallToolParams, JsonText, Method};
///
/// fn params<M: Method>(params: &M::Params) -> Result<JsonText, serde_json::Error> {
///     JsonText::encode(params)
/// }
///
/// assert_eq!(CallTool::NAME, method::TOOLS_CALL);
/// assert_eq!(params::<CallTool>(&CallToolParams::new("add"))?.as_str(), r#"{"name":"add"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Method {
    /// The name of the method in messages.
    const NAME: &'static str;
    /// The parameters of a request.
    type Params: Serialize + DeserializeOwned;
    /// The result of a request.
    type Result: Serialize + DeserializeOwned;
}

/// Writes the table of methods.
///
/// ```text
/// Input:   /// `tools/call`.
///          CallTool: TOOLS_CALL, CallToolParams => CallToolResult;
/// Output:  /// `tools/call`.
///          pub struct CallTool;
///          impl Method for CallTool { const NAME = TOOLS_CALL; type Params = CallToolParams; … }
/// ```
macro_rules! methods {
    ($($(#[$doc:meta])* $type:ident: $name:ident, $params:ty => $result:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $type;

            impl Method for $type {
                const NAME: &'static str = $name;
                type Params = $params;
                type Result = $result;
            }
        )*
    };
}

methods! {
    /// `server/discover`: requests the supported revisions and the capabilities of a server.
    Discover: SERVER_DISCOVER, RequestParams => DiscoverResult;
    /// `tools/list`: lists the tools of a server.
    ListTools: TOOLS_LIST, PaginatedParams => ListToolsResult;
    /// `tools/call`: calls a tool.
    CallTool: TOOLS_CALL, CallToolParams => CallToolResult;
    /// `resources/list`: lists the resources of a server.
    ListResources: RESOURCES_LIST, PaginatedParams => ListResourcesResult;
    /// `resources/templates/list`: lists the resource templates of a server.
    ListResourceTemplates: RESOURCES_TEMPLATES_LIST, PaginatedParams => ListResourceTemplatesResult;
    /// `resources/read`: reads a resource.
    ReadResource: RESOURCES_READ, ReadResourceParams => ReadResourceResult;
    /// `prompts/list`: lists the prompts of a server.
    ListPrompts: PROMPTS_LIST, PaginatedParams => ListPromptsResult;
    /// `prompts/get`: gets the messages of a prompt.
    GetPrompt: PROMPTS_GET, GetPromptParams => GetPromptResult;
    /// `completion/complete`: completes an argument of a prompt or resource template.
    Complete: COMPLETION_COMPLETE, CompleteParams => CompleteResult;
    /// `subscriptions/listen`: opens a subscription to notifications.
    Listen: SUBSCRIPTIONS_LISTEN, ListenParams => ListenResult;

    /// `tasks/get`: gets the state of a task. Tasks extension.
    GetTask: TASKS_GET, TaskParams => DetailedTask;
    /// `tasks/update`: responds to the input requests of a task. Tasks extension.
    UpdateTask: TASKS_UPDATE, UpdateTaskParams => EmptyResult;
    /// `tasks/cancel`: cancels a task. Tasks extension.
    CancelTask: TASKS_CANCEL, TaskParams => EmptyResult;

    /// `elicitation/create`: requests information from the user. Sent by the server.
    Elicit: ELICITATION_CREATE, ElicitParams => ElicitResult;
    /// `sampling/createMessage`: requests a message from the client's language model. Sent by the server.
    CreateMessage: SAMPLING_CREATE_MESSAGE, CreateMessageParams => CreateMessageResult;
    /// `roots/list`: lists the roots of the client. Sent by the server.
    ListRoots: ROOTS_LIST, RequestParams => ListRootsResult;

    /// `initialize`: opens a session. Revisions up to 2025-11-25 only.
    Initialize: INITIALIZE, InitializeParams => InitializeResult;
    /// `ping`: checks that the other side is alive. Revisions up to 2025-11-25 only.
    Ping: PING, RequestParams => EmptyResult;
    /// `logging/setLevel`: sets the minimum severity of log messages. Revisions up to 2025-11-25 only.
    SetLevel: LOGGING_SET_LEVEL, SetLevelParams => EmptyResult;
    /// `resources/subscribe`: subscribes to updates of a resource. Revisions up to 2025-11-25 only.
    Subscribe: RESOURCES_SUBSCRIBE, SubscribeParams => EmptyResult;
    /// `resources/unsubscribe`: unsubscribes from updates of a resource. Revisions up to 2025-11-25 only.
    Unsubscribe: RESOURCES_UNSUBSCRIBE, SubscribeParams => EmptyResult;
}
