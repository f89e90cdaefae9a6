//! An argument: its name, and what is said and demanded of it beyond its type.

use std::borrow::Cow;
use std::ops::{Bound, RangeBounds};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::complete::Completer;
use crate::mirrored;

/// An argument: its name, and what is said and demanded of it beyond its type.
#[derive(Clone, Debug)]
pub struct Argument {
    pub(crate) name: Cow<'static, str>,
    pub(crate) default: Option<Value>,
    pub(crate) description: Option<String>,
    pub(crate) keywords: Map<String, Value>,
    pub(crate) range: Option<(Bound<Value>, Bound<Value>)>,
    pub(crate) length: Option<(Bound<u64>, Bound<u64>)>,
    pub(crate) one_of: Option<Vec<Value>>,
    pub(crate) completer: Option<Completer>,
}

impl Argument {
    /// An argument of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            default: None,
            description: None,
            keywords: Map::new(),
            range: None,
            length: None,
            one_of: None,
            completer: None,
        }
    }

    /// What the argument is, for the model.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// A title for people.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.keyword("title", title.into())
    }

    /// The value of an argument that is left out.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn default(mut self, value: impl Serialize) -> Self {
        self.default = Some(to_value(value, "the default"));
        self
    }

    /// The least and the greatest number.
    ///
    /// # Panics
    ///
    /// When a bound cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn range<N: Serialize>(mut self, range: impl RangeBounds<N>) -> Self {
        let end = |end: Bound<&N>| end.map(|end| to_value(end, "the range"));
        self.range = Some((end(range.start_bound()), end(range.end_bound())));
        self
    }

    /// The least and the greatest number of characters of a text, or of items of a list.
    #[must_use]
    pub fn length(mut self, range: impl RangeBounds<u64>) -> Self {
        self.length = Some((range.start_bound().cloned(), range.end_bound().cloned()));
        self
    }

    /// A regular expression that a text matches; it is not anchored.
    #[must_use]
    pub fn pattern(self, pattern: impl Into<String>) -> Self {
        self.keyword("pattern", pattern.into())
    }

    /// The values that are allowed.
    ///
    /// # Panics
    ///
    /// When a value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn one_of<V: Serialize>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.one_of = Some(values.into_iter().map(|value| to_value(value, "a value")).collect());
        self
    }

    /// A value to show as an example; may be said more than once.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn example(mut self, value: impl Serialize) -> Self {
        let value = to_value(value, "the example");
        if let Value::Array(examples) = self.keywords.entry("examples").or_insert_with(|| json!([])) {
            examples.push(value);
        }
        self
    }

    /// A keyword of the argument's schema.
    #[must_use]
    pub fn keyword(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.keywords.insert(keyword.to_owned(), value.into());
        self
    }

    /// The name of the HTTP header `Mcp-Param-…` in which clients repeat the argument, so that whoever stands between can
    /// read it without the body: for tools, and not for secrets.
    ///
    /// Only texts, integers and booleans are repeated, each in a header of its own. A tool that says otherwise does not
    /// start; one that a provider brings is left out of the list, and the log says why.
    #[must_use]
    pub fn header(self, name: impl Into<String>) -> Self {
        self.keyword(mirrored::KEYWORD, name.into())
    }

    /// Suggests values while a person types: for prompts and templates of resources.
    #[must_use]
    pub fn complete(mut self, completer: Completer) -> Self {
        self.completer = Some(completer);
        self
    }
}

#[track_caller]
fn to_value(value: impl Serialize, what: &str) -> Value {
    serde_json::to_value(value)
        .unwrap_or_else(|error| panic!("{what} of an argument cannot be written as JSON: {error}"))
}
