//! Modules: no circles among siblings, imports by real paths, and one style of folders.

mod circles;
mod imports;
pub(crate) mod tree;

use std::collections::BTreeSet;

use crate::sources::{CRATES, File, Problems, crate_sources};
use circles::circles;
use imports::imports_through_root;
use tree::Tree;

/// Crates of this repository that are not published, and whose modules are checked as well.
const PROGRAMS: [&str; 3] = ["examples/reference-server", "examples/conformance", "benches/peers"];

/// Crates whose imports go by real paths.
const BY_REAL_PATHS: [&str; 2] = ["mcp-server", "mcp-transport"];

fn all_crates() -> impl Iterator<Item = &'static str> {
    CRATES.iter().map(|(folder, _)| *folder).chain(PROGRAMS)
}

#[test]
fn sibling_modules_form_no_circles() {
    let mut problems = Problems::default();
    for folder in all_crates() {
        let sources = crate_sources(folder);
        problems.extend(
            circles(&Tree::of_library(&sources)).into_iter().map(|circle| format!("{folder}: {circle}")),
        );
    }
    problems.report();
}

#[test]
fn imports_go_by_real_paths() {
    let mut problems = Problems::default();
    for folder in BY_REAL_PATHS {
        let sources = crate_sources(folder);
        problems.extend(imports_through_root(&Tree::of_library(&sources)));
    }
    problems.report();
}

#[test]
fn a_crate_has_one_style_of_modules() {
    let mut problems = Problems::default();
    for folder in all_crates() {
        problems.extend(mixed_styles(&crate_sources(folder)));
    }
    problems.report();
}

/// Returns the modules that are `name.rs` and a folder in a crate that has a `mod.rs`, too.
fn mixed_styles(sources: &[File]) -> Vec<String> {
    let folders: BTreeSet<&str> =
        sources.iter().filter_map(|file| Some(file.path.rsplit_once('/')?.0)).collect();
    if !sources.iter().any(|file| file.path.ends_with("/mod.rs")) {
        return Vec::new();
    }
    let modules = sources.iter().filter_map(|file| file.path.strip_suffix(".rs"));
    let is_folder = |module: &&str| folders.iter().any(|folder| *folder == *module);
    modules.filter(is_folder).map(|module| format!("{module}.rs: move it to {module}/mod.rs")).collect()
}

#[test]
fn mixed_styles_are_found() {
    let files = |paths: &[&str]| paths.iter().map(|path| File::new(path, "")).collect::<Vec<_>>();
    let mixed = files(&["src/lib.rs", "src/a.rs", "src/a/b.rs", "src/c/mod.rs", "src/c/d.rs"]);
    assert_eq!(mixed_styles(&mixed), ["src/a.rs: move it to src/a/mod.rs"]);
    assert!(mixed_styles(&files(&["src/lib.rs", "src/a.rs", "src/a/b.rs"])).is_empty());
    assert!(mixed_styles(&files(&["src/lib.rs", "src/a/mod.rs", "src/a/b.rs"])).is_empty());
}
