//! Comparison of the items of a catalog.

use serde_json::{Map, Value};

use crate::testing::lint::schema::join;
use crate::testing::snapshot::change::{Changes, Impact, replaced};
use crate::testing::snapshot::schema::{Direction, compare_schemas};

/// Members of items that only models and users read.
const PROSE: [&str; 5] = ["title", "description", "icons", "websiteUrl", "instructions"];

/// The hints of a tool, with their defaults, and the value that permits a tool more than the other one.
const HINTS: [(&str, bool, bool); 4] = [
    ("readOnlyHint", false, false),
    ("destructiveHint", true, true),
    ("idempotentHint", false, false),
    ("openWorldHint", true, true),
];

/// Compares the information and the instructions of servers.
pub(crate) fn compare_servers(changes: &mut Changes, old: &Value, new: &Value) {
    compare_members(changes, &old["server"], &new["server"], "", &[]);
    if old["instructions"] != new["instructions"] {
        let detail = replaced(Some(&old["instructions"]), Some(&new["instructions"]));
        changes.add(Impact::Prose, "/instructions", detail);
    }
}

/// Compares two definitions of a tool.
pub(crate) fn compare_tools(changes: &mut Changes, old: &Value, new: &Value) {
    compare_members(changes, old, new, "", &["annotations", "inputSchema", "outputSchema"]);
    compare_hints(changes, &old["annotations"], &new["annotations"]);
    compare_schemas(changes, &old["inputSchema"], &new["inputSchema"], Direction::Input, "/inputSchema");
    match (old.get("outputSchema"), new.get("outputSchema")) {
        (Some(old), Some(new)) => compare_schemas(changes, old, new, Direction::Output, "/outputSchema"),
        (Some(_), None) => changes.add(Impact::Breaking, "/outputSchema", "removed"),
        (None, Some(_)) => changes.add(Impact::Compatible, "/outputSchema", "new"),
        (None, None) => {}
    }
}

/// Compares two definitions of a prompt.
pub(crate) fn compare_prompts(changes: &mut Changes, old: &Value, new: &Value) {
    compare_members(changes, old, new, "", &["arguments"]);
    let (old, new) = (arguments(old), arguments(new));
    for (name, argument) in &old {
        let path = join("/arguments", name);
        match new.get(name) {
            None => changes.add(Impact::Breaking, &path, "removed argument"),
            Some(now) => {
                compare_members(changes, argument, now, &path, &["required"]);
                match (argument["required"] == true, now["required"] == true) {
                    (false, true) => changes.add(Impact::Breaking, &path, "now required"),
                    (true, false) => changes.add(Impact::Compatible, &path, "now optional"),
                    _ => {}
                }
            }
        }
    }
    for (name, argument) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let path = join("/arguments", name);
        match argument["required"] == true {
            true => changes.add(Impact::Breaking, &path, "new required argument"),
            false => changes.add(Impact::Compatible, &path, "new optional argument"),
        }
    }
}

/// Compares two definitions of a resource, or of a resource template.
pub(crate) fn compare_resources(changes: &mut Changes, old: &Value, new: &Value) {
    compare_members(changes, old, new, "", &["mimeType", "size"]);
    if old["mimeType"] != new["mimeType"] {
        let detail = replaced(old.get("mimeType"), new.get("mimeType"));
        changes.add(Impact::Breaking, "/mimeType", detail);
    }
}

/// Returns the arguments of a prompt by name.
fn arguments(prompt: &Value) -> Map<String, Value> {
    let arguments = prompt["arguments"].as_array().into_iter().flatten();
    let by_name = arguments.map(|argument| {
        let name = argument["name"].as_str().unwrap_or_default();
        (name.to_owned(), argument.clone())
    });
    by_name.collect()
}

fn compare_hints(changes: &mut Changes, old: &Value, new: &Value) {
    compare_members(changes, old, new, "/annotations", &HINTS.map(|(hint, ..)| hint));
    for (hint, default, permits_more) in HINTS {
        let path = join("/annotations", hint);
        let value = |hints: &Value| hints[hint].as_bool().unwrap_or(default);
        // The hints about updates have no meaning for a tool that makes none.
        let has_meaning = |hints: &Value| {
            hints["readOnlyHint"] != true || !["destructiveHint", "idempotentHint"].contains(&hint)
        };
        let (before, now) = (value(old), value(new));
        if before != now && has_meaning(old) && has_meaning(new) {
            let impact = if now == permits_more { Impact::Breaking } else { Impact::Compatible };
            changes.add(impact, &path, format!("{before} -> {now}"));
        } else if old.get(hint) != new.get(hint) {
            changes.add(Impact::Compatible, &path, replaced(old.get(hint), new.get(hint)));
        }
    }
}

/// Compares the members of two objects, except some.
fn compare_members(changes: &mut Changes, old: &Value, new: &Value, pointer: &str, except: &[&str]) {
    let empty = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
    let mut names: Vec<_> = old.keys().chain(new.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| !except.contains(name)) {
        if old.get(name) != new.get(name) {
            let impact = if PROSE.contains(&name) { Impact::Prose } else { Impact::Compatible };
            changes.add(impact, &join(pointer, name), replaced(old.get(name), new.get(name)));
        }
    }
}
