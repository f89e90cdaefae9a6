//! Elicitation: requests for information from the user.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use super::form::FormSchema;
use crate::codec;
use crate::meta::Meta;
use crate::setters::setters;

/// Parameters of `elicitation/create`.
///
/// See [`ElicitRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestparams).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ElicitParams {
    /// URL mode: asks the user to visit a web page.
    Url(ElicitUrlParams),
    /// Form mode: asks the user to fill in a form. It is the mode if none is given, as in revisions before 2025-11-25.
    #[serde(untagged)]
    Form(ElicitFormParams),
}

impl<'de> Deserialize<'de> for ElicitParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::object(deserializer, |mut members| match members.get("mode") {
            Some(mode) if mode == "url" => {
                members.shift_remove("mode");
                codec::from_value(&Value::Object(members)).map(Self::Url)
            }
            None => codec::from_value(&Value::Object(members)).map(Self::Form),
            // The mode stays in `other`, so that it is written again.
            Some(mode) if mode == "form" => codec::from_value(&Value::Object(members)).map(Self::Form),
            Some(_) => Err(Error::custom("`mode`: must be `form` or `url`")),
        })
    }
}

impl From<ElicitFormParams> for ElicitParams {
    fn from(form: ElicitFormParams) -> Self {
        Self::Form(form)
    }
}

impl From<ElicitUrlParams> for ElicitParams {
    fn from(url: ElicitUrlParams) -> Self {
        Self::Url(url)
    }
}

/// Parameters of an elicitation in form mode. A form must not request sensitive information, such as passwords.
///
/// See [`ElicitRequestFormParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestformparams).
///
/// ```
/// use mcpwright_core::{ElicitFormParams, FormSchema, PrimitiveSchema, StringFormat, StringSchema};
///
/// let email = PrimitiveSchema::String(StringSchema::new().title("Email").format(StringFormat::Email));
/// let schema = FormSchema::new([("email", email)]).required(["email".to_owned()]);
/// let form = ElicitFormParams::new("Where should the report be sent?", schema);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ElicitFormParams {
    /// The message for the user, which describes the requested information.
    pub message: String,
    /// The schema of the form.
    pub requested_schema: FormSchema,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitFormParams {
    /// Creates the parameters from a message for the user and the schema of a form.
    pub fn new(message: impl Into<String>, requested_schema: FormSchema) -> Self {
        Self { message: message.into(), requested_schema, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// Parameters of an elicitation in URL mode.
///
/// See [`ElicitRequestURLParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequesturlparams).
///
/// ```
/// use mcpwright_core::ElicitUrlParams;
///
/// let page = ElicitUrlParams::new("Please authorize access to your calendar.", "https://example.com/connect");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ElicitUrlParams {
    /// The message for the user, which explains the reason for the interaction.
    pub message: String,
    /// The URL of the page.
    pub url: String,
    /// The id of the elicitation in `notifications/elicitation/complete`. Revision 2025-11-25 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation_id: Option<String>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitUrlParams {
    /// Creates the parameters from a message for the user and the URL of a page.
    pub fn new(message: impl Into<String>, url: impl Into<String>) -> Self {
        Self { message: message.into(), url: url.into(), ..Self::default() }
    }

    setters! {
        elicitation_id: Option<String>,
        meta: Meta,
    }
}

/// The result of `elicitation/create`.
///
/// See [`ElicitResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitresult).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitResult {
    /// The action of the user.
    pub action: ElicitAction,
    /// The submitted values, by field. Present only if a form was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
    /// Metadata outside the schema (`_meta`).
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Unrecognized members, preserved when the value is serialized again.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitResult {
    /// Creates a result without content.
    pub fn new(action: ElicitAction) -> Self {
        Self { action, content: None, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        content: Option<Map<String, Value>>,
        meta: Meta,
    }
}

/// The action of the user in response to an elicitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ElicitAction {
    /// The user submitted the form or confirmed the action.
    Accept,
    /// The user declined.
    Decline,
    /// The user dismissed the request without a choice.
    Cancel,
}
