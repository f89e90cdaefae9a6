//! Validation against schemas written by hand, in all of JSON Schema 2020-12.

use std::sync::Arc;

use mcpwright_core::schema::Problem;
use serde_json::Value;

use crate::limits::{MAX_REPORTED_PROBLEMS, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES};

/// A compiled schema, which values are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Validator(Arc<jsonschema::Validator>);

impl Validator {
    /// Compiles a schema. Documents that it refers to are never fetched.
    fn new(schema: &Value) -> Result<Self, String> {
        check_size(schema)?;
        check_references(schema)?;
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        // This regular expression engine takes time linear in the text, so no pattern can stall a call.
        let options = options.with_pattern_options(jsonschema::PatternOptions::regex());
        options.build(schema).map(|validator| Self(Arc::new(validator))).map_err(|error| error.to_string())
    }

    /// Compiles a schema. `name` stands for the schema in errors.
    pub(crate) fn compile(name: &str, schema: &Value) -> Result<Self, String> {
        Self::new(schema).map_err(|reason| format!("the {name}: {reason}"))
    }

    /// Returns the problems of a value that does not match the schema, up to a limit.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Vec<Problem>> {
        if self.0.is_valid(value) {
            return Ok(());
        }
        let errors = self.0.iter_errors(value).take(MAX_REPORTED_PROBLEMS);
        Err(errors.map(|error| Problem::custom(error.instance_path().as_str(), error.to_string())).collect())
    }
}

fn check_size(schema: &Value) -> Result<(), String> {
    let mut open = vec![(schema, 0)];
    let mut count = 0;
    while let Some((value, depth)) = open.pop() {
        count += 1;
        if depth > MAX_SCHEMA_DEPTH || count > MAX_SCHEMA_VALUES {
            return Err(format!(
                "it must not be nested deeper than {MAX_SCHEMA_DEPTH} levels or have more than {MAX_SCHEMA_VALUES} values"
            ));
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

fn check_references(schema: &Value) -> Result<(), String> {
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for keyword in ["$ref", "$dynamicRef"] {
                    if let Some(Value::String(target)) = members.get(keyword)
                        && !target.starts_with('#')
                    {
                        return Err(format!(
                            "`{keyword}` must start with `#`, because other documents are never fetched: {target}"
                        ));
                    }
                }
                open.extend(members.values());
            }
            _ => {}
        }
    }
    Ok(())
}
