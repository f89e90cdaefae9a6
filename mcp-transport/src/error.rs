//! The error of a transport.

use std::error::Error as _;
use std::fmt;
use std::io;

/// The error of a transport.
///
/// `main` may return it: its `Debug` form, which Rust prints then, is the text of the error with its causes.
///
/// ```
/// use mcpwright_transport::Error;
///
/// let error = Error::Settings("the port must be given".to_owned());
/// assert_eq!(format!("{error:?}"), "the port must be given");
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client disconnected before everything was written.
    #[error("the client closed the channel")]
    Closed,
    /// The channel failed.
    #[error("the channel failed: {0}")]
    Io(#[from] io::Error),
    /// The settings of the transport contradict each other or are insecure.
    #[error("{0}")]
    Settings(String),
    /// There is no tokio runtime to run calls on.
    #[error("there is no tokio runtime here: call this from an async fn under #[tokio::main]")]
    NoRuntime,
}

impl Error {
    /// Returns the error of a failed write. A client that has disconnected is an ordinary event.
    pub(crate) fn write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::WriteZero => {
                Self::Closed
            }
            _ => Self::Io(error),
        }
    }
}

/// Writes the text of the error and of its causes, on a line each.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.to_string();
        f.write_str(&text)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            let next = error.to_string();
            // An error often repeats the text of its cause.
            if !text.contains(&next) {
                write!(f, "\n\nCaused by:\n    {next}")?;
            }
            text = next;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the socket")]
    struct Outer(#[source] io::Error);

    #[test]
    fn debug_form_is_the_text_with_its_causes() {
        let refused = Error::from(io::Error::from(io::ErrorKind::AddrInUse));
        assert_eq!(format!("{refused:?}"), "the channel failed: address in use");
        let cause = Outer(io::Error::other("no permission"));
        let nested = Error::from(io::Error::other(cause));
        let expected = "the channel failed: cannot open the socket\n\nCaused by:\n    no permission";
        assert_eq!(format!("{nested:?}"), expected);
        assert_eq!(format!("{:?}", Error::Closed), "the client closed the channel");
    }
}
