//! The parameters of a handler: their declaration, and the arguments of a call that are bound to them.

pub(crate) mod argument;
pub(crate) mod argument_schema;
pub(crate) mod argument_text;
pub(crate) mod async_extract;
pub(crate) mod call_arguments;
pub(crate) mod extract;
pub(crate) mod function;
pub(crate) mod header_params;
pub(crate) mod preparation;

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::schema::{CompiledSchema, ObjectSchemaBuilder, PortableSchema, Problem, Schema};
use serde_json::{Map, Value};

use crate::handler::error::Failure;
use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::argument_text::ArgumentText;
use crate::handler::parameters::call_arguments::Parameter;
use crate::handler::parameters::preparation::Preparation;

/// A parameter of a handler, as its type and its settings declare it.
#[derive(Clone, Debug)]
pub struct ParameterSpec {
    pub(crate) argument: Argument,
    /// The schema as a property of an object, and as a document of its own; `None` for an extractor.
    schema: Option<(PortableSchema, Value)>,
    pub(crate) required: bool,
    /// JSON text of the default.
    pub(crate) default: Option<String>,
    /// The value needs no checks other than deserialization into its type.
    is_checked_by_type: bool,
    /// Schema of the type, without the settings of the argument.
    type_schema: Option<schemars::Schema>,
    is_value: fn(&str) -> bool,
    /// The type has a value for a missing argument.
    accepts_missing: bool,
    /// The extraction of an asynchronous extractor.
    preparation: Option<Preparation>,
    /// The parameter is rejected for calls that have neither a session nor an authenticated caller.
    needs_session: bool,
}

impl ParameterSpec {
    /// Declares a parameter of type `T`.
    pub(crate) fn of<T: Parameter<K>, K>(argument: Argument) -> Result<Self, String> {
        let spec = Self::new(argument, T::schema(), T::is_value, T::accepts_missing())?;
        Ok(Self { preparation: T::preparation(), needs_session: T::needs_session(), ..spec })
    }

    /// Declares a parameter. An extractor has no schema; `is_value` returns `true` if a JSON text is a value of the
    /// type, and `accepts_missing` is `true` if the type has a value for a missing argument.
    fn new(
        argument: Argument,
        type_schema: Option<schemars::Schema>,
        is_value: fn(&str) -> bool,
        accepts_missing: bool,
    ) -> Result<Self, String> {
        let Some(type_schema) = type_schema else {
            return Ok(Self {
                argument,
                schema: None,
                required: false,
                default: None,
                is_checked_by_type: true,
                type_schema: None,
                is_value,
                accepts_missing,
                preparation: None,
                needs_session: false,
            });
        };
        let (portable, document) = argument_schema::build(&argument, type_schema.as_value(), is_value)
            .map_err(|reason| format!("the argument `{}`: {reason}", argument.name))?;
        let default = argument.default.as_ref().map(Value::to_string);
        // A schema without constraints accepts `null` as it accepts all else: it does not make the argument optional.
        let is_optional = accepts_missing || portable.accepts_null() && !portable.accepts_any();
        let required = default.is_none() && !is_optional;
        let is_checked_by_type = portable.is_checked_by_decoding();
        let schema = Some((portable, document.into_value()));
        let type_schema = Some(type_schema);
        Ok(Self {
            argument,
            schema,
            required,
            default,
            is_checked_by_type,
            type_schema,
            is_value,
            accepts_missing,
            preparation: None,
            needs_session: false,
        })
    }

    fn with_settings(&self, set: impl FnOnce(Argument) -> Argument) -> Result<Self, String> {
        let type_schema = self.type_schema.clone();
        Self::new(set(self.argument.clone()), type_schema, self.is_value, self.accepts_missing)
    }
}

/// The parameters of a handler, with the schema of those that clients send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) specs: Vec<ParameterSpec>,
    compiled: Option<Arc<CompiledSchema>>,
    /// Values must match the schema exactly, without coercion.
    pub(crate) is_strict: bool,
    /// Unknown arguments are ignored instead of rejected.
    pub(crate) allows_unknown: bool,
    /// There is an asynchronous extractor.
    pub(crate) is_async: bool,
}

impl Parameters {
    /// Generates the schema of the arguments as one object, which later calls are checked against.
    pub(crate) fn generate_schema(&mut self) -> Result<Schema, String> {
        self.is_async = self.specs.iter().any(|spec| spec.preparation.is_some());
        let mut object = ObjectSchemaBuilder::new();
        for spec in &self.specs {
            if let Some((schema, _)) = &spec.schema {
                object = object.property(&*spec.argument.name, schema.clone(), spec.required);
            }
        }
        if self.allows_unknown {
            object = object.allow_unknown_members();
        }
        let schema = object.build().map_err(|error| error.to_string())?;
        self.compiled = Some(Arc::new(CompiledSchema::new(&schema).map_err(|error| error.to_string())?));
        Ok(schema)
    }

    /// Returns the parameters that clients send, each with its schema.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&ParameterSpec, &Value)> {
        self.specs.iter().filter_map(|spec| Some((spec, &spec.schema.as_ref()?.1)))
    }

    /// Changes the settings of an argument.
    pub(crate) fn set_argument(
        &mut self,
        name: &str,
        set: impl FnOnce(Argument) -> Argument,
    ) -> Result<(), String> {
        let spec = self.specs.iter_mut().find(|spec| spec.argument.name == name);
        let spec = spec.ok_or_else(|| format!("there is no argument `{name}`"))?;
        *spec = spec.with_settings(set)?;
        Ok(())
    }

    /// Returns `true` if values can be suggested for any argument.
    pub(crate) fn has_completion(&self) -> bool {
        self.arguments()
            .any(|(spec, schema)| spec.argument.completer.is_some() || schema.get("enum").is_some())
    }

    /// Returns the text of each argument, if their types check all that is sent; `None` if the values need the schema.
    pub(crate) fn bind_direct<'a>(&self, text: &'a ArgumentText<'_>) -> Option<Vec<Option<Cow<'a, str>>>> {
        let mut values = vec![None; self.specs.len()];
        for (name, value) in &text.0 {
            let index = self.specs.iter().position(|spec| spec.argument.name == *name)?;
            let spec = &self.specs[index];
            if !spec.is_checked_by_type || spec.schema.is_none() {
                return None;
            }
            values[index] = Some(Cow::Borrowed(&**value));
        }
        let has_value = |(spec, value): (&ParameterSpec, &Option<_>)| !spec.required || value.is_some();
        self.specs.iter().zip(&values).all(has_value).then_some(values)
    }

    /// Returns `true` if a parameter is rejected for calls that have neither a session nor an authenticated caller.
    pub(crate) fn need_session(&self) -> bool {
        self.specs.iter().any(|spec| spec.needs_session)
    }

    /// Returns an error if arguments do not match the schema, as far as is known before they are deserialized.
    pub(crate) fn check(&self, text: &ArgumentText<'_>) -> Result<(), Failure> {
        let is_value = |(spec, value): (&ParameterSpec, &Option<Cow<'_, str>>)| {
            value.as_ref().is_none_or(|text| (spec.is_value)(text))
        };
        match self.bind_direct(text) {
            Some(values) if self.specs.iter().zip(&values).all(is_value) => Ok(()),
            _ => self.coerce(text).map(drop).map_err(Failure::InvalidArguments),
        }
    }

    /// Checks the arguments against the schema, and converts values that models send in a slightly different type.
    pub(crate) fn coerce(
        &self,
        text: &ArgumentText<'_>,
    ) -> Result<Vec<Option<Cow<'static, str>>>, Vec<Problem>> {
        let mut object = Map::new();
        let is_known = |name: &str| self.arguments().any(|(spec, _)| spec.argument.name == name);
        for (name, value) in &text.0 {
            if self.allows_unknown && !is_known(name) {
                continue;
            }
            object.insert(name.clone().into_owned(), serde_json::from_str(value).unwrap_or_default());
        }
        let coerced = match &self.compiled {
            Some(compiled) => compiled.coerce(Value::Object(object), self.is_strict)?,
            None => Value::Object(object),
        };
        let values = self.specs.iter().map(|spec| coerced.get(&*spec.argument.name));
        Ok(values.map(|value| value.map(|value| Cow::Owned(value.to_string()))).collect())
    }
}
