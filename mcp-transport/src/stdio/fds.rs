//! The file descriptors of standard input and output: both belong to the protocol while a server runs on them.

use std::fs::File;
use std::io;

/// The files that the protocol is read from and written to.
#[derive(Debug)]
pub(crate) struct StdioFiles {
    pub(crate) input: File,
    pub(crate) output: File,
}

/// Takes standard input and output for the protocol.
///
/// With `guard`, output to standard output goes to standard error from now on, and other readers of standard input, such as
/// child processes, find it empty.
#[cfg(unix)]
pub(crate) fn open(guard: bool) -> io::Result<StdioFiles> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stderr, stdin, stdout};

    /// The first descriptor after the standard ones.
    const MIN_FD: i32 = 3;
    let files = StdioFiles {
        input: fcntl_dupfd_cloexec(stdin(), MIN_FD)?.into(),
        output: fcntl_dupfd_cloexec(stdout(), MIN_FD)?.into(),
    };
    if guard {
        let nothing = File::options().read(true).write(true).open("/dev/null")?;
        dup2_stdin(&nothing)?;
        // A process without standard error drops what is printed.
        dup2_stdout(stderr()).or_else(|_| dup2_stdout(&nothing))?;
    }
    Ok(files)
}

/// Takes standard input and output for the protocol.
#[cfg(windows)]
pub(crate) fn open(_guard: bool) -> io::Result<StdioFiles> {
    use std::os::windows::io::AsHandle as _;
    Ok(StdioFiles {
        input: io::stdin().as_handle().try_clone_to_owned()?.into(),
        output: io::stdout().as_handle().try_clone_to_owned()?.into(),
    })
}

/// Waits until the reader of a file has closed it.
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

/// On this platform, only the next write reports it.
#[cfg(not(unix))]
pub(crate) fn wait_for_hangup(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until a non-blocking stream can be read, or written.
#[cfg(unix)]
pub(crate) fn wait_until_ready(stream: &File, to_write: bool) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};

    let flags = if to_write { PollFlags::OUT } else { PollFlags::IN };
    match poll(&mut [PollFd::new(stream, flags)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Waits a moment: on this platform, streams block.
#[cfg(not(unix))]
pub(crate) fn wait_until_ready(_: &File, _: bool) -> io::Result<()> {
    std::thread::sleep(std::time::Duration::from_millis(10));
    Ok(())
}

/// Returns `true` if the writer of a stream has closed it, even if not everything has been read.
#[cfg(unix)]
pub(crate) fn is_hung_up(input: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, poll};

    let mut polled = [PollFd::new(input, PollFlags::empty())];
    let at_once = rustix::event::Timespec::default();
    poll(&mut polled, Some(&at_once)).is_ok() && polled[0].revents().contains(PollFlags::HUP)
}

/// On this platform, it is known only when everything has been read.
#[cfg(not(unix))]
pub(crate) fn is_hung_up(_: &File) -> bool {
    false
}

/// Writes all bytes to a stream, blocking or not.
pub(crate) fn write_all(mut output: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match io::Write::write(&mut output, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => bytes = &bytes[length..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_until_ready(output, true)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
