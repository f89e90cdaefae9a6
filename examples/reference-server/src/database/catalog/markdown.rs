//! The catalog as Markdown.

use super::{Catalog, Table};

impl Catalog {
    /// Renders all tables with their columns, for a model that writes SQL.
    pub fn markdown(&self) -> String {
        let mut text =
            String::from("# Northlight: the tables that SQL may read\n\nThe dialect is SQLite's.\n");
        for table in self.tables() {
            text.push('\n');
            text.push_str(&table.markdown());
        }
        text
    }
}

impl Table {
    /// Renders the table with its columns, keys and indexes.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{} {} rows.\n\n", self.name, self.description, self.rows);
        text.push_str("| column | type | meaning |\n|---|---|---|\n");
        for column in &self.columns {
            let mut meaning = column.description.clone();
            if let Some(references) = &column.references {
                meaning.push_str(&format!(" Refers to {references}."));
            }
            if column.personal {
                meaning.push_str(" Personal data.");
            }
            let null = if column.nullable { ", null" } else { "" };
            text.push_str(&format!("| {} | {}{null} | {meaning} |\n", column.name, column.kind.name()));
        }
        text.push_str(&format!("\nPrimary key: {}.", self.primary_key.join(", ")));
        for index in &self.indexes {
            let unique = if index.unique { "Unique index" } else { "Index" };
            text.push_str(&format!(" {unique}: {}.", index.columns.join(", ")));
        }
        text.push('\n');
        text
    }
}
