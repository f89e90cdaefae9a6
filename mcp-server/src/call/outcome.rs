//! Outcomes of calls, and the answers among them.

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::{
    Caching, CallToolResult, ClientCapabilities, ContentBlock, ErrorObject, JsonText, Meta,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::page::ListPage;
use crate::incident;
use crate::input_required::InputRequired;
use crate::json::with_meta;

/// The outcome of a call, the same for every protocol revision: a result, input requests, or an error.
///
/// ```
/// use mcpwright_core::ErrorObject;
/// use mcpwright_server::Outcome;
/// use serde_json::json;
///
/// /// Returns the label of an outcome in a metric.
/// fn label(outcome: &Outcome) -> &'static str {
///     match outcome {
///         Outcome::Complete(_) if outcome.is_error() => "tool error",
///         Outcome::Complete(_) => "ok",
///         Outcome::InputRequired(_) => "input required",
///         _ => "protocol error",
///     }
/// }
///
/// assert_eq!(label(&Outcome::complete(&json!({ "ok": true }))), "ok");
/// assert_eq!(label(&ErrorObject::method_not_found("tools/cal").into()), "protocol error");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The call succeeded, or a tool failed with a result that the model reads.
    Complete(Answer),
    /// The client has to answer input requests first; then the call runs again.
    InputRequired(Box<InputRequired>),
    /// The call needs these capabilities, which the client has not declared.
    MissingCapability(Box<ClientCapabilities>),
    /// No resource has this URI. The error code depends on the era.
    ResourceNotFound(String),
    /// No tool or prompt has the name of the call, or the request does not see it. A name of a client is no label of a
    /// metric: there is no limit to such names.
    UnknownName(ErrorObject),
    /// The call failed with a protocol error.
    Failed(ErrorObject),
}

impl Outcome {
    /// Creates an outcome from a result of the specification or of an extension.
    ///
    /// A result with `isError` is the error of a tool. Content that an earlier revision does not have is replaced for its
    /// clients, as that of a handler is.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::Outcome;
    ///
    /// assert!(!Outcome::complete(&serde_json::json!({ "ok": true })).is_error());
    /// assert!(Outcome::complete(&CallToolResult::error("the disk is full")).is_error());
    /// // A result must be an object.
    /// assert!(Outcome::complete(&1).is_error());
    /// ```
    pub fn complete<T: Serialize>(result: &T) -> Self {
        match Answer::from_result(result) {
            Ok(answer) => Self::Complete(answer),
            Err(error) => Self::Failed(incident::failed("a result does not serialize", &error)),
        }
    }

    /// Returns the result of a completed call as a type, such as [`CallToolResult`](mcpwright_core::CallToolResult). Returns
    /// `None` for every other outcome, and for a result that is not of this type.
    ///
    /// ```
    /// use mcpwright_core::{CallToolResult, method};
    /// use mcpwright_server::{Call, Middleware, Next, Outcome, async_trait};
    ///
    /// /// Logs the number of content blocks of each tool result.
    /// struct Blocks;
    ///
    /// #[async_trait]
    /// impl Middleware for Blocks {
    ///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
    ///         let outcome = next.run(call).await;
    ///         if call.method() == method::TOOLS_CALL
    ///             && let Some(result) = outcome.result::<CallToolResult>()
    ///         {
    ///             eprintln!("{} blocks", result.content.len());
    ///         }
    ///         outcome
    ///     }
    /// }
    /// ```
    pub fn result<T: DeserializeOwned>(&self) -> Option<T> {
        let Self::Complete(answer) = self else { return None };
        answer.to_text().decode_owned().ok()
    }

    /// Replaces the result of a completed call. Every other outcome, and a result that is not a `T`, remains as it is.
    ///
    /// ```
    /// use mcpwright_core::{CallToolResult, ContentBlock};
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Call, Middleware, Next, Outcome, Server, ToolHandler, async_trait};
    ///
    /// /// Adds a notice to each tool result.
    /// struct Notice;
    ///
    /// #[async_trait]
    /// impl Middleware for Notice {
    ///     async fn handle(&self, call: &Call, next: Next<'_>) -> Outcome {
    ///         next.run(call).await.map_result(|mut result: CallToolResult| {
    ///             result.content.push(ContentBlock::text("Prices are delayed by 15 minutes."));
    ///             result
    ///         })
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let price = ToolHandler::function("price", [], || async { 42 });
    /// let client = Client::modern(Server::builder("shop", "1.0.0").tool(price).middleware(Notice));
    /// assert_eq!(client.call_tool("price", ()).await?.content.len(), 2);
    /// assert_eq!(client.list_tools().await?.len(), 1);
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn map_result<T: DeserializeOwned + Serialize>(self, map: impl FnOnce(T) -> T) -> Self {
        let Some(result) = self.result() else { return self };
        match (self, Self::complete(&map(result))) {
            (Self::Complete(old), Self::Complete(new)) => {
                let result_type = new.result_type.or(old.result_type);
                Self::Complete(Answer { caching: old.caching, result_type, ..new })
            }
            (_, outcome) => outcome,
        }
    }

    /// Returns `true` for an error, and for a tool's result with `isError`.
    ///
    /// ```
    /// use mcpwright_core::ErrorObject;
    /// use mcpwright_server::Outcome;
    ///
    /// assert!(!Outcome::complete(&serde_json::json!({ "ok": true })).is_error());
    /// assert!(Outcome::from(ErrorObject::internal("the database is locked")).is_error());
    /// assert!(Outcome::ResourceNotFound("note://7".to_owned()).is_error());
    /// ```
    pub fn is_error(&self) -> bool {
        match self {
            Self::Complete(answer) => answer.is_error,
            Self::InputRequired(_) => false,
            Self::MissingCapability(_)
            | Self::ResourceNotFound(_)
            | Self::UnknownName(_)
            | Self::Failed(_) => true,
        }
    }

    /// Returns the text of an error for a log: the message of a protocol error, or the text that a tool returned with `isError`.
    /// Returns `None` if the outcome is no error.
    ///
    /// ```
    /// use mcpwright_core::{CallToolResult, ErrorObject};
    /// use mcpwright_server::Outcome;
    ///
    /// let failed = Outcome::from(CallToolResult::error("the disk is full"));
    /// assert_eq!(failed.error_text().as_deref(), Some("the disk is full"));
    /// let failed = Outcome::from(ErrorObject::internal("the database is locked"));
    /// assert_eq!(failed.error_text().as_deref(), Some("the database is locked"));
    /// assert_eq!(Outcome::from(CallToolResult::text("done")).error_text(), None);
    /// ```
    pub fn error_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Complete(answer) if answer.is_error => {
                let result = self.result::<CallToolResult>().unwrap_or_default();
                let texts: Vec<_> = result.content.iter().filter_map(ContentBlock::as_text).collect();
                Some(texts.join("\n").into())
            }
            Self::Complete(_) | Self::InputRequired(_) => None,
            Self::MissingCapability(missing) => Some(missing_capability(missing).message),
            Self::ResourceNotFound(uri) => Some(ErrorObject::resource_not_found(uri).message),
            Self::UnknownName(error) | Self::Failed(error) => Some(Cow::Borrowed(&error.message)),
        }
    }

    /// Returns the answer, or the error that revision 2026-07-28 has for any other outcome.
    ///
    /// Input requests are handled before: here they are an internal error.
    pub(crate) fn into_answer(self) -> Result<Answer, ErrorObject> {
        match self {
            Self::Complete(answer) => Ok(answer),
            Self::InputRequired(_) => Err(ErrorObject::internal("this method must not require input")),
            Self::MissingCapability(missing) => Err(missing_capability(&missing)),
            Self::ResourceNotFound(uri) => Err(ErrorObject::resource_not_found(&uri)),
            Self::UnknownName(error) | Self::Failed(error) => Err(error),
        }
    }
}

impl From<ErrorObject> for Outcome {
    fn from(error: ErrorObject) -> Self {
        Self::Failed(error)
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::Complete(answer)
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

/// A successful result, without the members that only one of the eras has.
#[derive(Debug)]
pub struct Answer {
    pub(crate) fields: Fields,
    pub(crate) meta: Meta,
    pub(crate) caching: Option<Caching>,
    pub(crate) is_error: bool,
    /// The newest feature that the result uses, if not every revision has them all.
    pub(crate) requires: Option<Feature>,
    /// The kind of result (`resultType`), if an extension defines it.
    pub(crate) result_type: Option<String>,
    /// The result is that of a tool, and was held against what the tool publishes. One of a middleware was not.
    pub(crate) is_checked: bool,
}

/// A feature of results that not every revision has. The oldest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    /// An audio block.
    Audio,
    /// A resource link.
    ResourceLink,
    /// Structured content that is not an object.
    AnyStructuredContent,
}

impl Feature {
    /// Returns the feature that a content block needs, unless every revision has it.
    pub(crate) fn of(block: &ContentBlock) -> Option<Self> {
        match block {
            ContentBlock::Text(_) | ContentBlock::Image(_) | ContentBlock::Resource(_) => None,
            ContentBlock::Audio(_) => Some(Self::Audio),
            // A block that came as JSON may be any of them.
            _ => Some(Self::ResourceLink),
        }
    }

    /// Returns the newest feature of a result that is given as JSON: of its structured content, its content blocks, or the
    /// content of its messages.
    fn of_result(result: &Map<String, Value>) -> Option<Self> {
        if result.get("structuredContent").is_some_and(|content| !content.is_object()) {
            return Some(Self::AnyStructuredContent);
        }
        let array = |key| result.get(key).and_then(Value::as_array).into_iter().flatten();
        let messages = array("messages").filter_map(|message| message.get("content"));
        array("content").chain(messages).filter_map(Self::of_block).max()
    }

    fn of_block(block: &Value) -> Option<Self> {
        match block.get("type").and_then(Value::as_str) {
            Some("text" | "image" | "resource") => None,
            Some("audio") => Some(Self::Audio),
            _ => Some(Self::ResourceLink),
        }
    }
}

/// The members of a result.
#[derive(Debug)]
pub(crate) enum Fields {
    /// The text of an object.
    Object(String),
    /// A page of a list, shared by many answers.
    Page(Arc<ListPage>),
}

impl Fields {
    /// Returns the text of the object.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Object(text) => text,
            Self::Page(page) => &page.text,
        }
    }
}

impl Answer {
    /// Serializes a result of the specification.
    pub(crate) fn of<T: Serialize>(result: &T) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(result)?;
        if !text.starts_with('{') {
            return Err(serde::ser::Error::custom("a result must be an object"));
        }
        Ok(Self::new(Fields::Object(text)))
    }

    /// Serializes any other result, which may contain the members that every result can have.
    fn from_result<T: Serialize>(result: &T) -> Result<Self, serde_json::Error> {
        let Value::Object(mut result) = serde_json::to_value(result)? else {
            return Err(serde::ser::Error::custom("a result must be an object"));
        };
        let meta = match result.shift_remove("_meta") {
            Some(Value::Object(meta)) => Meta(meta),
            _ => Meta::new(),
        };
        let result_type = match result.shift_remove("resultType") {
            Some(Value::String(kind)) => Some(kind),
            _ => None,
        };
        let is_error = result.get("isError") == Some(&Value::Bool(true));
        let requires = Feature::of_result(&result);
        Ok(Self { meta, result_type, is_error, requires, ..Self::of(&result)? })
    }

    /// Creates an answer from members that are serialized already.
    pub(crate) fn serialized(fields: String) -> Self {
        Self::new(Fields::Object(fields))
    }

    pub(crate) fn page(page: Arc<ListPage>) -> Self {
        Self { caching: Some(page.caching), ..Self::new(Fields::Page(page)) }
    }

    fn new(fields: Fields) -> Self {
        let meta = Meta::new();
        let (caching, requires, result_type) = (None, None, None);
        Self { fields, meta, caching, is_error: false, requires, result_type, is_checked: false }
    }

    /// Returns the size of the members, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.fields.text().len()
    }

    /// Returns the error text if the members are larger than `max` bytes.
    pub(crate) fn too_large(&self, max: usize) -> Option<String> {
        let size = self.len();
        (size > max)
            .then(|| format!("the result is too large: it must be at most {max} bytes, and is {size}"))
    }

    /// Returns the result without the members that every modern result has.
    pub(crate) fn into_text(self) -> JsonText {
        let Self { fields, meta, .. } = self;
        let text = match fields {
            Fields::Object(text) => text,
            Fields::Page(page) => page.text.clone(),
        };
        with_meta(text, &meta)
    }

    fn to_text(&self) -> JsonText {
        with_meta(self.fields.text().to_owned(), &self.meta)
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

/// Returns the error for a client that has not declared the capabilities a call needs.
pub(crate) fn missing_capability(missing: &ClientCapabilities) -> ErrorObject {
    ErrorObject::missing_client_capability(serde_json::to_value(missing).unwrap_or_default())
}
