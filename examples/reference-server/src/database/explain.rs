//! Query plans of statements.

use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::cancel::StopCondition;
use super::catalog::{Catalog, Table};
use super::error::DatabaseError;
use super::params::Params;
use super::reader::Reader;
use crate::schema::brief;

/// The query plan of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["steps", "fullScans"]))]
#[non_exhaustive]
pub struct Plan {
    /// SQLite's steps, in order. Substeps are indented.
    pub steps: Vec<String>,
    /// Tables that are read completely.
    pub full_scans: Vec<FullScan>,
    /// Remarks on this plan.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

/// A table that is read completely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct FullScan {
    /// The table's name.
    pub table: String,
    /// Number of rows of the table.
    pub rows: u64,
    /// A way to avoid the scan.
    pub hint: String,
}

/// Minimum number of rows of a table whose full scan is reported.
const MIN_SCAN_ROWS: u64 = 1_000;

pub(super) fn run(
    reader: &mut Reader,
    stop: &StopCondition,
    sql: &str,
    params: &Params,
) -> Result<Plan, DatabaseError> {
    // The statement itself is prepared first: only statements that `query` accepts are explained.
    reader.statement(stop, sql, |statement, _| Ok(params.bind_known(statement)?))?;
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let rows = reader.plan(stop, &explained, params)?;
    let aliases = aliases(sql, &reader.catalog);
    let mut plan = Plan { steps: Vec::new(), full_scans: Vec::new(), notices: Vec::new() };
    let mut depths = HashMap::new();
    for (id, parent, detail) in rows {
        let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
        depths.insert(id, depth);
        let step = step(&reader.catalog, &aliases, detail);
        plan.full_scans.extend(step.full_scan());
        plan.steps.push(format!("{}{step}", "  ".repeat(depth)));
    }
    if plan.steps.iter().any(|step| step.trim_start().starts_with("USE TEMP B-TREE")) {
        let notice =
            "Rows are sorted or grouped in a temporary B-tree; an index in that order would avoid it.";
        plan.notices.push(notice.to_owned());
    }
    Ok(plan)
}

/// A step of a plan, with the table and an estimate of the rows that it reads.
struct Step<'a> {
    detail: String,
    /// The table that is read, if it is known.
    table: Option<&'a Table>,
    /// Estimated number of rows read each time, if there are statistics.
    rows: Option<u64>,
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        match (self.table, self.rows) {
            (Some(table), Some(rows)) if rows == table.rows => {
                write!(f, " ({}: all {rows} rows)", table.name)
            }
            (Some(table), Some(rows)) => write!(f, " ({}: about {rows} of {} rows)", table.name, table.rows),
            (Some(table), None) => write!(f, " ({})", table.name),
            (None, _) => Ok(()),
        }
    }
}

fn step<'a>(catalog: &'a Catalog, aliases: &HashMap<String, String>, detail: String) -> Step<'a> {
    let words: Vec<&str> = detail.split_whitespace().collect();
    let named = match words[..] {
        ["SCAN" | "SEARCH", name, ..] => aliases.get(&name.to_lowercase()),
        _ => None,
    };
    let table = named.and_then(|name| catalog.table(name));
    let rows = table.and_then(|table| match words[0] {
        "SCAN" => Some(table.rows),
        _ => estimate(catalog, &detail),
    });
    Step { detail, table, rows }
}

/// Returns the estimated number of rows of a step such as
/// `SEARCH o USING INDEX orders_by_customer (customer_id=? AND ordered_at>?)`: the statistics of the index for the number
/// of columns that are compared with `=`.
fn estimate(catalog: &Catalog, detail: &str) -> Option<u64> {
    let (before, condition) = detail.split_once(" (")?;
    let equal = condition.matches("=?").count();
    if before.ends_with("USING INTEGER PRIMARY KEY") {
        return (equal > 0).then_some(1);
    }
    let index = before.rsplit(' ').next()?;
    catalog.statistics(index)?.get(equal).copied()
}

impl Step<'_> {
    fn full_scan(&self) -> Option<FullScan> {
        let table = self.table?;
        if !self.detail.starts_with("SCAN") || table.rows < MIN_SCAN_ROWS {
            return None;
        }
        let mut indexed: Vec<&str> =
            table.indexes.iter().filter_map(|index| index.columns.first()).map(String::as_str).collect();
        indexed.extend(table.primary_key.first().map(String::as_str));
        let hint = format!(
            "All {} rows are read. A condition on an indexed column avoids this: {}.",
            table.rows,
            indexed.join(", ")
        );
        Some(FullScan { table: table.name.clone(), rows: table.rows, hint })
    }
}

/// Guesses the aliases of tables from the text, since plans name tables by their aliases. Used for hints only.
fn aliases(sql: &str, catalog: &Catalog) -> HashMap<String, String> {
    let separated = sql.replace(',', " , ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<String> = separated
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '`', '[', ']', ';']).to_lowercase())
        .map(|word| word.strip_prefix("main.").map_or(word.clone(), str::to_owned))
        .collect();
    let mut aliases: HashMap<String, String> =
        catalog.names().map(|name| (name.to_owned(), name.to_owned())).collect();
    for (index, word) in words.iter().enumerate() {
        if catalog.table(word).is_some() {
            let next = words.get(index + 1).filter(|next| *next != "as").or_else(|| words.get(index + 2));
            if let Some(alias) = next.filter(|alias| alias.chars().all(|c| c.is_alphanumeric() || c == '_')) {
                aliases.entry(alias.clone()).or_insert_with(|| word.clone());
            }
        }
    }
    aliases
}
