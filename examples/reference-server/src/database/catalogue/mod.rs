//! The tables that statements may read, and what is known about them.

mod markdown;
mod search;

use std::collections::HashMap;

use rusqlite::Connection;

use super::result::ColumnType;
use crate::completion::Completion;

pub use self::search::{CatalogueSearch, Detail, FoundTable, FoundTables};

/// The tables that statements may read. Nothing else exists for them.
#[derive(Debug)]
pub struct Catalog {
    tables: Vec<Table>,
    /// For each index: rows of the table, and rows for one value of its first column, its first two, and so on.
    statistics: HashMap<String, Vec<u64>>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub description: String,
    /// How many rows it has.
    pub rows: u64,
    /// Its columns, in order.
    pub columns: Vec<TableColumn>,
    /// The columns that tell its rows apart.
    pub primary_key: Vec<String>,
    /// Its other indexes.
    pub indexes: Vec<Index>,
    /// Columns of other tables that refer to it.
    pub referenced_by: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
    /// What it means.
    pub description: String,
    /// Whether it can be null.
    pub nullable: bool,
    /// Whether it holds data about persons.
    pub personal: bool,
    /// The column that it refers to, such as `customers.id`.
    pub references: Option<String>,
}

/// An index of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Index {
    /// Its name in plans.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows share a value.
    pub unique: bool,
}

impl Catalog {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection
            .prepare("SELECT name, description, row_count FROM catalogue_tables ORDER BY position")?;
        let tables = statement.query_map([], |row| {
            Ok(Table {
                name: row.get(0)?,
                description: row.get(1)?,
                rows: row.get::<_, i64>(2)?.unsigned_abs(),
                columns: Vec::new(),
                primary_key: Vec::new(),
                indexes: Vec::new(),
                referenced_by: Vec::new(),
            })
        })?;
        let mut tables = tables.collect::<rusqlite::Result<Vec<_>>>()?;
        for table in &mut tables {
            table.columns = columns(connection, &table.name)?;
            table.primary_key = primary_key(connection, &table.name)?;
            table.indexes = indexes(connection, &table.name)?;
        }
        let references: Vec<(String, String)> = tables
            .iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .filter_map(|(table, column)| {
                Some((column.references.clone()?, format!("{}.{}", table.name, column.name)))
            })
            .collect();
        for table in &mut tables {
            let ours = references.iter().filter(|(to, _)| to.split('.').next() == Some(&table.name));
            table.referenced_by = ours.map(|(_, from)| from.clone()).collect();
        }
        Ok(Self { tables, statistics: statistics(connection)? })
    }

    /// All tables, in the order in which a newcomer would want to read about them.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// A table by its name, in any case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The names of all tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// Tables whose name begins with a text.
    pub fn complete(&self, prefix: &str) -> Completion {
        Completion::of(self.names(), prefix)
    }

    pub(super) fn statistics(&self, index: &str) -> Option<&Vec<u64>> {
        self.statistics.get(index)
    }
}

impl Table {
    /// A column by its name, in any case.
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<TableColumn>> {
    let sql = "SELECT info.name, described.type, described.description, info.\"notnull\" = 0 AND info.pk = 0,
                      described.personal, key.\"table\" || '.' || key.\"to\"
               FROM pragma_table_info(?1) AS info
               JOIN catalogue_columns AS described ON described.table_name = ?1 AND described.name = info.name
               LEFT JOIN pragma_foreign_key_list(?1) AS key ON key.\"from\" = info.name
               ORDER BY info.cid";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.query_map([table], |row| {
        Ok(TableColumn {
            name: row.get(0)?,
            kind: ColumnType::named(&row.get::<_, String>(1)?),
            description: row.get(2)?,
            nullable: row.get(3)?,
            personal: row.get(4)?,
            references: row.get(5)?,
        })
    })?;
    columns.collect()
}

fn primary_key(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    names(connection, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table)
}

fn indexes(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Index>> {
    let sql = "SELECT name, \"unique\" FROM pragma_index_list(?) WHERE origin <> 'pk' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut indexes = Vec::new();
    for found in found {
        let (name, unique) = found?;
        let columns = names(connection, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", &name)?;
        indexes.push(Index { name, columns, unique });
    }
    Ok(indexes)
}

fn names(connection: &Connection, sql: &str, of: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    statement.query_map([of], |row| row.get(0))?.collect()
}

fn statistics(connection: &Connection) -> rusqlite::Result<HashMap<String, Vec<u64>>> {
    let mut statement = connection.prepare("SELECT idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        let numbers: String = row.get(1)?;
        Ok((row.get(0)?, numbers.split(' ').map_while(|number| number.parse().ok()).collect()))
    })?;
    rows.collect()
}
