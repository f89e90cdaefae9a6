//! Finding tables and columns by words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Catalog, Index, Table, TableColumn};
use crate::schema::brief;

/// What to look for in the catalogue.
#[derive(Clone, Debug, Default)]
pub struct CatalogueSearch {
    /// Words in names and descriptions; all tables if there is none.
    pub text: String,
    /// How much to tell of each table.
    pub detail: Detail,
    /// Tables to return at most; 20 if not given.
    pub limit: Option<u32>,
}

/// How much to tell of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// The name, and the columns that fit the words.
    Names,
    /// Also what it is about, its size, and its columns with their types.
    #[default]
    Summary,
    /// Also what the columns mean, keys, indexes.
    Full,
}

/// The tables that were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct FoundTables {
    /// The best first.
    pub tables: Vec<FoundTable>,
    /// Whether there are more than these. It is exact.
    pub more: bool,
    /// What to know about this search.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<String>,
}

/// A table that was found, with as much as was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["columns", "indexes", "referencedBy"]))]
#[non_exhaustive]
pub struct FoundTable {
    /// Its name.
    pub name: String,
    /// The columns that fit the words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub matching_columns: Vec<String>,
    /// What is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many rows it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Such as "customer_id integer, null → customers.id: Who ordered."
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub columns: Vec<String>,
    /// The columns that tell its rows apart.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub primary_key: Vec<String>,
    /// Such as "orders_by_date (ordered_at)".
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub indexes: Vec<String>,
    /// Columns of other tables that refer to it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub referenced_by: Vec<String>,
}

impl Catalog {
    /// Tables whose names, columns or descriptions have the words; those that have all of them first.
    pub fn search(&self, request: &CatalogueSearch) -> FoundTables {
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
        // The sort is stable: equals keep the order of the catalogue.
        scored.sort_by_key(|(found, score, _)| std::cmp::Reverse((*found, *score)));
        let limit = request.limit.unwrap_or(20).max(1) as usize;
        let mut notices = Vec::new();
        if scored.is_empty() {
            let names: Vec<&str> = self.names().collect();
            notices.push(format!("Nothing has these words. The tables are {}.", names.join(", ")));
        }
        FoundTables {
            more: scored.len() > limit,
            tables: scored
                .iter()
                .take(limit)
                .map(|(.., table)| tell(table, &words, request.detail))
                .collect(),
            notices,
        }
    }
}

/// Words in lower case, without the ending of the plural.
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

fn tell(table: &Table, words: &[String], detail: Detail) -> FoundTable {
    let fits = |column: &&TableColumn| {
        let description = column.description.to_lowercase();
        words.iter().any(|word| column.name.contains(word) || description.contains(word))
    };
    let matching = table.columns.iter().filter(fits).map(|column| column.name.clone());
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
