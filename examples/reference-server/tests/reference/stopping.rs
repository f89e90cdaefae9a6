//! Statements end when they should, and threads of the runtime never wait for them.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reference_server::database::{Cancel, Database, DatabaseError, Query};

use crate::support::{database_with, rows, run};

const RUNAWAY: &str =
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x";

/// What a stopped statement may take to let go of its reader.
const PROMPT: Duration = Duration::from_millis(250);

fn one_reader() -> Database {
    database_with(|settings| {
        settings.readers = 1;
        settings.timeout = Duration::from_secs(60);
        settings.wait = Duration::from_secs(60);
    })
}

/// How long it takes until the one reader answers again.
async fn free_again(database: &Database) -> Duration {
    let begun = Instant::now();
    rows(database, "SELECT 1").await;
    begun.elapsed()
}

#[tokio::test]
async fn dropping_the_future_stops_the_statement() {
    let database = one_reader();
    for _ in 0..3 {
        let running = run(&database, Query::new(RUNAWAY));
        assert!(tokio::time::timeout(Duration::from_millis(100), running).await.is_err());
        let waited = free_again(&database).await;
        assert!(waited < PROMPT, "{waited:?}");
    }
}

#[tokio::test]
async fn cancelling_stops_the_statement() {
    let database = one_reader();
    let cancel = Cancel::new();
    let running = tokio::spawn({
        let (database, cancel) = (database.clone(), cancel.clone());
        async move { database.query(Query::new(RUNAWAY), cancel).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    cancel.cancel();
    assert_eq!(running.await.unwrap(), Err(DatabaseError::Cancelled));
    free_again(&database).await;
    assert!(begun.elapsed() < PROMPT, "{:?}", begun.elapsed());
    let again = database.query(Query::new("SELECT 1"), cancel).await;
    assert_eq!(again, Err(DatabaseError::Cancelled), "a cancelled flag stays cancelled");
}

#[tokio::test]
async fn a_statement_that_waits_can_be_cancelled_too() {
    let database = one_reader();
    let blocking = tokio::spawn({
        let database = database.clone();
        async move { run(&database, Query::new(RUNAWAY)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let cancel = Cancel::new();
    let waiting = tokio::spawn({
        let (database, cancel) = (database.clone(), cancel.clone());
        async move { database.query(Query::new("SELECT 1"), cancel).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    cancel.cancel();
    assert_eq!(waiting.await.unwrap(), Err(DatabaseError::Cancelled));
    assert!(begun.elapsed() < PROMPT);
    blocking.abort();
    assert!(free_again(&database).await < PROMPT);
}

#[tokio::test]
async fn time_runs_out() {
    let database = one_reader();
    let mut query = Query::new(RUNAWAY);
    query.timeout = Some(Duration::from_millis(80));
    let begun = Instant::now();
    let after = Duration::from_millis(80);
    assert_eq!(run(&database, query).await, Err(DatabaseError::Timeout { after }));
    assert!(begun.elapsed() < after + PROMPT);
}

#[tokio::test]
async fn too_many_requests_are_refused() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.queue = 2;
        settings.timeout = Duration::from_millis(300);
    });
    let asked = (0..8).map(|_| run(&database, Query::new(RUNAWAY)));
    let answers = join_all(asked).await;
    let busy = answers.iter().filter(|answer| matches!(answer, Err(DatabaseError::Busy(_)))).count();
    let timeout =
        answers.iter().filter(|answer| matches!(answer, Err(DatabaseError::Timeout { .. }))).count();
    assert!(busy >= 5 && timeout >= 1 && busy + timeout == 8, "{answers:?}");
    rows(&database, "SELECT 1").await;
}

#[tokio::test]
async fn what_nobody_waits_for_takes_no_place() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.queue = 2;
        settings.timeout = Duration::from_secs(60);
    });
    let blocking = tokio::spawn({
        let database = database.clone();
        async move { run(&database, Query::new(RUNAWAY)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..10 {
        let waiting = run(&database, Query::new("SELECT 1"));
        assert!(
            tokio::time::timeout(Duration::from_millis(5), waiting).await.is_err(),
            "it waits in the queue"
        );
    }
    blocking.abort();
    rows(&database, "SELECT 1").await;
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let database = database_with(|settings| {
        settings.readers = 1;
        settings.wait = Duration::from_millis(50);
        settings.timeout = Duration::from_millis(300);
    });
    let answers =
        join_all([run(&database, Query::new(RUNAWAY)), run(&database, Query::new("SELECT 1"))]).await;
    assert!(matches!(&answers[1], Err(DatabaseError::Busy(_))), "{answers:?}");
}

#[tokio::test]
async fn the_runtime_goes_on_meanwhile() {
    // One thread for everything: a blocking call would stop the clock below.
    let database = database_with(|settings| settings.timeout = Duration::from_millis(400));
    let running = run(&database, Query::new(RUNAWAY));
    let ticking = async {
        let mut ticks = 0;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            ticks += 1;
        }
        ticks
    };
    let (ran, ticks) = futures::join!(running, ticking);
    assert!(matches!(ran, Err(DatabaseError::Timeout { .. })));
    assert_eq!(ticks, 20);
}

#[tokio::test]
async fn many_ask_at_once() {
    let database = database_with(|settings| settings.readers = 4);
    let asked = (0..60).map(|number| {
        let database = database.clone();
        async move { rows(&database, &format!("SELECT {number}, count(*) FROM orders")).await }
    });
    for (number, found) in join_all(asked).await.into_iter().enumerate() {
        assert_eq!(serde_json::to_string(&found.rows).unwrap(), format!("[[{number},24000]]"));
    }
}
