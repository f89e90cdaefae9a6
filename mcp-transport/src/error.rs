//! What the world can do to a transport.

use std::io;

/// What the world can do to a transport.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client went away while there was still something to tell it.
    #[error("the client closed the channel")]
    Closed,
    /// The channel failed.
    #[error("the channel failed: {0}")]
    Io(#[from] io::Error),
    /// What was said of the transport does not go together.
    #[error("{0}")]
    Settings(String),
    /// There is no tokio runtime to run calls on.
    #[error("there is no tokio runtime here: call this from an async fn under #[tokio::main]")]
    NoRuntime,
}

impl Error {
    /// A failed write: a peer that is gone is an ordinary event.
    pub(crate) fn write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::WriteZero => {
                Self::Closed
            }
            _ => Self::Io(error),
        }
    }
}
