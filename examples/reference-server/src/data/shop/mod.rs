//! The rows of the shop, made by seeded chance.

mod goods;
mod names;
mod people;
mod sales;
mod service;

use rusqlite::{Connection, Params};

use super::calendar::Moment;

const SUPPLIERS: i64 = 90;
const EMPLOYEES: i64 = 160;
const CUSTOMERS: i64 = 6_000;
const ORDERS: i64 = 24_000;
const TICKETS: i64 = 5_000;

/// The first day with an order.
const FIRST_DAY: Moment = Moment::of(2023, 1, 2);
/// The day on which the data was drawn up: nothing happens after it.
const LAST_DAY: Moment = Moment::of(2025, 6, 30);

/// Fills the shop's tables in the order of their foreign keys.
pub(super) fn fill(connection: &Connection, step: &mut dyn FnMut()) -> rusqlite::Result<()> {
    let mut filling = Filling { connection, step };
    goods::categories(&mut filling)?;
    people::suppliers(&mut filling)?;
    goods::warehouses(&mut filling)?;
    people::employees(&mut filling)?;
    let products = goods::products(&mut filling)?;
    goods::price_changes(&mut filling, &products)?;
    goods::inventory(&mut filling)?;
    let customers = people::customers(&mut filling)?;
    let orders = sales::orders(&mut filling, &customers, &products)?;
    sales::payments(&mut filling, &orders)?;
    sales::shipments(&mut filling, &orders)?;
    sales::returns(&mut filling, &orders)?;
    service::tickets(&mut filling, &orders)
}

/// The database being filled, and who is told how far it is.
struct Filling<'a> {
    connection: &'a Connection,
    step: &'a mut dyn FnMut(),
}

impl Filling<'_> {
    fn insert(&mut self, sql: &str, row: impl Params) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(row)?;
        (self.step)();
        Ok(())
    }
}
