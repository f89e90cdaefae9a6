//! The text of a template, read.

use std::collections::HashSet;

use super::encoding::encode_reserved;
use super::{Expression, Operator, Part, Variable};

/// How long a template may be, in bytes.
const LENGTH_LIMIT: usize = 4096;

/// How many variables it may have.
const VARIABLE_LIMIT: usize = 32;

/// Why a text is not a URI template that can be matched; the message says what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A `{` has no `}`.
    #[error("the `{{` at byte {position} is never closed by a `}}`")]
    Unclosed {
        /// Where the brace stands.
        position: usize,
    },
    /// A `}` has no `{`.
    #[error("the `}}` at byte {position} closes nothing")]
    Unopened {
        /// Where the brace stands.
        position: usize,
    },
    /// An operator, or what follows a name, is not understood.
    #[error(
        "`{{{expression}}}` is not understood: use `{{name}}`, `{{+name}}`, `{{/name}}`, `{{/name*}}`, `{{?name,…}}`, `{{&name,…}}` or `{{#name}}`"
    )]
    Expression {
        /// What stands between the braces.
        expression: String,
    },
    /// A name is empty, or has other characters than letters, digits, `_` and `.`.
    #[error("`{name}` is no variable's name: use letters, digits, `_` and `.`")]
    Name {
        /// The name.
        name: String,
    },
    /// Two variables have the same name.
    #[error("the variable `{name}` stands twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// Nothing tells where one variable ends and the next begins.
    #[error("put some text between the variables `{first}` and `{second}`, to tell where one ends")]
    Adjacent {
        /// The variable that comes first.
        first: String,
        /// The variable that follows it.
        second: String,
    },
    /// Something follows a query or a fragment that cannot.
    #[error("only `{{&…}}` and `{{#…}}` may follow a query, and nothing a fragment; found `{found}`")]
    AfterEnd {
        /// What follows.
        found: String,
    },
    /// A query begins although the text before it has begun one.
    #[error("the text before `{{?…}}` has a `?` already: write `{{&…}}`")]
    SecondQuery,
    /// The template is longer than 4096 bytes or has more than 32 variables.
    #[error("a template has 4096 bytes and 32 variables at most")]
    TooLarge,
}

pub(super) fn parse(source: &str) -> Result<Vec<Part>, TemplateError> {
    if source.len() > LENGTH_LIMIT {
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
            (Part::Literal(literal(&rest[..end])), end)
        };
        parts.push(part);
        position += length;
    }
    check_names(&parts)?;
    Ok(parts)
}

fn literal(text: &str) -> String {
    let mut uri = String::new();
    encode_reserved(text, &mut uri);
    uri
}

fn parse_expression(text: &str) -> Result<Expression, TemplateError> {
    let not_understood = || TemplateError::Expression { expression: text.to_owned() };
    let (operator, names) = match text.split_at_checked(1) {
        Some(("+", names)) => (Operator::Reserved, names),
        Some(("#", names)) => (Operator::Fragment, names),
        Some(("/", names)) => (Operator::Segment, names),
        Some(("?", names)) => (Operator::Query, names),
        Some(("&", names)) => (Operator::Continuation, names),
        Some(("." | ";" | "=" | "," | "!" | "@" | "|", _)) => return Err(not_understood()),
        _ => (Operator::Simple, text),
    };
    let mut variables = Vec::new();
    for name in names.split(',') {
        if name.contains(':') {
            return Err(not_understood());
        }
        let (name, exploded) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
        if exploded && !matches!(operator, Operator::Segment | Operator::Reserved) {
            return Err(not_understood());
        }
        variables.push(Variable { name: parse_name(name)?, exploded });
    }
    if operator == Operator::Fragment && variables.len() > 1 {
        return Err(not_understood());
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
        Err(TemplateError::Name { name: name.to_owned() })
    }
}

fn check_names(parts: &[Part]) -> Result<(), TemplateError> {
    let mut seen = HashSet::new();
    for part in parts {
        let Part::Expression(expression) = part else { continue };
        for Variable { name, .. } in &expression.variables {
            if !seen.insert(name) {
                return Err(TemplateError::Duplicate { name: name.clone() });
            }
        }
    }
    if seen.len() > VARIABLE_LIMIT { Err(TemplateError::TooLarge) } else { Ok(()) }
}
