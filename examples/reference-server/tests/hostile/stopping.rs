//! Statements that sort and collect end promptly too, wherever they are.

use std::time::{Duration, Instant};

use reference_server::database::{Database, DatabaseError, Query};

use crate::statements::ALONE;
use crate::support::{database_with, rows, run};

const HOGS: [&str; 10] = [
    // These sort two million rows in one go once they have them.
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

async fn free_again(database: &Database) -> Duration {
    let begun = Instant::now();
    rows(database, "SELECT 1").await;
    begun.elapsed()
}

#[tokio::test]
async fn hogs_let_go() {
    let _alone = ALONE.lock().await;
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.timeout = Duration::from_secs(20);
    });
    for hog in HOGS {
        for wait in [50, 400, 800, 1_500] {
            let give_up = async |wait| {
                tokio::time::timeout(Duration::from_millis(wait), run(&database, Query::new(hog))).await
            };
            let ended = give_up(wait).await;
            // The place of the first is free at once. Only with a second one does somebody need its thread.
            let _ = give_up(20).await;
            let waited = free_again(&database).await;
            eprintln!(
                "{:5} ms after {wait:4} ms {:.40?} {hog}",
                waited.as_millis(),
                ended.map(|ended| ended.map(|rows| rows.row_count))
            );
            assert!(waited < Duration::from_secs(3), "{hog}: {waited:?}");
        }
    }
}

#[tokio::test]
async fn temporary_files_stay_small() {
    let _alone = ALONE.lock().await;
    let database = database_with(|settings| {
        settings.timeout = Duration::from_secs(60);
        settings.temporary = 48 << 20;
    });
    let wide = "SELECT a.id FROM orders a, orders b ORDER BY printf('%.*c', 12000, 'x') || b.id || a.id";
    let ended = run(&database, Query::new(wide)).await;
    assert!(
        matches!(&ended, Err(DatabaseError::Limit { what, .. }) if what.contains("temporary")),
        "{ended:?}"
    );
}
