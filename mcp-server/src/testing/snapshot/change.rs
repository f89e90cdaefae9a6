//! Changes of a catalog, and their impact on clients.

use std::fmt;

use serde_json::Value;

use crate::testing::lint::schema::shortened;
use crate::testing::subject::Subject;

/// The impact of a change of a catalog on the programs and models that use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Impact {
    /// Calls or results that were valid no longer are, or a tool does what clients did not expect of it.
    Breaking,
    /// Everything that was valid still is.
    Compatible,
    /// Only texts for models and users have changed.
    Prose,
}

impl Impact {
    /// Returns the name for texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::Prose => "prose",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A change of a catalog, displayed as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CatalogChange {
    /// The impact on clients.
    pub impact: Impact,
    /// The item that has changed.
    pub subject: Subject,
    /// The JSON pointer of the place in the published item. It is empty for the whole item.
    pub path: String,
    /// The change, such as "removed" or the values before and after it.
    pub detail: String,
}

impl fmt::Display for CatalogChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { impact, subject, path, detail } = self;
        let space = if path.is_empty() { "" } else { " " };
        write!(f, "{impact:<10}  {subject}{space}{path}: {detail}")
    }
}

/// The changes found so far, and the place of the next one.
pub(crate) struct Changes {
    pub(crate) found: Vec<CatalogChange>,
    pub(crate) subject: Subject,
}

impl Changes {
    pub(crate) fn new(subject: Subject) -> Self {
        Self { found: Vec::new(), subject }
    }

    pub(crate) fn add(&mut self, impact: Impact, path: &str, detail: impl Into<String>) {
        let subject = self.subject.clone();
        self.found.push(CatalogChange { impact, subject, path: path.to_owned(), detail: detail.into() });
    }
}

/// Returns the text of a change from one value to another.
pub(crate) fn replaced(old: Option<&Value>, new: Option<&Value>) -> String {
    let present = |value: Option<&Value>| value.filter(|value| !value.is_null()).map(shortened);
    match (present(old), present(new)) {
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => "changed".to_owned(),
    }
}
