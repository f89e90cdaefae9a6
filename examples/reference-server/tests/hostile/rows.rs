//! Limits on the work of one row, within which SQLite does not check for cancellation.

use std::time::{Duration, Instant};

use reference_server::database::{CancellationToken, Database, DatabaseError, Params, Query};

use crate::statements::{DatabaseCopy, EXCLUSIVE, excerpt};
use crate::support::{database, run};

/// Calls that process the whole text `a`.
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

/// Returns a statement of one row with a number of calls over a text of this length.
fn row(call: &str, calls: usize, length: usize) -> String {
    let columns: Vec<String> =
        (0..calls).step_by(40).map(|start| vec![call; (calls - start).min(40)].join("+")).collect();
    let text = format!("WITH x AS MATERIALIZED (SELECT printf('%.*c', {length}, 'a') AS a)");
    format!("{text} SELECT {} FROM x", columns.join(", "))
}

/// Finds the largest number up to `max` that satisfies a monotonic predicate, by binary search.
async fn largest(max: usize, holds: impl AsyncFn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, max);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if holds(middle).await { low = middle } else { high = middle - 1 }
    }
    low
}

/// Returns `true` if the statement can be prepared.
async fn is_accepted(database: &Database, sql: String) -> bool {
    database.explain(sql, Params::default(), CancellationToken::new()).await.is_ok()
}

/// Returns the maximum length of a text in a row.
async fn max_length(database: &Database) -> usize {
    largest(1 << 20, async |length| run(database, Query::new(row("length(a)", 1, length))).await.is_ok())
        .await
}

/// Returns the maximum number of calls in a row.
async fn max_calls(database: &Database, call: &str) -> usize {
    largest(20_000, async |calls| is_accepted(database, row(call, calls, 9)).await).await
}

/// Calls over 200 MB in one row would take seconds, and could not be cancelled.
#[tokio::test]
async fn the_work_of_a_row_is_bounded() {
    const MAX_BYTES: usize = 16 << 20;
    let database = database();
    let length = max_length(&database).await;
    for call in CALLS {
        let calls = max_calls(&database, call).await;
        eprintln!("{calls:5} times {call} over {length} bytes");
        assert!(calls >= 100 && calls * length <= MAX_BYTES, "{calls} times {call} over {length} bytes");
    }
}

#[tokio::test]
async fn rows_beyond_the_limits_are_rejected() {
    let database = database();
    for (calls, length) in [(400, 120_000), (1_800, 9_000)] {
        let result = run(&database, Query::new(row("length(quote(a))", calls, length))).await;
        assert!(matches!(result, Err(DatabaseError::Limit { .. })), "{calls} {length}: {result:?}");
    }
}

/// Returns statements with the maximum work between two checks for cancellation.
async fn uninterruptible_statements(database: &Database) -> Vec<String> {
    let doubled = |levels: usize| {
        let inner = (0..levels).fold("orders".to_owned(), |inner, _| {
            format!("(SELECT number || number AS number FROM {inner})")
        });
        format!("SELECT length(number) FROM {inner} LIMIT 1")
    };
    let mut statements = vec![
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
    let length = max_length(database).await;
    for call in CALLS {
        statements.push(row(call, max_calls(database, call).await, length));
    }
    statements
}

#[tokio::test]
async fn work_between_two_checks_is_short() {
    let _exclusive = EXCLUSIVE.lock().await;
    let copy = DatabaseCopy::new();
    for statement in uninterruptible_statements(&copy.database).await {
        let start = Instant::now();
        let result = run(&copy.database, Query::new(&*statement)).await.map(|rows| rows.rows.len());
        eprintln!(
            "{:5} ms {} -> {:.200}",
            start.elapsed().as_millis(),
            excerpt(&statement),
            format!("{result:?}")
        );
        assert!(start.elapsed() < Duration::from_secs(10), "{}", excerpt(&statement));
        copy.check(&statement).await;
    }
    copy.finish();
}
