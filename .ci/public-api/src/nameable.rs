//! Checks that users of `mcpwright` can name every type and trait of ours in its signatures.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rustdoc_types::{GenericBound, Id, Item, ItemEnum};
use serde_json::Value;

use crate::documents::Documents;
use crate::interface::Interface;
use crate::{CRATES, FACADE, Result};

/// Maximum number of places listed for one name.
const SHOWN: usize = 4;

/// Returns `true` if every name has a path, except for those in `unnameable.txt`, each of which must still lack one.
pub fn check(documents: &Documents, known: &Path) -> Result<bool> {
    let document = documents.of(FACADE);
    let found = unnameable(documents, &Interface::of(&document));
    let known: BTreeSet<String> = fs::read_to_string(known)?
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let mut is_good = true;
    for (name, places) in found.iter().filter(|(name, _)| !known.contains(*name)) {
        is_good = false;
        eprintln!("{name} cannot be named through {FACADE}: re-export it there. It is mentioned by");
        places.iter().take(SHOWN).for_each(|place| eprintln!("    {place}"));
        if places.len() > SHOWN {
            eprintln!("    and {} more", places.len() - SHOWN);
        }
    }
    for name in known.iter().filter(|name| !found.contains_key(*name)) {
        is_good = false;
        eprintln!("{name} can be named through {FACADE}: remove it from unnameable.txt");
    }
    println!(
        "{} names are mentioned in {FACADE} and cannot be named, {} of them known",
        found.len(),
        known.len()
    );
    Ok(is_good)
}

/// The names of ours that cannot be named, and the items that mention them. A supertrait that no crate exports is no fault:
/// it seals a trait.
fn unnameable(documents: &Documents, interface: &Interface<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut see = |id: Id, place: &str| {
        let Some(summary) = interface.document().paths.get(&id) else { return };
        let is_ours = CRATES.contains(&summary.path[0].as_str());
        if is_ours && !interface.paths().contains_key(&id) {
            found.entry(summary.path.join("::")).or_default().insert(place.to_owned());
        }
    };
    for id in interface.paths().keys() {
        let (Some(item), Some(path)) = (interface.item(*id), interface.path(*id)) else { continue };
        // The items of a module are checked separately.
        if matches!(item.inner, ItemEnum::Module(_)) {
            continue;
        }
        let seals = seals(documents, item);
        mentions(item, &mut |id| {
            if !seals.contains(&id) {
                see(id, &path);
            }
        });
        for part in interface.parts(item) {
            let place = match &part.item.name {
                Some(name) => format!("{path}::{name}"),
                None => format!("an implementation for {path}"),
            };
            mentions(part.item, &mut |id| see(id, &place));
        }
    }
    found
}

/// The supertraits of a trait that no crate exports.
fn seals(documents: &Documents, item: &Item) -> BTreeSet<Id> {
    let ItemEnum::Trait(definition) = &item.inner else { return BTreeSet::new() };
    let supertraits = definition.bounds.iter().filter_map(|bound| match bound {
        GenericBound::TraitBound { trait_, .. } => Some(trait_.id),
        _ => None,
    });
    supertraits.filter(|id| !documents.is_exported(*id)).collect()
}

/// The ids of the items in an item's signature.
fn mentions(item: &Item, see: &mut impl FnMut(Id)) {
    if let Ok(value) = serde_json::to_value(&item.inner) {
        paths(&value, see);
    }
}

fn paths(value: &Value, see: &mut impl FnMut(Id)) {
    match value {
        Value::Object(members) => {
            if members.contains_key("path")
                && members.contains_key("args")
                && let Some(id) = members.get("id").and_then(Value::as_u64)
                && let Ok(id) = u32::try_from(id)
            {
                see(Id(id));
            }
            members.values().for_each(|member| paths(member, see));
        }
        Value::Array(elements) => elements.iter().for_each(|element| paths(element, see)),
        _ => {}
    }
}
