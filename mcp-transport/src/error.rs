//! The error of a transport.

use std::io;

/// The error of a transport.
#[derive(Debug, thiserror::Error)]
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
