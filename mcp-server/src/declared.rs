//! The parameters of a handler, as their types and attributes declare them.

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::schema::{ObjectSchema, Portable, Problem, Schema, Shape};
use serde_json::{Map, Value};

use crate::input::Given;
use crate::{Argument, Context, Failure, Input, Parameter, argument_schema};

/// A parameter of a handler, as its type and its attributes declare it.
#[derive(Clone, Debug)]
pub struct Declared {
    pub(crate) argument: Argument,
    /// The schema, and as a document of its own; nothing for an extractor.
    schema: Option<(Portable, Value)>,
    pub(crate) required: bool,
    pub(crate) default: Option<String>,
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
        let refuse = |reason: String| format!("the argument `{}`: {reason}", argument.name);
        let (portable, document) =
            argument_schema::build(&argument, generated.as_value(), accepts).map_err(refuse)?;
        let default = argument.default.as_ref().map(Value::to_string);
        let required = default.is_none() && !portable.accepts_null();
        let by_type = portable.decoding_suffices();
        let schema = Some((portable, document.into_value()));
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
