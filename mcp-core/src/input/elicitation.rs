//! Questions to the user.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Error, Map, Value};

use crate::setters::setters;
use crate::{FormSchema, Meta, codec};

/// What the user is asked.
///
/// See [`ElicitRequestParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestparams).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ElicitParams {
    /// To visit a page.
    Url(ElicitUrlParams),
    /// To fill in a form: what is meant where no mode is named, as clients before 2025-11-25 have it.
    #[serde(untagged)]
    Form(ElicitFormParams),
}

impl<'de> Deserialize<'de> for ElicitParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        codec::object(deserializer, |mut members| match members.get("mode") {
            Some(mode) if mode == "url" => {
                members.shift_remove("mode");
                codec::read(&Value::Object(members)).map(Self::Url)
            }
            None => codec::read(&Value::Object(members)).map(Self::Form),
            // The mode stays among the other members, for us to write what we read.
            Some(mode) if mode == "form" => codec::read(&Value::Object(members)).map(Self::Form),
            Some(_) => Err(Error::custom("`mode`: expected `form` or `url`")),
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

/// A form that the user is asked to fill in.
///
/// See [`ElicitRequestFormParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequestformparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ElicitFormParams {
    /// What it is for, in words for the user.
    pub message: String,
    /// Its fields.
    pub requested_schema: FormSchema,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitFormParams {
    /// A form.
    pub fn new(message: impl Into<String>, requested_schema: FormSchema) -> Self {
        Self { message: message.into(), requested_schema, ..Self::default() }
    }

    setters! {
        meta: Meta,
    }
}

/// A page that the user is asked to visit.
///
/// See [`ElicitRequestURLParams`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitrequesturlparams).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ElicitUrlParams {
    /// What it is for, in words for the user.
    pub message: String,
    /// Where the page is.
    pub url: String,
    /// What the server will call this question when it is settled: revision 2025-11-25 only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation_id: Option<String>,
    /// What travels beside them.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitUrlParams {
    /// A page.
    pub fn new(message: impl Into<String>, url: impl Into<String>) -> Self {
        Self { message: message.into(), url: url.into(), ..Self::default() }
    }

    setters! {
        elicitation_id: Option<String>,
        meta: Meta,
    }
}

/// What the user answered.
///
/// See [`ElicitResult`](https://modelcontextprotocol.io/specification/2026-07-28/schema#elicitresult).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitResult {
    /// Whether the user answered at all.
    pub action: ElicitAction,
    /// What was filled in, by field: only where a form was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
    /// What travels beside it.
    #[serde(rename = "_meta", default, skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ElicitResult {
    /// What the user did.
    pub fn new(action: ElicitAction) -> Self {
        Self { action, content: None, meta: Meta::new(), other: Map::new() }
    }

    setters! {
        content: Option<Map<String, Value>>,
        meta: Meta,
    }
}

/// What the user did with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ElicitAction {
    /// Answered it.
    Accept,
    /// Refused.
    Decline,
    /// Closed it without a choice.
    Cancel,
}
