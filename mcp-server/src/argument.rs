//! What a handler may take: arguments, which clients send, and what is found around a call.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use mcpwright_core::schema::{ObjectSchema, Portable, Problem, Schema, SchemaError, Shape};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::complete::Completer;
use crate::{Caller, Context, Failure, mirrored};

/// What a handler may take: an argument, or an extractor such as [`Context`], [`Caller`] and [`Ext`].
///
/// An argument is any type that implements `serde::Deserialize` and `schemars::JsonSchema`. `Kind` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a handler",
    label = "neither an argument nor an extractor",
    note = "an argument is a type that owns its parts: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "an extractor is `&Context`, `Caller` or `Ext<T>`"
)]
pub trait Parameter<Kind>: Sized {
    /// The schema of an argument; nothing for an extractor.
    fn schema() -> Option<schemars::Schema>;

    /// Takes the value at its place among the handler's parameters.
    ///
    /// `None` means that the input has noted what is wrong.
    fn take(input: &mut Input<'_>, place: usize) -> Option<Self>;

    /// Whether a JSON text is a value of the type; nothing can be said of an extractor.
    fn accepts(text: &str) -> bool;
}

/// The kind of a parameter that the client sends.
#[derive(Debug)]
pub enum AsArgument {}

/// The kind of a parameter that is found around a call.
#[derive(Debug)]
pub enum AsExtractor {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Parameter<AsArgument> for T {
    fn schema() -> Option<schemars::Schema> {
        Some(generate::<T>())
    }

    fn take(input: &mut Input<'_>, place: usize) -> Option<Self> {
        input.argument(place)
    }

    fn accepts(text: &str) -> bool {
        serde_json::from_str::<T>(text).is_ok()
    }
}

impl Parameter<AsExtractor> for Context {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut Input<'_>, _: usize) -> Option<Self> {
        Some(input.context.clone())
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

impl Parameter<AsExtractor> for Caller {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut Input<'_>, _: usize) -> Option<Self> {
        Some(input.context.caller().clone())
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

/// The value of a type that the server shares, or that a middleware or a transport gave to the call.
///
/// A call for which there is no such value is answered with an internal error, and the log names the type.
#[derive(Debug)]
pub struct Ext<T>(pub Arc<T>);

impl<T> Clone for Ext<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> std::ops::Deref for Ext<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> Parameter<AsExtractor> for Ext<T> {
    fn schema() -> Option<schemars::Schema> {
        None
    }

    fn take(input: &mut Input<'_>, _: usize) -> Option<Self> {
        let found = input.context.extension().map(Self);
        if found.is_none() {
            input.absent = Some(std::any::type_name::<T>());
        }
        found
    }

    fn accepts(_: &str) -> bool {
        false
    }
}

/// The schema of what a type is read from, before it is made portable.
fn generate<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// The schema of what a type is written as, before it is made portable.
pub(crate) fn generate_output<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// An argument: its name, and what is said and demanded of it beyond its type.
#[derive(Clone, Debug)]
pub struct Argument {
    pub(crate) name: Cow<'static, str>,
    pub(crate) default: Option<Value>,
    pub(crate) description: Option<String>,
    pub(crate) keywords: Map<String, Value>,
    length: Option<(Option<u64>, Option<u64>)>,
    pub(crate) completer: Option<Completer>,
}

impl Argument {
    /// An argument of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        let keywords = Map::new();
        Self { name: name.into(), default: None, description: None, keywords, length: None, completer: None }
    }

    /// What the argument is, for the model.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// A title for people.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.keyword("title", title.into())
    }

    /// The value of an argument that is left out.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn default(mut self, value: impl Serialize) -> Self {
        self.default = Some(to_value(value, "the default"));
        self
    }

    /// The least and the greatest number.
    ///
    /// # Panics
    ///
    /// When a bound cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn range<N: Serialize>(mut self, range: impl RangeBounds<N>) -> Self {
        let mut bound = |inclusive: &str, exclusive: &str, bound: Bound<&N>| {
            let (keyword, value) = match bound {
                Bound::Included(value) => (inclusive, value),
                Bound::Excluded(value) => (exclusive, value),
                Bound::Unbounded => return,
            };
            self.keywords.insert(keyword.to_owned(), to_value(value, "the range"));
        };
        bound("minimum", "exclusiveMinimum", range.start_bound());
        bound("maximum", "exclusiveMaximum", range.end_bound());
        self
    }

    /// The least and the greatest number of characters of a text, or of items of a list.
    #[must_use]
    pub fn length(mut self, range: impl RangeBounds<u64>) -> Self {
        let least = match range.start_bound() {
            Bound::Included(least) => Some(*least),
            Bound::Excluded(below) => Some(below + 1),
            Bound::Unbounded => None,
        };
        let most = match range.end_bound() {
            Bound::Included(most) => Some(*most),
            Bound::Excluded(above) => Some(above.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        self.length = Some((least, most));
        self
    }

    /// A regular expression that a text matches; it is not anchored.
    #[must_use]
    pub fn pattern(self, pattern: impl Into<String>) -> Self {
        self.keyword("pattern", pattern.into())
    }

    /// The values that are allowed.
    ///
    /// # Panics
    ///
    /// When a value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn one_of<V: Serialize>(self, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(|value| to_value(value, "a value")).collect();
        self.keyword("enum", values)
    }

    /// A value to show as an example; may be said more than once.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn example(mut self, value: impl Serialize) -> Self {
        let value = to_value(value, "the example");
        if let Value::Array(examples) = self.keywords.entry("examples").or_insert_with(|| json!([])) {
            examples.push(value);
        }
        self
    }

    /// A keyword of the argument's schema.
    #[must_use]
    pub fn keyword(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.keywords.insert(keyword.to_owned(), value.into());
        self
    }

    /// The name of the HTTP header `Mcp-Param-…` in which clients repeat the argument, so that whoever stands between can
    /// read it without the body: for tools, and not for secrets.
    ///
    /// Only texts, integers and booleans are repeated, each in a header of its own. A tool that says otherwise does not
    /// start; one that a provider brings is left out of the list, and the log says why.
    #[must_use]
    pub fn header(self, name: impl Into<String>) -> Self {
        self.keyword(mirrored::KEYWORD, name.into())
    }

    /// Suggests values while a person types: for prompts and templates of resources.
    #[must_use]
    pub fn complete(mut self, completer: Completer) -> Self {
        self.completer = Some(completer);
        self
    }
}

#[track_caller]
fn to_value(value: impl Serialize, what: &str) -> Value {
    serde_json::to_value(value)
        .unwrap_or_else(|error| panic!("{what} of an argument cannot be written as JSON: {error}"))
}

/// A parameter of a handler, as its type and its attributes declare it.
#[derive(Clone, Debug)]
pub struct Declared {
    pub(crate) argument: Argument,
    /// The schema, and as a document of its own; nothing for an extractor.
    schema: Option<(Portable, Value)>,
    pub(crate) required: bool,
    default: Option<String>,
    /// Whether a value of the type is all that is demanded.
    by_type: bool,
    /// What the type says of itself, before anything was said beyond it.
    generated: Option<schemars::Schema>,
    accepts: fn(&str) -> bool,
}

impl Declared {
    /// Declares a parameter of a type.
    pub(crate) fn of<T: Parameter<K>, K>(argument: Argument) -> Result<Self, String> {
        Self::new(argument, T::schema(), T::accepts)
    }

    fn described(&self, describe: impl FnOnce(Argument) -> Argument) -> Result<Self, String> {
        Self::new(describe(self.argument.clone()), self.generated.clone(), self.accepts)
    }

    fn new(
        argument: Argument,
        generated: Option<schemars::Schema>,
        accepts: fn(&str) -> bool,
    ) -> Result<Self, String> {
        let Some(generated) = generated else {
            let (schema, default) = (None, None);
            return Ok(Self {
                argument,
                schema,
                required: false,
                default,
                by_type: true,
                generated: None,
                accepts,
            });
        };
        let name = argument.name.clone();
        let refuse = |error: SchemaError| format!("the argument `{name}`: {error}");
        let mut portable = Portable::argument(generated.as_value()).map_err(refuse)?;
        for (keyword, value) in &argument.keywords {
            portable = portable.with(keyword, value.clone()).map_err(refuse)?;
        }
        if let Some((least, most)) = argument.length {
            portable = portable.length(least, most).map_err(refuse)?;
        }
        if let Some(default) = &argument.default {
            portable = portable.with("default", default.clone()).map_err(refuse)?;
        }
        if let Some(description) = &argument.description {
            portable = portable.describe(description);
        }
        let default = argument.default.as_ref().map(Value::to_string);
        if let Some(default) = &default
            && !accepts(default)
        {
            return Err(format!(
                "the default of the argument `{name}`, {default}, is not a value of its type"
            ));
        }
        let required = default.is_none() && !portable.accepts_null();
        let by_type = portable.decoding_suffices();
        let document = portable.clone().into_document().into_value();
        let schema = Some((portable, document));
        Ok(Self { argument, schema, required, default, by_type, generated: Some(generated), accepts })
    }
}

/// The parameters of a handler, with the schema of those that clients send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) declared: Vec<Declared>,
    shape: Option<Arc<Shape>>,
    /// Whether arguments are taken only as they should be sent.
    pub(crate) strict: bool,
    /// Whether arguments that the handler does not know are let through, and ignored.
    pub(crate) open: bool,
}

impl Parameters {
    /// The schema of the arguments as one object.
    pub(crate) fn schema(&mut self) -> Result<Schema, String> {
        let mut object = ObjectSchema::new();
        for declared in &self.declared {
            if let Some((schema, _)) = &declared.schema {
                object = object.property(&*declared.argument.name, schema.clone(), declared.required);
            }
        }
        if self.open {
            object = object.open();
        }
        let schema = object.build().map_err(|error| error.to_string())?;
        self.shape = Some(Arc::new(Shape::new(&schema).map_err(|error| error.to_string())?));
        Ok(schema)
    }

    /// The parameters that clients send, each with its schema.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&Declared, &Value)> {
        self.declared.iter().filter_map(|declared| Some((declared, &declared.schema.as_ref()?.1)))
    }

    /// Says more of an argument than its type does.
    pub(crate) fn describe(
        &mut self,
        name: &str,
        describe: impl FnOnce(Argument) -> Argument,
    ) -> Result<(), String> {
        let declared = self.declared.iter_mut().find(|declared| declared.argument.name == name);
        let declared = declared.ok_or_else(|| format!("there is no argument `{name}`"))?;
        *declared = declared.described(describe)?;
        Ok(())
    }

    /// Whether any argument has values to suggest.
    pub(crate) fn completes(&self) -> bool {
        self.arguments()
            .any(|(declared, schema)| declared.argument.completer.is_some() || schema.get("enum").is_some())
    }

    /// Gives the handler its arguments: as they are if that is enough, and else made to fit.
    pub(crate) fn give<T>(
        &self,
        given: &Given<'_>,
        context: &Context,
        handler: impl Fn(Input<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(values) = self.direct(given) {
            match handler(Input::new(self, values, context, false)) {
                Err(Failure::Refused(_)) => {}
                done => return done,
            }
        }
        let fitted = self.fit(given).map_err(Failure::Refused)?;
        let values = self.declared.iter().map(|declared| fitted.get(&*declared.argument.name));
        let values = values.map(|value| value.map(|value| Cow::Owned(value.to_string()))).collect();
        handler(Input::new(self, values, context, true))
    }

    /// The text of each argument, if nothing but its type is demanded of any that is given.
    fn direct<'a>(&self, given: &Given<'a>) -> Option<Vec<Option<Cow<'a, str>>>> {
        let mut values = vec![None; self.declared.len()];
        for (name, text) in &given.0 {
            let place = self.declared.iter().position(|declared| declared.argument.name == *name)?;
            let declared = &self.declared[place];
            if !declared.by_type || declared.schema.is_none() {
                return None;
            }
            values[place] = Some(text.clone());
        }
        let is_there = |(declared, value): (&Declared, &Option<_>)| !declared.required || value.is_some();
        self.declared.iter().zip(&values).all(is_there).then_some(values)
    }

    fn fit(&self, given: &Given<'_>) -> Result<Value, Vec<Problem>> {
        let mut object = Map::new();
        for (name, text) in &given.0 {
            object.insert(name.clone().into_owned(), serde_json::from_str(text).unwrap_or_default());
        }
        match &self.shape {
            Some(shape) => shape.fit(Value::Object(object), self.strict),
            None => Ok(Value::Object(object)),
        }
    }
}

/// The arguments that a client sent: names, and values as JSON text.
pub(crate) struct Given<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Given<'a> {
    /// Reads the text of an object.
    pub(crate) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Given<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Given<'de>, A::Error> {
                let mut members = Vec::with_capacity(4);
                while let Some((Name(name), value)) =
                    map.next_entry::<Name<'de>, &serde_json::value::RawValue>()?
                {
                    members.push((name, Cow::Borrowed(value.get())));
                }
                Ok(Given(members))
            }
        }
        #[derive(serde::Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let given = serde::Deserializer::deserialize_map(&mut deserializer, Members)?;
        deserializer.end()?;
        Ok(given)
    }

    /// Texts of a person, or of a URI.
    pub(crate) fn texts(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let as_json = |(name, text)| (Cow::Borrowed(name), Cow::Owned(Value::from(text).to_string()));
        Self(texts.into_iter().map(as_json).collect())
    }
}

/// What a handler takes its parameters from, in their order.
#[derive(Debug)]
pub struct Input<'a> {
    parameters: &'a Parameters,
    values: Vec<Option<Cow<'a, str>>>,
    context: &'a Context,
    whole: Value,
    problems: Vec<Problem>,
    absent: Option<&'static str>,
    /// Whether the values have been made to fit already.
    is_fitted: bool,
}

impl<'a> Input<'a> {
    fn new(
        parameters: &'a Parameters,
        values: Vec<Option<Cow<'a, str>>>,
        context: &'a Context,
        is_fitted: bool,
    ) -> Self {
        Self {
            parameters,
            values,
            context,
            whole: Value::Null,
            problems: Vec::new(),
            absent: None,
            is_fitted,
        }
    }

    /// All arguments as one JSON value, for a handler whose schema is written by hand.
    pub(crate) fn of_whole(parameters: &'a Parameters, whole: Value, context: &'a Context) -> Self {
        Self { whole, ..Self::new(parameters, Vec::new(), context, true) }
    }

    /// Takes all arguments as one JSON value.
    pub(crate) fn whole(&mut self) -> Value {
        std::mem::take(&mut self.whole)
    }

    /// What the handler may do while it runs.
    pub fn context(&self) -> &Context {
        self.context
    }

    /// Takes the parameter at this place.
    pub fn take<T: Parameter<K>, K>(&mut self, place: usize) -> Taken<T> {
        Taken(T::take(self, place))
    }

    /// Whether all that was taken is there.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn check(self) -> Result<(), Failure> {
        if let Some(name) = self.absent {
            let reason =
                format!("the server shares no value of type {name}, and nothing gave one to the call");
            return Err(crate::incident::internal("a handler wants what is not there", &reason).into());
        }
        if self.problems.is_empty() { Ok(()) } else { Err(Failure::Refused(self.problems)) }
    }

    fn argument<T: DeserializeOwned>(&mut self, place: usize) -> Option<T> {
        let declared = &self.parameters.declared[place];
        let text = match self.values.get_mut(place).and_then(Option::take) {
            Some(text) if text != "null" || declared.default.is_none() => text,
            _ => Cow::Borrowed(declared.default.as_deref().unwrap_or("null")),
        };
        match serde_json::from_str(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(self.problem(place, &error));
                None
            }
        }
    }

    fn problem(&self, place: usize, error: &serde_json::Error) -> Problem {
        let name = &self.parameters.declared[place].argument.name;
        // Before the values were made to fit, nobody reads this: the reason is looked for again with the schema.
        let reason = if self.is_fitted { error.to_string() } else { String::new() };
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Problem::other(format!("/{name}"), reason)
    }
}

/// A parameter that was taken; it can be used once [`Input::check`] has found nothing wrong.
#[derive(Debug)]
pub struct Taken<T>(Option<T>);

impl<T> Taken<T> {
    /// The parameter.
    ///
    /// # Panics
    ///
    /// When [`Input::check`] was not asked, or not listened to.
    pub fn value(self) -> T {
        // What is missing has been noted as a problem, and `check` returns every problem.
        self.0.expect("Input::check says whether there is a value")
    }
}
