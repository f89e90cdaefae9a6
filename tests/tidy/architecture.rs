//! Architecture: what depends on what, and what is used nowhere.

use crate::sources::{CRATES, Problems, dependencies, files, library_sources, manifest};

#[test]
fn revisions_are_named_in_few_folders() {
    let folders = ["mcp-core/src/version", "mcp-server/src/protocol", "mcp-transport/src/http"];
    let mut problems = Problems::default();
    for file in library_sources() {
        if folders.iter().any(|folder| file.path.starts_with(folder)) {
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
                let starts = ["mod ", "pub mod ", "pub(crate) mod ", "pub use ", "pub(crate) use "];
                starts.iter().any(|start| item.starts_with(start))
            });
            let lists_modules = ["src/lib.rs", "/mod.rs"].iter().any(|end| file.path.ends_with(end));
            problems.expect(lists_modules, &file, number, "a feature outside of lib.rs and mod.rs");
            problems.expect(chooses, &file, number, "a feature on something other than `mod` or `pub use`");
        }
    }
    problems.report();
}

#[test]
fn interfaces_of_the_system_are_used_in_few_files() {
    // The folder, the one file that may use them, and the interfaces.
    let absent = [
        ("mcp-core/src", "", &["async ", "tokio", "std::fs", "std::net", "std::env", "std::process"][..]),
        ("mcp-core/src", "", &["std::thread", "std::time", "SystemTime", "tracing"]),
        ("mcp-server/src", "", &["tokio", "std::fs", "std::net", "std::process", "std::thread"]),
        ("mcp-server/src", "runtime.rs", &["Instant::now", "SystemTime", "UNIX_EPOCH"]),
        ("mcp-", "stdio/fds.rs", &["stdout()"]),
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
fn crates_depend_on_lower_crates_only() {
    let mut problems = Problems::default();
    for (folder, known) in CRATES {
        let file = manifest(folder);
        for (number, name) in dependencies(&file, "[dependencies]") {
            let ours = name.starts_with("mcpwright");
            problems.expect(
                !ours || known.contains(&name.as_str()),
                &file,
                number,
                "a dependency on a crate above",
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
fn packages_use_the_lints_and_explain_their_dependencies() {
    let known =
        ["serde", "serde_json", "thiserror", "async-trait", "futures", "tokio", "schemars", "proptest"];
    let mut problems = Problems::default();
    let manifests = files("").into_iter().filter(|file| file.path.ends_with("Cargo.toml"));
    for file in manifests
        .filter(|file| ![".ci", "benches/peers", "fuzz"].iter().any(|out| file.path.starts_with(out)))
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
            let is_explained =
                above.starts_with('#') || line.contains("workspace = true") || line.contains("path = ");
            problems.expect(
                is_explained || known.contains(&name.as_str()),
                &file,
                number,
                "a dependency without a comment that gives its reason",
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
