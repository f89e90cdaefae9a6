//! Tests of queries: rows, limits, types, parameters, cursors, errors, plans.

use reference_server::database::Database;
use reference_server::database::{
    CancellationToken, Cell, ColumnType, CursorError, DatabaseError, Param, Params, Query, Rows, Settings,
};
use serde_json::{Value, json};

use crate::support::{database, database_with, file, rows, run};

fn limited(sql: &str, max_rows: u32, max_bytes: u32) -> Query {
    let mut query = Query::new(sql);
    query.max_rows = Some(max_rows);
    query.max_bytes = Some(max_bytes);
    query
}

fn with(sql: &str, params: Value) -> Query {
    let mut query = Query::new(sql);
    query.params = serde_json::from_value(params).unwrap();
    query
}

fn to_json(rows: &Rows) -> Value {
    serde_json::to_value(&rows.rows).unwrap()
}

#[tokio::test]
async fn columns_have_types() {
    let sql = "SELECT o.number, o.total_cents AS total, o.exchange_rate, o.ordered_at, o.ledger_id, c.email, p.label_digest,
                      p.attributes, r.restocked, s.rating, o.total_cents * 2 AS twice, avg(s.rating) OVER () AS mean,
                      NULL AS empty, CASE WHEN o.id % 2 THEN 1 ELSE 'x' END AS mixed
               FROM orders o JOIN customers c ON c.id = o.customer_id JOIN order_items i ON i.order_id = o.id
               JOIN products p ON p.id = i.product_id JOIN suppliers s ON s.id = p.supplier_id
               JOIN returns r ON r.order_id = o.id ORDER BY o.id LIMIT 40";
    let found = rows(&database(), sql).await;
    use ColumnType::{Any, Blob, Boolean, Cents, Decimal, Integer, Json, Real, Text, Timestamp};
    let kinds: Vec<ColumnType> = found.columns.iter().map(|column| column.kind).collect();
    let expected =
        [Text, Cents, Decimal, Timestamp, Integer, Text, Blob, Json, Boolean, Real, Integer, Real, Any, Any];
    assert_eq!(kinds, expected);
    assert_eq!(found.columns[1].origin.as_deref(), Some("orders.total_cents"));
    assert_eq!(found.columns[10].origin, None);
    let personal: Vec<&str> =
        found.columns.iter().filter(|column| column.personal).map(|column| column.name.as_str()).collect();
    assert_eq!(personal, ["email"]);
}

#[tokio::test]
async fn large_integers_and_decimals_are_exact() {
    let sql = "SELECT ledger_id, ledger_id - 9007199254740993, 9007199254740991, 9007199254740992, -9007199254740992,
                      9223372036854775807, -9223372036854775808, 0.1 + 0.2, exchange_rate, x'00ff', 9e999, '9007199254740993'
               FROM orders WHERE id = 1";
    let found = rows(&database(), sql).await;
    let expected = json!([[
        "9007199254742007",
        1014,
        9_007_199_254_740_991_i64,
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775807",
        "-9223372036854775808",
        0.1 + 0.2,
        "0.84848778",
        "00ff",
        "Infinity",
        "9007199254740993"
    ]]);
    assert_eq!(to_json(&found), expected);
    assert_eq!(found.notices.len(), 3, "{:?}", found.notices);
    assert!(found.notices[0].contains("ledger_id") && !found.notices[0].contains("9007199254740991,"));
}

#[tokio::test]
async fn sums_of_cents_are_exact() {
    let sql = "SELECT sum(total_cents) = (SELECT sum(line_total_cents) FROM order_items) + sum(shipping_cents) FROM orders";
    assert_eq!(rows(&database(), sql).await.rows, [[Cell::Integer(1)]]);
}

#[tokio::test]
async fn truncated_is_exact_at_the_row_limit() {
    let database = database();
    for (row_count, limit, truncated) in
        [(9, 10, false), (10, 10, false), (11, 10, true), (0, 1, false), (2, 1, true)]
    {
        let sql = format!("SELECT id FROM orders ORDER BY id LIMIT {row_count}");
        let found = run(&database, limited(&sql, limit, 100_000)).await.unwrap();
        assert_eq!((found.truncated, found.next_cursor.is_some()), (truncated, truncated), "{row_count}");
        assert_eq!(found.row_count, row_count.min(limit.into()));
    }
}

#[tokio::test]
async fn truncated_is_exact_at_the_byte_limit() {
    let database = database();
    let sql = "SELECT id, note, 'é\"\\\n' FROM customers ORDER BY id LIMIT 30";
    let all = run(&database, limited(sql, 100, 1 << 20)).await.unwrap();
    let size = serde_json::to_string(&all.rows).unwrap().len() as u32;
    for (limit, truncated) in [(size - 1, true), (size, false), (size + 1, false)] {
        let found = run(&database, limited(sql, 100, limit)).await.unwrap();
        assert_eq!(found.truncated, truncated, "{limit} of {size}");
        assert_eq!(found.rows.len(), if truncated { 29 } else { 30 });
        assert!(serde_json::to_string(&found.rows).unwrap().len() as u32 <= limit);
    }
}

#[tokio::test]
async fn a_row_beyond_the_byte_limit_is_an_error() {
    let found = run(&database(), limited("SELECT body FROM tickets", 10, 20)).await;
    assert!(
        matches!(&found, Err(DatabaseError::Limit { reason, .. }) if reason.contains("row 1")),
        "{found:?}"
    );
}

#[tokio::test]
async fn pages_make_up_the_whole_result() {
    let database = database();
    for (sql, max_rows, max_bytes) in [
        ("SELECT id, number FROM orders WHERE id <= 1000 ORDER BY total_cents, id", 170, 1 << 20),
        ("SELECT id, subject, body FROM tickets WHERE id <= 300", 10_000, 4_000),
        ("SELECT status, count(*) FROM orders GROUP BY status", 1, 1 << 20),
        ("SELECT id FROM orders WHERE id <= 100", 100, 1 << 20),
    ] {
        let whole = run(&database, limited(sql, 10_000, 1 << 20)).await.unwrap();
        assert!(!whole.truncated);
        let mut query = limited(sql, max_rows, max_bytes);
        let mut pages = Vec::new();
        loop {
            let page = run(&database, query.clone()).await.unwrap();
            pages.extend(page.rows);
            assert_eq!(page.truncated, page.next_cursor.is_some());
            match page.next_cursor {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(pages, whole.rows, "{sql}");
    }
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_request() {
    let database = database();
    let mut query = with("SELECT id FROM orders WHERE id > ? ORDER BY id", json!([5]));
    query.max_rows = Some(3);
    query.owner = "anna".to_owned();
    let cursor = run(&database, query.clone()).await.unwrap().next_cursor;
    query.cursor = cursor;
    assert_eq!(to_json(&run(&database, query.clone()).await.unwrap()), json!([[9], [10], [11]]));
    let changes: [fn(&mut Query); 6] = [
        |query| query.sql.push(' '),
        |query| query.params = Params::Positional(vec![Param::from(6)]),
        |query| query.params = Params::Positional(vec![Param::from("5")]),
        |query| query.max_rows = Some(4),
        |query| query.max_bytes = Some(999),
        |query| query.owner = "bert".to_owned(),
    ];
    for change in changes {
        let mut other = query.clone();
        change(&mut other);
        assert_eq!(run(&database, other).await, Err(DatabaseError::Cursor(CursorError::OtherRequest)));
    }
    let other = run(&database_with(|_| {}), query.clone()).await;
    assert_eq!(other, Err(DatabaseError::Cursor(CursorError::Forged)), "another database has another key");
}

#[tokio::test]
async fn forged_cursors_are_rejected() {
    let database = database();
    let mut query = Query::new("SELECT id FROM orders ORDER BY id");
    let cursor = run(&database, query.clone()).await.unwrap().next_cursor.unwrap();
    for index in 0..cursor.len() {
        for flip in [1_u8, 2, 4, 8, 16, 32] {
            let mut bytes = cursor.clone().into_bytes();
            bytes[index] ^= flip;
            query.cursor = Some(String::from_utf8(bytes).unwrap());
            assert_eq!(run(&database, query.clone()).await, Err(DatabaseError::Cursor(CursorError::Forged)));
        }
    }
    for wrong in [
        "".to_owned(),
        "1".to_owned(),
        format!("{cursor}{cursor}"),
        "x".repeat(1 << 20),
        cursor[..40].to_owned(),
    ] {
        query.cursor = Some(wrong);
        assert_eq!(run(&database, query.clone()).await, Err(DatabaseError::Cursor(CursorError::Forged)));
    }
}

#[tokio::test]
async fn cursors_with_a_configured_key_survive_a_restart() {
    let open = || {
        let mut settings = Settings::default();
        settings.readers = 1;
        settings.cursor_key = Some([9; 32]);
        Database::open(file(), settings).unwrap()
    };
    let mut query = Query::new("SELECT id FROM orders ORDER BY id");
    query.max_rows = Some(2);
    query.cursor = run(&open(), query.clone()).await.unwrap().next_cursor;
    assert_eq!(to_json(&run(&open(), query).await.unwrap()), json!([[3], [4]]));
}

#[tokio::test]
async fn random_results_have_no_cursor() {
    let mut query = Query::new("SELECT id FROM orders ORDER BY random()");
    query.max_rows = Some(2);
    let found = run(&database(), query).await.unwrap();
    assert!(found.truncated && found.next_cursor.is_none());
    assert!(found.notices.iter().any(|notice| notice.contains("random()")));
}

#[tokio::test]
async fn parameters_are_bound() {
    let database = database();
    let cases = [
        (
            "SELECT ?, ?, ?, ?, ?",
            json!([1, 2.5, "x'; DROP TABLE orders; --", null, true]),
            json!([[1, 2.5, "x'; DROP TABLE orders; --", null, 1]]),
        ),
        ("SELECT :a + @b, $c", json!({"a": 1, "b": 2, "c": "é"}), json!([[3, "é"]])),
        ("SELECT ?2, ?1", json!(["a", "b"]), json!([["b", "a"]])),
        (
            "SELECT ? = ledger_id FROM orders WHERE id = 1",
            json!([{"integer": "9007199254742007"}]),
            json!([[1]]),
        ),
        ("SELECT typeof(?), hex(?)", json!([{"blob": ""}, {"blob": "00ff"}]), json!([["blob", "00FF"]])),
        ("SELECT typeof(?)", json!(["9007199254742007"]), json!([["text"]])),
    ];
    for (sql, params, expected) in cases {
        assert_eq!(to_json(&run(&database, with(sql, params)).await.unwrap()), expected, "{sql}");
    }
    let wrong = [
        ("SELECT ?", json!([]), "the number of values must be 1, not 0"),
        ("SELECT 1", json!([1]), "the number of values must be 0, not 1"),
        ("SELECT :a", json!({}), "no value for :a"),
        ("SELECT :a", json!({"a": 1, "b": 2}), "does not have the parameter :b"),
        ("SELECT ?", json!({"a": 1}), "must be an array"),
        ("SELECT ?", json!([[1]]), "parameter 1 must be"),
        ("SELECT :a", json!({"a": {"integer": 5}}), "the parameter :a must be"),
        ("SELECT ?", json!(["x".repeat(200_000)]), "too long"),
    ];
    for (sql, params, message) in wrong {
        let error = run(&database, with(sql, params)).await.unwrap_err();
        assert!(
            matches!(&error, DatabaseError::Parameters(text) if text.contains(message)),
            "{sql}: {error}"
        );
    }
}

#[tokio::test]
async fn errors_are_explained() {
    let database = database();
    for (sql, message) in [
        ("SELECT * FROM costumers", "Did you mean the table customers?"),
        ("SELECT o.totl_cents FROM orders o", "Did you mean orders.total_cents?"),
        ("SELEC 1", "near \"SELEC\": syntax error (line 1, column 1)"),
        ("SELECT id,\n  FROM orders", "(line 2, column 3)"),
        ("SELECT id FROM orders WHERE é", "no such column: é"),
        ("SELECT sum(1, 2)", "wrong number of arguments to function sum()"),
        ("DELETE FROM orders", "denied: deleting from orders"),
        ("DROP TABLE orders", "creating, altering or dropping"),
        ("SELECT * FROM sqlite_master", "denied: reading sqlite_master"),
    ] {
        let error = run(&database, Query::new(sql)).await.unwrap_err().to_string();
        assert!(error.contains(message), "{sql}: {error}");
    }
    let long = format!("SELECT * FROM \"{}\u{1b}[31m\n\"", "x".repeat(5_000));
    let error = run(&database, Query::new(long)).await.unwrap_err().to_string();
    assert!(error.len() < 400 && !error.contains(char::is_control), "{error}");
}

#[tokio::test]
async fn plans_report_full_scans() {
    let database = database();
    let explain = |sql: &str| {
        let (database, sql) = (database.clone(), sql.to_owned());
        async move { database.explain(sql, Params::default(), CancellationToken::new()).await }
    };
    let plan =
        explain("SELECT * FROM orders AS o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'open'")
            .await
            .unwrap();
    assert_eq!(plan.full_scans.len(), 1);
    assert_eq!((plan.full_scans[0].table.as_str(), plan.full_scans[0].rows), ("orders", 24_000));
    let steps = [
        "SCAN o (orders: all 24000 rows)",
        "SEARCH c USING INTEGER PRIMARY KEY (rowid=?) (customers: about 1 of 6000 rows)",
    ];
    assert_eq!(plan.steps, steps);
    let plan = explain("SELECT * FROM orders WHERE customer_id = ? ORDER BY total_cents").await.unwrap();
    assert!(plan.full_scans.is_empty() && plan.notices.len() == 1);
    assert!(plan.steps[0].contains("(orders: about 5 of 24000 rows)"), "{plan:?}");
    let nested = "SELECT (SELECT max(id) FROM orders WHERE customer_id = c.id) FROM customers c";
    let plan = explain(nested).await.unwrap();
    assert!(plan.steps[0].starts_with("SCAN c") && plan.steps[2].starts_with("  SEARCH orders"), "{plan:?}");
    for sql in
        ["QUERY PLAN SELECT 1", "EXPLAIN SELECT 1", "QUERY PLAN DELETE FROM orders", "", "SELECT 1; SELECT 2"]
    {
        assert!(explain(sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn results_as_csv() {
    let sql = "SELECT 'a,b' AS x, 'say \"hi\"' AS \"y\nz\", NULL AS n, '' AS e, 1.5 AS r, 9007199254740993 AS i, x'0a' AS b";
    let found = rows(&database(), sql).await;
    assert_eq!(
        found.csv(),
        "x,\"y\nz\",n,e,r,i,b\r\n\"a,b\",\"say \"\"hi\"\"\",,\"\",1.5,9007199254740993,0a\r\n"
    );
}
