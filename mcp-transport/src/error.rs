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
    /// The server cannot listen on an address.
    #[error("cannot listen on {address}: {}", reason(source))]
    Listen {
        /// The address, as it was given.
        address: String,
        /// The error of the operating system.
        source: io::Error,
    },
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

/// Returns the reason that a server cannot listen, with the fix if there is an obvious one.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the address is in use: stop the program that listens there, or choose another port".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this machine does not have the address".to_owned(),
        io::ErrorKind::PermissionDenied => {
            format!("{error}: a port below 1024 needs privileges, so choose another port")
        }
        _ => error.to_string(),
    }
}
