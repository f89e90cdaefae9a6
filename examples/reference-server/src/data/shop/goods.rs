//! Categories, products, price changes, warehouses and inventory.

use rusqlite::params;
use sha2::{Digest, Sha256};

use super::extent::{EMPLOYEES, FIRST_DAY, LAST_DAY, SUPPLIERS};
use super::inserter::Inserter;
use super::names::{COLORS, SERIES};
use crate::data::calendar::Moment;
use crate::data::random::Random;

pub(super) const PRODUCTS: i64 = 900;
pub(super) const WAREHOUSES: i64 = 6;

/// Data of a product that orders need.
#[derive(Clone)]
pub(super) struct Product {
    pub(super) price_cents: i64,
    pub(super) weight_grams: i64,
    pub(super) introduced: Moment,
}

/// A subcategory: its name, kinds of products, and the ranges of price (euros) and weight (grams).
type Subcategory = (&'static str, [&'static str; 3], (i64, i64), (i64, i64));

/// A top-level category: its name, value added tax, materials, care instructions, and subcategories.
type Category = (&'static str, &'static str, [&'static str; 3], &'static str, [Subcategory; 4]);

const CATEGORIES: [Category; 6] = [
    (
        "Camping",
        "25.00",
        ["recycled polyester", "aluminium", "ripstop nylon"],
        "Dry it before you store it.",
        [
            ("Tents", ["Trekking Tent", "Family Tent", "Tarp"], (89, 790), (900, 9_800)),
            ("Sleeping Bags", ["Down Sleeping Bag", "Summer Sleeping Bag", "Liner"], (39, 480), (300, 1_900)),
            ("Stoves", ["Gas Stove", "Alcohol Burner", "Cook Set"], (24, 180), (120, 1_400)),
            ("Camp Furniture", ["Folding Chair", "Camp Table", "Hammock"], (29, 210), (600, 5_200)),
        ],
    ),
    (
        "Carrying",
        "25.00",
        ["recycled polyester", "stainless steel", "waxed cotton"],
        "Wipe with a damp cloth.",
        [
            ("Backpacks", ["Trekking Pack", "Day Pack", "Ski Pack"], (49, 320), (450, 2_600)),
            ("Travel Bags", ["Duffel", "Wheeled Duffel", "Weekender"], (59, 260), (700, 3_900)),
            ("Dry Bags", ["Dry Bag", "Roll-top Pack", "Map Case"], (12, 119), (60, 900)),
            ("Bottles", ["Steel Bottle", "Vacuum Flask", "Food Jar"], (14, 64), (180, 780)),
        ],
    ),
    (
        "Clothing",
        "25.00",
        ["merino wool", "organic cotton", "recycled polyamide"],
        "Machine wash at 30 degrees.",
        [
            ("Jackets", ["Shell Jacket", "Down Jacket", "Rain Jacket"], (89, 520), (250, 980)),
            ("Base Layers", ["Merino Top", "Merino Leggings", "Mesh Top"], (34, 110), (120, 320)),
            ("Gloves", ["Ski Gloves", "Liner Gloves", "Mittens"], (19, 130), (50, 260)),
            ("Socks", ["Hiking Socks", "Wool Socks", "Ski Socks"], (9, 32), (60, 140)),
        ],
    ),
    (
        "Lighting",
        "25.00",
        ["brass", "mouth-blown glass", "powder-coated steel"],
        "Spare parts are kept for ten years.",
        [
            ("Table Lamps", ["Table Lamp", "Reading Lamp", "Rechargeable Lamp"], (39, 310), (700, 3_600)),
            ("Pendant Lamps", ["Pendant", "Cluster Pendant", "Glass Pendant"], (59, 640), (900, 6_400)),
            ("Outdoor Lamps", ["Wall Lantern", "Path Light", "String Lights"], (29, 240), (400, 3_800)),
            ("Headlamps", ["Headlamp", "Running Headlamp", "Torch"], (24, 140), (60, 280)),
        ],
    ),
    (
        "Home",
        "25.00",
        ["stoneware", "ash wood", "lambswool"],
        "Every piece differs a little.",
        [
            ("Blankets", ["Wool Blanket", "Throw", "Quilt"], (49, 280), (600, 2_200)),
            ("Tableware", ["Stoneware Mug", "Enamel Bowl", "Dinner Plate"], (9, 54), (180, 900)),
            ("Candles", ["Lantern Candle", "Candle Holder", "Tea Light Set"], (6, 79), (90, 1_100)),
            ("Storage", ["Basket", "Wall Shelf", "Crate"], (19, 190), (500, 7_500)),
        ],
    ),
    (
        "Provisions",
        "12.00",
        ["paper", "glass", "tin"],
        "Store dry and out of direct sun.",
        [
            ("Trail Meals", ["Freeze-dried Stew", "Porridge", "Lentil Pot"], (5, 14), (90, 180)),
            ("Coffee", ["Filter Coffee", "Whole Beans", "Instant Coffee"], (6, 24), (120, 1_050)),
            ("Bars", ["Oat Bar Box", "Nut Bar Box", "Date Bar Box"], (11, 32), (400, 900)),
            ("Preserves", ["Cloudberry Jam", "Lingonberry Jam", "Pickled Herring"], (4, 15), (240, 460)),
        ],
    ),
];

pub(super) fn categories(inserter: &mut Inserter<'_>) -> rusqlite::Result<()> {
    let mut id = 0;
    for (name, vat, _, _, children) in &CATEGORIES {
        id += 1;
        let parent = id;
        let slug = name.to_lowercase();
        let insert = "INSERT INTO categories VALUES (?, ?, ?, ?, ?)";
        inserter.insert(insert, params![parent, None::<i64>, name, slug, vat])?;
        for (child, ..) in children {
            id += 1;
            let child_slug = format!("{slug}-{}", child.to_lowercase().replace(' ', "-"));
            inserter.insert(insert, params![id, parent, child, child_slug, vat])?;
        }
    }
    Ok(())
}

pub(super) fn warehouses(inserter: &mut Inserter<'_>) -> rusqlite::Result<()> {
    const SITES: [(&str, &str, &str, i64); WAREHOUSES as usize] = [
        ("GOT1", "Gothenburg", "SE", 14_000),
        ("GOT2", "Gothenburg", "SE", 5_200),
        ("OSL1", "Oslo", "NO", 4_800),
        ("HAM1", "Hamburg", "DE", 11_500),
        ("RTM1", "Rotterdam", "NL", 9_000),
        ("GDN1", "Gdańsk", "PL", 6_400),
    ];
    for (site, id) in SITES.iter().zip(1_i64..) {
        inserter.insert(
            "INSERT INTO warehouses VALUES (?, ?, ?, ?, ?)",
            params![id, site.0, site.1, site.2, site.3],
        )?;
    }
    Ok(())
}

pub(super) fn products(inserter: &mut Inserter<'_>) -> rusqlite::Result<Vec<Product>> {
    let mut random = Random::named("products");
    let mut products = Vec::new();
    for id in 1..=PRODUCTS {
        let top = random.below(CATEGORIES.len());
        let child = random.below(4);
        let category = (top * 5 + child + 2) as i64;
        let (_, _, materials, care, subcategories) = &CATEGORIES[top];
        let (_, kinds, prices, weights) = &subcategories[child];
        let series = random.pick(&SERIES);
        let name = format!("{series} {} {}", random.between(1, 99), random.pick(kinds));
        let price_cents = price(&mut random, *prices);
        let introduced = FIRST_DAY.plus_days(random.between(-1_500, 700));
        let discontinued = random.chance(9).then(|| introduced.plus_days(random.between(300, 900)));
        let sku = format!("NL-{}-{id:04}", series.chars().take(3).collect::<String>().to_uppercase());
        let weight_grams = random.between(weights.0, weights.1);
        let color = random.pick(&COLORS);
        inserter.insert(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                sku,
                name,
                category,
                random.between(1, SUPPLIERS),
                price_cents,
                price_cents * random.between(38, 66) / 100,
                weight_grams,
                description(&mut random, &name, color, care),
                attributes(&mut random, color, materials),
                gtin(id),
                introduced.date(),
                discontinued.filter(|day| *day < LAST_DAY).map(Moment::date),
                &Sha256::digest(format!("{sku} {name}"))[..16],
            ],
        )?;
        products.push(Product { price_cents, weight_grams, introduced });
    }
    Ok(products)
}

/// Returns a price in cents that ends in .00, .50, .90 or .95.
fn price(random: &mut Random, (low, high): (i64, i64)) -> i64 {
    random.between(low, high) * 100 + random.pick(&[0, 50, 90, 95])
}

fn description(random: &mut Random, name: &str, color: &str, care: &str) -> String {
    let opening = random.pick(&[
        "made for long days outside",
        "a quiet companion for every season",
        "designed in Gothenburg and tested above the Arctic Circle",
        "small enough to forget and sturdy enough to trust",
        "a favourite of our own staff",
    ]);
    format!("{name} in {color}: {opening}. {care}")
}

fn attributes(random: &mut Random, color: &str, materials: &[&str]) -> String {
    let material = random.pick(materials);
    let warranty = random.pick(&[12, 24, 24, 36, 60]);
    format!(r#"{{"colour":"{color}","material":"{material}","warrantyMonths":{warranty}}}"#)
}

/// Returns a GTIN of thirteen digits: a Swedish company prefix, the product, and the check digit.
fn gtin(product: i64) -> i64 {
    let body = 735_012_300_000 + product * 7;
    let digits = format!("{body}");
    let sum: i64 = digits.bytes().zip([1, 3].into_iter().cycle()).map(|(d, w)| i64::from(d - b'0') * w).sum();
    body * 10 + (10 - sum % 10) % 10
}

pub(super) fn price_changes(inserter: &mut Inserter<'_>, products: &[Product]) -> rusqlite::Result<()> {
    const REASONS: [&str; 6] = [
        "Supplier price increase",
        "Seasonal campaign",
        "End of campaign",
        "Currency adjustment",
        "Competitor match",
        "Clearance",
    ];
    let mut random = Random::named("price changes");
    let mut id = 0;
    for (product, number) in products.iter().zip(1_i64..) {
        let mut day = product.introduced.plus_days(random.between(20, 200));
        let mut changes = Vec::new();
        while day < LAST_DAY && changes.len() < 6 {
            changes.push(day);
            day = day.plus_days(random.between(60, 330));
        }
        // The changes are computed backwards from the current list price, so that the last change leads to it.
        let mut new = product.price_cents;
        let mut rows = Vec::new();
        for day in changes.into_iter().rev() {
            let old = (new * random.between(86, 116) / 100 / 10 * 10 + 5).max(95);
            rows.push((day, old, new));
            new = old;
        }
        for (day, old, new) in rows.into_iter().rev() {
            id += 1;
            inserter.insert(
                "INSERT INTO price_changes VALUES (?, ?, ?, ?, ?, ?, ?)",
                params![
                    id,
                    number,
                    day.date(),
                    old,
                    new,
                    random.between(1, EMPLOYEES),
                    random.pick(&REASONS)
                ],
            )?;
        }
    }
    Ok(())
}

pub(super) fn inventory(inserter: &mut Inserter<'_>) -> rusqlite::Result<()> {
    let mut random = Random::named("inventory");
    for product in 1..=PRODUCTS {
        for warehouse in 1..=WAREHOUSES {
            if warehouse > 1 && random.chance(22) {
                continue;
            }
            let on_hand = random.between(0, 420);
            inserter.insert(
                "INSERT INTO inventory VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    product,
                    warehouse,
                    on_hand,
                    random.between(0, on_hand / 4),
                    random.between(5, 80),
                    LAST_DAY.plus_days(-random.between(1, 180)).date(),
                ],
            )?;
        }
    }
    Ok(())
}
