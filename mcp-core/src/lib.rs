//! The vocabulary of the Model Context Protocol: what clients and servers say to each other.
//!
//! There is no I/O here and nothing asynchronous. See the crate `mcpwright` for building servers.

mod cache;
mod cancel;
mod capability;
mod client;
mod codec;
mod completion;
mod content;
mod discover;
mod error;
mod implementation;
mod initialize;
mod input;
mod json;
mod log;
pub mod message;
pub mod meta;
pub mod method;
mod params;
mod progress;
mod prompt;
mod resource;
pub mod schema;
mod setters;
mod subscription;
mod task;
pub mod template;
mod tool;
mod version;

// The public interface is:
pub use cache::{CacheScope, Caching};
pub use cancel::CancelledParams;
pub use capability::{
    ClientCapabilities, ElicitationCapability, PromptsCapability, ResourcesCapability, RootsCapability,
    SamplingCapability, ServerCapabilities, ToolsCapability,
};
pub use client::Client;
pub use completion::{
    CompleteParams, CompleteResult, Completion, CompletionArgument, CompletionContext, CompletionReference,
    PromptReference, ResourceTemplateReference,
};
pub use content::{
    Annotations, AudioContent, ContentBlock, EmbeddedResource, ImageContent, Role, TextContent,
};
pub use discover::DiscoverResult;
pub use error::{ErrorCode, ErrorObject};
pub use implementation::{Icon, IconTheme, Implementation};
pub use initialize::{InitializeParams, InitializeResult};
pub use input::{
    BooleanSchema, CreateMessageParams, CreateMessageResult, ElicitAction, ElicitFormParams, ElicitParams,
    ElicitResult, ElicitUrlParams, EnumOption, FormError, FormSchema, IncludeContext, InputRequest,
    InputRequests, InputRequiredResult, InputResponses, LegacyTitledEnumSchema, ListRootsResult, ModelHint,
    ModelPreferences, NumberSchema, PrimitiveSchema, Root, SamplingMessage, SamplingMessageContentBlock,
    StopReason, StringFormat, StringSchema, TitledItems, TitledMultiSelectEnumSchema,
    TitledSingleSelectEnumSchema, ToolChoice, ToolChoiceMode, ToolResultContent, ToolUseContent,
    UntitledItems, UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
#[doc(hidden)]
pub use json::push_string;
pub use json::{JsonText, Members};
pub use log::{LoggingLevel, LoggingMessageParams, SetLevelParams};
pub use message::{DecodeError, Message, Notification, Request, RequestId, Response};
pub use meta::Meta;
pub use method::Method;
pub use params::{EmptyResult, NotificationParams, PaginatedParams, RequestParams};
pub use progress::{ProgressParams, ProgressToken};
pub use prompt::{
    GetPromptParams, GetPromptResult, ListPromptsResult, Prompt, PromptArgument, PromptMessage,
};
pub use resource::{
    BlobResourceContents, ListResourceTemplatesResult, ListResourcesResult, ReadResourceParams,
    ReadResourceResult, Resource, ResourceContents, ResourceLink, ResourceTemplate, ResourceUpdatedParams,
    SubscribeParams, TextResourceContents,
};
pub use subscription::{AcknowledgedParams, ListenParams, ListenResult, SubscriptionFilter};
pub use task::{
    CreateTaskResult, DetailedTask, TASKS_EXTENSION, Task, TaskParams, TaskStatus, UpdateTaskParams,
};
pub use tool::{CallToolParams, CallToolResult, ListToolsResult, Tool, ToolAnnotations};
pub use version::{Era, ProtocolVersion};
