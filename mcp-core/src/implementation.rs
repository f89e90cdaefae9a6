//! Description of a client or server implementation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::setters::setters;

/// The name, version and display information of a client or server implementation.
///
/// See [`Implementation`](https://modelcontextprotocol.io/specification/2026-07-28/schema#implementation).
///
/// ```
/// use mcpwright_core::{Icon, Implementation};
///
/// let info = Implementation::new("weather", env!("CARGO_PKG_VERSION"))
///     .title("Weather")
///     .icons([Icon::new("https://example.com/weather.svg").mime_type("image/svg+xml")]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Implementation {
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Version of the implementation, in any format.
    pub version: String,
    /// Human-readable description of the implementation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// URL of the implementation's website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
    /// Icons that a client can display.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Icon>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Implementation {
    /// Creates an implementation from its name and version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
        description: Option<String>,
        website_url: Option<String>,
        icons: Vec<Icon>,
    }
}

/// An icon for display in a user interface.
///
/// See [`Icon`](https://modelcontextprotocol.io/specification/2026-07-28/schema#icon).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Icon {
    /// The URI of the icon: an `https:` or `data:` URI.
    pub src: String,
    /// MIME type, if the source does not provide one or provides a generic one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Sizes at which the icon can be used, such as `48x48`, or `any` for a scalable format. If empty, any size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<String>,
    /// Theme that the icon is designed for. If absent, any theme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<IconTheme>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Icon {
    /// Creates an icon from its URI.
    pub fn new(src: impl Into<String>) -> Self {
        Self { src: src.into(), ..Self::default() }
    }

    setters! {
        mime_type: Option<String>,
        sizes: Vec<String>,
        theme: Option<IconTheme>,
    }
}

/// The theme that an icon is designed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IconTheme {
    /// A light background.
    Light,
    /// A dark background.
    Dark,
}
