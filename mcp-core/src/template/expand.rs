//! Expansion of templates, as specified in section 3.2 of RFC 6570.

use crate::template::ast::{Expression, Operator, Part, Variable};
use crate::template::encoding::{encode, encode_reserved};

/// Expands a template. Variables without a value are omitted.
pub(super) fn expand(parts: &[Part], values: &[(&str, &str)]) -> String {
    let mut uri = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => uri.push_str(text),
            Part::Expression(expression) => expand_expression(expression, values, &mut uri),
        }
    }
    uri
}

fn expand_expression(expression: &Expression, values: &[(&str, &str)], uri: &mut String) {
    let value_of = |name: &str| values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let mut separator = expression.operator.prefix();
    for variable in &expression.variables {
        let Some(value) = value_of(&variable.name) else { continue };
        uri.push_str(separator);
        separator = expression.operator.separator();
        expand_variable(expression.operator, variable, value, uri);
    }
}

fn expand_variable(operator: Operator, variable: &Variable, value: &str, uri: &mut String) {
    match operator {
        Operator::Segment if variable.exploded => expand_segments(value, uri),
        Operator::Simple | Operator::Segment => encode(value, uri),
        Operator::Reserved | Operator::Fragment => encode_reserved(value, uri),
        Operator::Query | Operator::Continuation => {
            uri.push_str(&variable.name);
            uri.push('=');
            encode(value, uri);
        }
    }
}

/// Expands a list of path segments, which is one string with `/` between the segments.
fn expand_segments(value: &str, uri: &mut String) {
    for (index, segment) in value.split('/').enumerate() {
        if index > 0 {
            uri.push('/');
        }
        encode(segment, uri);
    }
}
