//! URI templates of RFC 6570: matching and expansion.
//!
//! The supported expressions are those that resource templates use: `{id}`, `{+path}`, `{/segment}`, `{/segments*}`,
//! `{?a,b}`, `{&c}` and `{#fragment}`. Values are strings.
//!
//! # Matching
//!
//! A variable captures at least one character, and as many as the rest of the template allows. It does not capture
//! `/`, `?` or `#`, with two exceptions: `{/segments*}` captures whole segments with the `/` between them, and
//! `{+path}` captures `/`, and, if the template has no query or fragment, also `?` and `#`. The variables of a query
//! may occur in any order, be empty, or be absent; the fragment may be absent too. A URI with a query parameter that
//! the template does not name does not match. Time and memory are linear in the length of the URI.
//!
//! Equivalent spellings of a URI match: in upper or lower case in the scheme and the host, with octets that are
//! percent-encoded or not, and with the default port of `http` or without.
//!
//! Captured text is percent-decoded once. A URI is rejected if a decoded value could name something outside of the
//! template: no value may contain a `\`, a NUL or a segment `..`, and, except in `{+path}`, no segment may be `.` or
//! contain a `/`. The value of a query parameter or a fragment is one segment. The value of `{+path}` may start with
//! `/`, so it must be joined to a directory with care.
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
//! assert!(matches!(template.matches("note://ada/%2e%2e"), Match::Rejected(_)));
//! assert_eq!(template.expand(&[("user", "ada"), ("id", "a b")]), "note://ada/a%20b");
//! # Ok::<(), mcpwright_core::template::TemplateError>(())
//! ```

mod ast;
mod encoding;
mod error;
mod expand;
mod matching;
mod parse;
mod step;

use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::str::FromStr;

use ast::{Expression, Operator, Part};
use matching::Matcher;

// The public interface is:
pub use error::TemplateError;
pub use matching::{Match, Rejection, Variables};

/// A URI template. See the [module](self) for the supported expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplate {
    source: String,
    parts: Vec<Part>,
    matcher: Matcher,
}

impl UriTemplate {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a supported template, or if a URI could match it in several ways.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let parts = parse::parse(source)?;
        let matcher = Matcher::new(&parts)?;
        Ok(Self { source: source.to_owned(), parts, matcher })
    }

    /// Returns the source text of the template.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Returns the names of the variables, in the order of the template.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(|expression| &expression.variables).map(|variable| variable.name.as_str())
    }

    /// Matches a URI against the template and returns the values of its variables.
    ///
    /// The scheme, the host and the percent-encoding may be those of any [equivalent](crate::uri) spelling. Segments `.` and
    /// `..` are not removed, so that a value with one is rejected: see
    /// [`without_dot_segments`](crate::uri::without_dot_segments).
    pub fn matches(&self, uri: &str) -> Match {
        self.matcher.matches(uri)
    }

    /// Returns a URI that matches in the spelling of the template: the scheme, the host and the port are spelled as in the
    /// template, and the rest has a normal percent-encoding. Returns `None` for a URI that does not match.
    ///
    /// ```
    /// use mcpwright_core::template::UriTemplate;
    ///
    /// let template: UriTemplate = "Note://Home/{id}".parse()?;
    /// assert_eq!(template.respell("note://HOME/A%7e").as_deref(), Some("Note://Home/A~"));
    /// # Ok::<(), mcpwright_core::template::TemplateError>(())
    /// ```
    pub fn respell(&self, uri: &str) -> Option<String> {
        self.matcher.respell(uri)
    }

    /// Expands the template with `(name, value)` pairs. Variables without a value are omitted, as in RFC 6570.
    pub fn expand(&self, values: &[(&str, &str)]) -> String {
        expand::expand(&self.parts, values)
    }

    /// Compares two templates so that the more specific one sorts first.
    ///
    /// A template is more specific if it has more literal characters; then, if it has fewer variables that capture `/`;
    /// then, if it has fewer variables.
    pub fn cmp_specificity(&self, other: &Self) -> Ordering {
        self.generality().cmp(&other.generality()).then_with(|| self.source.cmp(&other.source))
    }

    fn generality(&self) -> (Reverse<usize>, usize, usize) {
        let literals = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Expression(_) => 0,
        });
        let captures_slashes = |expression: &&Expression| {
            expression.operator == Operator::Reserved
                || expression.variables.iter().any(|variable| variable.exploded)
        };
        (
            Reverse(literals.sum()),
            self.expressions().filter(captures_slashes).count(),
            self.variables().count(),
        )
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
