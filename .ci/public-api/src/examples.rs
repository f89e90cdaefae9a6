//! Counts the public items of `mcpwright` that have an example in their documentation.

use std::collections::BTreeMap;

use rustdoc_types::{Item, ItemEnum};

use crate::FACADE;
use crate::documents::Documents;
use crate::interface::{Interface, PartKind};

pub fn print(documents: &Documents) {
    let document = documents.of(FACADE);
    let interface = Interface::of(&document);
    // Groups of items: their paths, and whether each has an example.
    let mut groups: BTreeMap<&str, BTreeMap<String, bool>> = BTreeMap::new();
    for id in interface.paths().keys() {
        let (Some(item), Some(path)) = (interface.item(*id), interface.path(*id)) else { continue };
        let is_root = path.matches("::").count() == 1;
        if matches!(item.inner, ItemEnum::Module(_)) {
            continue;
        }
        let (items, methods) = match is_root {
            true => ("1. items of the crate itself", "2. their methods"),
            false => ("3. items of its modules", "4. methods of those"),
        };
        groups.entry(items).or_default().insert(format!("{path} ({})", kind(item)), has_example(item));
        let parts = interface.parts(item).into_iter();
        let parts = parts.filter(|part| [PartKind::Associated, PartKind::OfTrait].contains(&part.kind));
        for part in parts.filter(|part| matches!(part.item.inner, ItemEnum::Function(_))) {
            let name = part.item.name.as_deref().unwrap_or_default();
            groups.entry(methods).or_default().insert(format!("{path}::{name}"), has_example(part.item));
        }
    }
    for (group, items) in &groups {
        let with = items.values().filter(|has_example| **has_example).count();
        println!("{group}: {with} of {} have an example. Without:", items.len());
        for (path, _) in items.iter().filter(|(_, has_example)| !**has_example) {
            println!("    {path}");
        }
    }
    let all: Vec<_> = groups.values().flat_map(BTreeMap::values).collect();
    let with = all.iter().filter(|has_example| ***has_example).count();
    println!("{with} of {} public items of {FACADE} have an example", all.len());
}

fn has_example(item: &Item) -> bool {
    item.docs.as_deref().is_some_and(|docs| docs.contains("```"))
}

fn kind(item: &Item) -> &'static str {
    match item.inner {
        ItemEnum::Struct(_) => "struct",
        ItemEnum::Enum(_) => "enum",
        ItemEnum::Trait(_) => "trait",
        ItemEnum::Function(_) => "function",
        ItemEnum::TypeAlias(_) => "type alias",
        ItemEnum::Constant { .. } => "constant",
        ItemEnum::ProcMacro(_) | ItemEnum::Macro(_) => "macro",
        _ => "item",
    }
}
