//! Completions of arguments.

use mcpwright::types;
use schemars::JsonSchema;
use serde::Serialize;

/// The values that start with a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Completion {
    /// The first values, at most 100.
    pub values: Vec<String>,
    /// Number of all values.
    pub total: u64,
    /// `true` if there are more values.
    pub has_more: bool,
}

/// Maximum number of values in the protocol.
const MAX_VALUES: usize = 100;

impl Completion {
    /// Selects the values that start with a prefix, ignoring case.
    pub(crate) fn new<T: Into<String>>(values: impl Iterator<Item = T>, prefix: &str) -> Self {
        let prefix = prefix.to_lowercase();
        let mut values: Vec<String> =
            values.map(Into::into).filter(|value| value.to_lowercase().starts_with(&prefix)).collect();
        let total = values.len();
        values.truncate(MAX_VALUES);
        Self { has_more: total > values.len(), total: total as u64, values }
    }
}

impl From<Completion> for types::Completion {
    fn from(completion: Completion) -> Self {
        Self::new(completion.values).total(completion.total).has_more(completion.has_more)
    }
}
