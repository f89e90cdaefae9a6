//! Schemas written by hand, in all of JSON Schema 2020-12.

use std::sync::Arc;

use mcpwright_core::schema::Problem;
use serde_json::Value;

/// How deep a schema may be nested.
const DEEPEST: usize = 64;

/// How many schemas a schema may hold.
const MOST_SCHEMAS: usize = 10_000;

/// Checks values against a schema.
#[derive(Clone, Debug)]
pub(crate) struct Validator(Arc<jsonschema::Validator>);

impl Validator {
    /// Compiles a schema; nothing it names is ever fetched.
    pub(crate) fn new(schema: &Value) -> Result<Self, String> {
        check_size(schema)?;
        check_references(schema)?;
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        // The engine that needs time linear in the text: a pattern cannot hold up a call.
        let options = options.with_pattern_options(jsonschema::PatternOptions::regex());
        options.build(schema).map(|validator| Self(Arc::new(validator))).map_err(|error| error.to_string())
    }

    /// Every way in which a value is not what the schema says.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Vec<Problem>> {
        const MOST: usize = 20;
        if self.0.is_valid(value) {
            return Ok(());
        }
        let errors = self.0.iter_errors(value).take(MOST);
        Err(errors.map(|error| Problem::other(error.instance_path().as_str(), error.to_string())).collect())
    }
}

fn check_size(schema: &Value) -> Result<(), String> {
    let mut open = vec![(schema, 0)];
    let mut count = 0;
    while let Some((value, depth)) = open.pop() {
        count += 1;
        if depth > DEEPEST || count > MOST_SCHEMAS {
            return Err(format!("it is deeper than {DEEPEST} levels or larger than {MOST_SCHEMAS} values"));
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
                            "`{keyword}` names another document, and none is ever fetched: {target}"
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Server, ToolHandler};

    #[test]
    #[should_panic(
        expected = "the tool `query`: the `x-mcp-header` at `/properties/regions/items` is on no property"
    )]
    fn headers_in_a_schema_written_by_hand_keep_to_the_rules() {
        let region = json!({ "type": "string", "x-mcp-header": "Region" });
        let with = |region| json!({ "type": "object", "properties": region });
        let query = |schema| ToolHandler::with_schema("query", schema, |_, _| async {});
        assert_eq!(query(with(json!({ "region": region }))).header_params()[0].path(), ["region"]);
        let listed = json!({ "regions": { "type": "array", "items": region } });
        let _ = Server::builder("test", "1.0.0").tool(query(with(listed))).build();
    }
}
