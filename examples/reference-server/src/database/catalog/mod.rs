//! The tables that statements may read, with their descriptions, columns, keys, indexes and statistics.

mod markdown;
pub(super) mod search;

use std::collections::HashMap;

use rusqlite::Connection;

use crate::completion::Completion;
use crate::database::result::ColumnType;

/// The tables that statements may read. Statements cannot read any other table.
#[derive(Debug)]
pub struct Catalog {
    tables: Vec<Table>,
    /// For each index: number of rows of the table, then of rows per value of the first column, of the first two, and
    /// so on.
    statistics: HashMap<String, Vec<u64>>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// A description of its contents.
    pub description: String,
    /// Number of rows.
    pub rows: u64,
    /// The columns, in order.
    pub columns: Vec<TableColumn>,
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
    /// The other indexes.
    pub indexes: Vec<Index>,
    /// Columns of other tables that refer to this table.
    pub referenced_by: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableColumn {
    /// The column's name.
    pub name: String,
    /// The type of its values.
    pub kind: ColumnType,
    /// A description of its meaning.
    pub description: String,
    /// `true` if the column can be null.
    pub nullable: bool,
    /// `true` if the column contains personal data.
    pub personal: bool,
    /// The column that a foreign key refers to, such as `customers.id`.
    pub references: Option<String>,
}

/// An index of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Index {
    /// The index's name, as query plans show it.
    pub name: String,
    /// The indexed columns, in order.
    pub columns: Vec<String>,
    /// `true` if the index is unique.
    pub unique: bool,
}

impl Catalog {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection
            .prepare("SELECT name, description, row_count FROM catalog_tables ORDER BY position")?;
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
            let incoming = references.iter().filter(|(to, _)| to.split('.').next() == Some(&table.name));
            table.referenced_by = incoming.map(|(_, from)| from.clone()).collect();
        }
        Ok(Self { tables, statistics: statistics(connection)? })
    }

    /// Returns all tables, in the order of the catalog: basic tables first.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Finds a table by its name, ignoring ASCII case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Returns the names of all tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// Completes the prefix of a table's name.
    pub fn complete(&self, prefix: &str) -> Completion {
        Completion::new(self.names(), prefix)
    }

    pub(super) fn statistics(&self, index: &str) -> Option<&Vec<u64>> {
        self.statistics.get(index)
    }
}

impl Table {
    /// Finds a column by its name, ignoring ASCII case.
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<TableColumn>> {
    let sql = "SELECT info.name, described.type, described.description, info.\"notnull\" = 0 AND info.pk = 0,
                      described.personal, key.\"table\" || '.' || key.\"to\"
               FROM pragma_table_info(?1) AS info
               JOIN catalog_columns AS described ON described.table_name = ?1 AND described.name = info.name
               LEFT JOIN pragma_foreign_key_list(?1) AS key ON key.\"from\" = info.name
               ORDER BY info.cid";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.query_map([table], |row| {
        Ok(TableColumn {
            name: row.get(0)?,
            kind: ColumnType::parse(&row.get::<_, String>(1)?),
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

fn names(connection: &Connection, sql: &str, object: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    statement.query_map([object], |row| row.get(0))?.collect()
}

fn statistics(connection: &Connection) -> rusqlite::Result<HashMap<String, Vec<u64>>> {
    let mut statement = connection.prepare("SELECT idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        let numbers: String = row.get(1)?;
        Ok((row.get(0)?, numbers.split(' ').map_while(|number| number.parse().ok()).collect()))
    })?;
    rows.collect()
}
