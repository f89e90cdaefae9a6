//! `Call → Outcome`: what a method means, blind to eras and transports.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use mcpwright_core::{
    Caching, Client, ClientCapabilities, ContentBlock, ErrorObject, JsonText, Meta, Request, RequestId,
    method,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::asking::{Before, InputRequired};
use crate::catalogue::Page;
use crate::task::Running;
use crate::{Caller, Extensions, Next, Outbox, Server, incident, run};

mod completion;
mod handlers;
mod lists;
mod prompts;
mod resources;
mod tasks;
mod tools;

pub(crate) use tools::ask_for_less;

/// The longest URI that is read, in bytes.
pub(crate) const LONGEST_URI: usize = 8 << 10;

/// One request, as the engine sees it: the same in both eras and on every transport.
#[derive(Clone, Debug)]
pub struct Call {
    id: RequestId,
    method: Cow<'static, str>,
    params: Option<JsonText>,
    client: Client,
    caller: Caller,
    extensions: Extensions,
    serial: u64,
    /// What earlier runs of the same call have brought.
    before: Option<Arc<Before>>,
    /// The task that it is run for.
    task: Option<Arc<Running>>,
}

impl Call {
    /// A call of a method on behalf of a client.
    pub fn new(
        id: RequestId,
        method: impl Into<Cow<'static, str>>,
        params: Option<JsonText>,
        client: Client,
        caller: Caller,
    ) -> Self {
        Self {
            id,
            method: method.into(),
            params,
            client,
            caller,
            extensions: Extensions::default(),
            serial: 0,
            before: None,
            task: None,
        }
    }

    /// A call on a connection, whose parameters have been read so far.
    pub(crate) fn of(request: Request, client: Client, caller: Caller, serial: u64) -> Self {
        let Request { id, method, params } = request;
        let extensions = Extensions::default();
        Self { id, method, params, client, caller, extensions, serial, before: None, task: None }
    }

    /// The same call, to be run with what earlier runs have brought.
    pub(crate) fn after(mut self, before: impl Into<Option<Arc<Before>>>) -> Self {
        self.before = before.into();
        self
    }

    /// The same call, to be run for a task.
    pub(crate) fn of_task(mut self, task: &Arc<Running>) -> Self {
        self.task = Some(Arc::clone(task));
        self
    }

    /// The task that it is run for.
    pub(crate) fn task(&self) -> Option<&Arc<Running>> {
        self.task.as_ref()
    }

    /// What earlier runs have brought.
    pub(crate) fn before(&self) -> Option<&Arc<Before>> {
        self.before.as_ref()
    }

    /// The name of the tool or prompt that is called.
    pub(crate) fn name(&self) -> Result<Cow<'_, str>, ErrorObject> {
        let wrong = || ErrorObject::invalid_params("params: `name` is a string, and has to be there");
        let text = self.member("name").ok_or_else(wrong)?;
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
            _ => serde_json::from_str(text).map(Cow::Owned).map_err(|_| wrong()),
        }
    }

    /// The text of the arguments, if there are any.
    pub(crate) fn arguments(&self) -> Option<&str> {
        self.member("arguments")
    }

    fn member(&self, name: &str) -> Option<&str> {
        self.params.as_ref()?.member(name)
    }

    /// Tells the call from every other one on its connection, also from one that has the same id later.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// What the client knows the call by.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The name of the method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What the client says of itself for this call.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Values that handlers find by their type.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The same, to put values in before the call is handed on.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// The parameters as they came.
    pub fn params(&self) -> Option<&JsonText> {
        self.params.as_ref()
    }

    /// The parameters as a type.
    ///
    /// # Errors
    ///
    /// They do not have the right types: -32602.
    pub fn read<'a, P: Deserialize<'a>>(&'a self) -> Result<P, ErrorObject> {
        read(self.params.as_ref())
    }
}

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
    pub(crate) newest: Option<Word>,
    /// What kind of result it is, where that is for an extension to say.
    pub(crate) result_type: Option<String>,
}

/// A word of results that not every revision of the protocol has, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// A sound.
    Audio,
    /// A link to a resource.
    ResourceLink,
    /// Structured content that is no object.
    AnyStructuredContent,
}

impl Word {
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
        Self { fields, meta: Meta::new(), caching: None, is_error: false, newest: None, result_type: None }
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

impl Server {
    /// Answers a call: through the middleware to the handler, whose panic is this call's error and nothing more.
    pub async fn call(&self, call: &Call, outbox: &Outbox) -> Outcome {
        if self.begins_elsewhere(call.method()) {
            run::yield_once().await;
        }
        let next = Next { server: self, outbox, rest: self.middleware() };
        match AssertUnwindSafe(next.run(call)).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(payload) => Outcome::Failed(incident::panic(call.method(), payload)),
        }
    }

    /// Whether code runs before any handler, or instead of one, of which nobody knows yet how quick it is: it is not begun
    /// on the thread that reads messages.
    fn begins_elsewhere(&self, name: &str) -> bool {
        let is_paced = matches!(name, method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ);
        let is_list = matches!(
            name,
            method::TOOLS_LIST
                | method::PROMPTS_LIST
                | method::RESOURCES_LIST
                | method::RESOURCES_TEMPLATES_LIST
        );
        !(is_paced || is_list) || !self.middleware().is_empty() || self.has_providers()
    }

    /// One arm per method. What is asked for less often than tools has memory of its own, and takes none of theirs.
    pub(crate) async fn dispatch(&self, call: &Call, outbox: &Outbox) -> Outcome {
        match call.method() {
            gated if !self.offers(gated) => ErrorObject::method_not_found(gated).into(),
            method::TOOLS_LIST => self.list(call, &self.offer.tools).await.into(),
            method::TOOLS_CALL => self.call_tool(call, outbox).await,
            method::RESOURCES_LIST => self.list(call, &self.offer.resources).await.into(),
            method::RESOURCES_TEMPLATES_LIST => self.list(call, &self.offer.templates).await.into(),
            method::RESOURCES_READ => Box::pin(self.read_resource(call, outbox)).await,
            method::PROMPTS_LIST => self.list(call, &self.offer.prompts).await.into(),
            method::PROMPTS_GET => Box::pin(self.get_prompt(call, outbox)).await,
            method::COMPLETION_COMPLETE => Box::pin(self.complete(call, outbox)).await,
            other => match (self.custom(other), self.tasks()) {
                (_, Some(tasks)) if is_of_tasks(other) => Box::pin(self.task_method(tasks, call)).await,
                (Some(handler), _) => {
                    let handled = handler.handle(call, outbox);
                    let outcome = run::within(other, handled, self.offer.deadline, &self.host).await;
                    outcome.unwrap_or_else(|run::TimedOut(_)| handlers::timed_out(other).into())
                }
                (None, _) => ErrorObject::method_not_found(other).into(),
            },
        }
    }
}

/// Whether a method belongs to the extension of tasks.
pub(crate) fn is_of_tasks(name: &str) -> bool {
    matches!(name, method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL)
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

/// Reads parameters; says what is wrong with them without the names of our types and the place in the text.
pub(crate) fn read<'a, P: Deserialize<'a>>(params: Option<&'a JsonText>) -> Result<P, ErrorObject> {
    let read = match params {
        Some(params) => params.read(),
        None => serde_json::from_str("{}"),
    };
    read.map_err(|error| {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        if reason.contains("struct ") || reason.contains("enum ") || reason.contains("::") {
            return ErrorObject::invalid_params("a member of params has the wrong type");
        }
        ErrorObject::invalid_params(format!("params: {reason}"))
    })
}
