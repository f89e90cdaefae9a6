//! Outcomes of calls and their answers.

use std::sync::Arc;

use mcpwright_core::{Caching, ClientCapabilities, ContentBlock, ErrorObject, JsonText, Meta};
use serde::Serialize;
use serde_json::Value;

use crate::call::page::Page;
use crate::incident;
use crate::input_required::InputRequired;

/// What came of a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is done.
    Complete(Answer),
    /// The client has to answer questions first, and the call is run again then.
    InputRequired(Box<InputRequired>),
    /// The client has not declared that it can do this, and the call needs it.
    MissingCapability(Box<ClientCapabilities>),
    /// No resource has this URI: each era has its own code for it.
    ResourceNotFound(String),
    /// It failed in a way that the client's program should know.
    Failed(ErrorObject),
}

impl Outcome {
    /// An answer from a result of the specification or of an extension.
    pub fn complete<T: Serialize>(result: &T) -> Self {
        match Answer::of_any(result) {
            Ok(answer) => Self::Complete(answer),
            Err(error) => Self::Failed(incident::internal("a result cannot be written as JSON", &error)),
        }
    }

    /// Whether it failed, or is a tool's result with `isError`.
    pub fn is_error(&self) -> bool {
        match self {
            Self::Complete(answer) => answer.is_error,
            Self::InputRequired(_) => false,
            Self::MissingCapability(_) | Self::ResourceNotFound(_) | Self::Failed(_) => true,
        }
    }
}

impl From<ErrorObject> for Outcome {
    fn from(error: ErrorObject) -> Self {
        Self::Failed(error)
    }
}

impl<T: Into<Outcome>, E: Into<Outcome>> From<Result<T, E>> for Outcome {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(outcome) => outcome.into(),
            Err(error) => error.into(),
        }
    }
}

/// A result without what only one of the eras knows.
#[derive(Debug)]
pub struct Answer {
    pub(crate) fields: Fields,
    pub(crate) meta: Meta,
    pub(crate) caching: Option<Caching>,
    pub(crate) is_error: bool,
    /// The newest of the words it is said in, if not every revision has them all.
    pub(crate) requires: Option<Feature>,
    /// What kind of result it is, where that is for an extension to say.
    pub(crate) result_type: Option<String>,
}

/// A word of results that not every revision of the protocol has, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    /// A sound.
    Audio,
    /// A link to a resource.
    ResourceLink,
    /// Structured content that is no object.
    AnyStructuredContent,
}

impl Feature {
    /// What a block of content is called, unless every revision knows it.
    pub(crate) fn of(block: &ContentBlock) -> Option<Self> {
        match block {
            ContentBlock::Text(_) | ContentBlock::Image(_) | ContentBlock::Resource(_) => None,
            ContentBlock::Audio(_) => Some(Self::Audio),
            // A block that came as JSON may be any of them.
            _ => Some(Self::ResourceLink),
        }
    }
}

/// The members of a result.
#[derive(Debug)]
pub(crate) enum Fields {
    /// As the text of an object.
    Object(String),
    /// A page of a list, which many answers share.
    Page(Arc<Page>),
}

impl Fields {
    /// The text of an object.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Object(text) => text,
            Self::Page(page) => &page.text,
        }
    }
}

impl Answer {
    pub(crate) fn of<T: Serialize>(result: &T) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(result)?;
        if !text.starts_with('{') {
            return Err(serde::ser::Error::custom("a result is an object"));
        }
        Ok(Self::new(Fields::Object(text)))
    }

    /// From a result of somebody else, which may say for itself what belongs to every result.
    fn of_any<T: Serialize>(result: &T) -> Result<Self, serde_json::Error> {
        let Value::Object(mut result) = serde_json::to_value(result)? else {
            return Err(serde::ser::Error::custom("a result is an object"));
        };
        let meta = match result.shift_remove("_meta") {
            Some(Value::Object(meta)) => Meta(meta),
            _ => Meta::new(),
        };
        let result_type = match result.shift_remove("resultType") {
            Some(Value::String(kind)) => Some(kind),
            _ => None,
        };
        Ok(Self { meta, result_type, ..Self::of(&result)? })
    }

    /// From members that have been written already.
    pub(crate) fn written(fields: String) -> Self {
        Self::new(Fields::Object(fields))
    }

    fn new(fields: Fields) -> Self {
        Self { fields, meta: Meta::new(), caching: None, is_error: false, requires: None, result_type: None }
    }

    /// How many bytes its members take.
    pub(crate) fn len(&self) -> usize {
        self.fields.text().len()
    }

    /// The text of a result that says nothing of the server and of its kind.
    pub(crate) fn into_text(self) -> JsonText {
        let Self { fields, meta, .. } = self;
        let text = match fields {
            Fields::Object(text) => text,
            Fields::Page(page) => page.text.clone(),
        };
        with_meta(text, &meta)
    }

    pub(crate) fn page(page: Arc<Page>) -> Self {
        Self { caching: Some(page.caching), ..Self::new(Fields::Page(page)) }
    }

    pub(crate) fn meta(mut self, meta: Meta) -> Self {
        self.meta = meta;
        self
    }

    pub(crate) fn result_type(mut self, kind: &str) -> Self {
        self.result_type = Some(kind.to_owned());
        self
    }

    pub(crate) fn caching(mut self, caching: Caching) -> Self {
        self.caching = Some(caching);
        self
    }
}

/// The text of a result with what travels beside it.
pub(crate) fn with_meta(fields: String, meta: &Meta) -> JsonText {
    if meta.is_empty() {
        return JsonText::trusted(fields);
    }
    let meta = serde_json::to_string(meta).unwrap_or_default();
    let separator = if fields.len() > 2 { "," } else { "" };
    JsonText::trusted(format!(r#"{{"_meta":{meta}{separator}{}"#, &fields[1..]))
}

/// The error for a client that has not declared what a call needs.
pub(crate) fn missing_capability(lacking: &ClientCapabilities) -> ErrorObject {
    ErrorObject::missing_client_capability(serde_json::to_value(lacking).unwrap_or_default())
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::Complete(answer)
    }
}
