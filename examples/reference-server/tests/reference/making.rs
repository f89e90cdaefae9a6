//! The data is the same every time, and a file is whole or not there.

use std::fs;
use std::path::Path;
use std::thread;

use reference_server::data::{self, DataError, FILE_NAME};
use rusqlite::Connection;

use crate::support::file;

fn make(directory: &Path) -> Result<data::Store, DataError> {
    data::ensure(directory, &mut |_, _| {})
}

#[test]
fn two_makings_give_the_same_data() {
    let directory = tempfile::tempdir().unwrap();
    let mut reported = Vec::new();
    let store = data::ensure(directory.path(), &mut |done, total| reported.push((done, total))).unwrap();
    assert!(store.made);
    let one = data::digest(&Connection::open(&store.file).unwrap()).unwrap();
    let other = data::digest(&Connection::open(file()).unwrap()).unwrap();
    assert_eq!((one.as_str(), other.as_str()), (data::DIGEST, data::DIGEST));
    let total = reported[0].1;
    assert_eq!((reported[0].0, reported.last().unwrap().0), (0, total));
    assert!(reported.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[1].1 == total));
    let mut names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["northlight.lock", FILE_NAME]);
}

#[test]
fn a_finished_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(file(), directory.path().join(FILE_NAME)).unwrap();
    let before = fs::metadata(directory.path().join(FILE_NAME)).unwrap().modified().unwrap();
    let store = data::ensure(directory.path(), &mut |_, _| panic!("nothing is made")).unwrap();
    assert!(!store.made && store.file.is_absolute());
    assert_eq!(fs::metadata(&store.file).unwrap().modified().unwrap(), before);
    data::verify(&store.file).unwrap();
}

#[test]
fn what_a_killed_start_left_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::write(directory.path().join(".northlight-1.making"), "half").unwrap();
    fs::copy(file(), &path).unwrap();
    Connection::open(&path).unwrap().execute("DELETE FROM northlight WHERE key = 'digest'", []).unwrap();
    assert!(make(directory.path()).unwrap().made);
    data::verify(&path).unwrap();
    assert!(!directory.path().join(".northlight-1.making").exists());
    fs::write(&path, "").unwrap();
    assert!(make(directory.path()).unwrap().made, "an empty file is no data");
}

#[test]
fn data_of_another_version_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::copy(file(), &path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute("UPDATE northlight SET value = 'x' WHERE key = 'digest'", [])
        .unwrap();
    assert!(make(directory.path()).unwrap().made);
    assert!(directory.path().join("northlight.previous.sqlite3").exists());
}

#[test]
fn a_file_of_somebody_else_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::write(&path, "my thesis").unwrap();
    assert!(matches!(make(directory.path()), Err(DataError::Foreign(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "my thesis");
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    assert!(matches!(make(directory.path()), Err(DataError::Foreign(_))));
}

#[test]
fn changes_are_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    fs::copy(file(), &path).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute("UPDATE employees SET salary_cents = salary_cents + 1 WHERE id = 77", []).unwrap();
    assert!(matches!(data::verify(&path), Err(DataError::Changed { .. })));
}

#[test]
fn several_starts_at_once_make_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let made: Vec<bool> = thread::scope(|scope| {
        let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| make(directory.path()).unwrap().made)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    data::verify(&directory.path().join(FILE_NAME)).unwrap();
}

#[test]
fn the_data_hangs_together() {
    let connection = Connection::open(file()).unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    for nothing in [
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
        // Every table and column of the shop is described, and nothing else is.
        "SELECT count(*) FROM catalogue_columns AS c WHERE NOT EXISTS (
             SELECT 1 FROM pragma_table_info(c.table_name) AS i WHERE i.name = c.name)",
        "SELECT count(*) FROM catalogue_tables AS t, pragma_table_info(t.name) AS i WHERE NOT EXISTS (
             SELECT 1 FROM catalogue_columns AS c WHERE c.table_name = t.name AND c.name = i.name)",
        "SELECT count(*) FROM catalogue_columns WHERE type NOT IN
             ('integer', 'cents', 'decimal', 'real', 'text', 'date', 'timestamp', 'boolean', 'json', 'blob')",
        "SELECT count(*) FROM document_versions AS a JOIN document_versions AS b
             ON b.document_id = a.document_id AND b.version = a.version + 1 WHERE a.body = b.body OR b.created_at <= a.created_at",
        "SELECT count(*) FROM document_versions WHERE body LIKE '%{%' OR body LIKE '%\n@%' OR body LIKE '%\n\\%%' ESCAPE '\\'",
        "SELECT count(*) FROM documents WHERE latest_version NOT BETWEEN 3 AND 8",
    ] {
        assert_eq!(number(nothing), 0, "{nothing}");
    }
    let rows = number("SELECT sum(row_count) FROM catalogue_tables");
    assert!(rows >= 100_000 && number("SELECT count(*) FROM catalogue_tables") >= 8, "{rows}");
    assert!(number("SELECT count(*) FROM documents") >= 60);
    assert!(number("SELECT count(*) FROM documents WHERE format = 'html'") >= 15);
    assert!(number("SELECT count(*) FROM tickets WHERE body LIKE '%ignore all previous instructions%'") > 0);
}
