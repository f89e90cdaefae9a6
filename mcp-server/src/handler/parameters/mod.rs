//! The parameters of a handler: their declaration, and the arguments of a call that are bound to them.

pub(crate) mod argument;
pub(crate) mod argument_schema;
pub(crate) mod argument_text;
pub(crate) mod async_extract;
pub(crate) mod call_arguments;
pub(crate) mod extract;
pub(crate) mod function;
pub(crate) mod header_params;
pub(crate) mod parameter_spec;
pub(crate) mod preparation;

use std::borrow::Cow;
use std::sync::Arc;

use mcpwright_core::for_each_member;
use mcpwright_core::schema::{CompiledSchema, ObjectSchemaBuilder, Problem, Schema};

use crate::handler::error::Failure;
use crate::handler::parameters::argument::Argument;
use crate::handler::parameters::argument_text::{ArgumentText, ObjectText};
use crate::handler::parameters::parameter_spec::{Member, ParameterSpec};

/// Maximum length of a value that is deserialized before the schema has checked it, in bytes.
const MAX_DIRECT_LEN: usize = 16 << 10;

/// The parameters of a handler, with the schema of those that clients send.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) specs: Vec<ParameterSpec>,
    compiled: Option<Arc<CompiledSchema>>,
    /// The fields of a struct are arguments: they must be collected before it can be deserialized.
    has_flattened: bool,
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
        self.check_fields()?;
        self.has_flattened = self.specs.iter().any(ParameterSpec::is_flattened);
        self.is_async = self.specs.iter().any(|spec| spec.preparation.is_some());
        let mut object = ObjectSchemaBuilder::new();
        for (_, member) in self.arguments() {
            object = object.property(&*member.name, member.schema.clone(), member.required);
        }
        if let Some(rest) = self.specs.iter().find_map(ParameterSpec::rest) {
            object = object.rest(rest.clone());
        }
        let published =
            if self.allows_unknown { object.clone().allow_unknown_members() } else { object.clone() };
        let build = |object: ObjectSchemaBuilder| object.build().map_err(|error| error.to_string());
        let compiled = CompiledSchema::new(&build(object)?).map_err(|error| error.to_string())?;
        self.compiled = Some(Arc::new(compiled));
        build(published)
    }

    /// Checks that the fields of structs differ from all other arguments in their names.
    fn check_fields(&self) -> Result<(), String> {
        for (spec, field) in self.arguments().filter(|(spec, _)| spec.is_flattened()) {
            if self.arguments().filter(|(_, other)| other.name == field.name).count() > 1 {
                let (subject, name) = (spec.subject(), &field.name);
                return Err(format!(
                    "{subject} has a field `{name}`, and there is another argument of this name: rename one of them"
                ));
            }
        }
        if self.specs.iter().filter_map(ParameterSpec::rest).count() > 1 {
            return Err(
                "at most one struct may have a flattened map, which takes all unknown arguments".to_owned()
            );
        }
        Ok(())
    }

    /// Returns what clients send: each argument, or each field of a struct, with its parameter.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&ParameterSpec, &Member)> {
        self.specs.iter().flat_map(|spec| spec.members().iter().map(move |member| (spec, member)))
    }

    /// Changes the settings of an argument.
    pub(crate) fn set_argument(
        &mut self,
        name: &str,
        set: impl FnOnce(Argument) -> Argument,
    ) -> Result<(), String> {
        if let Some(spec) = self.specs.iter_mut().find(|spec| spec.argument.name == name) {
            *spec = spec.with_settings(set)?;
            return Ok(());
        }
        if self.arguments().any(|(_, field)| field.name == name) {
            return Err(format!(
                "the argument `{name}` is the field of a struct: set it there, with `#[serde(…)]` or `#[schemars(…)]`"
            ));
        }
        Err(format!("there is no argument `{name}`"))
    }

    /// Returns `true` if values can be suggested for any argument.
    pub(crate) fn has_completion(&self) -> bool {
        self.arguments()
            .any(|(spec, member)| spec.argument.completer.is_some() || member.document.get("enum").is_some())
    }

    /// Returns the text of each argument, if their types check all that is sent; `None` if the values need the schema.
    pub(crate) fn bind_direct<'a>(&self, text: &'a ArgumentText<'_>) -> Option<Vec<Option<Cow<'a, str>>>> {
        // A type accepts what its schema does not: `null` for an optional argument.
        if self.has_flattened || self.is_strict {
            return None;
        }
        let mut values = vec![None; self.specs.len()];
        for (name, value) in text.named()? {
            let index = self.specs.iter().position(|spec| spec.argument.name == *name)?;
            // A type repeats a long string that it rejects in its error.
            let is_long = value.len() > MAX_DIRECT_LEN;
            if !self.specs[index].is_checked_by_type || is_long || values[index].is_some() {
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
    pub(crate) fn coerce<'t>(
        &self,
        arguments: &'t ArgumentText<'_>,
    ) -> Result<Vec<Option<Cow<'t, str>>>, Vec<Problem>> {
        Ok(match arguments.text() {
            Cow::Borrowed(text) => match self.coerce_text(text)? {
                Cow::Borrowed(text) => self.split(text, Cow::Borrowed),
                Cow::Owned(text) => self.split(&text, to_owned),
            },
            Cow::Owned(text) => self.split(&self.coerce_text(&text)?, to_owned),
        })
    }

    fn coerce_text<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Vec<Problem>> {
        let has_rest = self.specs.iter().any(|spec| spec.rest().is_some());
        match &self.compiled {
            Some(compiled) if self.allows_unknown && !has_rest => compiled.coerce_known(text, self.is_strict),
            Some(compiled) => compiled.coerce_text(text, self.is_strict),
            None => Ok(Cow::Borrowed(text)),
        }
    }

    /// Returns the value of each parameter in the text of the checked arguments: a struct takes its fields.
    fn split<'t, 'v>(
        &self,
        text: &'t str,
        value_of: fn(&'t str) -> Cow<'v, str>,
    ) -> Vec<Option<Cow<'v, str>>> {
        let mut values = vec![None; self.specs.len()];
        let mut structs: Vec<_> =
            self.specs.iter().map(|spec| spec.is_flattened().then(ObjectText::default)).collect();
        let open = self.specs.iter().position(|spec| spec.rest().is_some());
        for_each_member(text, |written, name, value| {
            let has_member = |spec: &ParameterSpec| spec.members().iter().any(|member| member.name == name);
            let Some(index) = self.specs.iter().position(has_member).or(open) else { return };
            match &mut structs[index] {
                Some(object) => object.push(written, value),
                None => values[index] = Some(value_of(value)),
            }
        });
        for (value, object) in values.iter_mut().zip(structs) {
            *value = object.map(|object| Cow::Owned(object.finish())).or(value.take());
        }
        values
    }

    /// Returns the problem of a value that matches the schema, but that its type rejects.
    pub(crate) fn explain(&self, index: usize, text: &str, error: &serde_json::Error) -> Problem {
        let spec = &self.specs[index];
        let name = (!spec.is_flattened()).then_some(&*spec.argument.name);
        match &self.compiled {
            Some(compiled) => compiled.explain(name, text, error),
            None => {
                Problem::custom(name.map(|name| format!("/{name}")).unwrap_or_default(), error.to_string())
            }
        }
    }
}

fn to_owned<'v>(value: &str) -> Cow<'v, str> {
    Cow::Owned(value.to_owned())
}
