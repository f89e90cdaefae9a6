//! Cancellation and timeouts of statements, limits of the queue, and non-blocking behavior.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reference_server::database::{CancellationToken, Database, DatabaseError, Query};

use crate::support::{database_with, rows, run};

const ENDLESS: &str =
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x";

/// Maximum time until a cancelled statement releases its reader.
const MAX_DELAY: Duration = Duration::from_millis(250);

fn one_reader() -> Database {
    database_with(|settings| {
        settings.readers = 1;
        settings.timeout = Duration::from_secs(60);
        settings.wait_timeout = Duration::from_secs(60);
    })
}

/// Returns the time until the only reader runs another statement.
async fn time_until_free(database: &Database) -> Duration {
    let start = Instant::now();
    rows(database, "SELECT 1").await;
    start.elapsed()
}

#[tokio::test]
async fn dropping_the_future_cancels_the_statement() {
    let database = one_reader();
    for _ in 0..3 {
        let running = run(&database, Query::new(ENDLESS));
        assert!(tokio::time::timeout(Duration::from_millis(100), running).await.is_err());
        let waited = time_until_free(&database).await;
        assert!(waited < MAX_DELAY, "{waited:?}");
    }
}

#[tokio::test]
async fn the_token_cancels_the_statement() {
    let database = one_reader();
    let cancel = CancellationToken::new();
    let running = tokio::spawn({
        let (database, cancel) = (database.clone(), cancel.clone());
        async move { database.query(Query::new(ENDLESS), cancel).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    cancel.cancel();
    assert_eq!(running.await.unwrap(), Err(DatabaseError::Cancelled));
    time_until_free(&database).await;
    assert!(start.elapsed() < MAX_DELAY, "{:?}", start.elapsed());
    let again = database.query(Query::new("SELECT 1"), cancel).await;
    assert_eq!(again, Err(DatabaseError::Cancelled), "a cancelled token stays cancelled");
}

#[tokio::test]
async fn a_waiting_statement_can_be_cancelled() {
    let database = one_reader();
    let blocking = tokio::spawn({
        let database = database.clone();
        async move { run(&database, Query::new(ENDLESS)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let cancel = CancellationToken::new();
    let waiting = tokio::spawn({
        let (database, cancel) = (database.clone(), cancel.clone());
        async move { database.query(Query::new("SELECT 1"), cancel).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    cancel.cancel();
    assert_eq!(waiting.await.unwrap(), Err(DatabaseError::Cancelled));
    assert!(start.elapsed() < MAX_DELAY);
    blocking.abort();
    assert!(time_until_free(&database).await < MAX_DELAY);
}

#[tokio::test]
async fn statements_time_out() {
    let database = one_reader();
    let mut query = Query::new(ENDLESS);
    query.timeout = Some(Duration::from_millis(80));
    let start = Instant::now();
    let after = Duration::from_millis(80);
    assert_eq!(run(&database, query).await, Err(DatabaseError::Timeout { after }));
    assert!(start.elapsed() < after + MAX_DELAY);
}

#[tokio::test]
async fn requests_beyond_the_queue_are_busy() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.queue_capacity = 2;
        settings.timeout = Duration::from_millis(300);
    });
    let requests = (0..8).map(|_| run(&database, Query::new(ENDLESS)));
    let results = join_all(requests).await;
    let busy = results.iter().filter(|result| matches!(result, Err(DatabaseError::Busy(_)))).count();
    let timeout =
        results.iter().filter(|result| matches!(result, Err(DatabaseError::Timeout { .. }))).count();
    assert!(busy >= 5 && timeout >= 1 && busy + timeout == 8, "{results:?}");
    rows(&database, "SELECT 1").await;
}

#[tokio::test]
async fn cancelled_requests_leave_the_queue() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.queue_capacity = 2;
        settings.timeout = Duration::from_secs(60);
    });
    let blocking = tokio::spawn({
        let database = database.clone();
        async move { run(&database, Query::new(ENDLESS)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..10 {
        let waiting = run(&database, Query::new("SELECT 1"));
        assert!(
            tokio::time::timeout(Duration::from_millis(5), waiting).await.is_err(),
            "the request waits in the queue"
        );
    }
    blocking.abort();
    rows(&database, "SELECT 1").await;
}

#[tokio::test]
async fn waiting_requests_time_out() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.wait_timeout = Duration::from_millis(50);
        settings.timeout = Duration::from_millis(300);
    });
    let results =
        join_all([run(&database, Query::new(ENDLESS)), run(&database, Query::new("SELECT 1"))]).await;
    assert!(matches!(&results[1], Err(DatabaseError::Busy(_))), "{results:?}");
}

#[tokio::test]
async fn statements_do_not_block_the_runtime() {
    // The test runtime has one thread: a blocking call would stop the ticks.
    let database = database_with(|settings| settings.timeout = Duration::from_millis(400));
    let running = run(&database, Query::new(ENDLESS));
    let count_ticks = async {
        let mut ticks = 0;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            ticks += 1;
        }
        ticks
    };
    let (result, ticks) = futures::join!(running, count_ticks);
    assert!(matches!(result, Err(DatabaseError::Timeout { .. })));
    assert_eq!(ticks, 20);
}

#[tokio::test]
async fn concurrent_requests() {
    let database = database_with(|settings| settings.readers = 4);
    let requests = (0..60).map(|number| {
        let database = database.clone();
        async move { rows(&database, &format!("SELECT {number}, count(*) FROM orders")).await }
    });
    for (number, found) in join_all(requests).await.into_iter().enumerate() {
        assert_eq!(serde_json::to_string(&found.rows).unwrap(), format!("[[{number},24000]]"));
    }
}
