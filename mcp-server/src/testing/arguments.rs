//! Arguments of a call, written in a test.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// The arguments of a call: a JSON object, pairs of names and values, or `()` for none.
///
/// ```
/// use mcpwright_server::testing::Arguments;
/// use serde_json::json;
///
/// assert_eq!([("a", 2), ("b", 3)].into_object(), json!({ "a": 2, "b": 3 }).into_object());
/// assert!(().into_object().is_empty());
/// ```
pub trait Arguments {
    /// Returns the arguments as an object.
    fn into_object(self) -> Map<String, Value>;
}

impl Arguments for Value {
    fn into_object(self) -> Map<String, Value> {
        match self {
            Self::Object(object) => object,
            _ => Map::new(),
        }
    }
}

impl Arguments for () {
    fn into_object(self) -> Map<String, Value> {
        Map::new()
    }
}

impl<V: Serialize, const N: usize> Arguments for [(&str, V); N] {
    fn into_object(self) -> Map<String, Value> {
        let pairs: BTreeMap<_, _> = self.into_iter().collect();
        serde_json::to_value(pairs).map(Arguments::into_object).unwrap_or_default()
    }
}
