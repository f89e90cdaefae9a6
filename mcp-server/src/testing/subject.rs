//! The parts of a catalog, in reports about it.

use std::fmt;

/// The part of a catalog that a finding or a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// The server: its information, its instructions, and the list of tools as a whole.
    Server,
    /// The tool of this name.
    Tool(String),
    /// The prompt of this name.
    Prompt(String),
    /// The resource with this URI.
    Resource(String),
    /// The resource template with this URI template.
    Template(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name can contain what the lint warns of.
        match self {
            Self::Server => f.write_str("server"),
            Self::Tool(name) => write!(f, "tool {}", name.escape_debug()),
            Self::Prompt(name) => write!(f, "prompt {}", name.escape_debug()),
            Self::Resource(uri) => write!(f, "resource {}", uri.escape_debug()),
            Self::Template(uri) => write!(f, "template {}", uri.escape_debug()),
        }
    }
}
