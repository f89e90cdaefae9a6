//! Annotations of content and resources.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codec;
use crate::setters::setters;

/// Annotations for the client: intended audience, importance, and time of the last modification.
///
/// See [`Annotations`](https://modelcontextprotocol.io/specification/2026-07-28/schema#annotations).
///
/// ```
/// use mcpwright_core::{Annotations, Role, TextContent};
///
/// let note = TextContent::new("The index is rebuilt at night.")
///     .annotations(Annotations::new().audience([Role::Assistant]).priority(0.3));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Annotations {
    /// The intended audience: the user, the model, or both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<Role>,
    /// Importance, from 0 (entirely optional) to 1 (effectively required).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "codec::optional_number")]
    pub priority: Option<f64>,
    /// Time of the last modification, in ISO 8601, such as `2025-01-12T15:00:58Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Annotations {
    /// Creates annotations with no member set.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        audience: Vec<Role>,
        priority: Option<f64>,
        last_modified: Option<String>,
    }
}

/// The sender or recipient of messages and data in a conversation.
///
/// See [`Role`](https://modelcontextprotocol.io/specification/2026-07-28/schema#role).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The user.
    User,
    /// The language model.
    Assistant,
}
