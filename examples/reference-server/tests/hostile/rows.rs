//! Within one row SQLite does not look whether to stop. So what a row can do is bounded by its size.

use std::time::{Duration, Instant};

use reference_server::database::{Cancel, Database, DatabaseError, Params, Query};

use crate::statements::{ALONE, Copy, shown};
use crate::support::{database, run};

/// Calls that go through all of a text `a`.
const CALLS: [&str; 12] = [
    "quote(a)",
    "length(quote(a))",
    "json_valid(a)",
    "json_quote(a)",
    "unhex(a)",
    "upper(a)",
    "strftime(a)",
    "printf(a)",
    "instr(a, 'b')",
    "trim(a, 'b')",
    "replace(a, 'a', 'b')",
    "(a LIKE '%b')",
];

/// One row with so many calls over a text of this length.
fn row(call: &str, calls: usize, length: usize) -> String {
    let columns: Vec<String> =
        (0..calls).step_by(40).map(|done| vec![call; (calls - done).min(40)].join("+")).collect();
    let text = format!("WITH x AS MATERIALIZED (SELECT printf('%.*c', {length}, 'a') AS a)");
    format!("{text} SELECT {} FROM x", columns.join(", "))
}

/// The largest number for which it holds, if it holds for all smaller ones.
async fn largest(most: usize, holds: impl AsyncFn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if holds(middle).await { low = middle } else { high = middle - 1 }
    }
    low
}

/// Whether SQLite would run it.
async fn is_accepted(database: &Database, sql: String) -> bool {
    database.explain(sql, Params::default(), Cancel::new()).await.is_ok()
}

/// The longest text that a row can have.
async fn longest(database: &Database) -> usize {
    largest(1 << 20, async |length| run(database, Query::new(row("length(a)", 1, length))).await.is_ok())
        .await
}

/// The most calls that a row can have.
async fn most_calls(database: &Database, call: &str) -> usize {
    largest(20_000, async |calls| is_accepted(database, row(call, calls, 9)).await).await
}

/// A row of 200 MB in functions keeps a processor for seconds, and nothing can end it before.
#[tokio::test]
async fn a_row_is_little_work() {
    const ALLOWED: usize = 16 << 20;
    let database = database();
    let length = longest(&database).await;
    for call in CALLS {
        let calls = most_calls(&database, call).await;
        eprintln!("{calls:5} times {call} over {length} bytes");
        assert!(calls >= 100 && calls * length <= ALLOWED, "{calls} times {call} over {length} bytes");
    }
}

#[tokio::test]
async fn more_than_little_work_is_refused() {
    let database = database();
    for (calls, length) in [(400, 120_000), (1_800, 9_000)] {
        let refused = run(&database, Query::new(row("length(quote(a))", calls, length))).await;
        assert!(matches!(refused, Err(DatabaseError::Limit { .. })), "{calls} {length}: {refused:?}");
    }
}

/// Statements that put as much as the limits allow between two places where SQLite looks whether to stop.
async fn straight_lines(database: &Database) -> Vec<String> {
    let doubled = |levels: usize| {
        let inner = (0..levels).fold("orders".to_owned(), |inner, _| {
            format!("(SELECT number || number AS number FROM {inner})")
        });
        format!("SELECT length(number) FROM {inner} LIMIT 1")
    };
    let mut lines = vec![
        doubled(5),
        doubled(12),
        doubled(30),
        doubled(95),
        "SELECT json_set((SELECT json_group_object(id, 1) FROM orders LIMIT 9000), '$.a', 1, '$.b', 2, '$.c', 3)"
            .to_owned(),
        format!("SELECT json_extract('[{}1]', '$[9000]')", "1,".repeat(7_000)),
        "SELECT group_concat(number || id, ',') OVER () FROM orders".to_owned(),
        "SELECT a.id FROM orders a, order_items b ORDER BY b.line_total_cents, a.id LIMIT 1 OFFSET 100000".to_owned(),
    ];
    let length = longest(database).await;
    for call in CALLS {
        lines.push(row(call, most_calls(database, call).await, length));
    }
    lines
}

#[tokio::test]
async fn nothing_runs_on_between_two_looks() {
    let _alone = ALONE.lock().await;
    let copy = Copy::new();
    for statement in straight_lines(&copy.database).await {
        let begun = Instant::now();
        let result = run(&copy.database, Query::new(&*statement)).await.map(|rows| rows.rows.len());
        eprintln!(
            "{:5} ms {} -> {:.200}",
            begun.elapsed().as_millis(),
            shown(&statement),
            format!("{result:?}")
        );
        assert!(begun.elapsed() < Duration::from_secs(10), "{}", shown(&statement));
        copy.check(&statement).await;
    }
    copy.finish();
}
