//! The pages of the project: the names in their code exist, and none of them is retired.

mod interface;
mod snippets;

use crate::names::replacement;
use crate::pages::interface::{Names, paths};
use crate::pages::snippets::{Form, Snippet, snippets};
use crate::sources::{File, Problems, files, read};
use crate::tokens::{Kind, Token, tokens};

/// The table of old names for users of development versions. The lines up to the next heading are not checked.
const OLD_NAMES: &str = "### Names of development versions";

/// Retired names of the interface that the sources may use for something else, and the names that replaced them.
const RETIRED_ON_PAGES: [(&str, &str); 6] = [
    ("ToolResult", "CallToolResult"),
    ("deadline", "timeout"),
    ("input_time", "input_timeout"),
    ("catalogue", "catalog"),
    ("catalogues", "catalogs"),
    ("refusal", "rejection"),
];

/// Words that are retired as identifiers, and that pages need in code: names of HTTP headers.
const HEADERS: [&str; 1] = ["Host"];

/// Pages that describe the code, and so name private items, too.
const OF_THE_SOURCES: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "testdata/README.md"];

/// The page about programs of others, whose names are not checked.
const OF_OTHERS: &str = "benches/peers/README.md";

/// The page for coding agents.
const FOR_AGENTS: &str = "llms.txt";

/// The page whose tables have the interface of rmcp in the first column, which is not checked.
const COMPARISON: &str = "docs/src/from-rmcp.md";

/// Names that are not of this project.
const FOREIGN: [&str; 32] = [
    // HTTP headers.
    "Host",
    "Origin",
    // The standard library and the language.
    "Arc",
    "BTreeSet",
    "Box",
    "Display",
    "Drop",
    "HashMap",
    "HashSet",
    "Ipv4Addr",
    "Ipv6Addr",
    "NonZeroU8",
    "PathBuf",
    "Sync",
    "Trait",
    "derive",
    // Other crates.
    "AsyncRead",
    "AsyncWrite",
    "Deserialize",
    "JsonSchema",
    "extend",
    "regex",
    // Headings of documentation, and output of a script.
    "All",
    "Panics",
    // Names that CONTRIBUTING.md forbids.
    "Enhanced",
    "Impl",
    "Inner",
    "Manager",
    "McpError",
    "Wrapper",
    // The type of a form and a function of a user's own.
    "Agreement",
    "make",
];

/// The last two parts of paths that are not of this project.
const FOREIGN_PATHS: [(&str, &str); 9] = [
    ("anyhow", "Error"),
    ("convert", "Infallible"),
    ("error", "Error"),
    ("http", "Request"),
    ("schemars", "JsonSchema"),
    ("serde", "Deserialize"),
    ("serde", "Serialize"),
    ("serde_json", "Value"),
    ("tower", "Service"),
];

/// Endings of file names.
const FILES: [&str; 5] = ["json", "jsonl", "md", "rs", "toml"];

#[test]
fn retired_names_are_not_on_pages() {
    let mut problems = Problems::default();
    for page in pages() {
        problems.extend(retired_names(&page));
    }
    problems.report();
}

#[test]
fn names_on_pages_exist() {
    let (interface, sources) = (Names::of_the_interface(), Names::of_the_sources());
    let (pages, mut problems) = (pages(), Problems::default());
    for page in pages.iter().filter(|page| page.path != OF_OTHERS) {
        let names = if OF_THE_SOURCES.contains(&&*page.path) { &sources } else { &interface };
        problems.extend(unknown_names(page, names));
    }
    for name in FOREIGN {
        if !pages.iter().any(|page| page.text.contains(name)) {
            problems.push(format!("`{name}` is on no page: remove it from the list of foreign names"));
        }
    }
    problems.report();
}

#[test]
fn files_on_pages_exist() {
    let sources: Vec<_> = files("").into_iter().map(|file| file.path).collect();
    let mut problems = Problems::default();
    for page in pages().iter().filter(|page| OF_THE_SOURCES.contains(&&*page.path)) {
        problems.extend(unknown_files(page, &sources));
    }
    problems.report();
}

/// The pages of the project. `tests` has snippets of Markdown that are input.
fn pages() -> Vec<File> {
    let pages = files("").into_iter().filter(|file| file.path.ends_with(".md"));
    let pages = pages.filter(|file| !file.path.starts_with("tests/"));
    let pages = pages.chain([File::new(FOR_AGENTS, &read(FOR_AGENTS))]);
    pages.map(|page| File { text: without_old_names(&page.text), ..page }).collect()
}

/// Returns the text with empty lines for the table of old names.
fn without_old_names(text: &str) -> String {
    let mut is_inside = false;
    let lines = text.lines().map(|line| {
        if line.starts_with('#') {
            is_inside = line == OLD_NAMES;
        }
        if is_inside { "" } else { line }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn retired_names(page: &File) -> Vec<String> {
    let mut found = Vec::new();
    for snippet in snippets(&page.text) {
        let is_code = snippet.form == Form::Span || snippet.is_rust();
        for word in tokens(snippet.text).into_iter().filter(|token| token.kind == Kind::Word) {
            let option =
                RETIRED_ON_PAGES.iter().find(|(retired, _)| *retired == word.text).map(|(_, name)| *name);
            let Some(name) = option.or_else(|| replacement(word.text)) else { continue };
            // Other blocks are text, in which a retired name can be a word of English.
            if HEADERS.contains(&word.text) || !(is_code || is_compound(word.text)) {
                continue;
            }
            found.push(problem(page, &snippet, &word, &format!("is a retired name, which became {name}")));
        }
    }
    found
}

/// Returns `true` for `snake_case` and `CamelCase`, which no word of English is.
fn is_compound(name: &str) -> bool {
    name.contains('_') || name.chars().skip(1).any(char::is_uppercase)
}

fn unknown_names(page: &File, names: &Names) -> Vec<String> {
    let text = if page.path == COMPARISON { without_first_column(&page.text) } else { page.text.clone() };
    let mut own = Names::default();
    for block in snippets(&text).iter().filter(|snippet| snippet.is_rust()) {
        own.add_words(block.text);
    }
    let mut found = Vec::new();
    for span in snippets(&text).iter().filter(|snippet| snippet.form == Form::Span) {
        let all = tokens(span.text);
        for (path, end) in paths(&all) {
            let start = end - (path.len() * 3 - 2);
            let name = path[path.len() - 1];
            let is_known = match path[..] {
                _ if is_part_of_text(&all, start, end) => true,
                // A function of the user's type.
                ["Self", _] => true,
                [.., parent, name] => {
                    names.has_pair(parent, name)
                        || own.has_pair(parent, name)
                        || FOREIGN_PATHS.contains(&(parent, name))
                }
                _ => {
                    let is_call = all.get(end).is_some_and(|sign| sign.is_sign("("));
                    !(is_call || is_type(name)) || names.has(name) || own.has(name) || FOREIGN.contains(&name)
                }
            };
            if !is_known {
                let word = all[end - 1];
                found.push(problem(page, span, &word, &format!("does not exist: `{}`", path.join("::"))));
            }
        }
    }
    found
}

/// Returns the code spans with the path of a source that is not the end of any of the paths.
fn unknown_files(page: &File, sources: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for span in snippets(&page.text).iter().filter(|snippet| snippet.form == Form::Span) {
        let path = span.text;
        let is_known = sources.iter().any(|source| {
            source.strip_suffix(path).is_some_and(|start| start.is_empty() || start.ends_with('/'))
        });
        if path.ends_with(".rs") && !path.contains(' ') && !is_known {
            found.push(format!("{}:{}: there is no file `{path}`", page.path, span.line));
        }
    }
    found
}

/// Returns `true` for a part of `Mcp-Name`, `tasks/get` or `Cargo.toml`.
fn is_part_of_text(all: &[Token<'_>], start: usize, end: usize) -> bool {
    let is_joint =
        |token: Option<&Token<'_>>| token.is_some_and(|sign| sign.is_sign("-") || sign.is_sign("/"));
    let is_file = all.get(end).is_some_and(|sign| sign.is_sign("."))
        && all.get(end + 1).is_some_and(|word| FILES.contains(&word.text));
    is_file || is_joint(start.checked_sub(1).and_then(|before| all.get(before))) || is_joint(all.get(end))
}

/// Returns `true` for `CamelCase`: an upper-case letter, and a lower-case one after it.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

/// Returns the page with the first cell of each row of a table left empty.
fn without_first_column(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let rest = line.strip_prefix("| ").and_then(|row| row.split_once(" | "));
        rest.map_or_else(|| format!("{line}\n"), |(_, rest)| format!("| {rest}\n"))
    });
    lines.collect()
}

fn problem(page: &File, snippet: &Snippet<'_>, word: &Token<'_>, fault: &str) -> String {
    format!("{}:{}: `{}` {fault}", page.path, snippet.line + word.line - 1, word.text)
}

#[test]
fn retired_names_on_pages_are_found() {
    let page = "Set `deadline` or `#[server(most_bytes = …)]`, then `Work::blocking`.\n\n```rust\n// Work\nlet a: Outbox<ToolResult>;\n```\n\
                ```text\nWork, kept by one_more\n```\nThe `Host` header, work and a deadline.\n";
    let found = retired_names(&File::new("a.md", page));
    let names: Vec<_> = found.iter().map(|problem| problem.split('`').nth(1).unwrap_or_default()).collect();
    assert_eq!(names, ["deadline", "most_bytes", "Work", "Outbox", "ToolResult", "one_more"], "{found:?}");
    assert_eq!(found[3], "a.md:5: `Outbox` is a retired name, which became NotificationSender");
}

#[test]
fn unknown_names_on_pages_are_found() {
    // Names of earlier versions that the guide once had.
    let stale = [
        "`Builder::input_time`",
        "`Builder::most_bytes`",
        "`TaskConfig::most`",
        "`TaskConfig::most_bytes`",
        "`Work::blocking`",
        "`answers(…)`",
        "`service.end().await`",
        "`HttpService::end()`",
        "`transport::Limits`",
        "`Unanswered`",
        "`Catalogue`",
    ];
    let names = Names::of_the_interface();
    for stale in stale {
        let found = unknown_names(&File::new("a.md", &format!("A\nB {stale} C")), &names);
        assert_eq!(found.len(), 1, "{stale}: {found:?}");
        assert!(found[0].starts_with("a.md:2: "), "{found:?}");
    }
    let good = "`Builder::tool(…)`, `ToolHandler::task(TaskMode::Always)`, `http::Limits::max_calls`, `Limits::max_calls`, \
                `caller.subject()`, `Mcp-Name`, `tasks/get`, `Cargo.toml`, `serde_json::Value`, `#[tool(task = \"10s\")]`, \
                `Pool`, `{\"isError\": true}`\n\n```rust\nstruct Pool;\n```\n";
    assert_eq!(unknown_names(&File::new("a.md", good), &names), [""; 0]);
}

#[test]
fn unknown_files_on_pages_are_found() {
    let sources = ["mcp-core/src/json/mod.rs".to_owned(), "src/lib.rs".to_owned()];
    let page = File::new("a.md", "`json/mod.rs`, `lib.rs`, `src/lib.rs`\n`son/mod.rs`, `cat a.rs`, `a.toml`");
    assert_eq!(unknown_files(&page, &sources), ["a.md:2: there is no file `son/mod.rs`"]);
}

#[test]
fn the_column_of_another_interface_is_left_out() {
    let page = File::new(COMPARISON, "| a | b |\n| `RoleServer` | `RoleClient` |\n");
    let found = unknown_names(&page, &Names::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`RoleClient`"), "{found:?}");
    assert_eq!(without_old_names(&format!("# A\n{OLD_NAMES}\nb\n## C\nd\n")), "# A\n\n\n## C\nd\n");
}
