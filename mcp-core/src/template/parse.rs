//! Parsing of templates.

use std::collections::HashSet;

use crate::template::ast::{Expression, Operator, Part, Variable};
use crate::template::encoding::encode_reserved;
use crate::template::error::{MAX_TEMPLATE_LEN, MAX_VARIABLES, TemplateError};

/// Parses a template.
pub(super) fn parse(source: &str) -> Result<Vec<Part>, TemplateError> {
    if source.len() > MAX_TEMPLATE_LEN {
        return Err(TemplateError::TooLarge);
    }
    let mut parts = Vec::new();
    let mut position = 0;
    while position < source.len() {
        let rest = &source[position..];
        let (part, length) = if let Some(inside) = rest.strip_prefix('{') {
            let end = inside.find('}').filter(|end| !inside[..*end].contains('{'));
            let end = end.ok_or(TemplateError::Unclosed { position })?;
            (Part::Expression(parse_expression(&inside[..end])?), end + 2)
        } else {
            let end = rest.find('{').unwrap_or(rest.len());
            if let Some(brace) = rest[..end].find('}') {
                return Err(TemplateError::Unopened { position: position + brace });
            }
            (Part::Literal(encode_literal(&rest[..end])), end)
        };
        parts.push(part);
        position += length;
    }
    check_names(&parts)?;
    Ok(parts)
}

/// Percent-encodes literal text where a URI requires it.
fn encode_literal(text: &str) -> String {
    let mut uri = String::new();
    encode_reserved(text, &mut uri);
    uri
}

/// Parses the text between the braces of an expression.
fn parse_expression(text: &str) -> Result<Expression, TemplateError> {
    let unsupported = || TemplateError::UnsupportedExpression { expression: text.to_owned() };
    let (operator, names) = match text.split_at_checked(1) {
        Some(("+", names)) => (Operator::Reserved, names),
        Some(("#", names)) => (Operator::Fragment, names),
        Some(("/", names)) => (Operator::Segment, names),
        Some(("?", names)) => (Operator::Query, names),
        Some(("&", names)) => (Operator::Continuation, names),
        Some(("." | ";" | "=" | "," | "!" | "@" | "|", _)) => return Err(unsupported()),
        _ => (Operator::Simple, text),
    };
    let mut variables = Vec::new();
    for name in names.split(',') {
        if name.contains(':') {
            return Err(unsupported());
        }
        let (name, exploded) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
        if exploded && !matches!(operator, Operator::Segment | Operator::Reserved) {
            return Err(unsupported());
        }
        variables.push(Variable { name: parse_name(name)?, exploded });
    }
    if operator == Operator::Fragment && variables.len() > 1 {
        return Err(unsupported());
    }
    Ok(Expression { operator, variables })
}

fn parse_name(name: &str) -> Result<String, TemplateError> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if name.split('.').all(is_word) {
        Ok(name.to_owned())
    } else {
        Err(TemplateError::InvalidName { name: name.to_owned() })
    }
}

/// Checks that the names are unique, and that there are not too many.
fn check_names(parts: &[Part]) -> Result<(), TemplateError> {
    let mut seen = HashSet::new();
    for part in parts {
        let Part::Expression(expression) = part else { continue };
        for Variable { name, .. } in &expression.variables {
            if !seen.insert(name) {
                return Err(TemplateError::DuplicateVariable { name: name.clone() });
            }
        }
    }
    if seen.len() > MAX_VARIABLES { Err(TemplateError::TooLarge) } else { Ok(()) }
}
