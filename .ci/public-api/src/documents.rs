//! The JSON documents of all crates, joined into one.
//!
//! rustdoc writes one document for each crate, and an item that `mcpwright` re-exports is only a path there. In the
//! joined document every id is unique and leads to the item itself, whichever crate defines it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use rustdoc_types::{Crate, Id};
use serde_json::{Map, Value, json};

use crate::interface::Interface;
use crate::{CRATES, Result};

/// Members whose integers are ids of items.
const IDS: [&str; 9] =
    ["id", "items", "links", "impls", "fields", "variants", "implementations", "tuple", "root"];

/// The joined documents.
pub struct Documents {
    joined: Crate,
    /// The root module of each crate.
    roots: BTreeMap<&'static str, Id>,
    /// The items that at least one crate exports.
    exported: HashSet<Id>,
}

/// One document as rustdoc wrote it, with the number that is added to each of its ids.
struct Document {
    name: &'static str,
    value: Value,
    offset: u64,
}

/// A path and a kind, which identify an item in the documents of other crates.
type Key = (Vec<String>, String);

impl Documents {
    /// Reads the documents of all crates.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut documents = Vec::new();
        let mut offset = 0;
        for name in CRATES {
            let path = folder.join(format!("{name}.json"));
            let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let value: Value = serde_json::from_slice(&text)?;
            expect_format(&value)?;
            let highest = ["index", "paths"].iter().flat_map(|member| object(&value, member).keys());
            let next = offset + 1 + highest.filter_map(|id| id.parse::<u64>().ok()).max().unwrap_or(0);
            documents.push(Document { name, value, offset });
            offset = next;
        }
        let mut joined = Self::join(&documents)?;
        joined.use_public_paths();
        Ok(joined)
    }

    fn join(documents: &[Document]) -> Result<Self> {
        let owned: HashMap<Key, u64> = documents.iter().flat_map(Document::owned).collect();
        let (mut index, mut paths, mut roots) = (Map::new(), Map::new(), BTreeMap::new());
        for document in documents {
            let ids = document.translation(&owned);
            let translate = |id: u64| ids.get(&id).copied().unwrap_or(id + document.offset);
            let root = document.value["root"].as_u64().unwrap_or_default();
            roots.insert(document.name, Id(u32::try_from(translate(root))?));
            for (member, all) in [("index", &mut index), ("paths", &mut paths)] {
                for (id, value) in object(&document.value, member) {
                    let id: u64 = id.parse()?;
                    // An item of another of our crates: its own document has it.
                    if member == "paths" && ids.contains_key(&id) {
                        continue;
                    }
                    let mut value = value.clone();
                    rewrite(&mut value, &translate);
                    all.insert(translate(id).to_string(), value);
                }
            }
        }
        let mut joined = documents[0].value.clone();
        joined["index"] = index.into();
        joined["paths"] = paths.into();
        joined["external_crates"] = json!({});
        Ok(Self { joined: serde_json::from_value(joined)?, roots, exported: HashSet::new() })
    }

    /// Replaces the path of each item's definition, which is often in a private module, with one that its own crate
    /// exports. The report uses that path for an item that the examined crate does not export.
    fn use_public_paths(&mut self) {
        for name in CRATES {
            let document = self.of(name);
            for (id, paths) in Interface::of(&document).paths() {
                self.exported.insert(*id);
                let shortest = paths.iter().min_by_key(|path| path.len());
                if let Some(entry) = self.joined.paths.get_mut(id)
                    && entry.path[0] == name
                    && let Some(shortest) = shortest
                {
                    entry.path.clone_from(shortest);
                }
            }
        }
    }

    /// Returns `true` if users can name the item, at least with the crate that defines it.
    pub fn is_exported(&self, id: Id) -> bool {
        self.exported.contains(&id)
    }

    /// The joined documents, with the root of one crate.
    pub fn of(&self, name: &str) -> Crate {
        let mut document = self.joined.clone();
        document.root = self.roots[name];
        document
    }
}

impl Document {
    /// The items that this crate defines.
    fn owned(&self) -> impl Iterator<Item = (Key, u64)> {
        object(&self.value, "paths").iter().filter(|(_, entry)| entry["crate_id"] == 0).filter_map(
            |(id, entry)| {
                let id = self.derive_macro(entry).unwrap_or(id).parse::<u64>().ok()?;
                Some((key(entry), id + self.offset))
            },
        )
    }

    /// The id of a derive macro: `paths` has another one for it, which is no item.
    fn derive_macro(&self, entry: &Value) -> Option<&String> {
        let name = entry["path"].as_array()?.last()?;
        let is_derive =
            |item: &Value| item["name"] == *name && item["inner"]["proc_macro"]["kind"] == "derive";
        let mut items = object(&self.value, "index").iter().filter(|_| entry["kind"] == "proc_derive");
        items.find(|(_, item)| is_derive(item)).map(|(id, _)| id)
    }

    /// The ids of items that other crates of ours define, and the ids they have in the joined document.
    fn translation(&self, owned: &HashMap<Key, u64>) -> HashMap<u64, u64> {
        let foreign = object(&self.value, "paths").iter().filter(|(_, entry)| entry["crate_id"] != 0);
        foreign.filter_map(|(id, entry)| Some((id.parse().ok()?, *owned.get(&key(entry))?))).collect()
    }
}

fn expect_format(document: &Value) -> Result<()> {
    let (found, expected) = (&document["format_version"], rustdoc_types::FORMAT_VERSION);
    if *found == expected {
        return Ok(());
    }
    Err(format!(
        "rustdoc writes format {found} and this program reads {expected}: \
         set the versions in .ci/public-api/Cargo.toml to those that read {found}"
    )
    .into())
}

fn key(entry: &Value) -> Key {
    let path = entry["path"].as_array().into_iter().flatten();
    let path = path.filter_map(|part| part.as_str().map(str::to_owned)).collect();
    (path, entry["kind"].as_str().unwrap_or_default().to_owned())
}

fn object<'a>(value: &'a Value, member: &str) -> &'a Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value[member].as_object().unwrap_or(&EMPTY)
}

/// Translates every id below a value.
fn rewrite(value: &mut Value, translate: &impl Fn(u64) -> u64) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if IDS.contains(&name.as_str()) {
                    rewrite_ids(member, translate);
                }
                rewrite(member, translate);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| rewrite(element, translate)),
        _ => {}
    }
}

/// Translates an id, a list of ids, or a map whose values are ids.
fn rewrite_ids(value: &mut Value, translate: &impl Fn(u64) -> u64) {
    let translate_one = |id: &mut Value| {
        if let Some(number) = id.as_u64() {
            *id = translate(number).into();
        }
    };
    match value {
        Value::Array(ids) => ids.iter_mut().for_each(translate_one),
        Value::Object(links) => links.values_mut().for_each(translate_one),
        id => translate_one(id),
    }
}
