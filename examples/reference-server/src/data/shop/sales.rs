//! Orders, payments, shipments and returns.

use rusqlite::params;

use super::extent::{EMPLOYEES, FIRST_DAY, LAST_DAY, ORDERS};
use super::goods::{Product, WAREHOUSES};
use super::inserter::Inserter;
use super::people::Customer;
use crate::data::calendar::Moment;
use crate::data::random::Random;

/// First id of the external ledger, beyond the integers that a 64-bit float represents exactly.
const LEDGER: i64 = 9_007_199_254_740_993;

/// Data of an order that payments, shipments, returns and tickets need.
pub(super) struct Order {
    pub(super) id: i64,
    pub(super) customer: i64,
    pub(super) at: Moment,
    status: &'static str,
    company: bool,
    warehouse: i64,
    total_cents: i64,
    weight_grams: i64,
    payer_iban: Option<String>,
    items: Vec<Item>,
}

struct Item {
    quantity: i64,
    total_cents: i64,
}

pub(super) fn orders(
    inserter: &mut Inserter<'_>,
    customers: &[Customer],
    products: &[Product],
) -> rusqlite::Result<Vec<Order>> {
    let mut random = Random::named("orders");
    let mut orders = Vec::new();
    let spacing = LAST_DAY.days_since(FIRST_DAY) * 86_400 / ORDERS;
    for id in 1..=ORDERS {
        // Each order has its own time slot, so that the times are in the order of the ids.
        let at = FIRST_DAY.plus_seconds((id - 1) * spacing + random.between(0, spacing - 1));
        let number = customer(&mut random, customers, at);
        let customer = &customers[number as usize - 1];
        let mut order = Order {
            id,
            customer: number,
            at,
            status: status(&mut random, at),
            company: customer.company,
            warehouse: random.between(1, WAREHOUSES),
            total_cents: 0,
            weight_grams: 0,
            payer_iban: customer.iban.clone(),
            items: Vec::new(),
        };
        let lines = lines(&mut random, &mut order, products);
        row(inserter, &mut random, &mut order, customer.country)?;
        for line in lines {
            line.insert(inserter, id)?;
        }
        orders.push(order);
    }
    Ok(orders)
}

/// Returns the number of a customer with an account at that time. 120 customers order more often than the others.
fn customer(random: &mut Random, customers: &[Customer], at: Moment) -> i64 {
    let known = customers.partition_point(|customer| customer.created < at);
    let index = if random.chance(20) { random.below(known.min(120)) } else { random.below(known) };
    index as i64 + 1
}

fn status(random: &mut Random, at: Moment) -> &'static str {
    match LAST_DAY.days_since(at) {
        0..=1 => random.weighted(&[(70, "open"), (25, "picking"), (5, "cancelled")]),
        2..=6 => random.weighted(&[(20, "picking"), (60, "shipped"), (15, "delivered"), (5, "cancelled")]),
        _ => random.weighted(&[(90, "delivered"), (4, "cancelled"), (6, "returned")]),
    }
}

struct OrderLine {
    number: i64,
    product: i64,
    quantity: i64,
    unit_price_cents: i64,
    discount: i64,
    total_cents: i64,
}

impl OrderLine {
    fn insert(&self, inserter: &mut Inserter<'_>, order: i64) -> rusqlite::Result<()> {
        inserter.insert(
            "INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                order,
                self.number,
                self.product,
                self.quantity,
                self.unit_price_cents,
                hundredths(self.discount),
                self.total_cents,
            ],
        )
    }
}

fn lines(random: &mut Random, order: &mut Order, products: &[Product]) -> Vec<OrderLine> {
    let count = random.weighted(&[(24, 1), (28, 2), (22, 3), (14, 4), (8, 5), (4, 7)]);
    let mut lines = Vec::new();
    for number in 1..=count {
        let index = random.below(products.len());
        let product = &products[index];
        let quantity =
            if order.company { random.between(1, 24) } else { random.pick(&[1, 1, 1, 1, 2, 2, 3]) };
        let unit_price_cents = product.price_cents * random.between(92, 100) / 100;
        let discount = random.weighted(&[(70, 0), (12, 500), (8, 750), (7, 1_000), (3, 2_500)]);
        // Half a cent is rounded up, in integers only.
        let total_cents = (quantity * unit_price_cents * (10_000 - discount) + 5_000) / 10_000;
        order.total_cents += total_cents;
        order.weight_grams += quantity * product.weight_grams;
        order.items.push(Item { quantity, total_cents });
        let product = index as i64 + 1;
        lines.push(OrderLine { number, product, quantity, unit_price_cents, discount, total_cents });
    }
    lines
}

fn row(
    inserter: &mut Inserter<'_>,
    random: &mut Random,
    order: &mut Order,
    country: &str,
) -> rusqlite::Result<()> {
    let channel = match order.company {
        true => random.weighted(&[(80, "b2b"), (20, "phone")]),
        false => random.weighted(&[(61, "web"), (27, "app"), (5, "phone"), (7, "store")]),
    };
    let seller = (order.company || channel == "phone").then(|| random.between(2, EMPLOYEES));
    let shipping = if order.total_cents > 15_000 { 0 } else { random.pick(&[490, 590, 790]) };
    order.total_cents += shipping;
    let (currency, rate) = currency(random, country);
    inserter.insert(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            order.id,
            format!("NL-{}-{:06}", order.at.year(), order.id),
            order.customer,
            seller,
            order.warehouse,
            channel,
            order.status,
            currency,
            rate,
            order.total_cents,
            shipping,
            order.at.timestamp(),
            LEDGER + order.id * 1_009 + random.between(0, 1_000),
        ],
    )
}

fn currency(random: &mut Random, country: &str) -> (&'static str, String) {
    let (currency, middle) = match country {
        "SE" => ("SEK", 1_145_000_000),
        "NO" => ("NOK", 1_162_000_000),
        "DK" => ("DKK", 746_000_000),
        "PL" => ("PLN", 435_000_000),
        "GB" => ("GBP", 86_000_000),
        _ => return ("EUR", "1.00000000".to_owned()),
    };
    let rate = middle + random.between(-middle / 40, middle / 40);
    (currency, format!("{}.{:08}", rate / 100_000_000, rate % 100_000_000))
}

pub(super) fn payments(inserter: &mut Inserter<'_>, orders: &[Order]) -> rusqlite::Result<()> {
    let mut random = Random::named("payments");
    let mut id = 0;
    for order in orders {
        let parts = if order.total_cents > 40_000 && random.chance(9) { 2 } else { 1 };
        for part in 0..parts {
            id += 1;
            let half = order.total_cents / parts;
            let amount = if part == 0 { order.total_cents - half * (parts - 1) } else { half };
            payment(inserter, &mut random, order, id, amount)?;
        }
    }
    Ok(())
}

fn payment(
    inserter: &mut Inserter<'_>,
    random: &mut Random,
    order: &Order,
    id: i64,
    amount: i64,
) -> rusqlite::Result<()> {
    let method = match order.company {
        true => random.weighted(&[(70, "invoice"), (20, "transfer"), (10, "card")]),
        false => random.weighted(&[(58, "card"), (26, "wallet"), (11, "transfer"), (5, "gift_card")]),
    };
    let status = match order.status {
        "open" => random.weighted(&[(70, "pending"), (25, "captured"), (5, "failed")]),
        "cancelled" => random.weighted(&[(60, "refunded"), (40, "failed")]),
        "returned" => "refunded",
        _ => "captured",
    };
    // 1.4 % plus 25 cents, in units of 0.0001 euros.
    let fee = if method == "card" || method == "wallet" { amount * 14 / 10 + 2_500 } else { 0 };
    let captured = matches!(status, "captured" | "refunded");
    inserter.insert(
        "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            id,
            order.id,
            method,
            status,
            amount,
            format!("{}.{:04}", fee / 10_000, fee % 10_000),
            (method == "card").then(|| format!("{:04}", random.between(0, 9_999))),
            order.payer_iban.as_ref().filter(|_| method == "transfer"),
            captured.then(|| order.at.plus_seconds(random.between(20, 86_000)).min(LAST_DAY).timestamp()),
            LEDGER + 1_000_000_000 + id * 3,
        ],
    )
}

pub(super) fn shipments(inserter: &mut Inserter<'_>, orders: &[Order]) -> rusqlite::Result<()> {
    let mut random = Random::named("shipments");
    let mut id = 0;
    for order in orders.iter().filter(|order| matches!(order.status, "shipped" | "delivered" | "returned")) {
        let parcels = if order.weight_grams > 18_000 { 2 } else { 1 };
        for _ in 0..parcels {
            id += 1;
            let (carrier, prefix) = random.weighted(&[
                (5, ("Nordpost", "NP")),
                (3, ("Skylark Parcel", "SP")),
                (2, ("Hansa Freight", "HF")),
            ]);
            let shipped = order.at.plus_seconds(random.between(7_000, 160_000));
            let delivered = shipped.plus_seconds(random.between(60_000, 520_000)).min(LAST_DAY);
            let weight = (order.weight_grams / parcels).max(1);
            inserter.insert(
                "INSERT INTO shipments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    id,
                    order.id,
                    order.warehouse,
                    carrier,
                    format!("{prefix}{:010}", id * 40_009 + random.between(0, 40_000)),
                    weight,
                    320 + weight * 11 / 100,
                    shipped.timestamp(),
                    (order.status != "shipped").then(|| delivered.timestamp()),
                ],
            )?;
        }
    }
    Ok(())
}

pub(super) fn returns(inserter: &mut Inserter<'_>, orders: &[Order]) -> rusqlite::Result<()> {
    const REASONS: [&str; 7] = [
        "Wrong size",
        "Colour differs from the picture",
        "Arrived damaged",
        "Arrived too late",
        "Ordered by mistake",
        "Defect within warranty",
        "Quality not as expected",
    ];
    let mut random = Random::named("returns");
    let mut id = 0;
    for order in orders.iter().filter(|order| order.status == "returned") {
        for (item, line) in order.items.iter().zip(1_i64..) {
            if line > 1 && random.chance(45) {
                continue;
            }
            id += 1;
            inserter.insert(
                "INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    id,
                    order.id,
                    line,
                    item.quantity,
                    random.pick(&REASONS),
                    item.total_cents,
                    order.at.plus_days(random.between(6, 30)).min(LAST_DAY).date(),
                    random.chance(68),
                ],
            )?;
        }
    }
    Ok(())
}

fn hundredths(value: i64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
