//! Contents of resources.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::codec;
use crate::meta::Meta;
use crate::setters::setters;

/// The contents of a resource: text or binary data.
///
/// See [`ResourceContents`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourcecontents).
///
/// ```
/// use mcpwright_core::ResourceContents;
///
/// let text = ResourceContents::text("file:///notes.md", "# Notes").mime_type("text/markdown");
/// let image = ResourceContents::blob("file:///logo.png", [0x89, b'P', b'N', b'G']).mime_type("image/png");
/// assert_eq!(image.uri(), "file:///logo.png");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ResourceContents {
    /// Text.
    Text(TextResourceContents),
    /// Binary data.
    Blob(BlobResourceContents),
}

impl ResourceContents {
    /// Creates text contents of the resource `uri`.
    pub fn text(uri: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Text(TextResourceContents::new(uri, text))
    }

    /// Creates binary contents of the resource `uri` from its bytes, which are encoded in base64.
    pub fn blob(uri: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self::Blob(BlobResourceContents::new(uri, bytes))
    }

    /// Returns the URI of the resource.
    pub fn uri(&self) -> &str {
        match self {
            Self::Text(text) => &text.uri,
            Self::Blob(blob) => &blob.uri,
        }
    }

    /// Sets the MIME type.
    #[must_use]
    pub fn mime_type(self, mime_type: impl Into<String>) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.mime_type(mime_type)),
            Self::Blob(blob) => Self::Blob(blob.mime_type(mime_type)),
        }
    }

    /// Sets the metadata outside the schema (`_meta`).
    #[must_use]
    pub fn meta(self, meta: impl Into<Meta>) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.meta(meta)),
            Self::Blob(blob) => Self::Blob(blob.meta(meta)),
        }
    }
}

impl<'de> Deserialize<'de> for ResourceContents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::object(deserializer, |members| {
            let (text, blob) = (members.contains_key("text"), members.contains_key("blob"));
            let value = Value::Object(members);
            match (text, blob) {
                (true, false) => codec::from_value(&value).map(Self::Text),
                (false, true) => codec::from_value(&value).map(Self::Blob),
                _ => Err(Error::custom("must have either `text` or `blob`")),
            }
        })
    }
}

impl From<TextResourceContents> for ResourceContents {
    fn from(text: TextResourceContents) -> Self {
        Self::Text(text)
    }
}

impl From<BlobResourceContents> for ResourceContents {
    fn from(blob: BlobResourceContents) -> Self {
        Self::Blob(blob)
    }
}

/// Text contents of a resource.
///
/// See [`TextResourceContents`](https://modelcontextprotocol.io/specification/2026-07-28/schema#textresourcecontents).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextResourceContents {
    /// The URI of the resource.
    pub uri: String,
    /// MIME type of the resource, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The text.
    pub text: String,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TextResourceContents {
    /// Creates text contents of the resource `uri`.
    pub fn new(uri: impl Into<String>, text: impl Into<String>) -> Self {
        Self { uri: uri.into(), text: text.into(), ..Self::default() }
    }

    setters! {
        mime_type: Option<String>,
        meta: Meta,
    }
}

/// Binary contents of a resource.
///
/// See [`BlobResourceContents`](https://modelcontextprotocol.io/specification/2026-07-28/schema#blobresourcecontents).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BlobResourceContents {
    /// The URI of the resource.
    pub uri: String,
    /// MIME type of the resource, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The bytes, in base64.
    pub blob: String,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl BlobResourceContents {
    /// Creates binary contents of the resource `uri` from its bytes, which are encoded in base64.
    pub fn new(uri: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { uri: uri.into(), blob: STANDARD.encode(bytes), ..Self::default() }
    }

    setters! {
        mime_type: Option<String>,
        meta: Meta,
    }
}
