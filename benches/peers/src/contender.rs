//! Servers to compare.

use crate::error::Result;
use crate::target::Target;

/// A named server to compare.
#[derive(Clone, Debug)]
pub struct Contender {
    /// The server's name in tables.
    pub name: String,
    /// The server.
    pub target: Target,
}

impl Contender {
    /// Parses `name=command`. The words of the command are separated by spaces, without quotes.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some((name, command)) if !command.trim().is_empty() => {
                Ok(Self { name: name.to_owned(), target: Target::parse(command) })
            }
            _ => Err(format!("`{text}` must have the form `name=command`").into()),
        }
    }

    /// Returns `true` for a server over HTTP, and `false` for one over standard input and output.
    pub(crate) fn is_http(&self) -> bool {
        !matches!(self.target, Target::Stdio(_))
    }
}
