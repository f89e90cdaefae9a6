//! Generation of the shop's rows.

mod extent;
mod goods;
mod inserter;
mod names;
mod people;
mod sales;
mod service;

use rusqlite::Connection;

use self::inserter::Inserter;

/// Fills the shop's tables in the order of their foreign keys.
pub(super) fn fill(connection: &Connection, step: &mut dyn FnMut()) -> rusqlite::Result<()> {
    let mut inserter = Inserter { connection, step };
    goods::categories(&mut inserter)?;
    people::suppliers(&mut inserter)?;
    goods::warehouses(&mut inserter)?;
    people::employees(&mut inserter)?;
    let products = goods::products(&mut inserter)?;
    goods::price_changes(&mut inserter, &products)?;
    goods::inventory(&mut inserter)?;
    let customers = people::customers(&mut inserter)?;
    let orders = sales::orders(&mut inserter, &customers, &products)?;
    sales::payments(&mut inserter, &orders)?;
    sales::shipments(&mut inserter, &orders)?;
    sales::returns(&mut inserter, &orders)?;
    service::tickets(&mut inserter, &orders)
}
