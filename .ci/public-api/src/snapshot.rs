//! Snapshots of the public interface: one line for each public item of each crate.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use public_api::PublicApi;
use rustdoc_types::{Crate, Id, ItemEnum};

use crate::documents::Documents;
use crate::interface::Interface;
use crate::{CRATES, Result};

/// Maximum number of lines of a difference that are printed.
const SHOWN: usize = 60;

/// Returns `true` if the snapshots match the interface.
pub fn check(documents: &Documents, folder: &Path) -> Result<bool> {
    let mut is_same = true;
    for name in CRATES {
        let (current, path) = (lines(documents, name)?, file(folder, name));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let recorded: BTreeSet<&str> = text.lines().collect();
        println!("{name}: {} public items", current.len());
        let removed = recorded.iter().filter(|line| !current.contains(**line)).map(|line| format!("-{line}"));
        let added =
            current.iter().filter(|line| !recorded.contains(line.as_str())).map(|line| format!("+{line}"));
        let difference: Vec<_> = removed.chain(added).collect();
        if !difference.is_empty() {
            is_same = false;
            eprintln!("{} is not the public interface of {name}:", path.display());
            difference.iter().take(SHOWN).for_each(|line| eprintln!("{line}"));
            if difference.len() > SHOWN {
                eprintln!("and {} lines more", difference.len() - SHOWN);
            }
        }
    }
    if !is_same {
        eprintln!("If the change is meant, run `.ci/public-api/run --update` and commit the files.");
    }
    Ok(is_same)
}

pub fn update(documents: &Documents, folder: &Path) -> Result<()> {
    for name in CRATES {
        let lines: String = lines(documents, name)?.into_iter().map(|line| line + "\n").collect();
        fs::write(file(folder, name), lines)?;
    }
    Ok(())
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{}.txt", name.replace('_', "-")))
}

/// The public items of a crate, sorted as text.
fn lines(documents: &Documents, name: &str) -> Result<BTreeSet<String>> {
    let document = documents.of(name);
    let implied = implied(&document);
    let file = std::env::temp_dir().join(format!("{name}-{}.json", std::process::id()));
    fs::write(&file, serde_json::to_vec(&document)?)?;
    let listed = public_api::Builder::from_rustdoc_json(&file)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build();
    fs::remove_file(&file)?;
    let listed: PublicApi = listed?;
    let items = listed.items().filter(|item| !implied.contains(&item.id().0));
    Ok(once(items.map(ToString::to_string), &Interface::of(&document)))
}

/// The functions in implementations of traits: the line of the implementation implies them.
fn implied(document: &Crate) -> HashSet<u32> {
    let blocks = document.index.values().filter_map(|item| match &item.inner {
        ItemEnum::Impl(block) if block.trait_.is_some() => Some(block),
        _ => None,
    });
    let is_function =
        |id: &&Id| matches!(document.index.get(id).map(|item| &item.inner), Some(ItemEnum::Function(_)));
    blocks.flat_map(|block| block.items.iter().filter(is_function)).map(|id| id.0).collect()
}

/// Lists an item with several paths and all its parts under the shortest one, and has one line for each other path.
fn once(lines: impl Iterator<Item = String>, interface: &Interface<'_>) -> BTreeSet<String> {
    let mut others = BTreeMap::new();
    for (id, paths) in interface.paths() {
        let Some(path) = interface.path(*id) else { continue };
        let paths = paths.iter().map(|path| path.join("::"));
        others.extend(paths.filter(|other| *other != path).map(|other| (other, path.clone())));
    }
    // The lines mention every item by its shortest path, so another path is where the item itself is listed.
    let is_other = |line: &String| line.split(is_no_path).any(|path| is_below_any(path, &others));
    let mut kept: BTreeSet<_> = lines.filter(|line| !is_other(line)).collect();
    let inner =
        |other: &str| other.rsplit_once("::").is_some_and(|(parent, _)| is_below_any(parent, &others));
    let outer = others.iter().filter(|(other, _)| !inner(other));
    kept.extend(outer.map(|(other, path)| format!("pub use {other} = {path}")));
    kept
}

fn is_no_path(sign: char) -> bool {
    !(sign.is_alphanumeric() || sign == '_' || sign == ':')
}

/// Returns `true` if the path, or a path that it begins with, is among those.
fn is_below_any(path: &str, those: &BTreeMap<String, String>) -> bool {
    let path = path.trim_end_matches(':');
    let parents = path.match_indices("::").map(|(end, _)| &path[..end]);
    parents.chain([path]).any(|parent| those.contains_key(parent))
}
