//! Statements that try to write, to look where they may not, or to take more than they should.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prop_assert;
use proptest::test_runner::{Config, TestRunner};
use reference_server::database::{Cancel, Database, DatabaseError, Params, Query, Settings};

use crate::support::{file, rows, run};

const CORPUS: &str = include_str!("statements.txt");

/// The statements under a heading of the corpus.
fn statements(outcome: &str) -> Vec<String> {
    let section = CORPUS.split("\n## ").find_map(|section| section.strip_prefix(outcome)?.strip_prefix('\n'));
    let statements = section.unwrap().trim_end_matches('\n').split('\n').filter(|line| !line.is_empty());
    statements.map(expand).collect()
}

fn expand(line: &str) -> String {
    let mut expanded = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, behind) = after.split_once("}}").unwrap();
        let (text, times) = inside.rsplit_once('*').unwrap();
        expanded.push_str(before);
        expanded.push_str(&text.repeat(times.parse().unwrap()));
        rest = behind;
    }
    expanded.push_str(rest);
    expanded.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
}

/// One test at a time: a statement that takes all memory would disturb the others.
pub(crate) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A database of its own, so that the file and its directory can be compared afterwards.
pub(crate) struct Copy {
    directory: tempfile::TempDir,
    pub(crate) database: Database,
    before: Vec<u8>,
}

impl Copy {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("copy.sqlite3");
        fs::copy(file(), &copy).unwrap();
        let mut settings = Settings::default();
        settings.readers = 1;
        settings.timeout = Duration::from_millis(250);
        settings.memory = 96 << 20;
        let before = fs::read(&copy).unwrap();
        Self { directory, database: Database::open(copy, settings).unwrap(), before }
    }

    /// The one reader still answers, and nothing was written anywhere near.
    pub(crate) async fn check(&self, statement: &str) {
        let found = rows(&self.database, "SELECT count(*) FROM orders").await;
        assert_eq!(serde_json::to_string(&found.rows).unwrap(), "[[24000]]", "after {statement}");
        let names: Vec<_> =
            fs::read_dir(self.directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["copy.sqlite3"], "after {statement}");
    }

    pub(crate) fn finish(self) {
        let copy = self.directory.path().join("copy.sqlite3");
        assert!(fs::read(&copy).unwrap() == self.before, "the file has changed");
        for stolen in ["stolen.sqlite3", "attached.sqlite3", "written"] {
            assert!(!Path::new("/tmp").join(format!("northlight-{stolen}")).exists());
        }
    }
}

/// Enough of a statement to recognise it.
pub(crate) fn shown(statement: &str) -> String {
    statement.chars().take(120).collect()
}

async fn outcomes(outcome: &str, expected: fn(&Result<usize, DatabaseError>) -> bool) {
    let _alone = ALONE.lock().await;
    let copy = Copy::new();
    let mut wrong = Vec::new();
    for statement in statements(outcome) {
        let begun = Instant::now();
        let result = run(&copy.database, Query::new(&*statement)).await.map(|rows| rows.rows.len());
        eprintln!("{:4} ms {} -> {result:?}", begun.elapsed().as_millis(), shown(&statement));
        if !expected(&result) {
            wrong.push(format!("{}: {result:?}", shown(&statement)));
        }
        copy.check(&statement).await;
        if outcome == "denied" || outcome == "refused" {
            let plan = copy.database.explain(statement.clone(), Params::default(), Cancel::new()).await;
            // What fails only while it runs, or only lacks values, has a plan.
            if plan.is_ok()
                && !matches!(&result, Err(DatabaseError::Statement { .. } | DatabaseError::Parameters(_)))
            {
                wrong.push(format!("{} has the plan {plan:?}", shown(&statement)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    copy.finish();
}

#[test]
fn the_corpus_is_large() {
    let count = |outcome| statements(outcome).len();
    assert!(count("denied") >= 150, "{}", count("denied"));
    assert!(count("refused") >= 60 && count("limited") >= 30 && count("harmless") >= 20);
}

#[tokio::test]
async fn what_is_not_allowed_is_denied() {
    outcomes("denied", |result| matches!(result, Err(DatabaseError::Denied { .. }))).await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    use DatabaseError::{Denied, Limit, Parameters, Statement};
    outcomes("refused", |result| {
        matches!(result, Err(Statement { .. } | Denied { .. } | Parameters(_) | Limit { .. }))
    })
    .await;
}

#[tokio::test]
async fn what_takes_too_much_is_stopped() {
    use DatabaseError::{Limit, Timeout};
    outcomes("limited", |result| matches!(result, Err(Limit { .. } | Timeout { .. }))).await;
}

#[tokio::test]
async fn what_only_looks_hostile_runs() {
    outcomes("harmless", |result| matches!(result, Ok(1..))).await;
}

/// Words that statements are made of, and a few that break them.
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
fn no_order_of_words_does_harm() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _alone = runtime.block_on(ALONE.lock());
    let copy = Copy::new();
    let statement = proptest::collection::vec(proptest::sample::select(&WORDS), 1..14);
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&statement, |words| {
        let statement = words.join(" ");
        let result = runtime.block_on(run(&copy.database, Query::new(&*statement)));
        prop_assert!(!matches!(result, Err(DatabaseError::Internal(_))), "{}: {:?}", statement, result);
        let plan = runtime.block_on(copy.database.explain(statement, Params::default(), Cancel::new()));
        prop_assert!(!matches!(plan, Err(DatabaseError::Internal(_))), "{:?}", plan);
        Ok(())
    });
    ran.unwrap();
    runtime.block_on(copy.check("all of them"));
    copy.finish();
}
