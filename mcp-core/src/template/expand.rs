//! The URI that a template makes, as section 3.2 of RFC 6570 has it.

use super::encoding::{encode, encode_reserved};
use super::{Expression, Operator, Part, Variable};

pub(super) fn expand(parts: &[Part], values: &[(&str, &str)]) -> String {
    let mut uri = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => uri.push_str(text),
            Part::Expression(expression) => expression.expand(values, &mut uri),
        }
    }
    uri
}

impl Expression {
    fn expand(&self, values: &[(&str, &str)], uri: &mut String) {
        let value_of = |name: &str| values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let mut separator = self.operator.first();
        for variable in &self.variables {
            let Some(value) = value_of(&variable.name) else { continue };
            uri.push_str(separator);
            separator = self.operator.separator();
            self.operator.expand(variable, value, uri);
        }
    }
}

impl Operator {
    /// What stands before the first value.
    fn first(self) -> &'static str {
        match self {
            Self::Simple | Self::Reserved => "",
            Self::Fragment => "#",
            Self::Segment => "/",
            Self::Query => "?",
            Self::Continuation => "&",
        }
    }

    /// What stands between two values.
    pub(super) fn separator(self) -> &'static str {
        match self {
            Self::Simple | Self::Reserved | Self::Fragment => ",",
            Self::Segment => "/",
            Self::Query | Self::Continuation => "&",
        }
    }

    fn expand(self, variable: &Variable, value: &str, uri: &mut String) {
        match self {
            Self::Segment if variable.exploded => expand_segments(value, uri),
            Self::Simple | Self::Segment => encode(value, uri),
            Self::Reserved | Self::Fragment => encode_reserved(value, uri),
            Self::Query | Self::Continuation => {
                uri.push_str(&variable.name);
                uri.push('=');
                encode(value, uri);
            }
        }
    }
}

/// A list of segments is one string here, with `/` between them.
fn expand_segments(value: &str, uri: &mut String) {
    for (index, segment) in value.split('/').enumerate() {
        if index > 0 {
            uri.push('/');
        }
        encode(segment, uri);
    }
}
