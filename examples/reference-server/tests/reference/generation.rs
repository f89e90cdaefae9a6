//! Generation of the data: determinism, atomicity and locking.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use reference_server::data::{self, DataError, FILE_NAME};
use reference_server::database::{Database, Settings, StartError};
use rusqlite::Connection;

use crate::support::file;

fn ensure(directory: &Path) -> Result<data::Store, DataError> {
    data::ensure(directory, &mut |_, _| {})
}

#[test]
fn a_complete_file_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(file(), directory.path().join(FILE_NAME)).unwrap();
    let before = fs::metadata(directory.path().join(FILE_NAME)).unwrap().modified().unwrap();
    let store = data::ensure(directory.path(), &mut |_, _| panic!("unexpected generation")).unwrap();
    assert!(!store.generated && store.file.is_absolute());
    assert_eq!(fs::metadata(&store.file).unwrap().modified().unwrap(), before);
    data::verify(&store.file).unwrap();
}

#[test]
fn a_foreign_file_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::write(&path, "my thesis").unwrap();
    assert!(matches!(ensure(directory.path()), Err(DataError::Foreign(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "my thesis");
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    assert!(matches!(ensure(directory.path()), Err(DataError::Foreign(_))));
}

#[test]
fn changed_data_fails_verification() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::copy(file(), &path).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute("UPDATE employees SET salary_cents = salary_cents + 1 WHERE id = 77", []).unwrap();
    assert!(matches!(data::verify(&path), Err(DataError::Changed { .. })));
}

/// Starts three threads on an unfinished file and the data of another version.
#[test]
fn concurrent_starts_generate_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::write(directory.path().join("northlight.sqlite3.1.making"), "half").unwrap();
    fs::copy(file(), &path).unwrap();
    let changed = Connection::open(&path).unwrap();
    changed.execute("UPDATE northlight SET value = 'x' WHERE key = 'digest'", []).unwrap();
    drop(changed);
    let generated: Vec<bool> = thread::scope(|scope| {
        let starts: Vec<_> =
            (0..3).map(|_| scope.spawn(|| ensure(directory.path()).unwrap().generated)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(generated.iter().filter(|generated| **generated).count(), 1);
    data::verify(&path).unwrap();
    let mut names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["northlight.previous.sqlite3", FILE_NAME, "northlight.sqlite3.lock"]);
}

#[test]
fn the_data_is_consistent() {
    let connection = Connection::open(file()).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    for violations in [
        "SELECT count(*) FROM orders WHERE total_cents <> shipping_cents +
             (SELECT sum(line_total_cents) FROM order_items WHERE order_id = orders.id)",
        "SELECT count(*) FROM orders WHERE total_cents <> (SELECT sum(amount_cents) FROM payments WHERE order_id = orders.id)",
        "SELECT count(*) FROM orders WHERE ledger_id <= 9007199254740992",
        "SELECT count(*) FROM orders JOIN customers ON customers.id = customer_id WHERE created_at > ordered_at",
        "SELECT count(*) FROM shipments JOIN orders ON orders.id = order_id WHERE shipped_at < ordered_at OR delivered_at < shipped_at",
        "SELECT count(*) FROM tickets WHERE closed_at < opened_at",
        "SELECT count(*) FROM inventory WHERE reserved > on_hand OR on_hand < 0",
        "SELECT count(*) FROM employees AS e JOIN employees AS m ON m.id = e.manager_id WHERE m.id >= e.id",
        "SELECT count(*) FROM orders WHERE exchange_rate NOT GLOB '[0-9]*.[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'",
        // The catalog describes every table and column of the shop, and nothing else.
        "SELECT count(*) FROM catalog_columns AS c WHERE NOT EXISTS (
             SELECT 1 FROM pragma_table_info(c.table_name) AS i WHERE i.name = c.name)",
        "SELECT count(*) FROM catalog_tables AS t, pragma_table_info(t.name) AS i WHERE NOT EXISTS (
             SELECT 1 FROM catalog_columns AS c WHERE c.table_name = t.name AND c.name = i.name)",
        "SELECT count(*) FROM catalog_columns WHERE type NOT IN
             ('integer', 'cents', 'decimal', 'real', 'text', 'date', 'timestamp', 'boolean', 'json', 'blob')",
        "SELECT count(*) FROM document_versions AS a JOIN document_versions AS b
             ON b.document_id = a.document_id AND b.version = a.version + 1 WHERE a.body = b.body OR b.created_at <= a.created_at",
        "SELECT count(*) FROM document_versions WHERE body LIKE '%{%' OR body LIKE '%\n@%' OR body LIKE '%\n\\%%' ESCAPE '\\'",
        "SELECT count(*) FROM documents WHERE latest_version NOT BETWEEN 3 AND 8",
    ] {
        assert_eq!(count(violations), 0, "{violations}");
    }
    let rows = count("SELECT sum(row_count) FROM catalog_tables");
    assert!(rows >= 100_000 && count("SELECT count(*) FROM catalog_tables") >= 8, "{rows}");
    assert!(count("SELECT count(*) FROM documents") >= 60);
    assert!(count("SELECT count(*) FROM documents WHERE format = 'html'") >= 15);
    assert!(count("SELECT count(*) FROM tickets WHERE body LIKE '%ignore all previous instructions%'") > 0);
}

fn start(directory: &Path) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reference-server"));
    command.arg("--generate").arg("--data").arg(directory).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn concurrent_and_killed_processes_leave_complete_data() {
    let directory = tempfile::tempdir().unwrap();
    for wait in [20, 150, 600] {
        let mut killed = start(directory.path());
        thread::sleep(Duration::from_millis(wait));
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    let starts = [start(directory.path()), start(directory.path())];
    for mut start in starts {
        assert!(start.wait().unwrap().success());
    }
    data::verify(&directory.path().join(FILE_NAME)).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "the data and its lock");
}

#[tokio::test]
async fn generation_does_not_block_the_runtime() {
    let directory = tempfile::tempdir().unwrap();
    let (report, reported) = std::sync::mpsc::channel();
    let report = move |done, total| report.send((done, total)).unwrap();
    let starting = tokio::spawn(Database::start(directory.path().to_owned(), Settings::default(), report));
    let mut ticks = 0;
    while !starting.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        ticks += 1;
    }
    assert!(ticks > 3);
    // The digest is that of this data and of the data that the other tests use.
    starting.await.unwrap().unwrap().verify().await.unwrap();
    assert_eq!(data::digest(&Connection::open(file()).unwrap()).unwrap(), data::DIGEST);
    let reported: Vec<(u64, u64)> = reported.into_iter().collect();
    let total = reported[0].1;
    assert_eq!((reported[0], reported[reported.len() - 1]), ((0, total), (total, total)));
    assert!(reported.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[1].1 == total));
}

#[tokio::test]
async fn an_invalid_directory_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    let broken = Database::start(directory.path().join("file"), Settings::default(), |_, _| {}).await;
    let Err(StartError::Data(error @ DataError::Directory { .. })) = broken else {
        panic!("expected an error");
    };
    assert!(error.to_string().ends_with("it is a file. Choose another with --data"), "{error}");
}

/// Damaged data is not replaced, and the error contains advice.
#[test]
fn damaged_data_is_an_error_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let intact = fs::read(file()).unwrap();
    for damaged in
        [&intact[..intact.len() / 3], &[&intact[..4096], &vec![7; intact.len() - 4096][..]].concat()]
    {
        fs::write(&path, damaged).unwrap();
        let error = ensure(directory.path()).unwrap_err().to_string();
        assert!(error.contains(FILE_NAME) && error.contains("Delete it"), "{error}");
        assert!(data::verify(&path).unwrap_err().to_string().contains("Delete it"));
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn waiting_for_another_process_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let lock = fs::File::create(directory.path().join("northlight.sqlite3.lock")).unwrap();
    lock.lock().unwrap();
    let (report, reported) = std::sync::mpsc::channel();
    let directory = directory.path();
    thread::scope(|scope| {
        let waiting = scope
            .spawn(move || data::ensure(directory, &mut |done, total| report.send((done, total)).unwrap()));
        let (done, total) = reported.recv().unwrap();
        assert!(done == 0 && total > 0, "while the lock is held");
        // Another process renames the complete data, and then ends.
        fs::copy(file(), directory.join("copy")).unwrap();
        fs::rename(directory.join("copy"), directory.join(FILE_NAME)).unwrap();
        drop(lock);
        assert!(!waiting.join().unwrap().unwrap().generated);
        assert_eq!(reported.iter().collect::<Vec<_>>(), [(total, total)]);
    });
}
