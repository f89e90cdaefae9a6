//! The names of the public interface: the snapshots of `.ci/public-api`, and the options of the macros.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{library_sources, read};
use crate::tokens::{Kind, Token, tokens};

const SNAPSHOTS: [&str; 5] = [
    ".ci/public-api/mcpwright.txt",
    ".ci/public-api/mcpwright-core.txt",
    ".ci/public-api/mcpwright-server.txt",
    ".ci/public-api/mcpwright-transport.txt",
    ".ci/public-api/mcpwright-macros.txt",
];

/// The options of the attributes and of their values.
const MACROS: &str = "mcp-macros/src/ast/options/table.rs";

/// Names that a page may mention.
#[derive(Default)]
pub(crate) struct Names {
    /// The names are identifiers of sources, of which any two can be a path.
    is_of_the_sources: bool,
    /// Each name on its own: modules, types, traits, variants, functions, fields, options.
    all: BTreeSet<String>,
    /// Each name and the one before it in a path, such as `Builder` and `tool`.
    pairs: BTreeSet<(String, String)>,
}

impl Names {
    /// The names that users of the crates can write.
    pub(crate) fn of_the_interface() -> Self {
        let mut names = Self::default();
        let snapshots = SNAPSHOTS.map(read);
        for line in snapshots.iter().flat_map(|snapshot| snapshot.lines()) {
            names.add_item(line);
        }
        names.add_aliases(snapshots.iter().flat_map(|snapshot| snapshot.lines()));
        let table = read(MACROS);
        let options = tokens(&table).into_iter().filter(|token| token.kind == Kind::Text);
        names.all.extend(options.map(|token| token.text.to_owned()));
        names
    }

    /// Every identifier of the sources, for pages that describe the code.
    pub(crate) fn of_the_sources() -> Self {
        let mut names = Self { is_of_the_sources: true, ..Self::of_the_interface() };
        for file in library_sources() {
            names.add_words(&file.text);
        }
        names
    }

    /// Adds the identifiers of a source, also as parts of a path.
    pub(crate) fn add_words(&mut self, source: &str) {
        let all = tokens(source);
        for word in all.iter().filter(|token| token.kind == Kind::Word) {
            self.all.insert(word.text.to_owned());
        }
        for (path, _) in paths(&all) {
            self.add_path(&path);
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// Returns `true` if the second name follows the first one in a path.
    pub(crate) fn has_pair(&self, parent: &str, name: &str) -> bool {
        self.pairs.contains(&(parent.to_owned(), name.to_owned()))
            || (self.is_of_the_sources && self.has(parent) && self.has(name))
    }

    /// Adds the item of one line of a snapshot: the path after its keywords. Its signature is left out.
    fn add_item(&mut self, line: &str) {
        if line.starts_with("impl") {
            return;
        }
        let item = line.split_once(" = ").map_or(line, |(item, _)| item);
        let all = without_generics(&tokens(item));
        if let Some((path, _)) = paths(&all).into_iter().next() {
            self.add_path(&path);
        }
        // A derive or an attribute of the macros.
        let last = all.iter().rev().find(|token| token.kind == Kind::Word);
        if line.starts_with("pub proc macro")
            && let Some(name) = last
        {
            self.all.insert(name.text.to_owned());
        }
    }

    fn add_path(&mut self, path: &[&str]) {
        self.all.extend(path.iter().map(|&name| name.to_owned()));
        self.pairs.extend(path.windows(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())));
    }

    /// Adds the members of the types behind aliases, such as `pub type mcpwright::ToolHandler = mcpwright::Handler<…>`.
    fn add_aliases<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        let mut aliases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in lines {
            let Some((alias, target)) =
                line.strip_prefix("pub type ").and_then(|rest| rest.split_once(" = "))
            else {
                continue;
            };
            let last = |path: &str| {
                let all = without_generics(&tokens(path));
                paths(&all).first().and_then(|(path, _)| path.last().map(|&name| name.to_owned()))
            };
            if let (Some(alias), Some(target)) = (last(alias), last(target)) {
                aliases.entry(target).or_default().insert(alias);
            }
        }
        let mut found = Vec::new();
        for (parent, name) in &self.pairs {
            for alias in aliases.get(parent).into_iter().flatten() {
                found.push((alias.clone(), name.clone()));
            }
        }
        self.pairs.extend(found);
    }
}

/// The paths in a source: words that are joined by `::`, and the index of the token after each. A single word is a path.
pub(crate) fn paths<'a>(tokens: &[Token<'a>]) -> Vec<(Vec<&'a str>, usize)> {
    let is_joined = |at: usize| {
        let signs = [tokens.get(at), tokens.get(at + 1)];
        signs.iter().all(|sign| sign.is_some_and(|sign| sign.is_sign(":")))
            && tokens.get(at + 2).is_some_and(|word| word.kind == Kind::Word)
    };
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at].kind != Kind::Word {
            at += 1;
            continue;
        }
        let mut path = vec![tokens[at].text];
        at += 1;
        while is_joined(at) {
            path.push(tokens[at + 2].text);
            at += 3;
        }
        if !KEYWORDS.contains(&path[0]) || path.len() > 1 {
            found.push((path, at));
        }
    }
    found
}

/// Words of a declaration before the item's path.
const KEYWORDS: [&str; 18] = [
    "pub",
    "fn",
    "async",
    "const",
    "static",
    "struct",
    "enum",
    "trait",
    "type",
    "mod",
    "use",
    "macro",
    "proc",
    "unsafe",
    "union",
    "non_exhaustive",
    "let",
    "mut",
];

/// The tokens without `<…>`.
fn without_generics<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let (mut depth, mut kept) = (0_usize, Vec::new());
    for token in tokens {
        match token.text {
            "<" if token.kind == Kind::Sign => depth += 1,
            ">" if token.kind == Kind::Sign => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(*token),
            _ => {}
        }
    }
    kept
}

#[test]
fn items_of_a_snapshot_are_read() {
    let lines = [
        "#[non_exhaustive] pub enum a::Outcome",
        "pub a::Outcome::Complete(a::Answer)",
        "pub async fn a::Handler<K>::name(self, impl core::convert::Into<alloc::string::String>) -> Self",
        "pub type a::ToolHandler = a::Handler<a::types::Tool>",
        "pub proc macro a::#[derive(Form)]",
        "impl a::Hidden for a::Outcome",
    ];
    let mut names = Names::default();
    lines.iter().for_each(|line| names.add_item(line));
    names.add_aliases(lines.into_iter());
    assert!(
        ["Outcome", "Complete", "Handler", "name", "ToolHandler", "Form"].iter().all(|name| names.has(name))
    );
    assert!(names.has_pair("Outcome", "Complete") && names.has_pair("ToolHandler", "name"));
    assert!(!["Answer", "Into", "String", "Hidden", "pub", "enum"].iter().any(|name| names.has(name)));
    assert!(!names.has_pair("Outcome", "name"));
}
