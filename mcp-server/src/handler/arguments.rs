//! What a call brings for the parameters of a handler, and how they are taken from it.

use std::borrow::Cow;
use std::fmt;

use mcpwright_core::schema::Problem;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::handler::context::Context;
use crate::handler::error::Failure;
use crate::handler::extract::Parameter;
use crate::handler::parameters::Parameters;

/// The arguments that a client sent: names, and values as JSON text.
pub(crate) struct ArgumentText<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> ArgumentText<'a> {
    /// Reads the text of an object.
    pub(crate) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = ArgumentText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<ArgumentText<'de>, A::Error> {
                let mut members = Vec::with_capacity(4);
                while let Some((Name(name), value)) =
                    map.next_entry::<Name<'de>, &serde_json::value::RawValue>()?
                {
                    members.push((name, Cow::Borrowed(value.get())));
                }
                Ok(ArgumentText(members))
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
pub struct CallArguments<'a> {
    parameters: &'a Parameters,
    values: Vec<Option<Cow<'a, str>>>,
    context: &'a Context,
    whole: Value,
    problems: Vec<Problem>,
    absent: Option<&'static str>,
    /// Whether the values have been made to fit already.
    is_coerced: bool,
}

impl<'a> CallArguments<'a> {
    pub(crate) fn new(
        parameters: &'a Parameters,
        values: Vec<Option<Cow<'a, str>>>,
        context: &'a Context,
        is_coerced: bool,
    ) -> Self {
        Self {
            parameters,
            values,
            context,
            whole: Value::Null,
            problems: Vec::new(),
            absent: None,
            is_coerced,
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
    pub fn take<T: Parameter<K>, K>(&mut self, place: usize) -> Extracted<T> {
        Extracted(T::take(self, place))
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
        if self.problems.is_empty() { Ok(()) } else { Err(Failure::InvalidArguments(self.problems)) }
    }

    /// Notes that a value was looked for that nobody shares.
    pub(crate) fn missing_extension<T>(&mut self) {
        self.absent = Some(std::any::type_name::<T>());
    }

    /// Takes the argument at this place; notes what is wrong with it if it cannot be had.
    pub(crate) fn argument<T: DeserializeOwned>(&mut self, place: usize) -> Option<T> {
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
        let reason = if self.is_coerced { error.to_string() } else { String::new() };
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Problem::other(format!("/{name}"), reason)
    }
}

/// A parameter that was taken; it can be used once [`CallArguments::check`] has found nothing wrong.
#[derive(Debug)]
pub struct Extracted<T>(Option<T>);

impl<T> Extracted<T> {
    /// The parameter.
    ///
    /// # Panics
    ///
    /// When [`CallArguments::check`] was not asked, or not listened to.
    pub fn value(self) -> T {
        // What is missing has been noted as a problem, and `check` returns every problem.
        self.0.expect("Input::check says whether there is a value")
    }
}
