//! Facts about the shop that documents refer to: its people, orders, products and suppliers.

use rusqlite::Connection;

use super::figures::grouped;
use crate::data::calendar::Moment;
use crate::data::random::Random;

/// Identifies a document, to seed its random choices.
#[derive(Clone, Copy)]
pub(super) struct DocumentKey<'a> {
    pub(super) template: &'a str,
    pub(super) instance: usize,
}

impl DocumentKey<'_> {
    /// Returns a random stream of the document.
    pub(super) fn random(&self, purpose: &str) -> Random {
        Random::named(&format!("{} {} {purpose}", self.template, self.instance))
    }

    /// Chooses an index that differs between the documents of a template, as long as there are enough indexes.
    fn index(&self, purpose: &str, length: usize) -> usize {
        let first = Random::named(&format!("{} {purpose}", self.template)).below(length);
        (first + self.instance * 7_919) % length
    }
}

/// An entity that documents can mention, as a text for each of its fields.
type Fact = Vec<(&'static str, String)>;

/// The entities that documents can mention, by kind.
pub(super) struct Facts(Vec<(&'static str, Vec<Fact>)>);

/// Kinds of facts with the fields that the statement selects, in its order. Orders and tickets have a `date`, and are
/// mentioned only after it; all other entities existed before the first document.
const KINDS: [(&str, &[&str], &str); 7] = [
    (
        "customer",
        &["id", "name", "city", "tier"],
        "SELECT id, first_name || ' ' || last_name || ' (customer ' || id || ')', city, loyalty_tier
         FROM customers WHERE kind = 'person' AND created_at < '2023' ORDER BY id",
    ),
    (
        "company",
        &["id", "name", "city", "slug", "contact", "credit"],
        "SELECT id, company || ' (customer ' || id || ')', city, company,
                first_name || ' ' || last_name, 'EUR ' || credit_limit_cents / 100
         FROM customers WHERE kind = 'company' AND created_at < '2023' AND EXISTS (
             SELECT 1 FROM orders WHERE customer_id = customers.id AND total_cents > 30000 AND ordered_at < '2023-02-15')
         ORDER BY id",
    ),
    (
        "order",
        &["id", "name", "date", "total", "customer", "status"],
        "SELECT id, number, substr(ordered_at, 1, 10), total_cents, customer_id, status
         FROM orders WHERE total_cents > 30000 ORDER BY ordered_at, id",
    ),
    (
        "product",
        &["id", "name", "sku", "price", "cost", "short", "supplier"],
        "SELECT id, name || ' (' || sku || ')', sku, price_cents, cost_cents, name, supplier_id
         FROM products WHERE discontinued_on IS NULL AND introduced_on < '2023' ORDER BY id",
    ),
    (
        "supplier",
        &["id", "name", "city", "terms", "contact", "slug", "vat"],
        "SELECT id, name, city, payment_terms_days, contact_name, name, tax_id FROM suppliers WHERE 4 <= (
             SELECT count(*) FROM products
             WHERE supplier_id = suppliers.id AND discontinued_on IS NULL AND introduced_on < '2023')
         ORDER BY id",
    ),
    (
        "ticket",
        &["id", "name", "subject", "date"],
        "SELECT id, 'ticket ' || id, subject, substr(opened_at, 1, 10) FROM tickets ORDER BY opened_at, id",
    ),
    ("warehouse", &["id", "name", "city"], "SELECT id, code, city FROM warehouses ORDER BY id"),
];

/// Departments by their names in templates.
const DEPARTMENTS: [(&str, &str); 10] = [
    ("care", "Customer Care"),
    ("logistics", "Logistics"),
    ("purchasing", "Purchasing"),
    ("finance", "Finance"),
    ("it", "IT"),
    ("sales", "Sales"),
    ("marketing", "Marketing"),
    ("people", "People"),
    ("legal", "Legal and Compliance"),
    ("management", "Management"),
];

/// Number of the last orders or tickets that a document can mention.
const RECENT: usize = 150;

impl Facts {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut kinds = Vec::new();
        for (kind, fields, sql) in KINDS {
            kinds.push((kind, rows(connection, fields, sql)?));
        }
        for (kind, department) in DEPARTMENTS {
            // The head of a department has the lowest id.
            let sql = format!(
                "SELECT id, first_name || ' ' || last_name, job_title, email FROM employees
                 WHERE department = '{department}' AND left_on IS NULL AND hired_on < '2023' ORDER BY id"
            );
            kinds.push((kind, rows(connection, &["id", "name", "title", "email"], &sql)?));
        }
        Ok(Self(kinds))
    }

    /// Returns the name of a random employee of a department.
    pub(super) fn employee(&self, department: &str, random: &mut Random) -> String {
        let people = self.kind(department).filter(|people| !people.is_empty());
        people.map(|people| field(&people[random.below(people.len())], "name")).unwrap_or_default()
    }

    /// Returns the text of a reference such as `order:a.total`: a field of the entity with the label `a`, which is the
    /// same throughout the document. `care:head` is the head of the department. An entity with a date is from the weeks
    /// before `start`. `product:s/2` is the second product of `supplier:s`, and `order:c/1` is the first order of
    /// `company:c`.
    pub(super) fn resolve(&self, key: &DocumentKey<'_>, reference: &str, start: Moment) -> Option<String> {
        let (kind, rest) = reference.split_once(':')?;
        let (label, name) = rest.split_once('.').unwrap_or((rest, "name"));
        let day = label.split_once('@').map_or(Some(start), |(_, day)| Moment::parse(day))?.date();
        let facts = self.kind(kind)?;
        if let Some((owner, number)) = label.split_once('/') {
            let (owner_kind, owner_field) =
                if kind == "order" { ("company", "customer") } else { ("supplier", "supplier") };
            let owner = self.resolve(key, &format!("{owner_kind}:{owner}.id"), start)?;
            let mut owned = facts.iter().filter(|fact| field(fact, owner_field) == owner);
            return owned.nth(number.parse::<usize>().ok()?.checked_sub(1)?).map(|fact| field(fact, name));
        }
        let facts = match facts.first()?.iter().any(|(field, _)| *field == "date") {
            true => {
                let end = facts.partition_point(|fact| field(fact, "date") < day);
                &facts[end.saturating_sub(RECENT)..end]
            }
            false => &facts[..],
        };
        let is_department = DEPARTMENTS.iter().any(|(name, _)| *name == kind);
        let index = match label {
            "head" => 0,
            // Other labels exclude the head.
            _ if is_department && facts.len() > 1 => {
                1 + key.index(&format!("{kind}:{label}"), facts.len() - 1)
            }
            _ if facts.is_empty() => return None,
            _ => key.index(&format!("{kind}:{label}"), facts.len()),
        };
        let fact = facts.get(index)?;
        fact.iter().any(|(field, _)| *field == name).then(|| field(fact, name))
    }

    fn kind(&self, kind: &str) -> Option<&Vec<Fact>> {
        self.0.iter().find(|(name, _)| *name == kind).map(|(_, facts)| facts)
    }
}

fn rows(connection: &Connection, fields: &[&'static str], sql: &str) -> rusqlite::Result<Vec<Fact>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let mut fact = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let value: rusqlite::types::Value = row.get(index)?;
            fact.push((*field, text(field, value)));
        }
        Ok(fact)
    })?;
    rows.collect()
}

fn text(field: &str, value: rusqlite::types::Value) -> String {
    use rusqlite::types::Value::{Integer, Text};
    match value {
        Integer(cents) if matches!(field, "total" | "price" | "cost") => {
            format!("EUR {}.{:02}", grouped(cents / 100), cents % 100)
        }
        Integer(integer) => integer.to_string(),
        Text(text) if field == "slug" => slug(&text),
        Text(text) => text,
        _ => String::new(),
    }
}

fn field(fact: &Fact, name: &str) -> String {
    fact.iter().find(|(field, _)| *field == name).map(|(_, text)| text.clone()).unwrap_or_default()
}

/// Converts a name to a segment of a path.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
