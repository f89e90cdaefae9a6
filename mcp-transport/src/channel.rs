//! The guard of standard input and output: both belong to the protocol while a server runs on them.

use std::fs::File;
use std::io;

/// Where the protocol is read and written.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) input: File,
    pub(crate) output: File,
}

/// Takes standard input and output for the protocol.
///
/// With `guard`, whoever prints to standard output from now on prints to standard error, and whoever reads standard
/// input, such as a child process, finds it empty.
#[cfg(unix)]
pub(crate) fn open(guard: bool) -> io::Result<Channel> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stderr, stdin, stdout};

    /// The first descriptor after the standard ones.
    const PRIVATE: i32 = 3;
    let channel = Channel {
        input: fcntl_dupfd_cloexec(stdin(), PRIVATE)?.into(),
        output: fcntl_dupfd_cloexec(stdout(), PRIVATE)?.into(),
    };
    if guard {
        let nothing = File::options().read(true).write(true).open("/dev/null")?;
        dup2_stdin(&nothing)?;
        // A process without standard error has nowhere to put what is printed.
        dup2_stdout(stderr()).or_else(|_| dup2_stdout(&nothing))?;
    }
    Ok(channel)
}

/// Takes standard input and output for the protocol.
#[cfg(windows)]
pub(crate) fn open(_guard: bool) -> io::Result<Channel> {
    use std::os::windows::io::AsHandle as _;
    Ok(Channel {
        input: io::stdin().as_handle().try_clone_to_owned()?.into(),
        output: io::stdout().as_handle().try_clone_to_owned()?.into(),
    })
}

/// Waits until nobody can read any more what is written to a file.
#[cfg(unix)]
pub(crate) fn wait_for_hangup(output: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};

    loop {
        // Without an event to wait for, only errors and a hang-up are reported.
        let mut polled = [PollFd::new(output, PollFlags::empty())];
        match poll(&mut polled, None) {
            Ok(_) if polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => return Ok(()),
            Ok(_) => return Err(io::ErrorKind::Unsupported.into()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Nothing tells of it here before the next write.
#[cfg(not(unix))]
pub(crate) fn wait_for_hangup(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
