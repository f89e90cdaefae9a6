//! The documents, rendered from templates with the shop's customers, orders and products.

mod facts;
mod figures;
mod html;
mod template;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use self::facts::Facts;
use self::template::{Template, parse};
use super::error::DataError;
use crate::hex;
use crate::text::index::add_sections;
use crate::text::readable::{Format, readable};

/// Files of templates, whose syntax `template.rs` documents.
const FILES: [&str; 6] = [
    include_str!("policies.txt"),
    include_str!("runbooks.txt"),
    include_str!("handbook.txt"),
    include_str!("contracts.txt"),
    include_str!("minutes.txt"),
    include_str!("reports.txt"),
];

/// Inserts all documents with their versions, and builds the index over the latest versions.
pub(super) fn fill(connection: &Connection, step: &mut dyn FnMut()) -> Result<(), DataError> {
    let facts = Facts::load(connection)?;
    let mut id = 0;
    for file in FILES {
        for template in parse(file)? {
            for instance in 0..template.count {
                id += 1;
                document(connection, &facts, &template, instance, id, step)?;
            }
        }
    }
    connection.execute("INSERT INTO document_index (document_index) VALUES ('rebuild')", [])?;
    Ok(())
}

fn document(
    connection: &Connection,
    facts: &Facts,
    template: &Template,
    instance: usize,
    id: i64,
    step: &mut dyn FnMut(),
) -> Result<(), DataError> {
    let (path, versions) = template.versions(facts, instance)?;
    let format = if path.ends_with(".html") { Format::Html } else { Format::Markdown };
    let collection = path.split('/').next().unwrap_or_default();
    let Some(latest) = versions.last() else {
        return Err(DataError::Template(format!("{path} has no version")));
    };
    connection.prepare_cached("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        id,
        path,
        collection,
        latest.title,
        format.name(),
        versions.len() as i64,
        latest.created.timestamp(),
    ])?;
    for (version, number) in versions.iter().zip(1_i64..) {
        connection.prepare_cached("INSERT INTO document_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
            params![
                id,
                number,
                version.title,
                version.author,
                version.message,
                version.created.timestamp(),
                hex::encode(&Sha256::digest(&version.body)),
                version.body,
            ],
        )?;
        step();
    }
    Ok(add_sections(connection, id, &latest.title, &readable(format, &latest.body))?)
}
