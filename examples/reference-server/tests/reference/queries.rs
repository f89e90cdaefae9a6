//! Results are exact: rows, limits, types, cursors.

use reference_server::database::Cell;

use crate::support::{database, rows};

#[tokio::test]
async fn a_query_gives_typed_rows() {
    let database = database();
    let found =
        rows(&database, "SELECT number, total_cents, ledger_id FROM orders ORDER BY id LIMIT 2").await;
    eprintln!("{}", serde_json::to_string_pretty(&found).unwrap());
    assert_eq!(found.rows.len(), 2);
    assert_eq!(found.rows[0][0], Cell::Text("NL-2023-000001".to_owned()));
}
