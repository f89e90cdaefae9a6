//! What a server may ask a client before it can answer.

use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Error, Map, Value};

use crate::setters::setters;
use crate::{JsonText, Members, Meta, RequestParams, codec, method};

mod elicitation;
mod form;
mod roots;
mod sampling;
mod sampling_content;

pub use elicitation::{ElicitAction, ElicitFormParams, ElicitParams, ElicitResult, ElicitUrlParams};
pub use form::{
    BooleanSchema, EnumOption, FormError, FormSchema, LegacyTitledEnumSchema, NumberSchema, PrimitiveSchema,
    StringFormat, StringSchema, TitledItems, TitledMultiSelectEnumSchema, TitledSingleSelectEnumSchema,
    UntitledItems, UntitledMultiSelectEnumSchema, UntitledSingleSelectEnumSchema,
};
pub use roots::{ListRootsResult, Root};
pub use sampling::{
    CreateMessageParams, CreateMessageResult, IncludeContext, ModelHint, ModelPreferences, StopReason,
    ToolChoice, ToolChoiceMode,
};
pub use sampling_content::{SamplingMessage, SamplingMessageContentBlock, ToolResultContent, ToolUseContent};

/// What a server needs to know before it can answer.
///
/// See [`InputRequiredResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequiredresult).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputRequiredResult {
    /// The questions, by keys that their answers will have.
    #[serde(default, skip_serializing_if = "InputRequests::is_empty")]
    pub input_requests: InputRequests,
    /// What the server wants back with the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_state: Option<String>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl InputRequiredResult {
    /// These questions.
    pub fn new(input_requests: impl Into<InputRequests>) -> Self {
        Self { input_requests: input_requests.into(), ..Self::default() }
    }

    setters! {
        request_state: Option<String>,
        meta: Meta,
    }
}

/// Several questions, by keys that their answers will have.
///
/// See [`InputRequests`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequests).
pub type InputRequests = Members<InputRequest>;

/// The answers to several questions, by the questions' keys.
///
/// Of which type an answer is, only whoever asked can tell: it is read there, as an [`ElicitResult`], a
/// [`CreateMessageResult`] or a [`ListRootsResult`].
/// See [`InputResponses`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputresponses).
pub type InputResponses = Members<JsonText>;

/// One question to a client.
///
/// See [`InputRequest`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequest).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InputRequest {
    /// To its user.
    Elicit(ElicitParams),
    /// To its model.
    CreateMessage(Box<CreateMessageParams>),
    /// Which folders it works in.
    ListRoots(Option<RequestParams>),
}

impl InputRequest {
    /// The method of the question.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Elicit(_) => method::ELICITATION_CREATE,
            Self::CreateMessage(_) => method::SAMPLING_CREATE_MESSAGE,
            Self::ListRoots(_) => method::ROOTS_LIST,
        }
    }
}

impl From<ElicitParams> for InputRequest {
    fn from(params: ElicitParams) -> Self {
        Self::Elicit(params)
    }
}

impl From<CreateMessageParams> for InputRequest {
    fn from(params: CreateMessageParams) -> Self {
        Self::CreateMessage(Box::new(params))
    }
}

impl Serialize for InputRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("InputRequest", 2)?;
        object.serialize_field("method", self.method())?;
        match self {
            Self::Elicit(params) => object.serialize_field("params", params)?,
            Self::CreateMessage(params) => object.serialize_field("params", params)?,
            Self::ListRoots(Some(params)) => object.serialize_field("params", params)?,
            Self::ListRoots(None) => object.skip_field("params")?,
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for InputRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct With<T> {
            params: T,
        }
        codec::tagged(deserializer, "method", |name, value| match &*name {
            method::ELICITATION_CREATE => codec::read(&value).map(|With { params }| Self::Elicit(params)),
            method::SAMPLING_CREATE_MESSAGE => {
                codec::read(&value).map(|With { params }| Self::CreateMessage(params))
            }
            method::ROOTS_LIST => codec::read(&value).map(|With { params }| Self::ListRoots(params)),
            _ => Err(Error::unknown_variant(
                &name,
                &[method::ELICITATION_CREATE, method::SAMPLING_CREATE_MESSAGE, method::ROOTS_LIST],
            )),
        })
    }
}
