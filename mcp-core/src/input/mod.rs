//! Input requests: requests of a server to a client, whose responses it needs to complete the request of the client.

use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Error, Map, Value};

use crate::codec;
use crate::json::Members;
use crate::meta::Meta;
use crate::method_name;
use crate::params::RequestParams;
use crate::setters::setters;

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

/// A result that requires input from the client before the request can be completed.
///
/// The client sends the request again, with the responses and the `requestState`.
///
/// See [`InputRequiredResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequiredresult).
///
/// ```
/// use mcpwright_core::{
///     BooleanSchema, ElicitFormParams, FormSchema, InputRequest, InputRequiredResult, PrimitiveSchema,
/// };
///
/// let schema = FormSchema::new([("delete", PrimitiveSchema::Boolean(BooleanSchema::new()))]);
/// let form = ElicitFormParams::new("Delete the 3 old files?", schema);
/// let result = InputRequiredResult::new([("confirm", InputRequest::Elicit(form.into()))]).request_state("step-2");
/// assert_eq!(result.input_requests.get("confirm").unwrap().method(), "elicitation/create");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputRequiredResult {
    /// The input requests, by the keys that their responses will have.
    #[serde(default, skip_serializing_if = "InputRequests::is_empty")]
    pub input_requests: InputRequests,
    /// Opaque state that the client sends back with the responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_state: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl InputRequiredResult {
    /// Creates a result from input requests.
    pub fn new(input_requests: impl Into<InputRequests>) -> Self {
        Self { input_requests: input_requests.into(), ..Self::default() }
    }

    setters! {
        request_state: Option<String>,
        meta: Meta,
    }
}

/// Input requests, by the keys that their responses will have.
///
/// See [`InputRequests`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequests).
pub type InputRequests = Members<InputRequest>;

/// A request of a server to a client.
///
/// See [`InputRequest`](https://modelcontextprotocol.io/specification/2026-07-28/schema#inputrequest).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InputRequest {
    /// `elicitation/create`: requests information from the user.
    Elicit(ElicitParams),
    /// `sampling/createMessage`: requests a message from the client's language model.
    CreateMessage(Box<CreateMessageParams>),
    /// `roots/list`: requests the roots of the client.
    ListRoots(Option<RequestParams>),
}

impl InputRequest {
    /// Returns the name of the request's method.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Elicit(_) => method_name::ELICITATION_CREATE,
            Self::CreateMessage(_) => method_name::SAMPLING_CREATE_MESSAGE,
            Self::ListRoots(_) => method_name::ROOTS_LIST,
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
        struct WithParams<T> {
            params: T,
        }
        codec::tagged(deserializer, "method", |name, value| match &*name {
            method_name::ELICITATION_CREATE => {
                codec::from_value(&value).map(|WithParams { params }| Self::Elicit(params))
            }
            method_name::SAMPLING_CREATE_MESSAGE => {
                codec::from_value(&value).map(|WithParams { params }| Self::CreateMessage(params))
            }
            method_name::ROOTS_LIST => {
                codec::from_value(&value).map(|WithParams { params }| Self::ListRoots(params))
            }
            _ => Err(Error::unknown_variant(
                &name,
                &[
                    method_name::ELICITATION_CREATE,
                    method_name::SAMPLING_CREATE_MESSAGE,
                    method_name::ROOTS_LIST,
                ],
            )),
        })
    }
}
