//! The files that the tests read, and what they report about them.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate that users get, and the crates of ours that it may depend on.
pub(crate) const CRATES: [(&str, &[&str]); 5] = [
    (".", &["mcpwright-core", "mcpwright-server", "mcpwright-transport", "mcpwright-macros"]),
    ("mcp-core", &[]),
    ("mcp-server", &["mcpwright-core"]),
    ("mcp-transport", &["mcpwright-core", "mcpwright-server"]),
    ("mcp-macros", &[]),
];

/// Folders that hold nothing of this project, or other packages' trees.
const SKIPPED: [&str; 5] = ["target", "node_modules", ".git", ".venv", "book"];

/// Endings of the files that are read.
const TEXTS: [&str; 4] = [".rs", ".toml", ".md", ".sh"];

/// A text file of the project, by its path from the root.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// A file that a test makes up.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The lines that are code, with their numbers.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().map(str::trim).enumerate();
        lines.filter(|(_, line)| !line.starts_with("//")).map(|(number, line)| (number + 1, line))
    }
}

/// All problems that a test finds, reported together.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn expect(&mut self, holds: bool, file: &File, line: usize, problem: impl Display) {
        if !holds {
            self.push(format!("{}:{line}: {problem}", file.path));
        }
    }

    pub(crate) fn push(&mut self, problem: String) {
        self.0.push(problem);
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = String>) {
        self.0.extend(problems);
    }

    pub(crate) fn report(self) {
        assert!(self.0.is_empty(), "{} problems:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// The sources of one crate, without the files that only tests have.
pub(crate) fn crate_sources(folder: &str) -> Vec<File> {
    let sources = files(Path::new(folder).join("src")).into_iter();
    sources.filter(|file| file.path.ends_with(".rs") && !file.path.contains("/tests")).collect()
}

/// The sources of the crates that users get.
pub(crate) fn library_sources() -> Vec<File> {
    CRATES.iter().flat_map(|(folder, _)| crate_sources(folder)).collect()
}

pub(crate) fn manifest(folder: &str) -> File {
    let path = Path::new(folder).join("Cargo.toml");
    File { path: shown(&path), text: read(&path) }
}

/// The names in a manifest's tables whose header ends like that, with their lines.
pub(crate) fn dependencies(file: &File, ending: &str) -> Vec<(usize, String)> {
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

/// Every text file below a folder.
pub(crate) fn files(folder: impl AsRef<Path>) -> Vec<File> {
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

pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
