//! The definitions of a generated schema: resolution of references, and detection of recursive types.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::schema::error::SchemaError;

/// The reference to the document itself.
const ROOT: &str = "#";

/// The keywords that hold definitions.
const DEFINITION_KEYWORDS: [&str; 2] = ["$defs", "definitions"];

/// The keywords that lead to the definitions of a document of OpenAPI.
const COMPONENTS: [&str; 2] = ["components", "schemas"];

/// The prefixes of references to definitions.
const PREFIXES: [&str; 3] = ["#/$defs/", "#/definitions/", "#/components/schemas/"];

/// The definitions of a generated document.
pub(super) struct Definitions<'a> {
    schemas: HashMap<&'a str, &'a Value>,
    /// The names of recursive types, which stay references, with their published names.
    published: HashMap<&'a str, String>,
}

impl<'a> Definitions<'a> {
    /// Collects the definitions of a document. Returns `None` if there are more than `max_definitions`.
    pub(super) fn new(root: &'a Value, max_definitions: usize) -> Option<Self> {
        let mut schemas = HashMap::from([(ROOT, root)]);
        let components = root.get(COMPONENTS[0]).and_then(|components| components.get(COMPONENTS[1]));
        let definitions = DEFINITION_KEYWORDS.iter().map(|keyword| root.get(*keyword)).chain([components]);
        for definitions in definitions.flatten().filter_map(Value::as_object) {
            schemas.extend(definitions.iter().map(|(name, schema)| (name.as_str(), schema)));
        }
        if schemas.len() > max_definitions {
            return None;
        }
        let published = published_names(recursive_names(&schemas), root);
        Some(Self { schemas, published })
    }

    /// Resolves a reference. Returns the schema, and the published name if the schema must stay a reference.
    pub(super) fn resolve(&self, reference: &str) -> Result<(&'a Value, Option<&str>), SchemaError> {
        let name = referenced_name(reference)?;
        match self.schemas.get(name.as_str()) {
            Some(schema) => Ok((schema, self.published.get(name.as_str()).map(String::as_str))),
            None => Err(SchemaError::UnresolvedReference { reference: reference.into() }),
        }
    }

    /// Returns the schema with a published name.
    pub(super) fn published(&self, name: &str) -> Option<&'a Value> {
        let (key, _) = self.published.iter().find(|(_, published)| *published == name)?;
        self.schemas.get(key).copied()
    }
}

/// Returns the name in a reference such as `#/$defs/Name`, or `#` for the document itself.
fn referenced_name(reference: &str) -> Result<String, SchemaError> {
    if reference == ROOT {
        return Ok(ROOT.into());
    }
    PREFIXES
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))
        .filter(|name| !name.contains('/'))
        .and_then(percent_decode)
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .ok_or_else(|| SchemaError::UnresolvedReference { reference: reference.into() })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Returns at least one name of every cycle of references.
///
/// If these names stay references, all other references can be expanded inline. The search is depth-first.
fn recursive_names<'a>(schemas: &HashMap<&'a str, &'a Value>) -> HashSet<&'a str> {
    let edges: HashMap<_, _> =
        schemas.iter().map(|(name, schema)| (*name, references(name, schema, schemas))).collect();
    let mut recursive = HashSet::new();
    let mut visited = HashSet::from([ROOT]);
    let mut path = vec![(ROOT, 0)];
    let mut on_path = HashSet::from([ROOT]);
    while let Some((name, next)) = path.last_mut() {
        let Some(target) = edges[name].get(*next).copied() else {
            on_path.remove(name);
            path.pop();
            continue;
        };
        *next += 1;
        if on_path.contains(target) {
            recursive.insert(target);
        } else if visited.insert(target) {
            on_path.insert(target);
            path.push((target, 0));
        }
    }
    recursive
}

/// Returns the names that a schema refers to, in document order.
fn references<'a>(name: &str, schema: &'a Value, schemas: &HashMap<&'a str, &'a Value>) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut pending = vec![schema];
    // The definitions are not part of the document that contains them.
    let [defs, definitions] = DEFINITION_KEYWORDS;
    let mut skipped: &[&str] = if name == ROOT { &[defs, definitions, COMPONENTS[0]] } else { &[] };
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items.iter().rev()),
            Value::Object(members) => {
                // Unresolved references are reported by the reader: here they may be data that looks like a reference.
                let name = members
                    .get("$ref")
                    .and_then(Value::as_str)
                    .and_then(|reference| referenced_name(reference).ok());
                names.extend(
                    name.and_then(|name| schemas.get_key_value(name.as_str())).map(|(name, _)| *name),
                );
                let parts = members.iter().filter(|(keyword, _)| !skipped.contains(&keyword.as_str()));
                pending.extend(parts.map(|(_, part)| part).rev());
            }
            _ => {}
        }
        skipped = &[];
    }
    names
}

/// Returns a unique name for each recursive type, in characters that all clients accept.
fn published_names<'a>(recursive: HashSet<&'a str>, root: &Value) -> HashMap<&'a str, String> {
    let mut names: Vec<_> = recursive.into_iter().collect();
    names.sort_unstable();
    let mut taken = HashSet::new();
    let title = root.get("title").and_then(Value::as_str).unwrap_or("Root");
    let preferred = |name: &'a str| portable_name(if name == ROOT { title } else { name });
    names.into_iter().map(|name| (name, unique_name(&preferred(name), &mut taken))).collect()
}

/// Replaces all characters except ASCII letters and digits with `_`.
fn portable_name(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "Type".into() } else { name }
}

/// Returns the name, with a number appended if it is taken, and marks the result as taken.
pub(super) fn unique_name(name: &str, taken: &mut HashSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{name}{number}");
    }
    candidate
}
