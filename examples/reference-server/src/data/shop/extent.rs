//! Row counts and dates of the shop's data.

use crate::data::calendar::Moment;

pub(super) const SUPPLIERS: i64 = 90;
pub(super) const EMPLOYEES: i64 = 160;
pub(super) const CUSTOMERS: i64 = 6_000;
pub(super) const ORDERS: i64 = 24_000;
pub(super) const TICKETS: i64 = 5_000;

/// The date of the first order.
pub(super) const FIRST_DAY: Moment = Moment::of(2023, 1, 2);
/// The date of the data: there are no later events.
pub(super) const LAST_DAY: Moment = Moment::of(2025, 6, 30);
