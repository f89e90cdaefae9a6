//! What is wrong with a value, said so that a language model can mend it.

use std::fmt;

use serde_json::Value;

/// How much of a value or a name is repeated to whoever sent it, in characters.
const EXCERPT_LENGTH: usize = 60;

/// How many names a message lists.
const NAMES_LISTED: usize = 20;

/// One thing that is wrong with a value; its `Display` is one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    pointer: String,
    fault: Fault,
    expected: String,
    found: String,
    suggestion: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Mismatch,
    Other,
    MissingArgument,
    MissingMember,
    UnknownArgument,
    UnknownMember,
}

impl Problem {
    /// What somebody else found wrong with a value, in their words.
    pub fn other(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        let pointer = pointer.into();
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let (expected, found) = (reason.into(), String::new());
        Self { path, pointer, fault: Fault::Other, expected, found, suggestion: None }
    }

    /// Where the value stands, as `options.tags[2]`; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where the value stands, as the JSON pointer `/options/tags/2`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What belongs there.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What is there: its type, and for scalars an excerpt.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What was probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    pub(super) fn mismatch(path: &Path<'_>, expected: String, found: String) -> Self {
        Self::new(path, Fault::Mismatch, expected, found)
    }

    pub(super) fn missing(path: &Path<'_>, expected: String) -> Self {
        let fault = if path.is_argument() { Fault::MissingArgument } else { Fault::MissingMember };
        Self::new(path, fault, expected, "nothing".into())
    }

    pub(super) fn unknown<'a>(path: &Path<'_>, known: impl Iterator<Item = &'a str>) -> Self {
        let fault = if path.is_argument() { Fault::UnknownArgument } else { Fault::UnknownMember };
        Self::new(path, fault, listed(known), "an unknown name".into())
    }

    pub(super) fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    fn new(path: &Path<'_>, fault: Fault, expected: String, found: String) -> Self {
        Self { path: path.to_string(), pointer: path.pointer(), fault, expected, found, suggestion: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found, .. } = self;
        match self.fault {
            Fault::Other if path.is_empty() => f.write_str(expected)?,
            Fault::Other => write!(f, "{path}: {expected}")?,
            Fault::Mismatch if path.is_empty() => write!(f, "expected {expected}, got {found}")?,
            Fault::Mismatch => write!(f, "{path}: expected {expected}, got {found}")?,
            Fault::MissingArgument => write!(f, "missing argument `{path}`: expected {expected}")?,
            Fault::MissingMember => write!(f, "missing member `{path}`: expected {expected}")?,
            Fault::UnknownArgument => write!(f, "unknown argument `{path}`")?,
            Fault::UnknownMember => write!(f, "unknown member `{path}`")?,
        }
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        match self.fault {
            Fault::UnknownArgument | Fault::UnknownMember => write!(f, " (known: {expected})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// Where a value stands, as the steps that lead to it.
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Whole,
    Member(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    pub(super) const WHOLE: Self = Self { parent: None, step: Step::Whole };

    pub(super) fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Member(name) }
    }

    pub(super) fn item(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Item(index) }
    }

    /// Whether this is a member of the whole.
    fn is_argument(&self) -> bool {
        self.parent.is_some_and(|parent| parent.parent.is_none())
    }

    fn pointer(&self) -> String {
        let parent = self.parent.map(Self::pointer).unwrap_or_default();
        match self.step {
            Step::Whole => parent,
            Step::Member(name) => format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => format!("{parent}/{index}"),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Whole => Ok(()),
            Step::Member(name) if !is_plain(name) => write!(f, "[{}]", excerpt(name)),
            Step::Member(name) if self.is_argument() => f.write_str(name),
            Step::Member(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

fn is_plain(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    !name.is_empty() && name.chars().count() <= EXCERPT_LENGTH && name.chars().all(is_letter)
}

/// A value's type, and for scalars what it is.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => match text.chars().count() {
            length if length > EXCERPT_LENGTH => {
                format!("the string {} of {length} characters", excerpt(text))
            }
            _ => format!("the string {}", excerpt(text)),
        },
        Value::Array(items) => format!("an array of {}", counted(items.len(), "item")),
        Value::Object(_) => "an object".into(),
    }
}

/// The beginning of a text, quoted and with its control characters escaped.
pub(super) fn excerpt(text: &str) -> String {
    let mut start: String = text.chars().take(EXCERPT_LENGTH).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    Value::String(start).to_string()
}

/// `1 item`, `2 items`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The first of the names, and how many more there are.
pub(super) fn listed<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let mut list = names.by_ref().take(NAMES_LISTED).collect::<Vec<_>>().join(", ");
    let more = names.count();
    if list.is_empty() {
        list.push_str("none");
    }
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    list
}
