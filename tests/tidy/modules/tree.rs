//! The modules of a crate, what they define, and what their paths lead to.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::File;
use crate::tokens::{Kind, Token, group_end, library_tokens};

/// The path of a module from the root of its crate, which is empty.
pub(crate) type ModulePath<'a> = Vec<&'a str>;

/// Imports that are followed before a path counts as unknown.
const MAX_IMPORTS: usize = 16;

/// All modules of a crate, by their paths.
pub(crate) struct Tree<'a> {
    modules: BTreeMap<ModulePath<'a>, Module<'a>>,
    /// The module that each file is.
    files: BTreeMap<&'a str, ModulePath<'a>>,
}

#[derive(Default)]
pub(super) struct Module<'a> {
    /// The names of the items that the module defines itself.
    items: BTreeSet<&'a str>,
    /// The names that `use` brings, and the paths they stand for: several if a feature or the platform chooses one.
    imports: BTreeMap<&'a str, BTreeSet<Vec<&'a str>>>,
    /// The modules whose every name `use` brings.
    globs: Vec<Vec<&'a str>>,
    /// Every path in the module.
    pub(super) mentions: Vec<Mention<'a>>,
}

/// A path in a source: of a `use`, or where it stands in the code.
pub(super) struct Mention<'a> {
    pub(super) path: Vec<&'a str>,
    pub(super) file: &'a str,
    pub(super) line: usize,
}

/// An item, by the module that defines it; without a name, the module itself.
#[derive(Debug, PartialEq)]
pub(super) struct Item<'a> {
    pub(super) module: ModulePath<'a>,
    pub(super) name: Option<&'a str>,
}

impl<'a> Tree<'a> {
    /// Reads the modules of a crate's library.
    pub(crate) fn of_library(sources: &'a [File]) -> Self {
        let root = sources.iter().find(|file| file.path.ends_with("src/lib.rs"));
        Self::read(sources, &root.expect("a crate has a lib.rs").path)
    }

    /// The module that a file is, if the root leads to it.
    pub(crate) fn module_of(&self, file: &str) -> Option<&ModulePath<'a>> {
        self.files.get(file)
    }

    /// Reads the modules that a file declares, beginning with the root of the crate.
    pub(super) fn read(sources: &'a [File], root: &str) -> Self {
        let mut tree = Self { modules: BTreeMap::new(), files: BTreeMap::new() };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut files = vec![(root.to_owned(), folder.to_owned(), Vec::new())];
        while let Some((path, folder, module)) = files.pop() {
            let Some(file) = sources.iter().find(|file| file.path == path) else { continue };
            let tokens = library_tokens(&file.text);
            tree.files.insert(&file.path, module.clone());
            let mut declared = Vec::new();
            tree.read_module(&file.path, &tokens, &module, &mut declared);
            for Declared { parent, name, path } in declared {
                // Modules in a block are in a folder of the block's name.
                let inline = parent[module.len()..].iter().map(|name| format!("/{name}"));
                let folder = folder.clone() + &inline.collect::<String>();
                let beside = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let mut child = parent;
                child.push(name);
                if let Some(path) = path {
                    files.push((format!("{beside}/{path}"), format!("{folder}/{name}"), child));
                } else {
                    for path in [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")] {
                        files.push((path, format!("{folder}/{name}"), child.clone()));
                    }
                }
            }
        }
        tree
    }

    /// Returns `true` if a module imports the name from several others, of which one is built.
    pub(crate) fn has_alternatives(&self, name: &str) -> bool {
        self.modules.values().any(|module| module.imports.get(name).is_some_and(|paths| paths.len() > 1))
    }

    pub(super) fn modules(&self) -> impl Iterator<Item = (&ModulePath<'a>, &Module<'a>)> {
        self.modules.iter()
    }

    pub(super) fn module(&self, path: &[&'a str]) -> Option<&Module<'a>> {
        self.modules.get(path)
    }

    /// Reads the items of one module. A module with several files, of which a feature chooses one, has them all.
    fn read_module(
        &mut self,
        file: &'a str,
        tokens: &[Token<'a>],
        path: &[&'a str],
        declared: &mut Vec<Declared<'a>>,
    ) {
        let mut module = self.modules.remove(path).unwrap_or_default();
        let (mut next, mut attribute, mut is_own) = (0, None, vec![true; tokens.len()]);
        while let Some(token) = tokens.get(next) {
            let (name, after) = (tokens.get(next + 1), tokens.get(next + 2));
            let name = name.filter(|name| name.kind == Kind::Word).map(|name| name.text);
            let end = match token.text {
                "mod" if token.kind == Kind::Word && after.is_some_and(|sign| sign.is_sign("{")) => {
                    let end = group_end(tokens, next + 2);
                    is_own[next..end].fill(false);
                    let child: Vec<_> = path.iter().copied().chain(name).collect();
                    self.read_module(file, &tokens[next + 3..end.max(next + 4) - 1], &child, declared);
                    end
                }
                "mod" if token.kind == Kind::Word && after.is_some_and(|sign| sign.is_sign(";")) => {
                    let child = name.map(|name| Declared { parent: path.to_vec(), name, path: attribute });
                    declared.extend(child);
                    next + 3
                }
                "#" => {
                    let end = group_end(tokens, next + 1);
                    attribute = path_attribute(&tokens[next..end]).or(attribute);
                    next = end;
                    continue;
                }
                "use" if token.kind == Kind::Word => use_end(tokens, next),
                _ => {
                    module.items.extend(name.filter(|_| defines(token)));
                    group_end(tokens, next)
                }
            };
            // Visibility stands between an attribute and `mod`.
            if !token.is_word("pub") && !token.is_sign("(") {
                attribute = None;
            }
            next = end;
        }
        let own: Vec<_> =
            tokens.iter().zip(is_own).filter(|(_, own)| *own).map(|(token, _)| *token).collect();
        module.read_paths(file, &own);
        self.modules.insert(path.to_vec(), module);
    }

    /// The item that a path in a module leads to; `None` for what other crates and functions define.
    pub(super) fn resolve(&self, module: &[&'a str], path: &[&'a str]) -> Option<Item<'a>> {
        self.resolve_within(module, path, MAX_IMPORTS)
    }

    fn resolve_within(&self, module: &[&'a str], path: &[&'a str], imports: usize) -> Option<Item<'a>> {
        let (mut current, mut rest) = self.start(module, path)?;
        while let [first, after @ ..] = rest {
            let mut child = current.clone();
            child.push(*first);
            let found = self.module(&current)?;
            if self.modules.contains_key(&child) {
                (current, rest) = (child, after);
            } else if found.items.contains(first) {
                return Some(Item { module: current, name: Some(*first) });
            } else {
                let imports = imports.checked_sub(1)?;
                // An import of another crate may have the name of a module here.
                let targets = found.imports.get(first).into_iter().flatten();
                let target = targets.filter(|target| *target != path_of(first)).find_map(|target| {
                    let path: Vec<_> = target.iter().chain(after).copied().collect();
                    self.resolve_within(&current, &path, imports)
                });
                return target.or_else(|| self.resolve_glob(found, &current, rest, imports));
            }
        }
        Some(Item { module: current, name: None })
    }

    fn resolve_glob(
        &self,
        found: &Module<'a>,
        current: &[&'a str],
        rest: &[&'a str],
        imports: usize,
    ) -> Option<Item<'a>> {
        found.globs.iter().find_map(|glob| {
            let target = self.resolve_within(current, glob, imports)?;
            let path: Vec<_> = ["self"].iter().chain(rest).copied().collect();
            (target.name.is_none() && target.module != current)
                .then(|| self.resolve_within(&target.module, &path, imports))?
        })
    }

    /// The module that a path begins in, and the rest of the path.
    fn start<'b>(&self, module: &[&'a str], path: &'b [&'a str]) -> Option<(ModulePath<'a>, &'b [&'a str])> {
        match path {
            ["crate", rest @ ..] => Some((Vec::new(), rest)),
            ["self", rest @ ..] => Some((module.to_vec(), rest)),
            ["super", ..] => {
                let levels = path.iter().take_while(|name| **name == "super").count();
                Some((module[..module.len().checked_sub(levels)?].to_vec(), &path[levels..]))
            }
            [first, ..] => {
                let found = self.module(module)?;
                let child: Vec<_> = module.iter().chain([first]).copied().collect();
                let is_known = self.modules.contains_key(&child)
                    || found.items.contains(first)
                    || found.imports.contains_key(first);
                is_known.then(|| (module.to_vec(), path))
            }
            [] => None,
        }
    }
}

impl<'a> Module<'a> {
    pub(super) fn defines(&self, name: &str) -> bool {
        self.items.contains(name)
    }

    pub(super) fn imports(&self, name: &str) -> bool {
        self.imports.contains_key(name)
    }

    fn read_paths(&mut self, file: &'a str, tokens: &[Token<'a>]) {
        let mut next = 0;
        while let Some(token) = tokens.get(next) {
            let line = token.line;
            if token.is_word("use") {
                let end = use_end(tokens, next);
                let mut found = Vec::new();
                expand(&tokens[next + 1..end.max(next + 2) - 1], &[], &mut found);
                for (path, name) in found {
                    match name {
                        Some(name) => drop(self.imports.entry(name).or_default().insert(path.clone())),
                        None => self.globs.push(path.clone()),
                    }
                    self.mentions.push(Mention { path, file, line });
                }
                next = end;
            } else if token.kind == Kind::Word {
                let (path, end) = path_at(tokens, next);
                self.mentions.extend((path.len() > 1).then_some(Mention { path, file, line }));
                next = end;
            } else {
                let path: Vec<_> = token.text.split("::").collect();
                let is_path = token.kind == Kind::Text && path.len() > 1;
                let is_path = is_path && path.iter().all(|name| name.chars().all(char::is_alphanumeric));
                self.mentions.extend(is_path.then_some(Mention { path, file, line }));
                next += 1;
            }
        }
    }
}

/// A module whose items are in another file.
struct Declared<'a> {
    parent: ModulePath<'a>,
    name: &'a str,
    /// The value of `#[path = "…"]`.
    path: Option<&'a str>,
}

fn path_of<'b, 'a>(name: &'b &'a str) -> &'b [&'a str] {
    std::slice::from_ref(name)
}

fn path_attribute<'a>(attribute: &[Token<'a>]) -> Option<&'a str> {
    match attribute {
        [_, _, path, _, text, ..] if path.is_word("path") && text.kind == Kind::Text => Some(text.text),
        _ => None,
    }
}

/// Returns `true` for a keyword that the name of an item follows.
fn defines(token: &Token<'_>) -> bool {
    let keywords = ["fn", "struct", "enum", "trait", "union", "type", "const", "static"];
    token.kind == Kind::Word && keywords.contains(&token.text)
}

/// The index after the `;` of a `use`. `use<…>` in a type is a word and no more.
fn use_end(tokens: &[Token<'_>], start: usize) -> usize {
    if tokens.get(start + 1).is_some_and(|token| token.is_sign("<")) {
        return start + 1;
    }
    let length = tokens[start..].iter().position(|token| token.is_sign(";"));
    length.map_or(tokens.len(), |length| start + length + 1)
}

/// The path that begins with a word, and the index after it.
fn path_at<'a>(tokens: &[Token<'a>], start: usize) -> (Vec<&'a str>, usize) {
    let (mut path, mut next) = (vec![tokens[start].text], start + 1);
    while let [one, two, name, ..] = &tokens[next..]
        && one.is_sign(":")
        && two.is_sign(":")
        && name.kind == Kind::Word
    {
        path.push(name.text);
        next += 3;
    }
    (path, next)
}

/// The paths of a `use`, each with the name it brings, or with none for all names of a module.
fn expand<'a>(tokens: &[Token<'a>], prefix: &[&'a str], found: &mut Vec<(Vec<&'a str>, Option<&'a str>)>) {
    let (mut path, mut next) = (prefix.to_vec(), 0);
    let mut alias = None;
    while let Some(token) = tokens.get(next) {
        match token.text {
            "{" => {
                let end = group_end(tokens, next);
                for part in split_at_commas(&tokens[next + 1..end - 1]) {
                    expand(part, &path, found);
                }
                return;
            }
            "*" => return found.push((path, None)),
            "as" => {
                alias = tokens.get(next + 1).map(|token| token.text);
                break;
            }
            _ if token.kind == Kind::Word => path.push(token.text),
            _ => {}
        }
        next += 1;
    }
    if path.last() == Some(&"self") && path.len() > 1 {
        path.pop();
    }
    let name = alias.or(path.last().copied());
    found.extend(name.map(|name| (path, Some(name))));
}

fn split_at_commas<'b, 'a>(tokens: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let (mut parts, mut start, mut next) = (Vec::new(), 0, 0);
    while next < tokens.len() {
        if tokens[next].is_sign(",") {
            parts.push(&tokens[start..next]);
            start = next + 1;
        }
        next = group_end(tokens, next);
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Vec<File> {
        vec![
            File::new(
                "src/lib.rs",
                "mod a; #[cfg(x)] #[path = \"b_off.rs\"] pub(crate) mod b; pub use a::inner::{Thing, make as made}; mod c { pub mod d; }",
            ),
            File::new(
                "src/a/mod.rs",
                "pub mod inner; pub use inner::*; use super::b as other; pub fn own() {}",
            ),
            File::new(
                "src/a/inner.rs",
                "use crate::Thing as T; pub struct Thing; pub fn make() { other::x::<u8>(); crate::b::B::new() }",
            ),
            File::new(
                "src/b_off.rs",
                "pub struct B; #[serde(with = \"super::a\")] use std::fmt; fn f() -> impl C + use<'_> {}",
            ),
            File::new("src/c/d.rs", "pub(in crate::c) use super::super::made;"),
        ]
    }

    #[test]
    fn modules_are_read_from_their_files() {
        let sources = sources();
        let tree = Tree::read(&sources, "src/lib.rs");
        let paths: Vec<_> = tree.modules().map(|(path, _)| path.join("::")).collect();
        assert_eq!(paths, ["", "a", "a::inner", "b", "c", "c::d"]);
    }

    #[test]
    fn paths_lead_to_the_module_that_defines_an_item() {
        let sources = sources();
        let tree = Tree::read(&sources, "src/lib.rs");
        let resolve = |module: &[&'static str], path: &str| {
            let path: Vec<_> = path.split("::").map(|name| name.to_owned().leak() as &str).collect();
            let item = tree.resolve(module, &path)?;
            Some((item.module.join("::"), item.name.unwrap_or_default()))
        };
        let inner = |name| Some(("a::inner".to_owned(), name));
        assert_eq!(resolve(&["b"], "crate::Thing"), inner("Thing"));
        assert_eq!(resolve(&["c", "d"], "super::super::made"), inner("make"));
        assert_eq!(resolve(&["c", "d"], "made"), inner("make"));
        assert_eq!(resolve(&["b"], "super::a::Thing::new"), inner("Thing"), "through a glob");
        assert_eq!(resolve(&["a"], "other::B"), Some(("b".to_owned(), "B")), "through an import of a module");
        assert_eq!(resolve(&["a"], "inner"), inner(""));
        assert_eq!(resolve(&["b"], "fmt::Debug"), None);
        assert_eq!(resolve(&["b"], "std::fmt"), None);
        assert_eq!(resolve(&[], "crate::missing"), None);
    }

    #[test]
    fn paths_are_found_in_imports_code_and_texts() {
        let sources = sources();
        let tree = Tree::read(&sources, "src/lib.rs");
        let mentions = |module: &[&str]| {
            let module = tree.module(module).expect("it is there");
            module.mentions.iter().map(|mention| mention.path.join("::")).collect::<Vec<_>>()
        };
        assert_eq!(mentions(&["a", "inner"]), ["crate::Thing", "other::x", "crate::b::B::new"]);
        assert_eq!(mentions(&["b"]), ["super::a", "std::fmt"]);
    }
}
