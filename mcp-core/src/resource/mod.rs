//! Resources: definitions, `resources/list`, `resources/templates/list`, `resources/read`, and subscriptions of
//! revisions up to 2025-11-25.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::annotations::Annotations;
use crate::implementation::Icon;
use crate::input_responses::InputResponses;
use crate::meta::Meta;
use crate::setters::setters;

mod contents;

pub use contents::{BlobResourceContents, ResourceContents, TextResourceContents};

/// The definition of a resource that a server can read.
///
/// See [`Resource`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resource).
///
/// ```
/// use mcpwright_core::Resource;
///
/// let resource = Resource::new("file:///var/log/app.log", "app.log")
///     .description("Log of the application.")
///     .mime_type("text/plain")
///     .size(48_213);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Resource {
    /// The URI of the resource.
    pub uri: String,
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the resource for the language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// MIME type of the resource, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Size of the contents, in bytes before base64 encoding, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Icons that a client can display.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Resource {
    /// Creates a resource with the given URI and name.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self { uri: uri.into(), name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        mime_type: Option<String>,
        size: Option<u64>,
        annotations: Option<Annotations>,
        icons: Vec<Icon>,
        meta: Meta,
    }
}

/// A link to a resource in a tool result or a prompt message. It has the members of the resource's definition.
///
/// See [`ResourceLink`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourcelink).
pub type ResourceLink = Resource;

/// The definition of a set of resources whose URIs match a template.
///
/// See [`ResourceTemplate`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourcetemplate).
///
/// ```
/// use mcpwright_core::ResourceTemplate;
///
/// let template = ResourceTemplate::new("logs://{service}/{date}", "logs").mime_type("text/plain");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceTemplate {
    /// The URI template of the resources, in the syntax of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570).
    pub uri_template: String,
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description of the resources for the language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// MIME type of the resources, if all of them have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Icons that a client can display.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourceTemplate {
    /// Creates a resource template with the given URI template and name.
    pub fn new(uri_template: impl Into<String>, name: impl Into<String>) -> Self {
        Self { uri_template: uri_template.into(), name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        mime_type: Option<String>,
        annotations: Option<Annotations>,
        icons: Vec<Icon>,
        meta: Meta,
    }
}

/// The result of `resources/list`: one page of the resources that a server offers.
///
/// See [`ListResourcesResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listresourcesresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListResourcesResult {
    /// The resources of the page.
    pub resources: Vec<Resource>,
    /// Cursor of the next page. `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListResourcesResult {
    /// Creates the last page of a list.
    pub fn new(resources: impl Into<Vec<Resource>>) -> Self {
        Self { resources: resources.into(), ..Self::default() }
    }

    setters! {
        next_cursor: Option<String>,
        meta: Meta,
    }
}

/// The result of `resources/templates/list`: one page of the resource templates that a server offers.
///
/// See [`ListResourceTemplatesResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#listresourcetemplatesresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListResourceTemplatesResult {
    /// The resource templates of the page.
    pub resource_templates: Vec<ResourceTemplate>,
    /// Cursor of the next page. `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ListResourceTemplatesResult {
    /// Creates the last page of a list.
    pub fn new(resource_templates: impl Into<Vec<ResourceTemplate>>) -> Self {
        Self { resource_templates: resource_templates.into(), ..Self::default() }
    }

    setters! {
        next_cursor: Option<String>,
        meta: Meta,
    }
}

/// Parameters of `resources/read`.
///
/// See [`ReadResourceRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#readresourcerequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReadResourceParams {
    /// The URI of the resource.
    pub uri: String,
    /// Responses to the input requests of the previous round trip, by key.
    #[serde(default, skip_serializing_if = "InputResponses::is_empty")]
    pub input_responses: InputResponses,
    /// The `requestState` of the previous round trip, echoed without changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_state: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ReadResourceParams {
    /// Creates the parameters for reading the resource `uri`.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    setters! {
        input_responses: InputResponses,
        request_state: Option<String>,
        meta: Meta,
    }
}

/// The result of `resources/read`.
///
/// See [`ReadResourceResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#readresourceresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadResourceResult {
    /// The contents: those of the resource, or several, such as the files of a folder.
    pub contents: Vec<ResourceContents>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ReadResourceResult {
    /// Creates a result from the contents of a resource.
    pub fn new(contents: impl Into<Vec<ResourceContents>>) -> Self {
        Self { contents: contents.into(), ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of `resources/subscribe` and `resources/unsubscribe`. Revisions up to 2025-11-25 only.
///
/// See [`SubscribeRequestParams`](https://modelcontextprotocol.io/specification/2025-11-25/schema#subscriberequestparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubscribeParams {
    /// The URI of the resource.
    pub uri: String,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl SubscribeParams {
    /// Creates the parameters for the resource `uri`.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of `notifications/resources/updated`.
///
/// See [`ResourceUpdatedNotificationParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourceupdatednotificationparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceUpdatedParams {
    /// The URI of the updated resource, which may be a sub-resource of the one that the client subscribed to.
    pub uri: String,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourceUpdatedParams {
    /// Creates the parameters for the updated resource `uri`.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}
