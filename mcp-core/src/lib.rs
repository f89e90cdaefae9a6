//! Messages and types of the Model Context Protocol, for all its revisions.
//!
//! The crate performs no I/O and has no asynchronous code. To build a server, see the crate `mcpwright`.
//!
//! | | |
//! |---|---|
//! | [`message`] | JSON-RPC 2.0: [`Request`], [`Response`], [`Notification`], decoding and encoding |
//! | [`method`] | methods with the types of their parameters and results, such as [`method::CallTool`] |
//! | definitions | [`Tool`], [`Resource`], [`ResourceTemplate`], [`Prompt`] |
//! | content | [`ContentBlock`], [`ResourceContents`], [`PromptMessage`], [`SamplingMessage`] |
//! | input requests | elicitation ([`ElicitParams`]), sampling ([`CreateMessageParams`]), roots ([`Root`]) |
//! | tasks extension | [`Task`], [`DetailedTask`] |
//! | metadata | [`Meta`], [`Caching`], [`Annotations`] |
//! | errors | [`ErrorObject`], [`ErrorCode`] |
//! | [`ProtocolVersion`] | revisions of the protocol, and the [`Era`] of each |
//! | [`schema`] | JSON Schema: portable schemas, validation and coercion of arguments |
//! | [`template`] | URI templates of RFC 6570 |
//! | [`uri`] | equivalent spellings of URIs |
//!
//! Types have the names of the specification's schema, some of them shortened: [`CallToolParams`] is
//! `CallToolRequestParams`. Members that a type does not define are kept in its field `other`.

mod annotations;
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
mod input_responses;
mod json;
mod log;
pub mod message;
pub mod meta;
pub mod method;
mod method_name;
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
pub mod uri;
mod version;

pub use annotations::{Annotations, Role};
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
pub use content::{AudioContent, ContentBlock, EmbeddedResource, ImageContent, TextContent};
pub use discover::DiscoverResult;
pub use error::{ErrorCode, ErrorObject};
pub use implementation::{Icon, IconTheme, Implementation};
pub use initialize::{InitializeParams, InitializeResult};
pub use input::{
    BooleanSchema, CreateMessageParams, CreateMessageResult, ElicitAction, ElicitFormParams, ElicitParams,
    ElicitResult, ElicitUrlParams, EnumOption, FormError, FormSchema, IncludeContext, InputRequest,
    InputRequests, InputRequiredResult, LegacyTitledEnumSchema, ListRootsResult, ModelHint, ModelPreferences,
    NumberSchema, PrimitiveSchema, Root, SamplingMessage, SamplingMessageContentBlock, StopReason,
    StringFormat, StringSchema, TitledItems, TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema,
    ToolChoice, ToolChoiceMode, ToolResultContent, ToolUseContent, UntitledItems,
    UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
pub use input_responses::InputResponses;
pub use json::{JsonText, Members};
#[doc(hidden)]
pub use json::{for_each_member, push_json_string, read_json_string};
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
