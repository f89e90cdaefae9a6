//! Names of rmcp, so that copied code gets an error or a warning that names what to write instead.
//!
//! They are hidden, and deprecated from the beginning.

use mcpwright_core::{ContentBlock, ErrorObject};

/// The content block of rmcp.
#[deprecated(note = "`Content` is a type of rmcp: write `ContentBlock`")]
pub type Content = ContentBlock;

/// The error of rmcp.
#[deprecated(
    note = "`ErrorData` is a type of rmcp: write `ToolError` for an error that the model reads, and `ErrorObject` for \
                     an error of the protocol"
)]
pub type ErrorData = ErrorObject;

/// The error of rmcp, under the name that its examples give it.
#[deprecated(
    note = "`McpError` is a type of rmcp: write `ToolError` for an error that the model reads, and `ErrorObject` for an \
                     error of the protocol"
)]
pub type McpError = ErrorObject;

/// A server that is served by a method of its own, which there is none of.
#[diagnostic::on_unimplemented(
    message = "`serve` is a method of rmcp",
    label = "not a method of servers",
    note = "write `mcpwright::stdio(server).await`, or `mcpwright::http(server).bind(\"127.0.0.1:8080\").await`"
)]
pub trait ServedByMethod {}

/// The trait with the method that serves in rmcp.
#[deprecated(note = "`ServiceExt` is a trait of rmcp: remove it, and write `mcpwright::stdio(server).await`")]
pub trait ServiceExt: Sized {
    /// Serves a server over a transport.
    fn serve<T>(self, _transport: T) -> std::future::Ready<Result<(), ErrorObject>>
    where
        Self: ServedByMethod,
    {
        std::future::ready(Ok(()))
    }
}

#[allow(deprecated)]
impl<S> ServiceExt for S {}

/// The trait of servers in rmcp.
#[deprecated(
    note = "`ServerHandler` is a trait of rmcp: remove its `impl` block, and write `#[server(instructions = \"…\")]` on \
                     the block with the tools"
)]
pub trait ServerHandler {}

/// The router of tools in rmcp.
#[deprecated(note = "`ToolRouter` is a type of rmcp: remove the field, because `#[server]` needs no router")]
#[derive(Debug)]
pub struct ToolRouter<S>(std::marker::PhantomData<S>);

/// The router of prompts in rmcp.
#[deprecated(
    note = "`PromptRouter` is a type of rmcp: remove the field, because `#[server]` needs no router"
)]
#[derive(Debug)]
pub struct PromptRouter<S>(std::marker::PhantomData<S>);

/// The parameters of a tool in rmcp.
#[deprecated(
    note = "`Parameters` is a type of rmcp: write `#[arg(flatten)]` before a parameter of the type itself, or its fields \
                     as parameters"
)]
#[derive(Debug)]
pub struct Parameters<T>(pub T);

/// Types of the protocol in rmcp.
#[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types`")]
#[allow(deprecated)]
pub mod model {
    pub use super::{Content, ErrorData};

    // Aliases, since the compiler would print the path of a second export in its messages.

    /// `CallToolResult` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::CallToolResult`")]
    pub type CallToolResult = mcpwright_core::CallToolResult;

    /// `ErrorCode` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::ErrorCode`")]
    pub type ErrorCode = mcpwright_core::ErrorCode;

    /// `GetPromptResult` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::GetPromptResult`")]
    pub type GetPromptResult = mcpwright_core::GetPromptResult;

    /// `Implementation` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::Implementation`")]
    pub type Implementation = mcpwright_core::Implementation;

    /// `PromptMessage` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::PromptMessage`")]
    pub type PromptMessage = mcpwright_core::PromptMessage;

    /// `ProtocolVersion` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::ProtocolVersion`")]
    pub type ProtocolVersion = mcpwright_core::ProtocolVersion;

    /// `Resource` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::Resource`")]
    pub type Resource = mcpwright_core::Resource;

    /// `Role` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::Role`")]
    pub type Role = mcpwright_core::Role;

    /// `ServerCapabilities` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::ServerCapabilities`")]
    pub type ServerCapabilities = mcpwright_core::ServerCapabilities;

    /// `Tool` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::Tool`")]
    pub type Tool = mcpwright_core::Tool;

    /// `ToolAnnotations` in rmcp.
    #[deprecated(note = "`model` is a module of rmcp: write `mcpwright::types::ToolAnnotations`")]
    pub type ToolAnnotations = mcpwright_core::ToolAnnotations;

    /// The description of a server in rmcp.
    #[deprecated(
        note = "`ServerInfo` is a type of rmcp: write `#[server(name = \"…\", instructions = \"…\")]`"
    )]
    pub type ServerInfo = mcpwright_core::Implementation;
}

/// Handlers in rmcp.
#[deprecated(
    note = "`handler` is a module of rmcp: remove the import, because `#[server]` needs no router and no `Parameters`"
)]
#[allow(deprecated)]
pub mod handler {
    /// Servers in rmcp.
    pub mod server {
        /// Parameters in rmcp.
        pub mod wrapper {
            pub use crate::rmcp::Parameters;
        }

        /// Tools in rmcp.
        pub mod tool {
            pub use crate::rmcp::{Parameters, ToolRouter};
        }

        /// Routers in rmcp.
        pub mod router {
            /// The router of tools in rmcp.
            pub mod tool {
                pub use crate::rmcp::ToolRouter;
            }

            /// The router of prompts in rmcp.
            pub mod prompt {
                pub use crate::rmcp::PromptRouter;
            }
        }
    }
}

/// Services in rmcp.
#[deprecated(
    note = "`service` is a module of rmcp: write `context: &Context` for `RequestContext<RoleServer>` and `Peer<RoleServer>`"
)]
#[allow(deprecated)]
pub mod service {
    pub use super::{RequestContext, RoleServer};
}

/// The role of a server in rmcp.
#[deprecated(note = "`RoleServer` is a type of rmcp: write `context: &Context`")]
#[derive(Debug)]
pub enum RoleServer {}

/// The context of a request in rmcp.
#[deprecated(note = "`RequestContext` is a type of rmcp: write `context: &Context`")]
#[derive(Debug)]
pub struct RequestContext<R>(std::marker::PhantomData<R>);
