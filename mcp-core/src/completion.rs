//! Completion of arguments while a person types.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::setters::setters;
use crate::{Members, Meta, codec};

/// Which argument is being typed, and how far it has come.
///
/// See [`CompleteRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#completerequestparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompleteParams {
    /// Whose argument it is.
    #[serde(rename = "ref")]
    pub reference: CompletionReference,
    /// The argument.
    pub argument: CompletionArgument,
    /// What is known besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<CompletionContext>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompleteParams {
    /// To complete an argument.
    pub fn new(reference: impl Into<CompletionReference>, argument: CompletionArgument) -> Self {
        Self { reference: reference.into(), argument, context: None, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        context: Option<CompletionContext>,
        meta: Meta,
    }
}

/// Whose argument is being typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum CompletionReference {
    /// A prompt's.
    #[serde(rename = "ref/prompt")]
    Prompt(PromptReference),
    /// A resource template's.
    #[serde(rename = "ref/resource")]
    Resource(ResourceTemplateReference),
}

impl<'de> Deserialize<'de> for CompletionReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| match &*tag {
            "ref/prompt" => codec::read(&value).map(Self::Prompt),
            "ref/resource" => codec::read(&value).map(Self::Resource),
            _ => Err(Error::unknown_variant(&tag, &["ref/prompt", "ref/resource"])),
        })
    }
}

impl From<PromptReference> for CompletionReference {
    fn from(prompt: PromptReference) -> Self {
        Self::Prompt(prompt)
    }
}

impl From<ResourceTemplateReference> for CompletionReference {
    fn from(template: ResourceTemplateReference) -> Self {
        Self::Resource(template)
    }
}

/// A prompt, by name.
///
/// See [`PromptReference`](https://modelcontextprotocol.io/specification/2026-07-28/schema#promptreference).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptReference {
    /// What programs call it.
    pub name: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptReference {
    /// The prompt of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
    }
}

/// A resource or a resource template, by URI.
///
/// See [`ResourceTemplateReference`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourcetemplatereference).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceTemplateReference {
    /// The URI or the template.
    pub uri: String,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourceTemplateReference {
    /// The template of this text.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }
}

/// The argument that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompletionArgument {
    /// Which one it is.
    pub name: String,
    /// What has been typed.
    pub value: String,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompletionArgument {
    /// An argument, as far as it has been typed.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }
}

/// What is known besides the argument that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompletionContext {
    /// The arguments that are already there.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub arguments: Members<String>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompletionContext {
    /// The arguments that are already there.
    pub fn new(arguments: impl Into<Members<String>>) -> Self {
        Self { arguments: arguments.into(), ..Self::default() }
    }
}

/// How an argument may go on.
///
/// See [`CompleteResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#completeresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompleteResult {
    /// The values it may have.
    pub completion: Completion,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompleteResult {
    /// The values an argument may have.
    pub fn new(completion: Completion) -> Self {
        Self { completion, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// The values that an argument may have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Completion {
    /// The values: the specification allows a hundred.
    pub values: Vec<String>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether there are more than these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Completion {
    /// These values.
    pub fn new(values: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), ..Self::default() }
    }

    setters! {
        total: Option<u64>,
        has_more: Option<bool>,
    }
}
