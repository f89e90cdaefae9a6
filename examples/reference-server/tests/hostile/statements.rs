//! Statements that try to write, to read hidden tables, or to exceed limits.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prop_assert;
use proptest::test_runner::{Config, TestRunner};
use reference_server::database::{CancellationToken, Database, DatabaseError, Params, Query, Settings};

use crate::support::{file, rows, run};

const CORPUS: &str = include_str!("statements.txt");

/// Returns the statements of the corpus under the heading of an outcome.
fn statements(outcome: &str) -> Vec<String> {
    let section = CORPUS.split("\n## ").find_map(|section| section.strip_prefix(outcome)?.strip_prefix('\n'));
    let statements = section.unwrap().trim_end_matches('\n').split('\n').filter(|line| !line.is_empty());
    statements.map(expand).collect()
}

fn expand(line: &str) -> String {
    let mut expanded = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        let (repetition, tail) = after.split_once("}}").unwrap();
        let (text, times) = repetition.rsplit_once('*').unwrap();
        expanded.push_str(before);
        expanded.push_str(&text.repeat(times.parse().unwrap()));
        rest = tail;
    }
    expanded.push_str(rest);
    expanded.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
}

/// Serializes the tests: a statement that reaches the memory limit would make those of other tests fail.
pub(crate) static EXCLUSIVE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A separate database, to check that its file and directory are unchanged.
pub(crate) struct DatabaseCopy {
    directory: tempfile::TempDir,
    pub(crate) database: Database,
    contents: Vec<u8>,
}

impl DatabaseCopy {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("copy.sqlite3");
        fs::copy(file(), &copy).unwrap();
        let mut settings = Settings::default();
        settings.readers = 1;
        settings.timeout = Duration::from_millis(250);
        settings.max_memory = 96 << 20;
        let contents = fs::read(&copy).unwrap();
        Self { directory, database: Database::open(copy, settings).unwrap(), contents }
    }

    /// Checks that the only reader still works, and that no file was created in the directory.
    pub(crate) async fn check(&self, statement: &str) {
        let result = rows(&self.database, "SELECT count(*) FROM orders").await;
        assert_eq!(serde_json::to_string(&result.rows).unwrap(), "[[24000]]", "after {statement}");
        let names: Vec<_> =
            fs::read_dir(self.directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["copy.sqlite3"], "after {statement}");
    }

    /// Checks that the file is unchanged, and that no statement wrote a file elsewhere.
    pub(crate) fn finish(self) {
        let copy = self.directory.path().join("copy.sqlite3");
        assert!(fs::read(&copy).unwrap() == self.contents, "the file has changed");
        for name in ["stolen.sqlite3", "attached.sqlite3", "written"] {
            assert!(!Path::new("/tmp").join(format!("northlight-{name}")).exists());
        }
    }
}

/// Returns the beginning of a statement, for messages.
pub(crate) fn excerpt(statement: &str) -> String {
    statement.chars().take(120).collect()
}

async fn check_outcome(outcome: &str, is_expected: fn(&Result<usize, DatabaseError>) -> bool) {
    let _exclusive = EXCLUSIVE.lock().await;
    let copy = DatabaseCopy::new();
    let mut failures = Vec::new();
    for statement in statements(outcome) {
        let start = Instant::now();
        let result = run(&copy.database, Query::new(&*statement)).await.map(|rows| rows.rows.len());
        eprintln!("{:4} ms {} -> {result:?}", start.elapsed().as_millis(), excerpt(&statement));
        if !is_expected(&result) {
            failures.push(format!("{}: {result:?}", excerpt(&statement)));
        }
        copy.check(&statement).await;
        if outcome == "denied" || outcome == "rejected" {
            let plan =
                copy.database.explain(statement.clone(), Params::default(), CancellationToken::new()).await;
            // Statements that fail only at run time, or that only lack parameters, have a plan.
            if plan.is_ok()
                && !matches!(&result, Err(DatabaseError::Statement { .. } | DatabaseError::Parameters(_)))
            {
                failures.push(format!("{} has the plan {plan:?}", excerpt(&statement)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    copy.finish();
}

#[test]
fn the_corpus_is_large() {
    let count = |outcome| statements(outcome).len();
    assert!(count("denied") >= 150, "{}", count("denied"));
    assert!(count("rejected") >= 60 && count("limited") >= 30 && count("harmless") >= 20);
}

#[tokio::test]
async fn denied_statements() {
    check_outcome("denied", |result| matches!(result, Err(DatabaseError::Denied { .. }))).await;
}

#[tokio::test]
async fn rejected_statements() {
    use DatabaseError::{Denied, Limit, Parameters, Statement};
    check_outcome("rejected", |result| {
        matches!(result, Err(Statement { .. } | Denied { .. } | Parameters(_) | Limit { .. }))
    })
    .await;
}

#[tokio::test]
async fn limited_statements() {
    use DatabaseError::{Limit, Timeout};
    check_outcome("limited", |result| matches!(result, Err(Limit { .. } | Timeout { .. }))).await;
}

#[tokio::test]
async fn harmless_statements() {
    check_outcome("harmless", |result| matches!(result, Ok(1..))).await;
}

/// Tokens of valid and invalid statements.
const WORDS: [&str; 64] = [
    "SELECT",
    "FROM",
    "WHERE",
    "orders",
    "customers",
    "sqlite_master",
    "document_index",
    "northlight",
    "id",
    "*",
    "(",
    ")",
    ",",
    ";",
    "--",
    "/*",
    "*/",
    "'",
    "\"",
    "`",
    "[",
    "]",
    "=",
    "<",
    "||",
    "->>",
    "1",
    "9e999",
    "NULL",
    "x'00'",
    "?",
    ":a",
    "AS",
    "WITH",
    "RECURSIVE",
    "x",
    "UNION",
    "ALL",
    "JOIN",
    "ON",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "OVER",
    "DELETE",
    "UPDATE",
    "SET",
    "INSERT INTO",
    "VALUES",
    "RETURNING",
    "PRAGMA",
    "query_only",
    "ATTACH",
    "EXPLAIN",
    "QUERY PLAN",
    "load_extension",
    "count",
    "random",
    "json_each",
    "CREATE",
    "TEMP",
    "TABLE",
    "BEGIN",
    "COMMIT",
];

#[test]
fn random_statements_are_harmless() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _exclusive = runtime.block_on(EXCLUSIVE.lock());
    let copy = DatabaseCopy::new();
    let statement = proptest::collection::vec(proptest::sample::select(&WORDS), 1..14);
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    let result = runner.run(&statement, |words| {
        let statement = words.join(" ");
        let result = runtime.block_on(run(&copy.database, Query::new(&*statement)));
        prop_assert!(!matches!(result, Err(DatabaseError::Internal(_))), "{}: {:?}", statement, result);
        let plan =
            runtime.block_on(copy.database.explain(statement, Params::default(), CancellationToken::new()));
        prop_assert!(!matches!(plan, Err(DatabaseError::Internal(_))), "{:?}", plan);
        Ok(())
    });
    result.unwrap();
    runtime.block_on(copy.check("random statements"));
    copy.finish();
}
