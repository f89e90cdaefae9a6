//! Suppliers, employees and customers. All of them are fictional, including their bank accounts.

use rusqlite::params;

use super::extent::{CUSTOMERS, EMPLOYEES, FIRST_DAY, LAST_DAY, SUPPLIERS};
use super::inserter::Inserter;
use super::names::{
    CITIES, COMPANY_STEMS, CUSTOMER_TRADES, City, FIRST_NAMES, LAST_NAMES, STREETS, SUPPLIER_TRADES,
    legal_form,
};
use crate::data::calendar::Moment;
use crate::data::random::Random;

/// Data of a customer that orders need.
pub(super) struct Customer {
    pub(super) country: &'static str,
    pub(super) company: bool,
    pub(super) created: Moment,
    pub(super) iban: Option<String>,
}

struct Person {
    first: &'static str,
    last: &'static str,
}

impl Person {
    fn any(random: &mut Random) -> Self {
        Self { first: random.pick(&FIRST_NAMES), last: random.pick(&LAST_NAMES) }
    }

    fn mailbox(&self) -> String {
        format!("{}.{}", ascii(self.first), ascii(self.last))
    }
}

pub(super) fn suppliers(inserter: &mut Inserter<'_>) -> rusqlite::Result<()> {
    let mut random = Random::named("suppliers");
    for id in 1..=SUPPLIERS {
        let city = random.pick(&CITIES);
        // Stem and trade advance at different rates, so that names are unique.
        let stem = COMPANY_STEMS[(id as usize * 5) % COMPANY_STEMS.len()];
        let trade =
            SUPPLIER_TRADES[(id as usize / COMPANY_STEMS.len() + id as usize) % SUPPLIER_TRADES.len()];
        let contact = Person::any(&mut random);
        inserter.insert(
            "INSERT INTO suppliers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                format!("{stem} {trade} {}", legal_form(city.1)),
                format!("{} {}", contact.first, contact.last),
                format!("{}@{}.example", contact.mailbox(), ascii(stem)),
                phone(&mut random, &city),
                street(&mut random),
                city.0,
                city.1,
                vat_number(&mut random, city.1),
                iban(&mut random, city.1),
                random.pick(&[14, 30, 30, 45, 60]),
                (!random.chance(12)).then(|| random.between(21, 50) as f64 / 10.0),
                FIRST_DAY.plus_days(-random.between(30, 4_000)).date(),
            ],
        )?;
    }
    Ok(())
}

/// A department: its weight, name, job titles of the head and of the other employees, and range of salaries in euros.
type Department = (usize, &'static str, &'static str, &'static str, (i64, i64));

const DEPARTMENTS: [Department; 9] = [
    (28, "Customer Care", "Head of Customer Care", "Customer Care Agent", (31_000, 46_000)),
    (34, "Logistics", "Head of Logistics", "Warehouse Operator", (29_000, 44_000)),
    (14, "Purchasing", "Head of Purchasing", "Buyer", (41_000, 62_000)),
    (12, "Finance", "Chief Financial Officer", "Accountant", (43_000, 68_000)),
    (18, "IT", "Head of IT", "Software Engineer", (52_000, 84_000)),
    (20, "Sales", "Head of Sales", "Account Manager", (42_000, 71_000)),
    (12, "Marketing", "Head of Marketing", "Marketing Specialist", (38_000, 59_000)),
    (8, "People", "Head of People", "People Partner", (41_000, 60_000)),
    (10, "Legal and Compliance", "General Counsel", "Compliance Officer", (55_000, 82_000)),
];

pub(super) fn employees(inserter: &mut Inserter<'_>) -> rusqlite::Result<()> {
    let mut random = Random::named("employees");
    for id in 1..=EMPLOYEES {
        let person = Person::any(&mut random);
        // The first employee is the managing director, the next ones are the heads of the departments.
        let head = usize::try_from(id - 2).ok().filter(|index| *index < DEPARTMENTS.len());
        let choices: Vec<(usize, usize)> = DEPARTMENTS.iter().map(|d| d.0).zip(0..).collect();
        let index = head.unwrap_or_else(|| random.weighted(&choices));
        let (_, department, lead, member, (low, high)) = DEPARTMENTS[index];
        let (department, title, manager, salary) = match (id, head) {
            (1, _) => ("Management", "Managing Director", None, 168_000),
            (_, Some(_)) => (department, lead, Some(1), random.between(high, high + 34_000)),
            _ => (department, member, Some(index as i64 + 2), random.between(low, high)),
        };
        let latest = if id == 1 || head.is_some() { -400 } else { 700 };
        let hired = FIRST_DAY.plus_days(random.between(-3_600, latest));
        let left = (head.is_none() && id > 1 && random.chance(11))
            .then(|| hired.plus_days(random.between(200, 1_500)));
        let city = random.pick(&CITIES[..13]);
        inserter.insert(
            "INSERT INTO employees VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                person.first,
                person.last,
                format!("{}.{id}@northlight.example", person.mailbox()),
                phone(&mut random, &city),
                department,
                title,
                manager,
                hired.date(),
                left.filter(|day| *day < LAST_DAY).map(Moment::date),
                Moment::of(random.between(1962, 2003), random.between(1, 12), random.between(1, 28)).date(),
                street(&mut random),
                city.0,
                salary * 100,
                format!("{:011}", random.between(1, 99_999_999_999)),
                iban(&mut random, city.1),
            ],
        )?;
    }
    Ok(())
}

pub(super) fn customers(inserter: &mut Inserter<'_>) -> rusqlite::Result<Vec<Customer>> {
    let mut random = Random::named("customers");
    let mut customers = Vec::new();
    for id in 1..=CUSTOMERS {
        let person = Person::any(&mut random);
        let city = random.pick(&CITIES);
        let company = random.chance(14).then(|| {
            let stem = random.pick(&COMPANY_STEMS);
            format!("{stem} {} {}", random.pick(&CUSTOMER_TRADES), legal_form(city.1))
        });
        let tax_id = company.is_some().then(|| vat_number(&mut random, city.1));
        let iban = random.chance(46).then(|| iban(&mut random, city.1));
        let birth = Moment::of(random.between(1944, 2006), random.between(1, 12), random.between(1, 28));
        // Customer numbers are in order of creation.
        let created = FIRST_DAY.plus_days(-1_400).plus_seconds(id * 31_000 + random.between(0, 30_000));
        inserter.insert(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                if company.is_some() { "company" } else { "person" },
                company,
                person.first,
                person.last,
                format!("{}{}@{}", person.mailbox(), random.between(1, 99), random.pick(&MAIL_DOMAINS)),
                phone(&mut random, &city),
                street(&mut random),
                format!("{}{:03}", city.2, random.between(0, 999)),
                city.0,
                city.1,
                tax_id,
                iban,
                company.is_none().then(|| birth.date()),
                random.weighted(&[(60, "none"), (22, "bronze"), (13, "silver"), (5, "gold")]),
                if company.is_some() { random.between(10, 400) * 10_000 } else { 0 },
                random.chance(57),
                created.timestamp(),
                random.chance(6).then(|| random.pick(&NOTES)),
            ],
        )?;
        customers.push(Customer { country: city.1, company: company.is_some(), created, iban });
    }
    Ok(customers)
}

const MAIL_DOMAINS: [&str; 5] =
    ["mail.example", "post.example", "inbox.example", "family.example", "letterbox.example"];

const NOTES: [&str; 8] = [
    "Prefers to be called after 17:00.",
    "Deliver to the neighbour at number 4 when nobody is at home.",
    "Asked twice for an invoice with a purchase order number.",
    "Allergic to wool, see ticket history before recommending blankets.",
    "Wants paper invoices.",
    "Contact moved to a new company, confirm the address at the next order.",
    "Complained about packaging waste in 2023; ship without filler.",
    "Credit limit under review by finance.",
];

fn street(random: &mut Random) -> String {
    format!("{} {}", random.pick(&STREETS), random.between(1, 148))
}

fn phone(random: &mut Random, city: &City) -> String {
    format!("{} 555 {:04}", city.3, random.between(0, 9_999))
}

fn vat_number(random: &mut Random, country: &str) -> String {
    format!("{country}{:010}", random.between(1, 9_999_999_999))
}

/// Returns an IBAN with valid check digits at a bank that does not exist.
fn iban(random: &mut Random, country: &str) -> String {
    let account = format!("0000{:014}", random.between(1, 99_999_999_999_999));
    let letters = country.bytes().map(|letter| u64::from(letter - b'A') + 10);
    let mut remainder = 0_u64;
    for digit in account.bytes() {
        remainder = (remainder * 10 + u64::from(digit - b'0')) % 97;
    }
    for letter in letters {
        remainder = (remainder * 100 + letter) % 97;
    }
    format!("{country}{:02}{account}", 98 - remainder * 100 % 97)
}

/// Converts a name to ASCII for email addresses: letters with diacritics become base letters.
fn ascii(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' => plain.push(letter),
            'å' | 'ä' | 'á' | 'ą' => plain.push('a'),
            'ö' | 'ø' | 'ó' | 'ő' => plain.push('o'),
            'é' | 'è' | 'ę' => plain.push('e'),
            'ü' | 'ú' => plain.push('u'),
            'í' => plain.push('i'),
            ' ' | '&' | '-' if !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{ascii, iban};
    use crate::data::random::Random;

    #[test]
    fn ibans_have_valid_check_digits() {
        let mut random = Random::named("iban");
        for country in ["SE", "DE", "NL"] {
            let account = iban(&mut random, country);
            let moved = format!("{}{}", &account[4..], &account[..4]);
            let mut remainder = 0_u64;
            for character in moved.chars() {
                let digit = character.to_digit(36).map_or(0, u64::from);
                remainder = (remainder * if digit > 9 { 100 } else { 10 } + digit) % 97;
            }
            assert_eq!(remainder, 1, "{account}");
        }
    }

    #[test]
    fn names_are_converted_to_ascii() {
        assert_eq!(ascii("Søren"), "soren");
        assert_eq!(ascii("van den Berg"), "van-den-berg");
        assert_eq!(ascii("O'Brien"), "obrien");
        assert_eq!(ascii("Forge & Pine"), "forge-pine");
    }
}
