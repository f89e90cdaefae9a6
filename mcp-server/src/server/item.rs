//! An item of a server, as rules see it.

use mcpwright_core::{Prompt, ResourceTemplate, Tool};

/// A tool, prompt, resource or resource template, as the rule of [`Builder::visible`](crate::Builder::visible) sees it.
///
/// ```
/// use mcpwright_server::{Item, Server};
///
/// let builder = Server::builder("files", "1.0.0").visible(|request, item| match item {
///     Item::Resource(uri) => !uri.starts_with("file:///payroll/") || request.caller().has_scope("payroll"),
///     Item::Template(template) => template.name != "payroll" || request.caller().has_scope("payroll"),
///     _ => true,
/// });
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A tool.
    Tool(&'a Tool),
    /// A prompt.
    Prompt(&'a Prompt),
    /// The URI of a resource: of one in a list, or of any that is read or subscribed to. A listed resource has its listed URI,
    /// whichever [equivalent](mcpwright_core::uri) spelling a client sends. The resource of a template is visible if the rule
    /// accepts both the URI that the client sees and its form with a normal percent-encoding.
    Resource(&'a str),
    /// A resource template. The resources that it describes are visible only if it is.
    Template(&'a ResourceTemplate),
}
