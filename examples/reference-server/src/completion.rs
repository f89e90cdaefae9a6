//! What may follow what somebody has begun to type.

use schemars::JsonSchema;
use serde::Serialize;

/// Values that begin as asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Completion {
    /// The first of them, at most a hundred.
    pub values: Vec<String>,
    /// How many there are.
    pub total: u64,
    /// Whether there are more than these.
    pub has_more: bool,
}

/// The protocol allows so many.
const MOST: usize = 100;

impl Completion {
    /// Those of the values that begin with a prefix, in any case.
    pub(crate) fn of<T: Into<String>>(values: impl Iterator<Item = T>, prefix: &str) -> Self {
        let prefix = prefix.to_lowercase();
        let mut values: Vec<String> =
            values.map(Into::into).filter(|value| value.to_lowercase().starts_with(&prefix)).collect();
        let total = values.len();
        values.truncate(MOST);
        Self { has_more: total > values.len(), total: total as u64, values }
    }
}
