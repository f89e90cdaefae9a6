//! The items of a crate that its users can name, and their paths.

use std::collections::BTreeMap;

use rustdoc_types::{Crate, Id, Impl, Item, ItemEnum, StructKind, Use, VariantKind, Visibility};

/// The public interface of the crate at the root of a document.
pub struct Interface<'a> {
    document: &'a Crate,
    paths: BTreeMap<Id, Vec<Vec<String>>>,
}

/// An item without a path of its own: a field, a variant, a method, an implementation.
pub struct Part<'a> {
    pub item: &'a Item,
    pub kind: PartKind,
}

#[derive(Clone, Copy, PartialEq)]
pub enum PartKind {
    Field,
    Variant,
    /// A function, a constant or a type of an inherent implementation.
    Associated,
    /// A function, a constant or a type of a trait.
    OfTrait,
    /// The implementation of a trait, or something in it.
    Implementation,
}

impl<'a> Interface<'a> {
    pub fn of(document: &'a Crate) -> Self {
        let mut interface = Self { document, paths: BTreeMap::new() };
        let root = document.root;
        let name = interface.item(root).and_then(|item| item.name.clone()).unwrap_or_default();
        interface.add(root, vec![name], &mut Vec::new());
        interface
    }

    /// The ids of all items with a path, and their paths.
    pub fn paths(&self) -> &BTreeMap<Id, Vec<Vec<String>>> {
        &self.paths
    }

    pub fn document(&self) -> &'a Crate {
        self.document
    }

    /// The shortest path of an item; of several, the first in the alphabet.
    pub fn path(&self, id: Id) -> Option<String> {
        let shortest = self.paths.get(&id)?.iter().min_by_key(|path| (path.len(), path.join("::")))?;
        Some(shortest.join("::"))
    }

    pub fn item(&self, id: Id) -> Option<&'a Item> {
        self.document.index.get(&id)
    }

    fn add(&mut self, id: Id, path: Vec<String>, open: &mut Vec<Id>) {
        let Some(item) = self.item(id) else { return };
        if let ItemEnum::Use(link) = &item.inner {
            return self.follow(link, &path, open);
        }
        self.paths.entry(id).or_default().push(path.clone());
        // A module may re-export one that it is in.
        if let ItemEnum::Module(module) = &item.inner
            && !open.contains(&id)
        {
            open.push(id);
            for id in &module.items {
                self.add_named(*id, &path, open);
            }
            open.pop();
        }
    }

    /// Adds what a module has, below the path of the module.
    fn add_named(&mut self, id: Id, parent: &[String], open: &mut Vec<Id>) {
        let Some(item) = self.item(id).filter(|item| item.visibility == Visibility::Public) else { return };
        let path = parent.iter().chain(&item.name).cloned().collect();
        self.add(id, path, open);
    }

    fn follow(&mut self, link: &Use, parent: &[String], open: &mut Vec<Id>) {
        let Some(id) = link.id else { return };
        if !link.is_glob {
            let path = parent.iter().chain([&link.name]).cloned().collect();
            return self.add(id, path, open);
        }
        if let Some(ItemEnum::Module(module)) = self.item(id).map(|item| &item.inner) {
            for id in &module.items {
                self.add_named(*id, parent, open);
            }
        }
    }

    /// The parts of an item that its users see. What the compiler implements is left out.
    pub fn parts(&self, item: &'a Item) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        match &item.inner {
            ItemEnum::Struct(structure) => {
                let fields: Vec<_> = match &structure.kind {
                    StructKind::Unit => Vec::new(),
                    StructKind::Tuple(fields) => fields.iter().flatten().copied().collect(),
                    StructKind::Plain { fields, .. } => fields.clone(),
                };
                self.push(&mut parts, &fields, PartKind::Field);
                self.push_impls(&mut parts, &structure.impls);
            }
            ItemEnum::Union(union) => {
                self.push(&mut parts, &union.fields, PartKind::Field);
                self.push_impls(&mut parts, &union.impls);
            }
            ItemEnum::Enum(enumeration) => {
                self.push(&mut parts, &enumeration.variants, PartKind::Variant);
                for id in &enumeration.variants {
                    self.push(&mut parts, &self.variant_fields(*id), PartKind::Field);
                }
                self.push_impls(&mut parts, &enumeration.impls);
            }
            ItemEnum::Trait(definition) => {
                self.push(&mut parts, &definition.items, PartKind::OfTrait);
                self.push_foreign_impls(&mut parts, &definition.implementations);
            }
            _ => {}
        }
        parts
    }

    fn variant_fields(&self, id: Id) -> Vec<Id> {
        let Some(ItemEnum::Variant(variant)) = self.item(id).map(|item| &item.inner) else {
            return Vec::new();
        };
        match &variant.kind {
            VariantKind::Plain => Vec::new(),
            VariantKind::Tuple(fields) => fields.iter().flatten().copied().collect(),
            VariantKind::Struct { fields, .. } => fields.clone(),
        }
    }

    fn push(&self, parts: &mut Vec<Part<'a>>, ids: &[Id], kind: PartKind) {
        parts.extend(ids.iter().filter_map(|id| self.item(*id)).map(|item| Part { item, kind }));
    }

    fn push_impls(&self, parts: &mut Vec<Part<'a>>, ids: &[Id]) {
        for id in ids {
            let Some(block) = self.implementation(*id) else { continue };
            let kind = if block.trait_.is_some() { PartKind::Implementation } else { PartKind::Associated };
            self.push(parts, &[*id], PartKind::Implementation);
            self.push(parts, &block.items, kind);
        }
    }

    /// Adds the implementations for types of other crates, and for all types: those for ours are parts of the types.
    fn push_foreign_impls(&self, parts: &mut Vec<Part<'a>>, ids: &[Id]) {
        for id in ids {
            let Some(block) = self.implementation(*id) else { continue };
            let is_ours = match &block.for_ {
                rustdoc_types::Type::ResolvedPath(path) => self.document.index.contains_key(&path.id),
                _ => false,
            };
            if !is_ours {
                self.push(parts, &[*id], PartKind::Implementation);
                self.push(parts, &block.items, PartKind::Implementation);
            }
        }
    }

    /// An implementation that is written in a source file.
    fn implementation(&self, id: Id) -> Option<&'a Impl> {
        match &self.item(id)?.inner {
            ItemEnum::Impl(block) if !block.is_synthetic && block.blanket_impl.is_none() => Some(block),
            _ => None,
        }
    }
}
