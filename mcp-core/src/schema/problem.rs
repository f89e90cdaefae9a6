//! Problems with values, described so that a language model can fix them.

use std::fmt;

use serde_json::Value;

use crate::json::cursor::{JsonKind, TextCursor, unescape};

/// Maximum length of a value or a name that is quoted in a message, in characters.
const MAX_EXCERPT_LEN: usize = 60;

/// Maximum length of the start of a number that is quoted in a message.
const MAX_NUMBER_LEN: usize = 20;

/// Maximum length of a reason in a message, in characters.
const MAX_REASON_LEN: usize = 200;

/// Maximum number of names that are listed in a message.
const MAX_NAMES: usize = 20;

/// A problem with a value. The `Display` implementation writes one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    pointer: String,
    kind: ProblemKind,
    expected: String,
    found: String,
    suggestion: Option<String>,
}

/// The kind of a problem, which determines its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProblemKind {
    /// A value does not match the schema.
    Mismatch,
    /// A problem reported by other code, with a message of its own.
    Other,
    MissingArgument,
    MissingMember,
    UnknownArgument,
    UnknownMember,
    /// An object has a member more than once.
    Repeated,
}

impl Problem {
    /// Creates a problem reported by other code, such as a validator of the application, with its own message.
    ///
    /// `pointer` is the JSON pointer of the value.
    pub fn custom(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        let pointer = pointer.into();
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let (expected, found) = (reason.into(), String::new());
        Self { path, pointer, kind: ProblemKind::Other, expected, found, suggestion: None }
    }

    /// Returns the path of the value, such as `options.tags[2]`. Empty for the outermost value.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path of the value as a JSON pointer, such as `/options/tags/2`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns a description of the accepted values.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns a description of the value: its type, and for a scalar an excerpt.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Returns the value or name that was probably intended.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    pub(super) fn mismatch(path: &ValuePath<'_>, expected: String, found: String) -> Self {
        Self::new(path, ProblemKind::Mismatch, expected, found)
    }

    pub(super) fn missing(path: &ValuePath<'_>, expected: String) -> Self {
        let kind = if path.is_argument() { ProblemKind::MissingArgument } else { ProblemKind::MissingMember };
        Self::new(path, kind, expected, "nothing".into())
    }

    pub(super) fn unknown<'a>(path: &ValuePath<'_>, known: impl Iterator<Item = &'a str>) -> Self {
        let kind = if path.is_argument() { ProblemKind::UnknownArgument } else { ProblemKind::UnknownMember };
        Self::new(path, kind, join_names(known), "an unknown name".into())
    }

    pub(super) fn repeated(path: &ValuePath<'_>) -> Self {
        Self::new(path, ProblemKind::Repeated, "one value".into(), "several".into())
    }

    /// Returns the problem of a value that code rejects, with the message of that code.
    pub(super) fn rejected(path: &ValuePath<'_>, message: &str, found: &str) -> Self {
        Self::new(path, ProblemKind::Other, shorten(message, MAX_REASON_LEN).to_owned(), found.to_owned())
    }

    pub(super) fn with_expected(self, expected: String) -> Self {
        Self { expected, ..self }
    }

    /// Returns the problem without text of the value.
    pub(super) fn without_text(self) -> Self {
        let found = if self.found.starts_with("the string ") { "a string".to_owned() } else { self.found };
        Self { found, suggestion: None, ..self }
    }

    /// Adds the reason of code that read the value.
    pub(super) fn with_reason(mut self, reason: &str) -> Self {
        let reason = shorten(reason, MAX_REASON_LEN);
        self.found = format!("{} ({reason})", self.found);
        self
    }

    pub(super) fn with_suggestion(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    fn new(path: &ValuePath<'_>, kind: ProblemKind, expected: String, found: String) -> Self {
        Self { path: path.to_string(), pointer: path.pointer(), kind, expected, found, suggestion: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found, .. } = self;
        match self.kind {
            ProblemKind::Other if path.is_empty() => f.write_str(expected)?,
            ProblemKind::Other => write!(f, "{path}: {expected}")?,
            ProblemKind::Mismatch if path.is_empty() => write!(f, "expected {expected}, got {found}")?,
            ProblemKind::Mismatch => write!(f, "{path}: expected {expected}, got {found}")?,
            ProblemKind::MissingArgument => write!(f, "missing argument `{path}`: expected {expected}")?,
            ProblemKind::MissingMember => write!(f, "missing member `{path}`: expected {expected}")?,
            ProblemKind::UnknownArgument => write!(f, "unknown argument `{path}`")?,
            ProblemKind::UnknownMember => write!(f, "unknown member `{path}`")?,
            ProblemKind::Repeated => write!(f, "{path}: expected {expected}, got {found}: send it once")?,
        }
        if self.kind == ProblemKind::Other && !found.is_empty() {
            write!(f, ", got {found}")?;
        }
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        match self.kind {
            ProblemKind::UnknownArgument | ProblemKind::UnknownMember => write!(f, " (known: {expected})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// The path of a value, as a linked list from the value to the outermost one.
pub(super) struct ValuePath<'a> {
    parent: Option<&'a ValuePath<'a>>,
    segment: PathSegment<'a>,
}

/// A segment of a path.
enum PathSegment<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> ValuePath<'a> {
    pub(super) const ROOT: Self = Self { parent: None, segment: PathSegment::Root };

    pub(super) fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), segment: PathSegment::Member(name) }
    }

    pub(super) fn item(&'a self, index: usize) -> Self {
        Self { parent: Some(self), segment: PathSegment::Item(index) }
    }

    /// Returns `true` if the value is a member of the outermost one.
    fn is_argument(&self) -> bool {
        self.parent.is_some_and(|parent| parent.parent.is_none())
    }

    fn pointer(&self) -> String {
        let parent = self.parent.map(Self::pointer).unwrap_or_default();
        match self.segment {
            PathSegment::Root => parent,
            PathSegment::Member(name) => format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1")),
            PathSegment::Item(index) => format!("{parent}/{index}"),
        }
    }
}

impl fmt::Display for ValuePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.segment {
            PathSegment::Root => Ok(()),
            PathSegment::Member(name) if !is_plain(name) => write!(f, "[{}]", excerpt(name)),
            PathSegment::Member(name) if self.is_argument() => f.write_str(name),
            PathSegment::Member(name) => write!(f, ".{name}"),
            PathSegment::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// Returns `true` if the name can be written in a path without quotes.
fn is_plain(name: &str) -> bool {
    let is_plain_char = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    !name.is_empty() && name.chars().count() <= MAX_EXCERPT_LEN && name.chars().all(is_plain_char)
}

/// Returns a description of the value with this JSON text: its type, and for a scalar an excerpt.
pub(super) fn describe(text: &str) -> String {
    match JsonKind::of(text) {
        JsonKind::Null | JsonKind::Boolean => text.to_owned(),
        JsonKind::Number if text.len() > MAX_EXCERPT_LEN => {
            format!("the number {}… of {} digits and signs", shorten(text, MAX_NUMBER_LEN), text.len())
        }
        JsonKind::Number => text.to_owned(),
        JsonKind::String => match unescape(text) {
            None => "a string with half of a surrogate pair".to_owned(),
            Some(string) => match string.chars().count() {
                length if length > MAX_EXCERPT_LEN => {
                    format!("the string {} of {length} characters", excerpt(&string))
                }
                _ => format!("the string {}", excerpt(&string)),
            },
        },
        JsonKind::Array => {
            let mut count = 0;
            TextCursor::new(text).for_each_item(|_| {
                count += 1;
                true
            });
            format!("an array of {}", pluralize(count, "item"))
        }
        JsonKind::Object => "an object".to_owned(),
    }
}

/// Returns the start of a text as a JSON string.
pub(super) fn excerpt(text: &str) -> String {
    let mut start = shorten(text, MAX_EXCERPT_LEN).to_owned();
    if start.len() < text.len() {
        start.push('…');
    }
    Value::String(start).to_string()
}

/// Returns the first characters of a text.
fn shorten(text: &str, max_len: usize) -> &str {
    text.char_indices().nth(max_len).map_or(text, |(end, _)| &text[..end])
}

/// Returns a count with its noun, such as `1 item` or `2 items`.
pub(super) fn pluralize(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Joins the first names with commas, and appends the number of the remaining ones.
pub(super) fn join_names<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let mut list = names.by_ref().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    let remaining = names.count();
    if list.is_empty() {
        list.push_str("none");
    }
    if remaining > 0 {
        list.push_str(&format!(" and {remaining} more"));
    }
    list
}
