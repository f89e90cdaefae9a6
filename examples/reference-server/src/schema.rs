//! What the schemas of results say: the shape, and words where the name of a member does not say enough.
//!
//! A client reads the schemas of all tools into the context of its model before anything is asked. The comments on the
//! types here are for readers of Rust, who have more room.

use schemars::Schema;
use serde_json::{Map, Value};

/// Makes the schema of a result brief: only these members keep their descriptions, numbers lose the bounds of their Rust
/// types, and a member that is left out where there is nothing is never null. Which members are always there is not said:
/// whoever reads a result sees them.
///
/// # Panics
///
/// When the schema is made, if a type has no such member.
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
            assert!(members.contains_key(*name), "there is no member {name} to describe");
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
        && let [one, Value::String(null)] = types.as_slice()
        && null == "null"
    {
        let one = one.clone();
        member.insert("type".to_owned(), one);
    }
    if let Some(Value::Array(choices)) = member.get("anyOf")
        && let [Value::Object(one), null] = choices.as_slice()
        && null["type"] == "null"
    {
        let one = one.clone();
        member.remove("anyOf");
        member.extend(one);
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};
    use serde_json::json;

    use super::brief;

    /// How it is said.
    #[derive(JsonSchema)]
    #[schemars(inline, transform = brief(&[]), rename_all = "lowercase")]
    #[expect(dead_code, reason = "the schema is all that is looked at")]
    enum Kind {
        /// Like this.
        This,
        /// Like that.
        That,
    }

    /// What is said.
    #[derive(JsonSchema)]
    #[schemars(transform = brief(&["count"]))]
    #[expect(dead_code, reason = "the schema is all that is looked at")]
    struct Said {
        /// Its name.
        name: Option<String>,
        /// Counted from 1.
        count: u32,
        /// The kind.
        kind: Option<Kind>,
    }

    #[test]
    fn names_say_what_they_can() {
        let schema = schema_for!(Said);
        assert_eq!((schema.get("description"), schema.get("required")), (None, None));
        let members = schema.get("properties").unwrap();
        assert_eq!(members["name"], json!({ "type": "string" }));
        assert_eq!(members["count"], json!({ "description": "Counted from 1.", "type": "integer" }));
        let kinds =
            [json!({ "type": "string", "const": "this" }), json!({ "type": "string", "const": "that" })];
        assert_eq!(members["kind"], json!({ "oneOf": kinds }));
    }
}
