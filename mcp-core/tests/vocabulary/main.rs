//! Tests of messages against JSON-RPC, and of the types against the JSON Schema and the examples of the specification.
//!
//! The files of the specification are not part of this project. `MCPWRIGHT_SPEC` is the path of a folder with
//! `schema.json` and `examples/`. If it is not set, the tests that need it print `SKIPPED`, or fail if
//! `MCPWRIGHT_REQUIRE_ALL` is set.

mod coverage;
mod errors;
mod legacy;
mod messages;
mod properties;
mod schema;
mod tasks;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use coverage::Covered;
use mcpwright_core::JsonText;
use schema::Schema;
use serde_json::Value;

/// The folder with the files of the specification, or `None` if it is not configured.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MCPWRIGHT_SPEC").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("MCPWRIGHT_REQUIRE_ALL").is_none(), "MCPWRIGHT_SPEC is not set");
        eprintln!(
            "SKIPPED: set MCPWRIGHT_SPEC to a folder with schema.json and examples/ of the specification"
        );
    }
    folder
}

/// Paths of the examples, by definition.
fn examples(folder: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let paths_in = |folder: &Path| {
        let entries =
            std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        entries.map(|entry| entry.expect("an entry of a folder").path()).collect::<Vec<_>>()
    };
    let folders = paths_in(&folder.join("examples")).into_iter();
    folders
        .map(|folder| (folder.file_name().expect("a name").to_string_lossy().into_owned(), paths_in(&folder)))
        .collect()
}

#[test]
fn examples_survive_a_round_trip() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let covered = values::all();
    let mut file_count = 0;
    let examples = examples(&folder);
    for (definition, paths) in &examples {
        let covered = find(&covered, definition);
        for path in paths {
            let text = std::fs::read_to_string(path).expect("a file");
            let example: Value = serde_json::from_str(&text).expect("JSON");
            let written = (covered.round_trip)(&JsonText::parse(&text).expect("JSON"));
            let written = written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(written, example, "{}", path.display());
            schema.check(definition, &written, &path.display());
            file_count += 1;
        }
    }
    assert!(file_count > 0, "{} has no examples", folder.display());
    eprintln!("{file_count} examples of {} definitions survived a round trip", examples.len());
}

#[test]
fn serialized_values_are_valid_and_complete() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let mut value_count = 0;
    for covered in values::all() {
        for value in &covered.values {
            assert_no_null(covered.definition, value);
            schema.check(covered.definition, value, &covered.definition);
            let text = JsonText::encode(value).expect("JSON");
            let written = (covered.round_trip)(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(&written, value, "{}", covered.definition);
            value_count += 1;
        }
        let missing = covered.missing_members(&schema);
        assert!(missing.is_empty(), "{}: no value has the members {missing:?}", covered.definition);
    }
    eprintln!("{value_count} serialized values are valid");
}

#[test]
fn optional_members_stay_absent() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let mut absent_count = 0;
    for covered in values::all() {
        let optional = schema.optional(covered.definition);
        for (complete, member) in
            covered.values.iter().flat_map(|value| optional.iter().map(move |member| (value, member)))
        {
            let mut value = complete.clone();
            if value.as_object_mut().and_then(|members| members.shift_remove(member)).is_none() {
                continue;
            }
            let written = (covered.round_trip)(&JsonText::encode(&value).expect("JSON"));
            let written =
                written.unwrap_or_else(|error| panic!("{} without {member}: {error}", covered.definition));
            assert_eq!(written, value, "{} without {member}", covered.definition);
            absent_count += 1;
        }
    }
    eprintln!("{absent_count} optional members were removed");
}

#[test]
fn errors_name_the_member_of_a_wrong_type() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let rejected: usize = values::all().iter().map(|covered| check_wrong_types(&schema, covered)).sum();
    assert!(rejected > 300, "only {rejected} values of a wrong type were tested");
    eprintln!("{rejected} values of a wrong type were rejected by name");
}

/// Sets each member to values of a wrong type, one at a time. Returns the number of rejected values.
fn check_wrong_types(schema: &Schema, covered: &Covered) -> usize {
    let definition = covered.definition;
    let validator = schema.validator(definition);
    let mut rejected = 0;
    for (member, complete) in covered.values.iter().flat_map(|value| members(schema, covered, value)) {
        for wrong in [Value::from(true), Value::from(5.5)] {
            // The types accept numbers out of range, such as a priority of 5.5: only their users check ranges.
            let is_out_of_range = wrong.is_f64() && schema.is_number(definition, &member);
            let mut value = complete.clone();
            value[&member] = wrong;
            if is_out_of_range || validator.is_valid(&value) {
                continue;
            }
            let outcome = (covered.round_trip)(&JsonText::encode(&value).expect("JSON"));
            let error = outcome.expect_err(&format!("{definition}.{member}")).to_string();
            assert!(error.contains(&format!("`{member}")), "{definition}.{member}: {error}");
            rejected += 1;
        }
    }
    rejected
}

/// The members of a value that the definition names and the covering type reads, each with the value.
fn members(schema: &Schema, covered: &Covered, value: &Value) -> Vec<(String, Value)> {
    // The engine reads these members, not the type.
    let is_unread = |member: &str| match member {
        "resultType" | "ttlMs" | "cacheScope" => true,
        "arguments" => covered.definition == "CallToolRequestParams",
        _ => false,
    };
    let defined = schema.properties(covered.definition).into_iter().map(|(member, _)| member);
    let read =
        defined.filter(|member| !covered.is_message && value.get(member).is_some() && !is_unread(member));
    read.map(|member| (member, value.clone())).collect()
}

#[test]
fn every_definition_is_covered_or_exempt() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let covered: BTreeSet<_> = values::all().iter().map(|covered| covered.definition).collect();
    let exempt: BTreeSet<_> = coverage::EXEMPT.iter().map(|(definition, _)| *definition).collect();
    let defined: BTreeSet<_> = schema.definitions().collect();
    let known: BTreeSet<_> = covered.union(&exempt).copied().collect();
    let missing: Vec<_> = defined.difference(&known).collect();
    assert!(missing.is_empty(), "new in the specification: {missing:?}");
    let removed: Vec<_> = known.difference(&defined).collect();
    assert!(removed.is_empty(), "no longer in the specification: {removed:?}");
    let both: Vec<_> = covered.intersection(&exempt).collect();
    assert!(both.is_empty(), "covered and exempt: {both:?}");
    eprintln!("{} definitions: {} covered, {} exempt", defined.len(), covered.len(), exempt.len());
}

fn assert_no_null(definition: &str, value: &Value) {
    for (member, value) in value.as_object().into_iter().flatten() {
        // Only this member may be `null`.
        assert!(!value.is_null() || member == "structuredContent", "{definition}.{member} is null");
    }
}

fn find<'a>(covered: &'a [Covered], definition: &str) -> &'a Covered {
    let found = covered.iter().find(|covered| covered.definition == definition);
    found.unwrap_or_else(|| panic!("there are examples of {definition}, but no type covers it"))
}
