//! Content of tool results, prompts and sampling messages: text, images, audio, resources.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::annotations::Annotations;
use crate::codec;
use crate::meta::Meta;
use crate::resource::{ResourceContents, ResourceLink};
use crate::setters::setters;

/// One block of content of a tool result or a prompt message.
///
/// See [`ContentBlock`](https://modelcontextprotocol.io/specification/2026-07-28/schema#contentblock).
///
/// ```
/// use mcpwright_core::{ContentBlock, Resource, ResourceContents};
///
/// let blocks: [ContentBlock; 4] = [
///     "Three files match.".into(),
///     ContentBlock::image([0x89, b'P', b'N', b'G'], "image/png"),
///     ContentBlock::resource_link(Resource::new("file:///src/lib.rs", "lib.rs")),
///     ContentBlock::resource(ResourceContents::text("file:///src/main.rs", "fn main() {}")),
/// ];
/// assert_eq!(blocks[0].as_text(), Some("Three files match."));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentBlock {
    /// Text.
    Text(TextContent),
    /// An image.
    Image(ImageContent),
    /// Audio.
    Audio(AudioContent),
    /// A link to a resource.
    ResourceLink(ResourceLink),
    /// The contents of a resource, embedded.
    Resource(EmbeddedResource),
    /// A block of an unrecognized type, preserved when it is serialized again.
    #[serde(untagged)]
    Other(Value),
}

impl ContentBlock {
    /// Creates a block of text.
    pub fn text(text: impl Into<String>) -> Self {
        TextContent::new(text).into()
    }

    /// Returns the text if this is a block of text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// Creates an image from its bytes, which are encoded in base64.
    ///
    /// ```
    /// use mcpwright_core::ContentBlock;
    ///
    /// let pixel = ContentBlock::image([0x89, b'P', b'N', b'G'], "image/png");
    /// assert_eq!(serde_json::to_value(&pixel).unwrap()["data"], "iVBORw==");
    /// ```
    pub fn image(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        ImageContent::new(bytes, mime_type).into()
    }

    /// Creates audio from its bytes, which are encoded in base64.
    pub fn audio(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        AudioContent::new(bytes, mime_type).into()
    }

    /// Creates a link to a resource.
    ///
    /// ```
    /// use mcpwright_core::{ContentBlock, Resource};
    ///
    /// // The client reads the file if the model or the user needs it.
    /// let link = ContentBlock::resource_link(Resource::new("file:///report.pdf", "report").mime_type("application/pdf"));
    /// assert_eq!(serde_json::to_value(&link).unwrap()["type"], "resource_link");
    /// ```
    pub fn resource_link(resource: ResourceLink) -> Self {
        Self::ResourceLink(resource)
    }

    /// Creates a block with the contents of a resource.
    ///
    /// ```
    /// use mcpwright_core::{CallToolResult, ContentBlock, ResourceContents};
    ///
    /// let file = ResourceContents::text("file:///src/main.rs", "fn main() {}").mime_type("text/x-rust");
    /// let result = CallToolResult::new([ContentBlock::text("The file is small:"), ContentBlock::resource(file)]);
    /// assert_eq!(result.content.len(), 2);
    /// ```
    pub fn resource(contents: ResourceContents) -> Self {
        EmbeddedResource::new(contents).into()
    }
}

impl<'de> Deserialize<'de> for ContentBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| match &*tag {
            "text" => codec::from_value(&value).map(Self::Text),
            "image" => codec::from_value(&value).map(Self::Image),
            "audio" => codec::from_value(&value).map(Self::Audio),
            "resource_link" => codec::from_value(&value).map(Self::ResourceLink),
            "resource" => codec::from_value(&value).map(Self::Resource),
            _ => Ok(Self::Other(codec::with_tag("type", tag, value))),
        })
    }
}

impl From<&str> for ContentBlock {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for ContentBlock {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<TextContent> for ContentBlock {
    fn from(text: TextContent) -> Self {
        Self::Text(text)
    }
}

impl From<ImageContent> for ContentBlock {
    fn from(image: ImageContent) -> Self {
        Self::Image(image)
    }
}

impl From<AudioContent> for ContentBlock {
    fn from(audio: AudioContent) -> Self {
        Self::Audio(audio)
    }
}

impl From<ResourceLink> for ContentBlock {
    fn from(link: ResourceLink) -> Self {
        Self::ResourceLink(link)
    }
}

impl From<EmbeddedResource> for ContentBlock {
    fn from(resource: EmbeddedResource) -> Self {
        Self::Resource(resource)
    }
}

/// Text from or for a language model.
///
/// See [`TextContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#textcontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextContent {
    /// The text.
    pub text: String,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl TextContent {
    /// Creates a block of text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    setters! {
        annotations: Option<Annotations>,
        meta: Meta,
    }
}

/// An image from or for a language model.
///
/// See [`ImageContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#imagecontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageContent {
    /// The bytes of the image, in base64.
    pub data: String,
    /// MIME type of the image, such as `image/png`.
    pub mime_type: String,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ImageContent {
    /// Creates an image from its bytes, which are encoded in base64.
    pub fn new(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self { data: STANDARD.encode(bytes), mime_type: mime_type.into(), ..Self::default() }
    }

    setters! {
        annotations: Option<Annotations>,
        meta: Meta,
    }
}

/// Audio from or for a language model.
///
/// See [`AudioContent`](https://modelcontextprotocol.io/specification/2026-07-28/schema#audiocontent).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudioContent {
    /// The bytes of the audio, in base64.
    pub data: String,
    /// MIME type of the audio, such as `audio/wav`.
    pub mime_type: String,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl AudioContent {
    /// Creates audio from its bytes, which are encoded in base64.
    pub fn new(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
        Self { data: STANDARD.encode(bytes), mime_type: mime_type.into(), ..Self::default() }
    }

    setters! {
        annotations: Option<Annotations>,
        meta: Meta,
    }
}

/// The contents of a resource, embedded in a tool result or a prompt message.
///
/// See [`EmbeddedResource`](https://modelcontextprotocol.io/specification/2026-07-28/schema#embeddedresource).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddedResource {
    /// The contents.
    pub resource: ResourceContents,
    /// Annotations for the client, such as the intended audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl EmbeddedResource {
    /// Creates a block with the contents of a resource.
    pub fn new(resource: ResourceContents) -> Self {
        Self { resource, annotations: None, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        annotations: Option<Annotations>,
        meta: Meta,
    }
}
