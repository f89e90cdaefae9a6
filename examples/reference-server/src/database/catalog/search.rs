//! Search for tables and columns by words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Catalog, Index, Table, TableColumn};
use crate::schema::brief;

/// A search in the catalog.
#[derive(Clone, Debug, Default)]
pub struct CatalogSearch {
    /// Words in names and descriptions. If empty, finds all tables.
    pub text: String,
    /// Level of detail of the tables that are returned.
    pub detail: Detail,
    /// Maximum number of tables to return. Default: 20.
    pub limit: Option<u32>,
}

/// Level of detail of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// The name, and the names of the columns that match.
    Names,
    /// Also the description, the number of rows, and the columns with their types.
    #[default]
    Summary,
    /// Also the descriptions of the columns, keys and indexes.
    Full,
}

/// The tables found by a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct FoundTables {
    /// The tables, the best match first.
    pub tables: Vec<FoundTable>,
    /// `true` if and only if more tables match.
    pub more: bool,
    /// Remarks on this search.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

/// A table found by a search, with the requested detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["columns", "indexes", "referencedBy"]))]
#[non_exhaustive]
pub struct FoundTable {
    /// The table's name.
    pub name: String,
    /// The columns that match.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub matching_columns: Vec<String>,
    /// A description of the table's contents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Number of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Such as "customer_id integer, null → customers.id: The buyer."
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub columns: Vec<String>,
    /// The columns of the primary key.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub primary_key: Vec<String>,
    /// Such as "orders_by_date (ordered_at)".
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub indexes: Vec<String>,
    /// Columns of other tables that refer to this table.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub referenced_by: Vec<String>,
}

impl Catalog {
    /// Finds the tables that contain the words in their names, columns or descriptions. Tables with all words come first.
    pub fn search(&self, request: &CatalogSearch) -> FoundTables {
        let words = words(&request.text);
        let mut scored: Vec<(usize, u32, &Table)> = self
            .tables()
            .iter()
            .map(|table| {
                let scores: Vec<u32> = words.iter().map(|word| score(table, word)).collect();
                (scores.iter().filter(|score| **score > 0).count(), scores.iter().sum(), table)
            })
            .filter(|(found, ..)| words.is_empty() || *found > 0)
            .collect();
        // The sort is stable: tables of equal score keep the order of the catalog.
        scored.sort_by_key(|(found, score, _)| std::cmp::Reverse((*found, *score)));
        let limit = request.limit.unwrap_or(20).max(1) as usize;
        let mut notices = Vec::new();
        if scored.is_empty() {
            let names: Vec<&str> = self.names().collect();
            notices.push(format!("No table matches. The tables are {}.", names.join(", ")));
        }
        FoundTables {
            more: scored.len() > limit,
            tables: scored
                .iter()
                .take(limit)
                .map(|(.., table)| describe(table, &words, request.detail))
                .collect(),
            notices,
        }
    }
}

/// Splits a text into lower-case words without the plural ending.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let word = word.to_lowercase();
            match word.strip_suffix('s') {
                Some(singular) if word.len() > 3 && !singular.ends_with('s') => singular.to_owned(),
                _ => word,
            }
        })
        .collect()
}

fn score(table: &Table, word: &str) -> u32 {
    let of_name = match table.name.contains(word) {
        true if table.name.trim_end_matches('s') == word => 20,
        true => 10,
        false => 0,
    };
    let of_description = u32::from(table.description.to_lowercase().contains(word)) * 3;
    let of_columns: u32 = table
        .columns
        .iter()
        .map(|column| match column.name.contains(word) {
            true => 4,
            false => u32::from(column.description.to_lowercase().contains(word)),
        })
        .sum();
    of_name + of_description + of_columns
}

fn describe(table: &Table, words: &[String], detail: Detail) -> FoundTable {
    let is_match = |column: &&TableColumn| {
        let description = column.description.to_lowercase();
        words.iter().any(|word| column.name.contains(word) || description.contains(word))
    };
    let matching = table.columns.iter().filter(is_match).map(|column| column.name.clone());
    let mut found = FoundTable {
        name: table.name.clone(),
        matching_columns: matching.collect(),
        description: None,
        rows: None,
        columns: Vec::new(),
        primary_key: Vec::new(),
        indexes: Vec::new(),
        referenced_by: Vec::new(),
    };
    if detail != Detail::Names {
        found.description = Some(table.description.clone());
        found.rows = Some(table.rows);
        found.columns = table.columns.iter().map(|column| summary(column, detail)).collect();
    }
    if detail == Detail::Full {
        found.primary_key.clone_from(&table.primary_key);
        found.indexes = table.indexes.iter().map(index).collect();
        found.referenced_by.clone_from(&table.referenced_by);
    }
    found
}

fn summary(column: &TableColumn, detail: Detail) -> String {
    let mut text = format!("{} {}", column.name, column.kind.name());
    if column.nullable {
        text.push_str(", null");
    }
    if column.personal {
        text.push_str(", personal");
    }
    if let Some(references) = &column.references {
        text.push_str(" → ");
        text.push_str(references);
    }
    if detail == Detail::Full {
        text.push_str(": ");
        text.push_str(&column.description);
    }
    text
}

fn index(index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    format!("{unique}{} ({})", index.name, index.columns.join(", "))
}
