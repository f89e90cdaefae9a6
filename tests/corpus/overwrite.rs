//! `MCPWRIGHT_CORPUS=overwrite` writes the messages of the server into the files, for review against the specification.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::matching::Names;

/// Members whose values are known only at run time, and the names for their values.
const RANDOM: [(&str, &str); 5] = [
    ("requestState", "state"),
    ("taskId", "task"),
    ("createdAt", "time"),
    ("lastUpdatedAt", "_time"),
    ("nextCursor", "cursor"),
];

/// The lines to be written, by file and by the number of the line that they replace or follow.
#[derive(Default)]
pub(crate) struct Overwrite(BTreeMap<PathBuf, BTreeMap<usize, Edit>>);

#[derive(Default)]
struct Edit {
    replaced: Option<String>,
    inserted: Vec<String>,
}

impl Overwrite {
    /// Returns an empty set of edits if files are to be overwritten.
    pub(crate) fn if_asked() -> Option<Self> {
        std::env::var("MCPWRIGHT_CORPUS").is_ok_and(|value| value == "overwrite").then(Self::default)
    }

    /// Replaces an expected message by the received one, and keeps the names in it that still fit.
    pub(crate) fn replace(
        &mut self,
        file: &Path,
        line: usize,
        expected: &Value,
        received: &Value,
        names: &mut Names,
    ) -> Result<(), String> {
        let merged = merge(Some(expected), received, names);
        names.compare(&merged, received)?;
        self.edit(file, line).replaced = Some(format!("< {merged}"));
        Ok(())
    }

    /// Inserts a received message.
    pub(crate) fn insert_after(
        &mut self,
        file: &Path,
        line: usize,
        received: &Value,
        names: &mut Names,
    ) -> Result<(), String> {
        let merged = merge(None, received, names);
        names.compare(&merged, received)?;
        self.edit(file, line).inserted.push(format!("< {merged}"));
        Ok(())
    }

    /// Inserts a line.
    pub(crate) fn insert_line_after(&mut self, file: &Path, line: usize, text: &str) {
        self.edit(file, line).inserted.push(text.to_owned());
    }

    /// Writes the files.
    pub(crate) fn write(self) {
        for (file, mut edits) in self.0 {
            let text = fs::read_to_string(&file).expect("the file was read before");
            let mut lines = Vec::new();
            for (number, line) in (1..).zip(text.lines()) {
                let Edit { replaced, inserted } = edits.remove(&number).unwrap_or_default();
                lines.push(replaced.unwrap_or_else(|| line.to_owned()));
                lines.extend(inserted);
            }
            fs::write(&file, lines.join("\n") + "\n").expect("the file can be written");
            eprintln!("overwrote {}: read it", file.display());
        }
    }

    fn edit(&mut self, file: &Path, line: usize) -> &mut Edit {
        self.0.entry(file.to_owned()).or_default().entry(line).or_default()
    }
}

/// The received value, with the names of the expected one, and with names for values that have one already.
fn merge(expected: Option<&Value>, received: &Value, names: &mut Names) -> Value {
    if let Some(expected @ Value::String(text)) = expected
        && text.contains('$')
        && names.clone().compare(expected, received).is_ok()
    {
        return expected.clone();
    }
    let is_long = |value: &Value| match value {
        Value::Object(members) => !members.is_empty(),
        Value::String(text) => text.len() >= 12,
        _ => false,
    };
    let known = names.iter().find(|(_, value)| is_long(value) && *value == received);
    if let Some((name, _)) = known {
        return format!("${name}").into();
    }
    match received {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let expected = expected.and_then(|expected| expected.get(key));
                (
                    key.clone(),
                    name_random(key, members, names).unwrap_or_else(|| merge(expected, value, names)),
                )
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => {
            let item = |(index, item)| merge(expected.and_then(|expected| expected.get(index)), item, names);
            items.iter().enumerate().map(item).collect()
        }
        Value::String(text) => name_incident(text).into(),
        plain => plain.clone(),
    }
}

/// The text, with a name for the number of an incident in it.
fn name_incident(text: &str) -> String {
    const LENGTH: usize = 12;
    let Some((before, number)) = text.split_once("incident ") else { return text.to_owned() };
    let length = number.bytes().take_while(u8::is_ascii_hexdigit).count();
    if length == LENGTH {
        format!("{before}incident $incident{}", &number[LENGTH..])
    } else {
        text.to_owned()
    }
}

/// The name for a member whose value is random, unless the value has one already.
fn name_random(key: &str, members: &Map<String, Value>, names: &mut Names) -> Option<Value> {
    let is_request = key == "id" && members.contains_key("method");
    let random = RANDOM.iter().find(|(member, _)| *member == key).map(|(_, name)| *name);
    let base = if is_request { "request" } else { random? };
    let value = &members[key];
    if base.starts_with('_') {
        return Some(format!("${base}").into());
    }
    let candidates =
        (1..).map(|number| if number == 1 { base.to_owned() } else { format!("{base}_{number}") });
    let mut free = candidates.filter(|name| {
        let mut bound = names.iter().filter(|(known, _)| known == name);
        bound.all(|(_, known)| known == value)
    });
    let name = free.next()?;
    names.define(name.clone(), value.clone());
    Some(format!("${name}").into())
}
