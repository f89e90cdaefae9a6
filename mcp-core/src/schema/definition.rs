//! The definitions of a generated schema: where references lead, and which types contain themselves.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::SchemaError;

/// The document itself, as `#` names it.
const ROOT: &str = "#";

/// Where the document keeps the others.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The named schemas of one generated document.
pub(super) struct Definitions<'a> {
    schemas: HashMap<&'a str, &'a Value>,
    /// The names that stay references, with the names they are published under.
    published: HashMap<&'a str, String>,
}

impl<'a> Definitions<'a> {
    /// `None` if there are more than `limit`.
    pub(super) fn of(root: &'a Value, limit: usize) -> Option<Self> {
        let mut schemas = HashMap::from([(ROOT, root)]);
        for keyword in DEFINITIONS {
            if let Some(definitions) = root.get(keyword).and_then(Value::as_object) {
                schemas.extend(definitions.iter().map(|(name, schema)| (name.as_str(), schema)));
            }
        }
        if schemas.len() > limit {
            return None;
        }
        let published = publish(recursive_names(&schemas), root);
        Some(Self { schemas, published })
    }

    /// The schema a reference leads to, and the name to publish where it has to stay a reference.
    pub(super) fn follow(&self, reference: &str) -> Result<(&'a Value, Option<&str>), SchemaError> {
        let name = name_of(reference)?;
        match self.schemas.get(name.as_str()) {
            Some(schema) => Ok((schema, self.published.get(name.as_str()).map(String::as_str))),
            None => Err(SchemaError::Reference { reference: reference.into() }),
        }
    }

    /// The schema that is published under a name.
    pub(super) fn published(&self, name: &str) -> Option<&'a Value> {
        let (key, _) = self.published.iter().find(|(_, published)| *published == name)?;
        self.schemas.get(key).copied()
    }
}

/// The name in `#/$defs/Name`, or `#`.
fn name_of(reference: &str) -> Result<String, SchemaError> {
    if reference == ROOT {
        return Ok(ROOT.into());
    }
    ["#/$defs/", "#/definitions/"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))
        .filter(|name| !name.contains('/'))
        .and_then(percent_decode)
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .ok_or_else(|| SchemaError::Reference { reference: reference.into() })
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

/// One name of every circle of references: with these left as references, the rest can be written out in place.
fn recursive_names<'a>(schemas: &HashMap<&'a str, &'a Value>) -> HashSet<&'a str> {
    let edges: HashMap<_, _> =
        schemas.iter().map(|(name, schema)| (*name, references(name, schema, schemas))).collect();
    let mut recursive = HashSet::new();
    let mut entered = HashSet::from([ROOT]);
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
        } else if entered.insert(target) {
            on_path.insert(target);
            path.push((target, 0));
        }
    }
    recursive
}

/// The names that a schema refers to, in the order in which they stand.
fn references<'a>(name: &str, schema: &'a Value, schemas: &HashMap<&'a str, &'a Value>) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut pending = vec![schema];
    // The definitions are no part of the document that carries them.
    let mut skipped: &[&str] = if name == ROOT { &DEFINITIONS } else { &[] };
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items.iter().rev()),
            Value::Object(members) => {
                // What leads nowhere is reported where it is read: here it may be data that looks like a reference.
                let name =
                    members.get("$ref").and_then(Value::as_str).and_then(|reference| name_of(reference).ok());
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

/// Gives each recursive type a name that every client can read, and no two the same.
fn publish<'a>(recursive: HashSet<&'a str>, root: &Value) -> HashMap<&'a str, String> {
    let mut names: Vec<_> = recursive.into_iter().collect();
    names.sort_unstable();
    let mut taken = HashSet::new();
    let title = root.get("title").and_then(Value::as_str).unwrap_or("Root");
    let wanted = |name: &'a str| readable(if name == ROOT { title } else { name });
    names.into_iter().map(|name| (name, unused(&wanted(name), &mut taken))).collect()
}

fn readable(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.is_empty() { "Type".into() } else { name }
}

/// The name itself, or with the first number that makes it new.
pub(super) fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while !taken.insert(free.clone()) {
        number += 1;
        free = format!("{name}{number}");
    }
    free
}
