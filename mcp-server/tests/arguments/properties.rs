//! Properties of all arguments of a type: a value of it arrives unchanged, also as models write it, and numbers are never changed.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

use mcpwright_server::{Server, ToolHandler};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Expected, call};

/// Number of cases of each property: a few seconds for each run.
const CASES: u32 = 300;

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
struct Order {
    order_id: u64,
    price: f64,
    customer_name: String,
    delta: Option<i8>,
    is_paid: bool,
    tags: Vec<String>,
    best_pair: (i32, String),
    stock: BTreeMap<u32, i128>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Kind {
    Gift { for_whom: String, wrap: Option<bool> },
    Bulk { box_count: u16 },
    Other,
}

prop_compose! {
    fn orders()(
        order_id in any::<u64>(),
        price in any::<f64>().prop_filter("JSON has only finite numbers", |price| price.is_finite()),
        customer_name in any::<String>(),
        delta in any::<Option<i8>>(),
        is_paid in any::<bool>(),
        tags in vec(any::<String>(), 0..4),
        best_pair in any::<(i32, String)>(),
        stock in btree_map(any::<u32>(), any::<i128>(), 0..4),
        kind in prop_oneof![
            (any::<String>(), option::of(any::<bool>()))
                .prop_map(|(for_whom, wrap)| Kind::Gift { for_whom, wrap }),
            any::<u16>().prop_map(|box_count| Kind::Bulk { box_count }),
            Just(Kind::Other),
        ],
    ) -> Order {
        Order { order_id, price, customer_name, delta, is_paid, tags, best_pair, stock, kind }
    }
}

fn server<T: DeserializeOwned + Serialize + JsonSchema + Send + 'static>() -> Server {
    let tool = ToolHandler::function("t", ["v"], |v: T| {
        let text = serde_json::to_string(&v).expect("the value can be serialized");
        async move { text }
    });
    Server::builder("properties", "1.0.0").tool(tool).build()
}

/// Returns the JSON of a value as models write it: numbers and Booleans as strings, the name of each member in camel case, and
/// without members that are `null`.
fn as_models_write(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(format!(" {number}")),
        Value::Bool(boolean) => Value::String(if *boolean { "True" } else { "False" }.to_owned()),
        Value::Array(items) => items.iter().map(as_models_write).collect(),
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (camel_case(name), as_models_write(value))).collect()
        }
        other => other.clone(),
    }
}

/// Returns the order without the numbers that a [`Value`] cannot have.
fn without_large_integers(mut order: Order) -> Order {
    order.stock.retain(|_, stock| i64::try_from(*stock).is_ok());
    order.stock.insert(7, i64::MIN.into());
    order
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (start, rest) = part.split_at(part.len().min(1));
        name + &start.to_uppercase() + rest
    })
}

/// Checks that a number is accepted exactly if it is one of the type, and arrives unchanged.
fn check_integer<T>(server: &Server, text: &str) -> Result<(), TestCaseError>
where
    T: FromStr + ToString,
{
    for sent in [text.to_owned(), format!("\"{text}\"")] {
        match (call(server, "t", &sent), text.parse::<T>()) {
            (Expected::Value(value), Ok(expected)) => prop_assert_eq!(value, expected.to_string()),
            (Expected::Problems(problems), Err(_)) => {
                let starts_well = problems.starts_with("v: expected an integer from ");
                prop_assert!(starts_well && problems.contains(", got "), "{}", problems);
            }
            (answer, _) => return Err(TestCaseError::fail(format!("{sent}: {answer:?}"))),
        }
    }
    Ok(())
}

/// The digits of integers, of which about half are out of the range of any type.
fn integers() -> impl Strategy<Value = String> {
    prop_oneof!["-?[1-9][0-9]{0,3}", "-?[1-9][0-9]{8,45}", Just("0".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_arrive_unchanged(order in orders()) {
        let server = server::<Order>();
        let sent = serde_json::to_string(&order).expect("JSON");
        prop_assert_eq!(call(&server, "t", &sent), Expected::Value(sent));
    }

    #[test]
    fn values_as_models_write_them_arrive_unchanged(order in orders()) {
        let server = server::<Order>();
        let order = without_large_integers(order);
        let value = serde_json::to_string(&order).expect("JSON");
        let sent = as_models_write(&serde_json::to_value(&order).expect("JSON")).to_string();
        prop_assert_eq!(call(&server, "t", &sent), Expected::Value(value), "{}", sent);
    }

    #[test]
    fn integers_are_exact_or_rejected(text in integers()) {
        check_integer::<u8>(&server::<u8>(), &text)?;
        check_integer::<i16>(&server::<i16>(), &text)?;
        check_integer::<i64>(&server::<i64>(), &text)?;
        check_integer::<u64>(&server::<u64>(), &text)?;
        check_integer::<i128>(&server::<i128>(), &text)?;
        check_integer::<u128>(&server::<u128>(), &text)?;
    }

    #[test]
    fn floats_are_the_nearest_or_rejected(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        let expected: f64 = text.parse().expect("a float");
        match call(&server::<f64>(), "t", &text) {
            Expected::Value(value) => {
                prop_assert_eq!(value.parse::<f64>().expect("a float").to_bits(), expected.to_bits());
            }
            Expected::Problems(problems) => prop_assert!(expected.is_infinite(), "{}: {}", text, problems),
        }
    }

    /// Whatever JSON is sent: a call ends with a value or with problems, and what is accepted is a fixed point.
    #[test]
    fn accepted_values_are_fixed_points(order in orders(), flaw in 0..9_usize, wrong in "[ -~]{0,12}") {
        let server = server::<Order>();
        let mut value = serde_json::to_value(without_large_integers(order)).expect("JSON");
        if let Some((_, member)) = value.as_object_mut().and_then(|members| members.iter_mut().nth(flaw)) {
            *member = Value::from(wrong);
        }
        if let Expected::Value(accepted) = call(&server, "t", &value.to_string()) {
            prop_assert_eq!(call(&server, "t", &accepted), Expected::Value(accepted));
        }
    }
}
