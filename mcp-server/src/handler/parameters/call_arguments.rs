//! The arguments of one call, and the extraction of a handler's parameters from them.

use std::borrow::Cow;
use std::error::Error;

use mcpwright_core::schema::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::parameters::Parameters;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::parameters::preparation::{Preparation, PreparedValue};

/// A parameter type of a handler: an argument, or an extractor.
///
/// An argument is any type that implements `serde::Deserialize` and `schemars::JsonSchema`; clients send its value. An
/// extractor is any type that implements [`FromContext`](crate::FromContext), such as [`Context`],
/// [`Caller`](crate::Caller) and [`Ext`](crate::Ext). A type must not be both, because the compiler infers `Kind`.
///
/// ```
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Caller, Server, ToolHandler};
/// use serde_json::json;
///
/// /// An argument.
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Point {
///     x: f64,
///     y: f64,
/// }
///
/// async fn distance(to: Point, caller: Caller) -> String {
///     format!("{caller} is {} km away", to.x.hypot(to.y))
/// }
///
/// # futures::executor::block_on(async {
/// let client = Client::modern(Server::builder("map", "1.0.0").tool(ToolHandler::function("distance", ["to"], distance)));
/// let result = client.call_tool("distance", json!({ "to": { "x": 3, "y": 4 } })).await?;
/// assert_eq!(result.content[0].as_text(), Some("anonymous is 5 km away"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a handler",
    label = "neither an argument nor an extractor",
    note = "an argument is a type that owns its parts: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "a type of another crate needs the feature of schemars that has its schema, as in `schemars = {{ version = \"1\", \
            features = [\"chrono04\"] }}`: `chrono04`, `jiff02`, `uuid1`, `url2`, `rust_decimal1`, `bytes1`, `semver1`, …",
    note = "a derive of another version of schemars does not count: it must be schemars 1, which is also \
            `mcpwright::schemars`",
    note = "an extractor is `&Context`, `Caller`, `Ext<T>`, or a type that implements `FromContext`"
)]
pub trait Parameter<Kind>: Sized {
    /// Returns the schema of an argument; `None` for an extractor.
    fn schema() -> Option<schemars::Schema>;

    /// Extracts the value for the parameter at `index`. Returns `None` if there is none, and records the reason in
    /// `arguments`.
    fn extract(arguments: &mut CallArguments<'_>, index: usize) -> Option<Self>;

    /// Returns `true` if the JSON text is a value of an argument's type.
    fn is_value(text: &str) -> bool;

    /// Returns `true` if an argument's type has a value for a missing argument, as `Option` has.
    #[doc(hidden)]
    fn accepts_missing() -> bool {
        false
    }

    #[doc(hidden)]
    fn needs_session() -> bool {
        false
    }

    #[doc(hidden)]
    fn preparation() -> Option<Preparation> {
        None
    }
}

/// The kind of a parameter that clients send.
#[derive(Debug)]
pub enum AsArgument {}

/// The kind of a parameter that implements [`FromContext`](crate::FromContext).
#[derive(Debug)]
pub enum AsExtractor {}

/// The kind of parameters that are [asynchronous extractors](crate::AsyncFromContext).
#[derive(Debug)]
pub enum AsAsyncExtractor {}

/// The arguments of one call, from which a handler extracts its parameters.
///
/// A handler without macros extracts each parameter by its index among the declared ones, calls [`check`](Self::check),
/// and then uses the values:
///
/// ```
/// use mcpwright_core::CallToolResult;
/// use mcpwright_server::testing::Client;
/// use mcpwright_server::{Argument, Context, Execution, Server, ToolHandler};
///
/// # futures::executor::block_on(async {
/// let add = ToolHandler::new("add", |mut arguments| {
///     let a = arguments.extract::<i64, _>(0);
///     let b = arguments.extract::<i64, _>(1);
///     let context = arguments.extract::<Context, _>(2);
///     arguments.check()?;
///     let (sum, context) = (a.value() + b.value(), context.value());
///     Ok(Execution::future(async move { Ok(CallToolResult::text(format!("{sum} for {}", context.caller()))) }))
/// })
/// .parameter::<i64, _>(Argument::new("a"))
/// .parameter::<i64, _>(Argument::new("b"))
/// .parameter::<Context, _>(Argument::new(""));
/// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(add));
/// let result = client.call_tool("add", [("a", 2), ("b", 3)]).await?;
/// assert_eq!(result.content[0].as_text(), Some("5 for anonymous"));
/// # Ok::<(), mcpwright_core::ErrorObject>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct CallArguments<'a> {
    parameters: &'a Parameters,
    context: &'a Context,
    /// JSON text of each argument, by the index of its parameter.
    values: Vec<Option<Cow<'a, str>>>,
    /// All arguments as the client sent them, until `values` are coerced.
    uncoerced: Option<&'a ArgumentText<'a>>,
    all: AllArguments<'a>,
    problems: Vec<Problem>,
    /// The arguments do not match the schema: `problems` is complete, and no more arguments are deserialized.
    is_rejected_by_schema: bool,
    rejection: Option<Box<dyn Error + Send + Sync>>,
    /// The values of asynchronous extractors, each at the index of its parameter. Empty if there are none.
    prepared: Vec<Option<PreparedValue>>,
}

/// All arguments of a call as one object.
#[derive(Debug)]
pub(crate) enum AllArguments<'a> {
    /// The arguments of a handler with parameters, as the client sent them.
    Named(&'a ArgumentText<'a>),
    /// JSON text that the client sent.
    Text(&'a str),
    /// Values that were checked and converted.
    Checked(Value),
}

impl<'a> CallArguments<'a> {
    /// Binds the arguments of a call to the parameters of a handler.
    ///
    /// Arguments are deserialized as they are if their types make all checks of the schema, and coerced only if that
    /// fails.
    ///
    /// # Errors
    ///
    /// Returns the problems of the arguments if they do not match the schema.
    pub(crate) fn bind(
        parameters: &'a Parameters,
        text: &'a ArgumentText<'a>,
        context: &'a Context,
    ) -> Result<Self, Failure> {
        match parameters.bind_direct(text) {
            Some(values) => {
                Ok(Self { uncoerced: Some(text), ..Self::named(parameters, values, text, context) })
            }
            None => {
                let values = parameters.coerce(text).map_err(Failure::InvalidArguments)?;
                Ok(Self::named(parameters, values, text, context))
            }
        }
    }

    /// Returns all arguments as one object, for a handler whose schema no Rust type has.
    pub(crate) fn of_whole(parameters: &'a Parameters, all: AllArguments<'a>, context: &'a Context) -> Self {
        Self::new(parameters, Vec::new(), all, context)
    }

    fn named(
        parameters: &'a Parameters,
        values: Vec<Option<Cow<'a, str>>>,
        text: &'a ArgumentText<'a>,
        context: &'a Context,
    ) -> Self {
        Self::new(parameters, values, AllArguments::Named(text), context)
    }

    fn new(
        parameters: &'a Parameters,
        values: Vec<Option<Cow<'a, str>>>,
        all: AllArguments<'a>,
        context: &'a Context,
    ) -> Self {
        Self {
            parameters,
            context,
            values,
            uncoerced: None,
            all,
            problems: Vec::new(),
            is_rejected_by_schema: false,
            rejection: None,
            prepared: Vec::new(),
        }
    }

    /// Adds the values of asynchronous extractors.
    pub(crate) fn with_prepared(mut self, prepared: Vec<Option<PreparedValue>>) -> Self {
        self.prepared = prepared;
        self
    }

    /// Takes the value of an asynchronous extractor.
    pub(crate) fn take_prepared<T: 'static>(&mut self, index: usize) -> Option<T> {
        let value = self.prepared.get_mut(index)?.take()?;
        value.downcast().ok().map(|value| *value)
    }

    /// Returns all arguments as JSON text: an object.
    ///
    /// A tool with an [unchecked schema](crate::ToolHandler::unchecked_input_schema) borrows the text that the client sent,
    /// which is not parsed. A tool with another schema that no Rust type has gets the text of the checked and converted values,
    /// and a handler with parameters that of the arguments as they were sent.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Execution, Failure, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Query<'a> {
    ///     table: &'a str,
    /// }
    ///
    /// let query = ToolHandler::new("query", |arguments| {
    ///     let text = arguments.text();
    ///     // Borrows from the request.
    ///     let query: Query<'_> = serde_json::from_str(&text).map_err(|error| Failure::Error(error.into()))?;
    ///     let table = query.table.to_uppercase();
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(table)) }))
    /// })
    /// .unchecked_input_schema(json!({ "type": "object", "required": ["table"] }));
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("database", "1.0.0").tool(query));
    /// let result = client.call_tool("query", [("table", "users")]).await?;
    /// assert_eq!(result.content[0].as_text(), Some("USERS"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    pub fn text(&self) -> Cow<'a, str> {
        match &self.all {
            AllArguments::Named(arguments) => Cow::Owned(Value::Object(arguments.to_map()).to_string()),
            AllArguments::Text(text) => Cow::Borrowed(text),
            AllArguments::Checked(value) => Cow::Owned(value.to_string()),
        }
    }

    /// Takes all arguments as a map, with the values that [`text`](Self::text) has. It leaves an empty object.
    ///
    /// ```
    /// use mcpwright_core::CallToolResult;
    /// use mcpwright_server::testing::Client;
    /// use mcpwright_server::{Execution, Server, ToolHandler};
    /// use serde_json::json;
    ///
    /// let sum = ToolHandler::new("sum", |mut arguments| {
    ///     let numbers = arguments.take_map()?;
    ///     let sum: i64 = numbers.values().filter_map(|number| number.as_i64()).sum();
    ///     Ok(Execution::future(async move { Ok(CallToolResult::text(sum.to_string())) }))
    /// })
    /// .portable_input_schema(json!({ "type": "object", "additionalProperties": { "type": "integer" } }));
    ///
    /// # futures::executor::block_on(async {
    /// let client = Client::modern(Server::builder("calculator", "1.0.0").tool(sum));
    /// let result = client.call_tool("sum", json!({ "a": 2, "b": "3" })).await?;
    /// assert_eq!(result.content[0].as_text(), Some("5"));
    /// # Ok::<(), mcpwright_core::ErrorObject>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if unchecked text has a number that is too large, or a string that is not Unicode.
    pub fn take_map(&mut self) -> Result<Map<String, Value>, Failure> {
        match std::mem::replace(&mut self.all, AllArguments::Text("{}")) {
            AllArguments::Named(arguments) => Ok(arguments.to_map()),
            AllArguments::Text(text) => {
                serde_json::from_str(text).map_err(|error| Failure::Error(error.into()))
            }
            AllArguments::Checked(Value::Object(map)) => Ok(map),
            AllArguments::Checked(_) => Ok(Map::new()),
        }
    }

    /// Returns the context of the call.
    pub fn context(&self) -> &Context {
        self.context
    }

    /// Extracts the parameter at `index`, counted from 0 in the order of declaration.
    pub fn extract<T: Parameter<K>, K>(&mut self, index: usize) -> Extracted<T> {
        let extracted = T::extract(self, index);
        let has_reason = self.rejection.is_some() || self.is_rejected_by_schema || !self.problems.is_empty();
        if extracted.is_none() && !has_reason {
            self.reject(NotExtracted(std::any::type_name::<T>()).into());
        }
        Extracted(extracted)
    }

    /// Checks that every parameter that was extracted has a value.
    ///
    /// # Errors
    ///
    /// Returns the rejection of the first extractor that failed, or else all problems of the arguments.
    pub fn check(self) -> Result<(), Failure> {
        match self.rejection {
            Some(rejection) => Err(Failure::Error(rejection)),
            None if self.problems.is_empty() => Ok(()),
            None => Err(Failure::InvalidArguments(self.problems)),
        }
    }

    /// Returns `true` if an extractor has failed.
    pub(crate) fn has_failed_extractor(&self) -> bool {
        self.rejection.is_some()
    }

    /// Records the error of an extractor.
    pub(crate) fn reject(&mut self, rejection: Box<dyn Error + Send + Sync>) {
        self.rejection = Some(rejection);
    }

    /// Deserializes the argument at `index`. Records the problem and returns `None` if the argument is invalid.
    pub(crate) fn deserialize<T: DeserializeOwned>(&mut self, index: usize) -> Option<T> {
        if self.is_rejected_by_schema {
            return None;
        }
        let mut value = self.parse(index);
        if value.is_err()
            && let Some(text) = self.uncoerced.take()
        {
            match self.parameters.coerce(text) {
                Ok(values) => self.values = values,
                Err(problems) => {
                    self.problems = problems;
                    self.is_rejected_by_schema = true;
                    return None;
                }
            }
            value = self.parse(index);
        }
        value
            .map_err(|error| self.problems.push(self.parameters.explain(index, self.text_of(index), &error)))
            .ok()
    }

    fn parse<T: DeserializeOwned>(&self, index: usize) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text_of(index))
    }

    /// Returns the text that the parameter at `index` is deserialized from.
    fn text_of(&self, index: usize) -> &str {
        let default = self.parameters.specs[index].default.as_deref();
        let text = self.values.get(index).and_then(Option::as_deref).filter(|text| {
            // `null` stands for an argument that is left out.
            *text != "null" || default.is_none()
        });
        text.or(default).unwrap_or("null")
    }
}

/// A parameter that has been extracted. Its value can be used after [`CallArguments::check`] has returned `Ok`.
#[derive(Debug)]
pub struct Extracted<T>(Option<T>);

impl<T> Extracted<T> {
    /// Returns the value.
    ///
    /// # Panics
    ///
    /// Panics if the parameter has no value. [`CallArguments::check`] returns an error in this case.
    pub fn value(self) -> T {
        self.0.expect("`CallArguments::check` must return `Ok` before `Extracted::value` is called")
    }
}

/// The error of a parameter that was not extracted, although neither the arguments nor an extractor were rejected.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a parameter of type {0} was not extracted, and gave no reason")]
pub(crate) struct NotExtracted(&'static str);
