//! Argument completion.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::codec;
use crate::json::Members;
use crate::meta::Meta;
use crate::setters::setters;

/// Parameters of `completion/complete`.
///
/// See [`CompleteRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#completerequestparams).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompleteParams {
    /// The prompt or resource template that the argument belongs to.
    #[serde(rename = "ref")]
    pub reference: CompletionReference,
    /// The argument to complete.
    pub argument: CompletionArgument,
    /// Additional context, such as the arguments that have been resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<CompletionContext>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompleteParams {
    /// Creates the parameters for completing an argument of a prompt or resource template.
    pub fn new(reference: impl Into<CompletionReference>, argument: CompletionArgument) -> Self {
        Self { reference: reference.into(), argument, context: None, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        context: Option<CompletionContext>,
        meta: Meta,
    }
}

/// A reference to the prompt or resource template whose argument is completed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum CompletionReference {
    /// A prompt.
    #[serde(rename = "ref/prompt")]
    Prompt(PromptReference),
    /// A resource template.
    #[serde(rename = "ref/resource")]
    Resource(ResourceTemplateReference),
}

impl<'de> Deserialize<'de> for CompletionReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::tagged(deserializer, "type", |tag, value| match &*tag {
            "ref/prompt" => codec::from_value(&value).map(Self::Prompt),
            "ref/resource" => codec::from_value(&value).map(Self::Resource),
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

/// A reference to a prompt by name.
///
/// See [`PromptReference`](https://modelcontextprotocol.io/specification/2026-07-28/schema#promptreference).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptReference {
    /// Identifier for programmatic use.
    pub name: String,
    /// Human-readable name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PromptReference {
    /// Creates a reference to the prompt `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        title: Option<String>,
    }
}

/// A reference to a resource or resource template by URI.
///
/// See [`ResourceTemplateReference`](https://modelcontextprotocol.io/specification/2026-07-28/schema#resourcetemplatereference).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceTemplateReference {
    /// The URI or URI template of the resource.
    pub uri: String,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ResourceTemplateReference {
    /// Creates a reference to the resource or resource template `uri`.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), ..Self::default() }
    }
}

/// The argument to complete.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompletionArgument {
    /// The name of the argument.
    pub name: String,
    /// The value typed so far, to match completions against.
    pub value: String,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompletionArgument {
    /// Creates an argument from its name and the value typed so far.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }
}

/// Additional context for a completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompletionContext {
    /// Values of the arguments that have been resolved, by name.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub arguments: Members<String>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompletionContext {
    /// Creates a context from the arguments that have been resolved.
    pub fn new(arguments: impl Into<Members<String>>) -> Self {
        Self { arguments: arguments.into(), ..Self::default() }
    }
}

/// The result of `completion/complete`.
///
/// See [`CompleteResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#completeresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompleteResult {
    /// The completion values.
    pub completion: Completion,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl CompleteResult {
    /// Creates a result from completion values.
    pub fn new(completion: Completion) -> Self {
        Self { completion, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// Completion values for an argument.
///
/// ```
/// use mcpwright_core::Completion;
///
/// let completion = Completion::new(["paris".to_owned(), "perth".to_owned()]).total(12).has_more(true);
/// assert_eq!(completion.values.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Completion {
    /// The values, at most 100 by the specification.
    pub values: Vec<String>,
    /// Total number of matching values, which may exceed the number of `values`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// `true` if there are more matching values than those sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Completion {
    /// Creates a completion from its values.
    pub fn new(values: impl Into<Vec<String>>) -> Self {
        Self { values: values.into(), ..Self::default() }
    }

    setters! {
        total: Option<u64>,
        has_more: Option<bool>,
    }
}
