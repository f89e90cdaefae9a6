//! A parameter, as its type and its settings declare it.

use std::borrow::Cow;

use mcpwright_core::schema::PortableSchema;
use serde_json::Value;

use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::argument_schema;
use crate::handler::parameters::call_arguments::Parameter;
use crate::handler::parameters::preparation::Preparation;

/// A parameter of a handler, as its type and its settings declare it.
#[derive(Clone, Debug)]
pub struct ParameterSpec {
    pub(crate) argument: Argument,
    /// An argument, the fields of a struct, or nothing for an extractor.
    members: Vec<Member>,
    /// The schema of the members of a struct that are not fields; `None` if it has no others.
    rest: Option<PortableSchema>,
    pub(crate) required: bool,
    /// JSON text of the default.
    pub(crate) default: Option<String>,
    /// The value is an argument that needs no checks other than deserialization into its type.
    pub(crate) is_checked_by_type: bool,
    /// Schema of the type, without the settings of the argument.
    type_schema: Option<schemars::Schema>,
    pub(crate) is_value: fn(&str) -> bool,
    /// The type has a value for a missing argument.
    accepts_missing: bool,
    /// The extraction of an asynchronous extractor.
    pub(crate) preparation: Option<Preparation>,
    /// The parameter is rejected for calls that have neither a session nor an authenticated caller.
    pub(crate) needs_session: bool,
}

/// A member of the object that clients send: an argument, or a field of a struct whose fields are arguments.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Cow<'static, str>,
    /// The schema as a property of an object.
    pub(crate) schema: PortableSchema,
    /// The schema as a document of its own.
    pub(crate) document: Value,
    pub(crate) required: bool,
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
        let extractor = Self {
            argument,
            members: Vec::new(),
            rest: None,
            required: false,
            default: None,
            is_checked_by_type: false,
            type_schema: None,
            is_value,
            accepts_missing,
            preparation: None,
            needs_session: false,
        };
        match type_schema {
            None if extractor.is_flattened() => Err(format!(
                "{} must be a struct that clients send, and not an extractor",
                extractor.subject()
            )),
            None => Ok(extractor),
            Some(schema) if extractor.is_flattened() => extractor.with_fields(schema),
            Some(schema) => extractor.with_value(schema),
        }
    }

    /// Makes the parameter an argument.
    fn with_value(mut self, type_schema: schemars::Schema) -> Result<Self, String> {
        let built = argument_schema::build(&self.argument, type_schema.as_value(), self.is_value);
        let (schema, document) = built.map_err(|reason| format!("{}: {reason}", self.subject()))?;
        self.default = self.argument.default.as_ref().map(Value::to_string);
        // A schema without constraints accepts `null` as it accepts all else: it does not make the argument optional.
        let is_optional = self.accepts_missing || schema.accepts_null() && !schema.accepts_any();
        self.required = self.default.is_none() && !is_optional;
        self.is_checked_by_type = schema.is_checked_by_decoding();
        let (name, document) = (self.argument.name.clone(), document.into_value());
        self.members = vec![Member { name, schema, document, required: self.required }];
        self.type_schema = Some(type_schema);
        Ok(self)
    }

    /// Makes the parameter a struct whose fields are arguments.
    fn with_fields(mut self, type_schema: schemars::Schema) -> Result<Self, String> {
        let properties = self.argument.check_flattened().and_then(|()| {
            let portable = PortableSchema::for_argument(type_schema.as_value());
            portable.and_then(PortableSchema::into_properties).map_err(|error| error.to_string())
        });
        let properties = properties.map_err(|reason| format!("{}: {reason}", self.subject()))?;
        let members = properties.named.into_iter().map(|field| Member {
            name: field.name.into(),
            document: field.schema.clone().into_document().into_value(),
            schema: field.schema,
            required: field.required,
        });
        self.members = members.collect();
        self.rest = properties.rest;
        self.type_schema = Some(type_schema);
        Ok(self)
    }

    /// Returns the parameter with other settings.
    pub(crate) fn with_settings(&self, set: impl FnOnce(Argument) -> Argument) -> Result<Self, String> {
        let type_schema = self.type_schema.clone();
        Self::new(set(self.argument.clone()), type_schema, self.is_value, self.accepts_missing)
    }

    /// Returns `true` if the fields of the struct are arguments.
    pub(crate) fn is_flattened(&self) -> bool {
        self.argument.is_flattened
    }

    /// Returns the members of the object that clients send which belong to this parameter.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns the schema of unknown arguments, if the struct takes them.
    pub(crate) fn rest(&self) -> Option<&PortableSchema> {
        self.rest.as_ref()
    }

    /// Returns the subject of an error.
    pub(crate) fn subject(&self) -> String {
        match &*self.argument.name {
            "" => "the struct of the arguments".to_owned(),
            name => format!("the argument `{name}`"),
        }
    }
}
