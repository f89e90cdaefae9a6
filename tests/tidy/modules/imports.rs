//! Imports by real paths: a name is taken from the module that defines it, and not from `lib.rs` that exports it.

use super::tree::Tree;

/// Returns the paths that lead through an export of the crate's root.
pub(super) fn imports_through_root(tree: &Tree<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let Some(root) = tree.module(&[]) else { return found };
    for (module, own) in tree.modules().filter(|(module, _)| !module.is_empty()) {
        for mention in &own.mentions {
            let name = match mention.path.as_slice() {
                ["crate", name, ..] => name,
                path => {
                    let levels = path.iter().take_while(|name| **name == "super").count();
                    let Some(name) = path.get(levels).filter(|_| levels == module.len()) else { continue };
                    name
                }
            };
            let is_module = tree.module(&[*name]).is_some();
            if is_module || root.defines(name) || !root.imports(name) {
                continue;
            }
            let real = tree.resolve(&[], &["crate", name]);
            let real = real.map_or("its own crate".to_owned(), |item| {
                ["crate"].iter().copied().chain(item.module).chain(item.name).collect::<Vec<_>>().join("::")
            });
            found.push(format!(
                "{}:{}: {name} is only exported by lib.rs: use {real}",
                mention.file, mention.line
            ));
        }
    }
    found
}

#[test]
fn imports_through_the_root_are_found() {
    use crate::sources::File;
    let sources = [
        File::new(
            "src/lib.rs",
            "mod a; pub mod b; pub use a::inner::Thing; pub use other::Foreign; pub use b::b; fn f() {}",
        ),
        File::new(
            "src/a.rs",
            "mod inner;\nuse crate::{Thing, b::B};\nfn g() { super::Foreign::new(); crate::f() }",
        ),
        File::new(
            "src/a/inner.rs",
            "pub struct Thing; fn h() { super::super::Thing; super::g(); crate::b::b() }",
        ),
        File::new("src/b.rs", "pub struct B; pub fn b() {}"),
    ];
    let found = imports_through_root(&Tree::read(&sources, "src/lib.rs"));
    assert_eq!(
        found,
        [
            "src/a.rs:2: Thing is only exported by lib.rs: use crate::a::inner::Thing",
            "src/a.rs:3: Foreign is only exported by lib.rs: use its own crate",
            "src/a/inner.rs:1: Thing is only exported by lib.rs: use crate::a::inner::Thing",
        ]
    );
}
