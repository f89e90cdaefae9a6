//! The vocabulary: messages against JSON-RPC, and our types against the specification's own files: its JSON Schema and its examples.
//!
//! They are not part of this project. `MCPWRIGHT_SPEC` names a folder that holds `schema.json` and `examples/`, and
//! without it these tests check nothing and say so; with `MCPWRIGHT_REQUIRE_ALL` they fail instead.

mod covered;
mod legacy;
mod messages;
mod random;
mod refused;
mod schema;
mod tasks;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use covered::Covered;
use mcpwright_core::JsonText;
use schema::Schema;
use serde_json::Value;

/// The folder with the specification's files.
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

/// The examples, by the type they are of.
fn examples(folder: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let inside = |folder: &Path| {
        let entries =
            std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        entries.map(|entry| entry.expect("an entry of a folder").path()).collect::<Vec<_>>()
    };
    let types = inside(&folder.join("examples")).into_iter();
    types
        .map(|folder| (folder.file_name().expect("a name").to_string_lossy().into_owned(), inside(&folder)))
        .collect()
}

#[test]
fn examples_survive_a_round_trip() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let covered = values::all();
    let mut files = 0;
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
            files += 1;
        }
    }
    assert!(files > 0, "{} holds no examples", folder.display());
    eprintln!("{files} examples of {} types survived", examples.len());
}

#[test]
fn what_we_write_is_valid_and_complete() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let mut values = 0;
    for covered in values::all() {
        for value in &covered.full {
            assert_no_null(covered.definition, value);
            schema.check(covered.definition, value, &covered.definition);
            let text = JsonText::of(value).expect("JSON");
            let written = (covered.round_trip)(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(&written, value, "{}", covered.definition);
            values += 1;
        }
        let said = |member: &&String| covered.full.iter().any(|value| value.get(member).is_some());
        let silent: Vec<_> =
            schema.properties(covered.definition).keys().filter(|member| !said(member)).cloned().collect();
        assert!(silent.is_empty(), "{}: nothing was written for {silent:?}", covered.definition);
    }
    eprintln!("{values} values of our own are valid");
}

#[test]
fn what_may_be_absent_stays_absent() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let mut absent = 0;
    for covered in values::all() {
        let optional = schema.optional(covered.definition);
        for (full, member) in
            covered.full.iter().flat_map(|full| optional.iter().map(move |member| (full, member)))
        {
            let mut value = full.clone();
            if value.as_object_mut().and_then(|members| members.shift_remove(member)).is_none() {
                continue;
            }
            let written = (covered.round_trip)(&JsonText::of(&value).expect("JSON"));
            let written =
                written.unwrap_or_else(|error| panic!("{} without {member}: {error}", covered.definition));
            assert_eq!(written, value, "{} without {member}", covered.definition);
            absent += 1;
        }
    }
    eprintln!("{absent} optional members were left out");
}

#[test]
fn a_wrong_type_is_refused_by_name() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let refused: usize = values::all().iter().map(|covered| wrong_types(&schema, covered)).sum();
    assert!(refused > 300, "only {refused} wrong types were tried");
    eprintln!("{refused} wrong types were refused by name");
}

/// Gives each member values of the wrong type, one after the other; returns how many.
fn wrong_types(schema: &Schema, covered: &Covered) -> usize {
    let definition = covered.definition;
    let validator = schema.validator(definition);
    let mut refused = 0;
    for (member, full) in covered.full.iter().flat_map(|value| members(schema, covered, value)) {
        for wrong in [Value::from(true), Value::from(5.5)] {
            // Ranges are for those who use a number: a priority of 5.5 is none, but no reason to refuse all the rest.
            let is_out_of_range = wrong.is_f64() && schema.is_number(definition, &member);
            let mut value = full.clone();
            value[&member] = wrong;
            if is_out_of_range || validator.is_valid(&value) {
                continue;
            }
            let outcome = (covered.round_trip)(&JsonText::of(&value).expect("JSON"));
            let error = outcome.expect_err(&format!("{definition}.{member}")).to_string();
            assert!(error.contains(&format!("`{member}")), "{definition}.{member}: {error}");
            refused += 1;
        }
    }
    refused
}

/// The members of a value that the specification names and that we read ourselves.
fn members(schema: &Schema, covered: &Covered, value: &Value) -> Vec<(String, Value)> {
    // Whoever reads these knows better what they ought to be.
    let is_left_alone = |member: &str| match member {
        "resultType" | "ttlMs" | "cacheScope" => true,
        "arguments" => covered.definition == "CallToolRequestParams",
        _ => false,
    };
    let named = schema.properties(covered.definition).into_iter().map(|(member, _)| member);
    let ours =
        named.filter(|member| !covered.is_message && value.get(member).is_some() && !is_left_alone(member));
    ours.map(|member| (member, value.clone())).collect()
}

#[test]
fn every_definition_is_covered_or_excused() {
    let Some(folder) = folder() else { return };
    let schema = Schema::read(&folder);
    let covered: BTreeSet<_> = values::all().iter().map(|covered| covered.definition).collect();
    let excused: BTreeSet<_> = covered::EXCUSED.iter().map(|(definition, _)| *definition).collect();
    let defined: BTreeSet<_> = schema.definitions().collect();
    let known: BTreeSet<_> = covered.union(&excused).copied().collect();
    let missing: Vec<_> = defined.difference(&known).collect();
    assert!(missing.is_empty(), "new in the specification: {missing:?}");
    let gone: Vec<_> = known.difference(&defined).collect();
    assert!(gone.is_empty(), "no longer in the specification: {gone:?}");
    let both: Vec<_> = covered.intersection(&excused).collect();
    assert!(both.is_empty(), "covered and excused: {both:?}");
    eprintln!("{} definitions: {} covered, {} excused", defined.len(), covered.len(), excused.len());
}

fn assert_no_null(definition: &str, value: &Value) {
    for (member, value) in value.as_object().into_iter().flatten() {
        // Of all members, only this one has `null` among its values.
        assert!(!value.is_null() || member == "structuredContent", "{definition}.{member} is null");
    }
}

fn find<'a>(covered: &'a [Covered], definition: &str) -> &'a Covered {
    let found = covered.iter().find(|covered| covered.definition == definition);
    found.unwrap_or_else(|| panic!("there are examples of {definition}, and no type of ours is it"))
}
