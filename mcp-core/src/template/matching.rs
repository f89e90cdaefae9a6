//! Matching of URIs against templates.
//!
//! The path of a template is a sequence of steps, each of them text or a variable. Matching is dynamic programming in
//! two passes. The first pass goes from the last step to the first and computes, for every position in the URI,
//! whether the rest of the template matches from there. The second pass goes from the first step to the last and
//! gives each variable the longest text that the table allows. There is no backtracking, so the time is the product
//! of the lengths of the URI and the template.

use crate::template::ast::{Expression, Operator, Part};
use crate::template::encoding::decode;
use crate::template::error::TemplateError;
use crate::template::step::{Extent, Step, Text, fold_scheme_and_host, normalize};
use crate::uri::{normalize_percent_encoding, with_scheme_defaults};

/// Maximum length of a URI, in bytes.
const MAX_URI_LEN: usize = 8 * 1024;

/// The result of matching a URI against a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// The URI matches.
    Matched(Variables),
    /// The URI does not match.
    Unmatched,
    /// The URI matches, but a value is unsafe to use.
    Rejected(Rejection),
}

/// The values of variables, percent-decoded, in the order of the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(Vec<(String, String)>);

/// The reason why a URI that matches was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    reason: String,
}

impl Variables {
    /// Returns the value of a variable, or `None` if the URI does not have it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns an iterator over the names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A template compiled for matching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Matcher {
    /// The path.
    steps: Vec<Step>,
    /// The character before the first parameter of the query, `?` or `&`, and the names of the parameters.
    query: Option<(char, Vec<String>)>,
    /// The name of the variable in the fragment.
    fragment: Option<String>,
}

impl Matcher {
    /// Compiles a template.
    pub(super) fn new(parts: &[Part]) -> Result<Self, TemplateError> {
        let mut matcher = Self::default();
        for part in parts {
            if let Some(found) = matcher.forbidden_after_end(part) {
                return Err(TemplateError::AfterEnd { found });
            }
            match part {
                Part::Literal(text) => matcher.push_text(text),
                Part::Expression(expression) => matcher.push_expression(expression)?,
            }
        }
        normalize(&mut matcher.steps);
        fold_scheme_and_host(&mut matcher.steps);
        if matcher.query.is_none() && matcher.fragment.is_none() {
            for step in &mut matcher.steps {
                if let Step::Variable { extent: extent @ Extent::Path, .. } = step {
                    *extent = Extent::Rest;
                }
            }
        }
        Ok(matcher)
    }

    /// Returns the source of the part if the query or the fragment before it must not be followed by it.
    fn forbidden_after_end(&self, part: &Part) -> Option<String> {
        let (text, operator) = match part {
            Part::Literal(text) => (text.clone(), None),
            Part::Expression(expression) => {
                (format!("{{{}}}", expression.variables[0].name), Some(expression.operator))
            }
        };
        let allowed = match (&self.query, &self.fragment) {
            (None, None) => true,
            (Some(_), None) => matches!(operator, Some(Operator::Continuation | Operator::Fragment)),
            (_, Some(_)) => false,
        };
        (!allowed).then_some(text)
    }

    fn push_expression(&mut self, expression: &Expression) -> Result<(), TemplateError> {
        let names = || expression.variables.iter().map(|variable| variable.name.clone());
        match expression.operator {
            Operator::Query if self.has_query_in_text() => return Err(TemplateError::SecondQuery),
            Operator::Query => self.query = Some(('?', names().collect())),
            Operator::Continuation => self.query.get_or_insert_with(|| ('&', Vec::new())).1.extend(names()),
            Operator::Fragment => self.fragment = names().next(),
            Operator::Simple | Operator::Reserved | Operator::Segment => self.push_variables(expression)?,
        }
        Ok(())
    }

    fn push_variables(&mut self, expression: &Expression) -> Result<(), TemplateError> {
        for (index, variable) in expression.variables.iter().enumerate() {
            if index > 0 || expression.operator == Operator::Segment {
                self.push_text(expression.operator.separator());
            }
            if let Some(Step::Variable { name: first, .. }) = self.steps.last() {
                return Err(TemplateError::AdjacentVariables {
                    first: first.clone(),
                    second: variable.name.clone(),
                });
            }
            let extent = match expression.operator {
                Operator::Reserved => Extent::Path,
                _ if variable.exploded => Extent::Segments,
                _ => Extent::Segment,
            };
            self.steps.push(Step::Variable { name: variable.name.clone(), extent });
        }
        Ok(())
    }

    fn has_query_in_text(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Text(text) if text.as_str().contains('?')))
    }

    /// Adds text. Appends it to the last step if that is text too.
    fn push_text(&mut self, text: &str) {
        match self.steps.last_mut() {
            Some(Step::Text(last)) => last.push_str(text),
            _ => self.steps.push(Step::Text(Text::new(text))),
        }
    }
}

impl Matcher {
    /// Matches a URI.
    pub(super) fn matches(&self, uri: &str) -> Match {
        if uri.len() > MAX_URI_LEN {
            return Match::Rejected(Rejection {
                reason: format!("the URI must be at most {MAX_URI_LEN} bytes long"),
            });
        }
        let values = |found: Found<'_>| -> Result<_, Rejection> {
            found.path.into_iter().chain(found.others).map(Capture::into_value).collect()
        };
        match self.find_equivalent(uri, |_, found| values(found)) {
            None => Match::Unmatched,
            Some(Ok(values)) => Match::Matched(Variables(values)),
            Some(Err(rejection)) => Match::Rejected(rejection),
        }
    }

    /// Returns a URI that matches in the spelling of the template: its scheme, host and port as they are in the template.
    pub(super) fn respell(&self, uri: &str) -> Option<String> {
        if uri.len() > MAX_URI_LEN {
            return None;
        }
        self.find_equivalent(uri, |form, found| {
            let (mut captures, mut respelled) = (found.path.into_iter(), String::with_capacity(form.len()));
            for step in &self.steps {
                respelled.push_str(match step {
                    Step::Text(text) => text.as_str(),
                    Step::Variable { .. } => captures.next().map_or("", |capture| capture.text),
                });
            }
            respelled.push_str(&form[found.path_len..]);
            respelled
        })
    }

    /// Passes the first equivalent form of a URI that matches to `then`, with its captures.
    fn find_equivalent<T>(&self, uri: &str, then: impl FnOnce(&str, Found<'_>) -> T) -> Option<T> {
        let form = normalize_percent_encoding(uri);
        if let Some(found) = self.find(&form) {
            return Some(then(&form, found));
        }
        let form = with_scheme_defaults(&form)?;
        self.find(&form).map(|found| then(&form, found))
    }

    /// Returns the text of each variable, or `None` if the URI does not match.
    fn find<'a>(&'a self, uri: &'a str) -> Option<Found<'a>> {
        let (path, query, fragment) = self.split(uri)?;
        let mut found = Found { path: self.match_path(path)?, path_len: path.len(), others: Vec::new() };
        if let Some((_, names)) = &self.query {
            found.others.extend(match_query(names, query)?);
        }
        if let (Some(name), Some(text)) = (&self.fragment, fragment) {
            found.others.push(Capture { name, text, extent: Extent::Segment });
        }
        Some(found)
    }

    /// Splits a URI into path, query and fragment. A query or fragment that the template does not have is not split
    /// off.
    fn split<'a>(&self, uri: &'a str) -> Option<(&'a str, &'a str, Option<&'a str>)> {
        let (rest, fragment) = match (&self.fragment, uri.split_once('#')) {
            (Some(_), Some((rest, fragment))) => (rest, Some(fragment)),
            _ => (uri, None),
        };
        let (path, query) = match &self.query {
            None => (rest, ""),
            Some(('?', _)) => rest.split_once('?').unwrap_or((rest, "")),
            Some(_) => self.split_continuation(rest),
        };
        // A `?` or `#` that the template does not have stays in the path. Only `{+path}` captures it, and only in a
        // template without query and fragment.
        (!query.contains('#')).then_some((path, query, fragment))
    }

    /// Splits a URI after the query parameters that are part of the text of the template.
    fn split_continuation<'a>(&self, uri: &'a str) -> (&'a str, &'a str) {
        let texts = self.steps.iter().filter_map(Step::text).map(Text::as_str);
        let separators: usize = texts.map(|text| text.matches('&').count()).sum();
        let query = uri.find('?').unwrap_or(0);
        match uri[query..].match_indices('&').nth(separators) {
            Some((index, _)) => (&uri[..query + index], &uri[query + index + 1..]),
            None => (uri, ""),
        }
    }

    fn match_path<'a>(&'a self, path: &'a str) -> Option<Vec<Capture<'a>>> {
        // Most URIs belong to another template and differ in the text at the start.
        let (rest, steps) = match self.steps.split_first() {
            Some((Step::Text(text), steps)) => (text.strip_from(path)?, steps),
            _ => (path, self.steps.as_slice()),
        };
        let table = MatchTable::new(steps, rest.as_bytes());
        table.rest_matches(0, 0).then(|| capture(steps, rest, &table))
    }
}

/// Gives each variable the longest text that the table allows. The path must match.
fn capture<'a>(steps: &'a [Step], mut path: &'a str, table: &MatchTable) -> Vec<Capture<'a>> {
    let path_len = path.len();
    let mut captures = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let length = match step {
            Step::Text(text) => text.len(),
            Step::Variable { name, extent } => {
                let position = path_len - path.len();
                let longest = path.bytes().take_while(|byte| extent.accepts(*byte)).count();
                let fits = |length: &usize| table.rest_matches(index + 1, position + length);
                // The path matches, so there is such a length.
                let length = (1..=longest).rev().find(fits).unwrap_or(longest);
                captures.push(Capture { name, text: &path[..length], extent: *extent });
                length
            }
        };
        path = &path[length..];
    }
    captures
}

/// A table with a row for each step and a column for each position of the path: `true` if the steps from the row on
/// match the path from the column on.
struct MatchTable(Vec<Vec<bool>>);

impl MatchTable {
    fn new(steps: &[Step], path: &[u8]) -> Self {
        let at_end: Vec<bool> = (0..=path.len()).map(|position| position == path.len()).collect();
        let mut rows = vec![at_end];
        for step in steps.iter().rev() {
            let next = &rows[rows.len() - 1];
            let row = match step {
                Step::Text(text) => text_row(text, path, next),
                Step::Variable { extent, .. } => variable_row(*extent, path, next),
            };
            rows.push(row);
        }
        rows.reverse();
        Self(rows)
    }

    fn rest_matches(&self, step: usize, position: usize) -> bool {
        self.0[step][position]
    }
}

/// Computes the row of a text from the row of the next step.
fn text_row(text: &Text, path: &[u8], next: &[bool]) -> Vec<bool> {
    let matches = |position: usize| text.begins(&path[position..]) && next[position + text.len()];
    (0..=path.len()).map(matches).collect()
}

/// Computes the row of a variable from the row of the next step.
fn variable_row(extent: Extent, path: &[u8], next: &[bool]) -> Vec<bool> {
    let mut row = vec![false; path.len() + 1];
    for position in (0..path.len()).rev() {
        // The variable ends after this byte, or continues.
        row[position] = extent.accepts(path[position]) && (next[position + 1] || row[position + 1]);
    }
    row
}

/// Returns the values of a query's parameters, or `None` if a parameter is unknown or occurs twice.
fn match_query<'a>(names: &'a [String], query: &'a str) -> Option<Vec<Capture<'a>>> {
    let mut values = vec![None; names.len()];
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let index = names.iter().position(|known| known == name)?;
        if values[index].replace(value).is_some() {
            return None;
        }
    }
    let present = names.iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
    Some(present.map(|(name, text)| Capture { name, text, extent: Extent::Segment }).collect())
}

/// The captures of a URI that matches.
struct Found<'a> {
    /// The variables of the path.
    path: Vec<Capture<'a>>,
    /// The length of the path.
    path_len: usize,
    /// The parameters of the query, and the fragment.
    others: Vec<Capture<'a>>,
}

/// The text of a variable, still percent-encoded.
struct Capture<'a> {
    name: &'a str,
    text: &'a str,
    extent: Extent,
}

impl Capture<'_> {
    /// Returns the name and the decoded value. Rejects values that could name something outside of the template.
    fn into_value(self) -> Result<(String, String), Rejection> {
        let value = match self.extent {
            Extent::Segment => self.decode_segment(self.text)?,
            Extent::Segments => {
                let segments: Result<Vec<String>, Rejection> =
                    self.text.split('/').map(|text| self.decode_segment(text)).collect();
                segments?.join("/")
            }
            Extent::Path | Extent::Rest => self.decode_path(self.text)?,
        };
        Ok((self.name.to_owned(), value))
    }

    /// Decodes once, and rejects text that is not a single safe segment.
    fn decode_segment(&self, text: &str) -> Result<String, Rejection> {
        let value = self.decode_path(text)?;
        if value.contains('/') {
            return Err(self.rejection("not contain `/`"));
        }
        if value == "." {
            return Err(self.rejection("not be the segment `.`"));
        }
        Ok(value)
    }

    /// Decodes once, and rejects text that is unsafe in every value.
    fn decode_path(&self, text: &str) -> Result<String, Rejection> {
        let value = decode(text).ok_or_else(|| self.rejection("be percent-encoded UTF-8"))?;
        if value.contains('\\') {
            return Err(self.rejection("not contain `\\`"));
        }
        if value.contains('\0') {
            return Err(self.rejection("not contain a NUL character"));
        }
        if value.split('/').any(|segment| segment == "..") {
            return Err(self.rejection("not contain the segment `..`"));
        }
        Ok(value)
    }

    fn rejection(&self, demand: &str) -> Rejection {
        Rejection { reason: format!("the value of `{}` must {demand}", self.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::parse::parse;

    /// Matching reads nothing but the table, and each row of it is computed from one other row.
    #[test]
    fn the_table_is_linear_in_the_uri() {
        let matcher =
            Matcher::new(&parse("{+a}a{+b}a{+c}a{+d}a{+e}!").expect("a template")).expect("a template");
        let cells = |length: usize| {
            let MatchTable(rows) = MatchTable::new(&matcher.steps, "a".repeat(length).as_bytes());
            rows.iter().map(Vec::len).sum::<usize>()
        };
        for length in [1000, 2000, 4000, 8000] {
            assert_eq!(cells(length), (matcher.steps.len() + 1) * (length + 1));
        }
        assert_eq!(matcher.matches(&"a".repeat(8000)), Match::Unmatched);
    }
}
