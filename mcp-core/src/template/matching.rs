//! Whether a template makes a URI, and of which values.
//!
//! The path of a template is a row of steps, each a text or a variable. From the last step to the first it is noted for
//! every place in the URI whether the rest of the template can match from there; then, from the first step to the last,
//! each variable takes as much as the notes allow. Nothing is ever tried twice, so the time is the length of the URI times
//! that of the template.

use super::encoding::{decode, encode_international};
use super::{Expression, Operator, Part, TemplateError};

/// How long a URI may be, in bytes.
const URI_LENGTH_LIMIT: usize = 8 * 1024;

/// What a URI is to a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// The template makes this URI of these values.
    Matched(Variables),
    /// The template does not make this URI.
    Unmatched,
    /// The template makes this URI, of a value that must not be used.
    Refused(Refusal),
}

/// The values of variables, percent-decoded, in the order of the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(Vec<(String, String)>);

/// Why a value must not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    reason: String,
}

impl Variables {
    /// The value of a variable, unless it was left out.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A template as it is matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    steps: Vec<Step>,
    /// What opens the query, `?` or `&`, and the names it may have.
    query: Option<(char, Vec<String>)>,
    fragment: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Text(String),
    Take { name: String, reach: Reach },
}

/// What a variable takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// No `/`, `?` or `#`.
    Segment,
    /// Segments and the `/` between them.
    Segments,
    /// A path, with whatever stands in it.
    Path,
    /// Anything up to the end of the URI.
    Rest,
}

impl Plan {
    pub(super) fn of(parts: &[Part]) -> Result<Self, TemplateError> {
        let mut plan = Self::default();
        for part in parts {
            if let Some(found) = plan.cannot_be_followed_by(part) {
                return Err(TemplateError::AfterEnd { found });
            }
            match part {
                Part::Literal(text) => plan.text(text),
                Part::Expression(expression) => plan.expression(expression)?,
            }
        }
        if plan.query.is_none() && plan.fragment.is_none() {
            for step in &mut plan.steps {
                if let Step::Take { reach: reach @ Reach::Path, .. } = step {
                    *reach = Reach::Rest;
                }
            }
        }
        Ok(plan)
    }

    /// What the part is called, if it stands behind a query or fragment that ends the template.
    fn cannot_be_followed_by(&self, part: &Part) -> Option<String> {
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

    fn expression(&mut self, expression: &Expression) -> Result<(), TemplateError> {
        let names = || expression.variables.iter().map(|variable| variable.name.clone());
        match expression.operator {
            Operator::Query if self.has_query_in_text() => return Err(TemplateError::SecondQuery),
            Operator::Query => self.query = Some(('?', names().collect())),
            Operator::Continuation => self.query.get_or_insert_with(|| ('&', Vec::new())).1.extend(names()),
            Operator::Fragment => self.fragment = names().next(),
            Operator::Simple | Operator::Reserved | Operator::Segment => self.take(expression)?,
        }
        Ok(())
    }

    fn take(&mut self, expression: &Expression) -> Result<(), TemplateError> {
        for (index, variable) in expression.variables.iter().enumerate() {
            if index > 0 || expression.operator == Operator::Segment {
                self.text(expression.operator.separator());
            }
            if let Some(Step::Take { name: first, .. }) = self.steps.last() {
                return Err(TemplateError::Adjacent { first: first.clone(), second: variable.name.clone() });
            }
            let reach = match expression.operator {
                Operator::Reserved => Reach::Path,
                _ if variable.exploded => Reach::Segments,
                _ => Reach::Segment,
            };
            self.steps.push(Step::Take { name: variable.name.clone(), reach });
        }
        Ok(())
    }

    fn has_query_in_text(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Text(text) if text.contains('?')))
    }

    /// Adds a text, joined to one before it.
    fn text(&mut self, text: &str) {
        match self.steps.last_mut() {
            Some(Step::Text(before)) => before.push_str(text),
            _ => self.steps.push(Step::Text(text.to_owned())),
        }
    }
}

impl Plan {
    pub(super) fn matches(&self, uri: &str) -> Match {
        if uri.len() > URI_LENGTH_LIMIT {
            return Match::Refused(Refusal {
                reason: format!("the URI is longer than {URI_LENGTH_LIMIT} bytes"),
            });
        }
        match self.taken(&encode_international(uri)) {
            None => Match::Unmatched,
            Some(taken) => match taken.into_iter().map(Taken::value).collect() {
                Ok(values) => Match::Matched(Variables(values)),
                Err(refusal) => Match::Refused(refusal),
            },
        }
    }

    /// What each variable takes of the URI, if the template makes it. The URI is ASCII.
    fn taken<'a>(&'a self, uri: &'a str) -> Option<Vec<Taken<'a>>> {
        let (path, query, fragment) = self.split(uri)?;
        let mut taken = self.take_path(path)?;
        if let Some((_, names)) = &self.query {
            taken.extend(take_query(names, query)?);
        }
        if let (Some(name), Some(text)) = (&self.fragment, fragment) {
            taken.push(Taken { name, text, reach: Reach::Segment });
        }
        Some(taken)
    }

    /// The path, the query and the fragment, as far as the template has them.
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
        // A mark that the template knows nothing of stays in the path, where no variable takes it.
        (!query.contains('#')).then_some((path, query, fragment))
    }

    /// Splits where the parameters end that the text of the template itself contains.
    fn split_continuation<'a>(&self, uri: &'a str) -> (&'a str, &'a str) {
        let texts = self.steps.iter().filter_map(|step| match step {
            Step::Text(text) => Some(text.as_str()),
            Step::Take { .. } => None,
        });
        let own: usize = texts.map(|text| text.matches('&').count()).sum();
        let query = uri.find('?').unwrap_or(0);
        match uri[query..].match_indices('&').nth(own) {
            Some((index, _)) => (&uri[..query + index], &uri[query + index + 1..]),
            None => (uri, ""),
        }
    }

    fn take_path<'a>(&'a self, path: &'a str) -> Option<Vec<Taken<'a>>> {
        // Most URIs are another template's, which their beginning tells.
        let (start, steps) = match self.steps.split_first() {
            Some((Step::Text(text), steps)) => (path.strip_prefix(text.as_str())?, steps),
            _ => (path, self.steps.as_slice()),
        };
        let notes = Notes::of(steps, start.as_bytes());
        notes.rest_matches(0, 0).then(|| take_noted(steps, start, &notes))
    }
}

/// Gives each variable as much of the path as the notes allow.
fn take_noted<'a>(steps: &'a [Step], mut path: &'a str, notes: &Notes) -> Vec<Taken<'a>> {
    let whole = path.len();
    let mut taken = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let length = match step {
            Step::Text(text) => text.len(),
            Step::Take { name, reach } => {
                let place = whole - path.len();
                let longest = path.bytes().take_while(|byte| reach.takes(*byte)).count();
                let fits = |length: &usize| notes.rest_matches(index + 1, place + length);
                // The notes say that there is a length which fits.
                let length = (1..=longest).rev().find(fits).unwrap_or(longest);
                taken.push(Taken { name, text: &path[..length], reach: *reach });
                length
            }
        };
        path = &path[length..];
    }
    taken
}

/// For each step and place: whether the steps from there on match the path from there on.
struct Notes(Vec<Vec<bool>>);

impl Notes {
    fn of(steps: &[Step], path: &[u8]) -> Self {
        let at_end: Vec<bool> = (0..=path.len()).map(|place| place == path.len()).collect();
        let mut notes = vec![at_end];
        for step in steps.iter().rev() {
            let after = &notes[notes.len() - 1];
            let before = match step {
                Step::Text(text) => before_text(text.as_bytes(), path, after),
                Step::Take { reach, .. } => before_variable(*reach, path, after),
            };
            notes.push(before);
        }
        notes.reverse();
        Self(notes)
    }

    fn rest_matches(&self, step: usize, place: usize) -> bool {
        self.0[step][place]
    }
}

fn before_text(text: &[u8], path: &[u8], after: &[bool]) -> Vec<bool> {
    let matches = |place: usize| path[place..].starts_with(text) && after[place + text.len()];
    (0..=path.len()).map(matches).collect()
}

fn before_variable(reach: Reach, path: &[u8], after: &[bool]) -> Vec<bool> {
    let mut before = vec![false; path.len() + 1];
    for place in (0..path.len()).rev() {
        // The variable ends behind this byte, or goes on.
        before[place] = reach.takes(path[place]) && (after[place + 1] || before[place + 1]);
    }
    before
}

/// The values of a query's parameters, if each is known and none comes twice.
fn take_query<'a>(names: &'a [String], query: &'a str) -> Option<Vec<Taken<'a>>> {
    let mut values = vec![None; names.len()];
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let index = names.iter().position(|known| known == name)?;
        if values[index].replace(value).is_some() {
            return None;
        }
    }
    let given = names.iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
    Some(given.map(|(name, text)| Taken { name, text, reach: Reach::Segment }).collect())
}

impl Reach {
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Segment => !matches!(byte, b'/' | b'?' | b'#'),
            Self::Segments | Self::Path => !matches!(byte, b'?' | b'#'),
            Self::Rest => true,
        }
    }
}

/// What a variable takes of a URI.
struct Taken<'a> {
    name: &'a str,
    text: &'a str,
    reach: Reach,
}

impl Taken<'_> {
    /// The decoded value, unless it could lead out of the place that it names.
    fn value(self) -> Result<(String, String), Refusal> {
        let value = match self.reach {
            Reach::Segment => self.segment(self.text)?,
            Reach::Segments => {
                let segments: Result<Vec<String>, Refusal> =
                    self.text.split('/').map(|text| self.segment(text)).collect();
                segments?.join("/")
            }
            Reach::Path | Reach::Rest => self.decoded(self.text)?,
        };
        Ok((self.name.to_owned(), value))
    }

    fn segment(&self, text: &str) -> Result<String, Refusal> {
        let value = self.decoded(text)?;
        if value.contains('/') {
            return Err(self.refusal("contains `/`"));
        }
        if value == "." {
            return Err(self.refusal("is the segment `.`"));
        }
        Ok(value)
    }

    /// Decodes once, and refuses what no value may contain.
    fn decoded(&self, text: &str) -> Result<String, Refusal> {
        let value = decode(text).ok_or_else(|| self.refusal("is not percent-encoded UTF-8"))?;
        if value.contains('\\') {
            return Err(self.refusal("contains `\\`"));
        }
        if value.contains('\0') {
            return Err(self.refusal("contains a NUL character"));
        }
        if value.split('/').any(|segment| segment == "..") {
            return Err(self.refusal("contains the segment `..`"));
        }
        Ok(value)
    }

    fn refusal(&self, what: &str) -> Refusal {
        Refusal { reason: format!("the value of `{}` {what}", self.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::parse::parse;

    /// The notes are all that matching looks at, and each is made from two others.
    #[test]
    fn notes_grow_with_the_uri_and_no_faster() {
        let plan = Plan::of(&parse("{+a}a{+b}a{+c}a{+d}a{+e}!").expect("a template")).expect("a template");
        let notes = |length: usize| {
            let Notes(rows) = Notes::of(&plan.steps, "a".repeat(length).as_bytes());
            rows.iter().map(Vec::len).sum::<usize>()
        };
        for length in [1000, 2000, 4000, 8000] {
            assert_eq!(notes(length), (plan.steps.len() + 1) * (length + 1));
        }
        assert_eq!(plan.matches(&"a".repeat(8000)), Match::Unmatched);
    }
}
