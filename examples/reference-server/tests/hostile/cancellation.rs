//! Prompt cancellation of statements that sort and aggregate.

use std::time::{Duration, Instant};

use reference_server::database::{Database, DatabaseError, Query};

use crate::statements::EXCLUSIVE;
use crate::support::{database_with, rows, run};

const SLOW_STATEMENTS: [&str; 10] = [
    // These two sort two million rows after reading them.
    "SELECT i.order_id FROM order_items i, categories c ORDER BY i.line_total_cents * c.id % 7919, i.order_id",
    "SELECT DISTINCT i.order_id * c.id % 1999993 FROM order_items i, categories c ORDER BY 1 DESC",
    "SELECT a.id FROM orders a, orders b ORDER BY a.total_cents + b.total_cents",
    "SELECT a.id FROM orders a, orders b ORDER BY a.number || b.number DESC",
    "SELECT DISTINCT a.id * 30000 + b.id FROM orders a, orders b ORDER BY 1",
    "SELECT a.number || b.number, count(*) FROM orders a, orders b GROUP BY 1",
    "SELECT sum(a.id) OVER (ORDER BY b.id, a.id) FROM orders a, orders b ORDER BY 1",
    "SELECT id FROM orders WHERE id IN (SELECT a.id * b.id FROM orders a, orders b)",
    "SELECT a.body FROM tickets a, tickets b ORDER BY b.body || a.body",
    "WITH x AS MATERIALIZED (SELECT a.id + b.id AS s FROM orders a, orders b) SELECT max(x.s) FROM x, x AS y WHERE x.s = y.s",
];

/// Returns the time until the only reader runs another statement.
async fn time_until_free(database: &Database) -> Duration {
    let start = Instant::now();
    rows(database, "SELECT 1").await;
    start.elapsed()
}

#[tokio::test]
async fn sorts_are_cancelled_promptly() {
    let _exclusive = EXCLUSIVE.lock().await;
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.timeout = Duration::from_secs(20);
    });
    for statement in SLOW_STATEMENTS {
        for wait in [50, 400, 800, 1_500] {
            let run_and_cancel = async |wait| {
                tokio::time::timeout(Duration::from_millis(wait), run(&database, Query::new(statement))).await
            };
            let result = run_and_cancel(wait).await;
            // The slot of the first statement is free at once. After a second one, the third statement needs the first
            // one's thread.
            let _ = run_and_cancel(20).await;
            let waited = time_until_free(&database).await;
            eprintln!(
                "{:5} ms after {wait:4} ms {:.40?} {statement}",
                waited.as_millis(),
                result.map(|result| result.map(|rows| rows.row_count))
            );
            assert!(waited < Duration::from_secs(3), "{statement}: {waited:?}");
        }
    }
}

#[tokio::test]
async fn temporary_files_are_limited() {
    let _exclusive = EXCLUSIVE.lock().await;
    let database = database_with(|settings| {
        settings.timeout = Duration::from_secs(60);
        settings.max_temp_bytes = 48 << 20;
    });
    let wide = "SELECT a.id FROM orders a, orders b ORDER BY printf('%.*c', 12000, 'x') || b.id || a.id";
    let result = run(&database, Query::new(wide)).await;
    assert!(
        matches!(&result, Err(DatabaseError::Limit { reason, .. }) if reason.contains("temporary")),
        "{result:?}"
    );
}
