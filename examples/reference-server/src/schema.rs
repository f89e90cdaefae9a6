//! Brief output schemas.
//!
//! Clients add the schemas of all tools to the context of their models, so schemas contain only those descriptions that
//! the names of members do not imply. The other doc comments are for readers of the Rust code.

use schemars::Schema;
use serde_json::{Map, Value};

/// Shortens the schema of a result: only the `described` members keep their descriptions, numbers lose the bounds of their
/// Rust types, optional members are not nullable (they are omitted instead), and `required` is removed.
///
/// # Panics
///
/// The returned function panics if the type does not have one of the `described` members.
pub(crate) fn brief(described: &'static [&'static str]) -> impl FnMut(&mut Schema) {
    move |schema| {
        let schema = schema.ensure_object();
        schema.remove("description");
        schema.remove("required");
        for variant in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
            variant.as_object_mut().map(|variant| variant.remove("description"));
        }
        let mut members = Map::new();
        let members = schema.get_mut("properties").and_then(Value::as_object_mut).unwrap_or(&mut members);
        for name in described {
            assert!(members.contains_key(*name), "the type has no member {name}");
        }
        for (name, member) in members {
            let Some(member) = member.as_object_mut() else { continue };
            if !described.contains(&name.as_str()) {
                member.remove("description");
            }
            relax(member);
        }
    }
}

fn relax(member: &mut Map<String, Value>) {
    for bound in ["format", "minimum", "maximum"] {
        member.remove(bound);
    }
    if let Some(Value::Array(types)) = member.get("type")
        && let [kind, Value::String(null)] = types.as_slice()
        && null == "null"
    {
        let kind = kind.clone();
        member.insert("type".to_owned(), kind);
    }
    if let Some(Value::Array(choices)) = member.get("anyOf")
        && let [Value::Object(schema), null] = choices.as_slice()
        && null["type"] == "null"
    {
        let schema = schema.clone();
        member.remove("anyOf");
        member.extend(schema);
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};
    use serde_json::json;

    use super::brief;

    /// A kind.
    #[derive(JsonSchema)]
    #[schemars(inline, transform = brief(&[]), rename_all = "lowercase")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Kind {
        /// The first kind.
        First,
        /// The second kind.
        Second,
    }

    /// A record.
    #[derive(JsonSchema)]
    #[schemars(transform = brief(&["count"]))]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Record {
        /// The name.
        name: Option<String>,
        /// Counted from 1.
        count: u32,
        /// The kind.
        kind: Option<Kind>,
    }

    #[test]
    fn only_described_members_keep_their_descriptions() {
        let schema = schema_for!(Record);
        assert_eq!((schema.get("description"), schema.get("required")), (None, None));
        let members = schema.get("properties").unwrap();
        assert_eq!(members["name"], json!({ "type": "string" }));
        assert_eq!(members["count"], json!({ "description": "Counted from 1.", "type": "integer" }));
        let kinds =
            [json!({ "type": "string", "const": "first" }), json!({ "type": "string", "const": "second" })];
        assert_eq!(members["kind"], json!({ "oneOf": kinds }));
    }
}
