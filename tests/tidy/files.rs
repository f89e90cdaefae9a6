//! Files: their lengths, their comments, and the pages that show code.

use crate::sources::{Problems, files, read};

#[test]
fn files_are_short() {
    let (long, max) = (400, 600);
    let mut problems = Problems::default();
    for file in files("").iter().filter(|file| file.path.ends_with(".rs")) {
        let lines = file.text.lines().count();
        if lines > long {
            eprintln!("{}: {lines} lines", file.path);
        }
        problems.expect(lines <= max, file, lines, format!("{lines} lines: a file must have at most {max}"));
    }
    problems.report();
}

#[test]
fn comments_name_no_tickets() {
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

/// The text of a comment, with its sign.
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
fn the_first_snippets_are_the_hello_example() {
    let hello = read("examples/hello.rs");
    let code = hello.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    let code: Vec<_> = code.collect();
    let readme = read("README.md");
    let shown: Vec<_> = readme.lines().skip_while(|line| *line != "```rust,no_run").skip(1).collect();
    let shown: Vec<_> = shown.into_iter().take_while(|line| *line != "```").collect();
    assert_eq!(shown, code, "the first snippet of README.md is examples/hello.rs");
    let guide = read("docs/src/getting-started.md");
    assert!(guide.contains(&code.join("\n")), "docs/src/getting-started.md shows examples/hello.rs");
}

#[test]
fn pages_of_the_guide_are_listed_and_compiled() {
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
