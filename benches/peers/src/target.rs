//! Servers to measure.

/// A server to measure.
#[derive(Clone, Debug)]
pub enum Target {
    /// The command of a server over standard input and output.
    Stdio(Vec<String>),
    /// The command of a server over HTTP. The word `PORT` is replaced by a free loopback port; the path is `/mcp`.
    Http(Vec<String>),
    /// The URL of a running server.
    Url(String),
}

impl Target {
    /// Parses a command whose words are separated by spaces, without quotes.
    pub fn parse(command: &str) -> Self {
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if words.iter().any(|word| word == "PORT") { Self::Http(words) } else { Self::Stdio(words) }
    }

    /// Returns the same command, run by another one.
    pub(crate) fn run_by(self, wrapper: &[String]) -> Self {
        match self {
            Self::Stdio(words) => Self::Stdio([wrapper, &words].concat()),
            Self::Http(words) => Self::Http([wrapper, &words].concat()),
            Self::Url(url) => Self::Url(url),
        }
    }
}
