//! URI templates of RFC 6570: which URIs they match, and the URIs they make.
//!
//! The expressions that resource templates use are understood: `{id}`, `{+path}`, `{/segment}`, `{/segments*}`, `{?a,b}`,
//! `{&c}` and `{#fragment}`. Values are strings.
//!
//! # Matching
//!
//! A variable takes at least one character, and as many as leave the rest of the template something to match. It takes no
//! `/`, `?` or `#`, except that `{/segments*}` takes whole segments, and `{+path}` takes `/`, and where the template ends
//! without a query or fragment also `?` and `#`. Variables of a query may come in any order, be empty, or be left out, and so
//! may the fragment; a parameter that the template does not name matches nothing. Time and memory are linear in the URI.
//!
//! What is matched is percent-decoded once, and refused if it then could lead out of the place it names: a `\`, a NUL, a
//! segment `..`, and outside of `{+path}` and `{/segments*}` also a `/` or a segment `.`. The value of `{+path}` may begin
//! with `/`, so joining it to a directory needs care.
//!
//! ```
//! use mcpwright_core::template::{Match, UriTemplate};
//!
//! let template: UriTemplate = "note://{user}/{id}{?format}".parse()?;
//! let Match::Matched(variables) = template.matches("note://ada/a%20b?format=md") else { panic!("it matches") };
//! assert_eq!(variables.get("id"), Some("a b"));
//! assert_eq!(variables.get("format"), Some("md"));
//!
//! assert_eq!(template.matches("note://ada"), Match::Unmatched);
//! assert!(matches!(template.matches("note://ada/%2e%2e"), Match::Refused(_)));
//! assert_eq!(template.expand(&[("user", "ada"), ("id", "a b")]), "note://ada/a%20b");
//! # Ok::<(), mcpwright_core::template::TemplateError>(())
//! ```

mod encoding;
mod expand;
mod matching;
mod parse;

use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::str::FromStr;

// The public interface is:
pub use matching::{Match, Refusal, Variables};
pub use parse::TemplateError;

/// A URI template; see the [module](self) for what it understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplate {
    source: String,
    parts: Vec<Part>,
    plan: matching::Plan,
}

/// What a template consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Text, percent-encoded where a URI needs it.
    Literal(String),
    Expression(Expression),
}

/// `{operator name, name*}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expression {
    operator: Operator,
    variables: Vec<Variable>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    name: String,
    /// The value is a list, written with `*`.
    exploded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Simple,
    Reserved,
    Fragment,
    Segment,
    Query,
    Continuation,
}

impl UriTemplate {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// If it is not one, or one that could match the same URI in several ways.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let parts = parse::parse(source)?;
        let plan = matching::Plan::of(&parts)?;
        Ok(Self { source: source.to_owned(), parts, plan })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The names of the variables, in the order in which they stand.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(|expression| &expression.variables).map(|variable| variable.name.as_str())
    }

    /// The values with which this template makes that URI.
    pub fn matches(&self, uri: &str) -> Match {
        self.plan.matches(uri)
    }

    /// The URI that the template makes of these values. Variables without one are left out, as RFC 6570 has it.
    pub fn expand(&self, values: &[(&str, &str)]) -> String {
        expand::expand(&self.parts, values)
    }

    /// Orders templates so that the one which says more about a URI stands first: more literal characters, then fewer
    /// variables that take `/`, then fewer variables at all.
    pub fn most_specific_first(&self, other: &Self) -> Ordering {
        self.generality().cmp(&other.generality()).then_with(|| self.source.cmp(&other.source))
    }

    fn generality(&self) -> (Reverse<usize>, usize, usize) {
        let literals = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Expression(_) => 0,
        });
        let takes_slashes = |expression: &&Expression| {
            expression.operator == Operator::Reserved
                || expression.variables.iter().any(|variable| variable.exploded)
        };
        (Reverse(literals.sum()), self.expressions().filter(takes_slashes).count(), self.variables().count())
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression) => Some(expression),
            Part::Literal(_) => None,
        })
    }
}

impl FromStr for UriTemplate {
    type Err = TemplateError;

    fn from_str(source: &str) -> Result<Self, TemplateError> {
        Self::parse(source)
    }
}

impl fmt::Display for UriTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests;
