//! Circles: modules of one folder each of which needs the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use super::tree::{ModulePath, Tree};

/// Modules of one folder that need each other, at once or through others of them.
#[derive(Debug)]
pub(super) struct Circle {
    /// The module that they are in; empty for the root of the crate.
    folder: String,
    members: Vec<String>,
    /// The imports that close the circle: a line for each file, with the names that it imports from the other module.
    ties: Vec<String>,
}

impl Display for Circle {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let folder = if self.folder.is_empty() { "the crate" } else { &self.folder };
        write!(formatter, "a circle in {folder}: {}", self.members.join(", "))?;
        self.ties.iter().try_for_each(|tie| write!(formatter, "\n    {tie}"))
    }
}

/// The names that a module imports from a sibling, by file.
type Uses<'a> = BTreeMap<&'a str, BTreeSet<String>>;

/// The modules of one folder, and the imports of each from each.
type Siblings<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Uses<'a>>>;

pub(super) fn circles(tree: &Tree<'_>) -> Vec<Circle> {
    let mut folders: BTreeMap<ModulePath<'_>, Siblings<'_>> = BTreeMap::new();
    for (path, module) in tree.modules() {
        for mention in &module.mentions {
            let Some(item) = tree.resolve(path, &mention.path) else { continue };
            let shared = path.iter().zip(&item.module).take_while(|(one, other)| one == other).count();
            // A module and one that it is in are not siblings.
            let (Some(from), Some(to)) = (path.get(shared), item.module.get(shared)) else { continue };
            let siblings = folders.entry(path[..shared].to_vec()).or_default();
            let uses = siblings.entry(from).or_default().entry(to).or_default();
            let name = item.module[shared..].iter().copied().chain(item.name).collect::<Vec<_>>();
            uses.entry(mention.file).or_default().insert(name.join("::"));
        }
    }
    folders.iter().flat_map(|(folder, siblings)| circles_among(folder, siblings)).collect()
}

fn circles_among(folder: &[&str], siblings: &Siblings<'_>) -> Vec<Circle> {
    let reachable: BTreeMap<&str, BTreeSet<&str>> =
        siblings.keys().map(|module| (*module, reachable(module, siblings))).collect();
    let (mut circles, mut seen) = (Vec::new(), BTreeSet::new());
    for module in siblings.keys() {
        let returns = |other: &&&str| reachable.get(**other).is_some_and(|from| from.contains(module));
        let members: BTreeSet<&str> = reachable[module].iter().filter(returns).copied().collect();
        // Members of a circle reach themselves.
        if members.contains(module) && members.iter().all(|member| seen.insert(*member)) {
            circles.push(circle(folder, &members, siblings));
        }
    }
    circles
}

/// The modules that a module needs, at once or through others.
fn reachable<'a>(start: &'a str, siblings: &Siblings<'a>) -> BTreeSet<&'a str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(module) = open.pop() {
        let needed = siblings.get(module).into_iter().flat_map(BTreeMap::keys).copied();
        open.extend(needed.filter(|module| found.insert(*module)));
    }
    found
}

fn circle(folder: &[&str], members: &BTreeSet<&str>, siblings: &Siblings<'_>) -> Circle {
    let mut ties = Vec::new();
    for from in members {
        for (to, uses) in siblings[from].iter().filter(|(to, _)| members.contains(**to)) {
            for (file, names) in uses {
                let names = names.iter().cloned().collect::<Vec<_>>().join(", ");
                ties.push(format!("{from} needs {to}: {file} uses {names}"));
            }
        }
    }
    let members = members.iter().map(|member| (*member).to_owned()).collect();
    Circle { folder: folder.join("::"), members, ties }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::File;

    fn check(sources: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<_> = sources.iter().map(|(path, text)| File::new(path, text)).collect();
        circles(&Tree::read(&sources, "src/lib.rs")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_circle_is_found_through_exports_and_folders() {
        let found = check(&[
            ("src/lib.rs", "mod a; mod b; mod c; pub use b::deep::Deep;"),
            ("src/a.rs", "use crate::Deep; pub struct A;"),
            ("src/b/mod.rs", "pub mod deep;"),
            ("src/b/deep.rs", "pub struct Deep; fn f() { crate::c::g() }"),
            ("src/c.rs", "pub fn g() -> super::a::A { super::a::A }"),
        ]);
        let expected = "a circle in the crate: a, b, c\n    \
            a needs b: src/a.rs uses b::deep::Deep\n    \
            b needs c: src/b/deep.rs uses c::g\n    \
            c needs a: src/c.rs uses a::A";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn circles_of_a_folder_are_found_apart_from_others() {
        let found = check(&[
            ("src/lib.rs", "mod x;"),
            ("src/x/mod.rs", "mod one; mod two; mod three; mod four;"),
            ("src/x/one.rs", "use super::two::Two; pub struct One;"),
            ("src/x/two.rs", "use super::one::One; pub struct Two;"),
            ("src/x/three.rs", "use super::{four::F, one::One}; pub struct T;"),
            ("src/x/four.rs", "use super::three::T; pub struct F;"),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a circle in x: four, three\n"), "{found:?}");
        assert!(found[1].starts_with("a circle in x: one, two\n"), "{found:?}");
    }

    #[test]
    fn a_parent_is_no_sibling_and_tests_may_use_anything() {
        let found = check(&[
            ("src/lib.rs", "mod a; mod b; pub struct Root; use a::A;"),
            ("src/a/mod.rs", "mod child; use child::Child; pub struct A; use crate::Root;"),
            ("src/a/child.rs", "use super::A; use crate::b::B; pub struct Child;"),
            ("src/b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
