//! Reading of schemas that no Rust type has: older forms of keywords, and parts that the portable subset cannot express.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::schema::choice::{any_of, or_null};
use crate::schema::error::SchemaError;
use crate::schema::keyword::{self, KeywordRole};
use crate::schema::node::Node;
use crate::schema::pattern::compile_pattern;
use crate::schema::read::{Origin, Reader, annotate, read_annotations};

/// Keywords that a superset of the schema does not need, because they only reject values.
const REJECTING: [&str; 3] = ["not", "patternProperties", "unevaluatedProperties"];

impl Reader<'_> {
    /// Reads keywords in the forms of JSON Schema 2020-12, of draft 7, or of OpenAPI 3.0.
    pub(super) fn read_foreign(
        &mut self,
        keywords: &Map<String, Value>,
        origin: Origin,
    ) -> Result<Node, SchemaError> {
        if keywords.contains_key("patternProperties") {
            // Names that match the patterns would not be checked.
            return Err(self.unsupported("patternProperties"));
        }
        let mut keywords = Cow::Borrowed(keywords);
        for bound in ["minimum", "maximum"] {
            modernize_bound(&mut keywords, bound);
        }
        if keywords.get("items").is_some_and(Value::is_array) {
            let keywords = keywords.to_mut();
            let rest = keywords.shift_remove("additionalItems");
            let elements = keywords.shift_remove("items").unwrap_or_default();
            keywords.insert("prefixItems".into(), elements);
            keywords.extend(rest.map(|rest| ("items".to_owned(), rest)));
        }
        let nullable = keywords.get("nullable").and_then(Value::as_bool);
        if nullable.is_some() {
            keywords.to_mut().shift_remove("nullable");
        }
        let node = self.read_keywords(&keywords, origin)?;
        Ok(if nullable == Some(true) { or_null(node) } else { node })
    }

    /// Reads those keywords that the portable subset can express. The result accepts every value that the schema accepts.
    pub(super) fn read_known(
        &mut self,
        keywords: &Map<String, Value>,
        origin: Origin,
    ) -> Result<Node, SchemaError> {
        let mut parts = Vec::new();
        // Without `type`, keywords such as `minLength` apply to values of one type and accept all others.
        if keywords.contains_key("type") || keywords.contains_key("enum") || keywords.contains_key("const") {
            let typed = without_rejections(keywords);
            parts.extend(self.skip_unknown(|reader| reader.read_typed(&typed, origin))?.flatten());
        }
        if let Some(reference) = keywords.get("$ref") {
            parts.extend(self.skip_unknown(|reader| reader.read_reference(reference, false))?);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = keywords.get(keyword) {
                parts.extend(self.skip_unknown(|reader| reader.read_list(keyword, branches))?.map(any_of));
            }
        }
        if let Some(all) = keywords.get("allOf") {
            parts.extend(self.skip_unknown(|reader| reader.read_list("allOf", all))?.into_iter().flatten());
        }
        let mut merged = parts.pop().unwrap_or_else(Node::any);
        while let Some(part) = parts.pop() {
            let alone = part.clone();
            merged = self.skip_unknown(|reader| reader.merge(part, merged))?.unwrap_or(alone);
        }
        Ok(annotate(merged, read_annotations(keywords)))
    }

    /// Returns what was read, or `None` if the portable subset cannot express it.
    ///
    /// # Errors
    ///
    /// Returns an error if a limit is exceeded.
    fn skip_unknown<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SchemaError>,
    ) -> Result<Option<T>, SchemaError> {
        let (depth, length) = (self.depth, self.path.len());
        match read(self) {
            Ok(node) => Ok(Some(node)),
            Err(error @ (SchemaError::TooDeep { .. } | SchemaError::TooLarge { .. })) => Err(error),
            Err(_) => {
                self.depth = depth;
                self.path.truncate(length);
                Ok(None)
            }
        }
    }
}

/// Replaces a Boolean `exclusiveMinimum` or `exclusiveMaximum`, which states that the other bound is exclusive.
fn modernize_bound(keywords: &mut Cow<'_, Map<String, Value>>, bound: &str) {
    let exclusive = if bound == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
    let Some(is_exclusive) = keywords.get(exclusive).and_then(Value::as_bool) else { return };
    let keywords = keywords.to_mut();
    keywords.shift_remove(exclusive);
    if is_exclusive && let Some(value) = keywords.shift_remove(bound) {
        keywords.insert(exclusive.into(), value);
    }
}

/// Returns the keywords without those that only reject values which the others accept, if the portable subset cannot
/// express them exactly.
fn without_rejections(keywords: &Map<String, Value>) -> Map<String, Value> {
    let mut retained = keywords.clone();
    retained.retain(|keyword, _| {
        keyword::role(keyword) != KeywordRole::Unsupported && !REJECTING.contains(&keyword.as_str())
    });
    if keywords.contains_key("patternProperties") {
        // Members that match a pattern are not additional ones.
        retained.shift_remove("additionalProperties");
    }
    if retained
        .get("pattern")
        .and_then(Value::as_str)
        .is_some_and(|pattern| compile_pattern(pattern).is_err())
    {
        retained.shift_remove("pattern");
    }
    if !retained.contains_key("type") {
        // An enumeration without a type has only its values.
        retained.retain(|keyword, _| matches!(keyword.as_str(), "enum" | "const"));
    }
    retained
}
