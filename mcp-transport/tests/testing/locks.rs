//! The lock of the catalog.

use std::path::{Path, PathBuf};
use std::process::Command;

use futures::FutureExt as _;
use mcpwright_server::testing::Impact;
use mcpwright_server::{Builder, ResourceHandler, Server, ToolHandler};
use mcpwright_transport::testing::{CatalogLock, lock};

/// The variable that makes the test of this name a child of another one: the number of arguments of its tool.
const CHILD: &str = "MCPWRIGHT_LOCK_TEST_CHILD";

fn server(arguments: usize, description: &str) -> Builder {
    let find = match arguments {
        0 => ToolHandler::function("find", [], || async {}),
        1 => ToolHandler::function("find", ["text"], |_: String| async {}),
        _ => ToolHandler::function("find", ["text", "limit"], |_: String, _: u32| async {}),
    };
    let note = ResourceHandler::function("note://all", "all", || async { "" });
    Server::builder("notes", "1.0.0").tool(find.description(description)).resource(note)
}

/// A path of a file that does not exist.
fn new_file(name: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("locks").join(name);
    let _ = std::fs::remove_file(&file);
    file
}

async fn failure(lock: CatalogLock) -> String {
    let panic = std::panic::AssertUnwindSafe(lock.into_future()).catch_unwind().await.unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn changes_fail() {
    let file = new_file("changes.json");
    lock(server(1, "Find notes."), &file).await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("note://all"), "{text}");
    lock(server(1, "Find notes."), &file).await;

    let report = failure(lock(server(2, "Search notes."), &file)).await;
    let lines: Vec<_> = report.lines().collect();
    assert!(lines[0].ends_with("changes.json: 1 breaking, 1 prose"), "{report}");
    assert_eq!(lines[1], "breaking    tool find /inputSchema/properties/limit: new required member");
    assert_eq!(lines[2], "prose       tool find /description: \"Find notes.\" -> \"Search notes.\"");
    assert!(lines[3].contains("MCPWRIGHT_LOCK=rewrite"), "{report}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the file stays");

    lock(server(1, "Search notes."), &file).allow(Impact::Prose).await;
    let report = failure(lock(server(0, "Find notes."), &file).allow(Impact::Prose)).await;
    assert!(report.contains("find /inputSchema/properties/text: removed"), "{report}");
}

#[tokio::test]
async fn resources_are_left_out() {
    let file = new_file("resources.json");
    lock(server(1, "Find notes."), &file).without_resources().await;
    assert!(!std::fs::read_to_string(&file).unwrap().contains("note://all"));
    lock(server(1, "Find notes."), &file).without_resources().await;
}

#[tokio::test]
async fn files_of_other_kinds_fail() {
    let file = new_file("conflict.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "<<<<<<< HEAD\n").unwrap();
    let report = failure(lock(server(1, ""), &file)).await;
    assert!(report.contains("conflict.json") && report.contains("MCPWRIGHT_LOCK=rewrite"), "{report}");
}

/// Run as a child: compares a server with a file, whose path is relative to the folder that cargo names.
#[tokio::test]
async fn child() {
    if let Ok(arguments) = std::env::var(CHILD) {
        lock(server(arguments.parse().unwrap(), "Find notes."), "relative/mcp.lock").await;
    }
}

/// The variable rewrites the file, and relative paths begin at the folder of the package.
#[test]
fn the_variable_rewrites_the_file() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("locks/package");
    let _ = std::fs::remove_dir_all(&root);
    let run = |arguments: &str, mode: Option<&str>| {
        let mut test = Command::new(std::env::current_exe().unwrap());
        test.args(["locks::child", "--exact"]).env(CHILD, arguments).env("CARGO_MANIFEST_DIR", &root);
        test.env_remove("MCPWRIGHT_LOCK");
        test.envs(mode.map(|mode| ("MCPWRIGHT_LOCK", mode)));
        test.output().unwrap().status.success()
    };
    let text = || std::fs::read_to_string(root.join("relative/mcp.lock")).unwrap();
    assert!(run("1", None));
    let first = text();
    assert!(!run("2", None) && !run("2", Some("other")));
    assert_eq!(text(), first);
    assert!(run("2", Some("rewrite")));
    assert_ne!(text(), first);
    assert!(run("2", None) && !run("1", None));
}
