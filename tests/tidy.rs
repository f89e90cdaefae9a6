//! What ARCHITECTURE.md and CONTRIBUTING.md promise of the sources, as far as reading them shows it.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate that users get, and the crates of ours that it may know.
const CRATES: [(&str, &[&str]); 5] = [
    (".", &["mcpwright-core", "mcpwright-server", "mcpwright-transport", "mcpwright-macros"]),
    ("mcp-core", &[]),
    ("mcp-server", &["mcpwright-core"]),
    ("mcp-transport", &["mcpwright-core", "mcpwright-server"]),
    ("mcp-macros", &[]),
];

/// Folders that hold nothing of this project, or other packages' trees.
const SKIPPED: [&str; 5] = ["target", "node_modules", ".git", ".venv", "book"];

/// What the names of files end with that are read.
const TEXTS: [&str; 4] = [".rs", ".toml", ".md", ".sh"];

#[test]
fn versions_are_told_apart_in_few_places() {
    let places =
        ["mcp-core/src/version", "mcp-server/src/connection", "mcp-server/src/era", "mcp-transport/src/http"];
    let mut problems = Problems::default();
    for file in library_sources() {
        if places.iter().any(|place| file.path.starts_with(place)) {
            continue;
        }
        for (number, line) in file.code() {
            problems.expect(!line.contains("ProtocolVersion::V"), &file, number, "a revision by its name");
        }
    }
    problems.report();
}

#[test]
fn features_only_choose_modules() {
    let mut problems = Problems::default();
    for file in library_sources() {
        let lines: Vec<_> = file.text.lines().map(str::trim).collect();
        for (number, line) in file.code() {
            if !(line.contains("cfg") && line.contains("feature =")) {
                continue;
            }
            let item =
                lines[number..].iter().find(|line| !line.starts_with("#[") && !line.starts_with("///"));
            let chooses = item.is_some_and(|item| {
                ["mod ", "pub mod ", "pub use "].iter().any(|start| item.starts_with(start))
            });
            problems.expect(file.path.ends_with("src/lib.rs"), &file, number, "a feature outside of lib.rs");
            problems.expect(chooses, &file, number, "a feature on something else than `mod` or `pub use`");
        }
    }
    problems.report();
}

#[test]
fn what_is_absent_stays_absent() {
    // Where, except in which file, and what.
    let absent = [
        ("mcp-core/src", "", &["async ", "tokio", "std::fs", "std::net", "std::env", "std::process"][..]),
        ("mcp-core/src", "", &["std::thread", "std::time", "SystemTime", "tracing"]),
        ("mcp-server/src", "", &["tokio", "std::fs", "std::net", "std::process", "std::thread", "spawn("]),
        ("mcp-server/src", "host.rs", &["Instant::now", "SystemTime", "UNIX_EPOCH"]),
        ("mcp-", "channel.rs", &["stdout()"]),
    ];
    let mut problems = Problems::default();
    for file in library_sources() {
        for (folder, except, words) in absent {
            if !file.path.starts_with(folder) || (!except.is_empty() && file.path.ends_with(except)) {
                continue;
            }
            for (number, line) in file.code().take_while(|(_, line)| !line.starts_with("#[cfg(test)]")) {
                for word in words {
                    problems.expect(!line.contains(word), &file, number, format!("`{word}`"));
                }
            }
        }
    }
    problems.report();
}

#[test]
fn arrows_point_down() {
    let mut problems = Problems::default();
    for (folder, known) in CRATES {
        let file = manifest(folder);
        for (number, name) in dependencies(&file, "[dependencies]") {
            let ours = name.starts_with("mcpwright");
            problems.expect(
                !ours || known.contains(&name.as_str()),
                &file,
                number,
                "an arrow that points up",
            );
            let runtime = ["tokio", "rustix"].contains(&name.as_str());
            problems.expect(
                !runtime || folder == "mcp-transport",
                &file,
                number,
                "a runtime outside of mcp-transport",
            );
        }
    }
    problems.report();
}

#[test]
fn packages_keep_the_lints_and_say_why_they_depend() {
    let settled =
        ["serde", "serde_json", "thiserror", "async-trait", "futures", "tokio", "schemars", "proptest"];
    let mut problems = Problems::default();
    let manifests = files("").into_iter().filter(|file| file.path.ends_with("Cargo.toml"));
    for file in
        manifests.filter(|file| !["benches/peers", "fuzz"].iter().any(|out| file.path.starts_with(out)))
    {
        let lines: Vec<_> = file.text.lines().collect();
        problems.expect(
            file.text.contains("[lints]\nworkspace = true"),
            &file,
            1,
            "without the workspace's lints",
        );
        for (number, name) in dependencies(&file, "dependencies]") {
            let (line, above) = (lines[number - 1], lines[number.max(2) - 2]);
            let said =
                above.starts_with('#') || line.contains("workspace = true") || line.contains("path = ");
            problems.expect(
                said || settled.contains(&name.as_str()),
                &file,
                number,
                "no word on why it is there",
            );
        }
    }
    let root = manifest(".");
    problems.expect(root.text.contains("unsafe_code = \"forbid\""), &root, 1, "unsafe code is forbidden");
    problems.expect(
        root.text.contains("print_stdout = \"deny\""),
        &root,
        1,
        "printing to standard output is denied",
    );
    let core = manifest("mcp-core");
    problems.expect(!core.text.contains("[features]"), &core, 1, "mcp-core has no features");
    problems.report();
}

#[test]
fn files_have_one_subject() {
    let (long, most) = (400, 600);
    let mut problems = Problems::default();
    for file in files("").iter().filter(|file| file.path.ends_with(".rs")) {
        let lines = file.text.lines().count();
        if lines > long {
            eprintln!("{}: {lines} lines", file.path);
        }
        problems.expect(
            lines <= most,
            file,
            lines,
            format!("{lines} lines, and at most {most} are one subject"),
        );
    }
    problems.report();
}

#[test]
fn comments_give_reasons_and_not_addresses() {
    let mut problems = Problems::default();
    for file in files("") {
        let is_code = [".rs", ".toml", ".sh"].iter().any(|end| file.path.ends_with(end));
        if !is_code && !file.path.ends_with(".md") {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let Some(comment) = (if is_code { comment(line) } else { Some(line) }) else { continue };
            problems.expect(!names_a_ticket(comment), &file, number + 1, "a ticket, a proposal or a task");
        }
    }
    problems.report();
}

/// What stands behind the sign of a comment.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let starts = ["//", "# "].iter().any(|sign| line.starts_with(sign));
    if starts { Some(line) } else { line.split_once(" // ").map(|(_, comment)| comment) }
}

fn names_a_ticket(text: &str) -> bool {
    let words = [concat!("SE", "P-"), concat!("TO", "DO"), concat!("FIX", "ME")];
    let is_number = |part: &str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        digits > 1 && !part[digits..].starts_with(|next: char| next.is_ascii_alphanumeric())
    };
    words.iter().any(|word| text.contains(word)) || text.split('#').skip(1).any(is_number)
}

#[test]
fn what_is_shown_is_what_is_run() {
    let hello = read("examples/hello.rs");
    let code = hello.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    let code: Vec<_> = code.collect();
    let readme = read("README.md");
    let shown: Vec<_> = readme.lines().skip_while(|line| *line != "```rust").skip(1).collect();
    let shown: Vec<_> = shown.into_iter().take_while(|line| *line != "```").collect();
    assert_eq!(shown, code, "the first snippet of README.md is examples/hello.rs");
    let guide = read("docs/src/getting-started.md");
    assert!(guide.contains(&code.join("\n")), "docs/src/getting-started.md shows examples/hello.rs");
}

#[test]
fn every_page_of_the_guide_is_listed_and_compiled() {
    let (summary, root) = (read("docs/src/SUMMARY.md"), read("src/lib.rs"));
    for file in files("docs/src") {
        let Some(name) = file.path.strip_prefix("docs/src/").filter(|name| *name != "SUMMARY.md") else {
            continue;
        };
        assert!(summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        let compiled = root.contains(&format!("../docs/src/{name}"));
        assert!(
            compiled || !file.text.contains("```rust"),
            "nothing compiles {name}: see the end of src/lib.rs"
        );
    }
}

/// A text file of the project, by its path from the root.
struct File {
    path: String,
    text: String,
}

impl File {
    /// The lines that are code, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().map(str::trim).enumerate();
        lines.filter(|(_, line)| !line.starts_with("//")).map(|(number, line)| (number + 1, line))
    }
}

/// What was found, all of it before the test fails.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn expect(&mut self, holds: bool, file: &File, line: usize, problem: impl Display) {
        if !holds {
            self.0.push(format!("{}:{line}: {problem}", file.path));
        }
    }

    fn report(self) {
        assert!(self.0.is_empty(), "{} problems:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// The sources of the crates that users get.
fn library_sources() -> Vec<File> {
    let sources = CRATES.iter().flat_map(|(folder, _)| files(Path::new(folder).join("src")));
    sources.filter(|file| file.path.ends_with(".rs") && !file.path.contains("/tests")).collect()
}

fn manifest(folder: &str) -> File {
    let path = Path::new(folder).join("Cargo.toml");
    File { path: shown(&path), text: read(&path) }
}

/// The names of what a package's tables of that ending hold, with their lines.
fn dependencies(file: &File, ending: &str) -> Vec<(usize, String)> {
    let (mut found, mut is_inside) = (Vec::new(), false);
    for (number, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            is_inside = line.ends_with(ending);
        } else if let (true, Some((name, _))) = (is_inside, line.split_once(['.', ' ', '=']))
            && name.starts_with(|first: char| first.is_ascii_lowercase())
        {
            found.push((number + 1, name.to_owned()));
        }
    }
    found
}

/// Every text file below a folder that may be of interest.
fn files(folder: impl AsRef<Path>) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut open, mut found): (Vec<PathBuf>, Vec<File>) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("names are text");
            if path.is_dir() && !SKIPPED.contains(&name) {
                open.push(path);
            } else if path.is_file() && TEXTS.iter().any(|ending| name.ends_with(ending)) {
                let text = read(&path);
                let path = shown(path.strip_prefix(root).expect("it is below the root"));
                found.push(File { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "nothing was read");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/").trim_start_matches("./").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
