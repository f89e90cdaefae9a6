//! Lines over a Unix socket, for many clients.

use std::future::IntoFuture;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use mcpwright_server::{IntoServer, Server};
use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::error::Error;
use crate::lines::end::End;
use crate::lines::limits::LineLimits;
use crate::lines::{serve_client, warn_without_callers};
use crate::runtime::{TokioRuntime, shut_down};
use crate::signal::Stop;
use crate::terminal::warn_if_empty;

/// Maximum number of clients that wait to be accepted.
const BACKLOG: u32 = 1024;

/// Serves every client that connects to a Unix socket at this path, which only its owner may open.
///
/// A socket that an earlier process left there is replaced. It ends on SIGTERM and SIGINT.
///
/// ```no_run
/// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
/// use mcpwright_transport::LineLimits;
///
/// mcpwright_transport::unix(server, "/run/user/1000/notes.sock", LineLimits::default().max_clients(20)).await
/// # }
/// ```
#[track_caller]
pub fn unix(server: impl IntoServer, path: impl AsRef<Path>, limits: LineLimits) -> Unix {
    Unix { server: server.into_server(), path: path.as_ref().to_owned(), limits }
}

/// A server that is served over a Unix socket when it is awaited.
///
/// The output is an error if the socket cannot be created, or outside of a tokio runtime.
#[derive(Debug)]
#[must_use = "a server does nothing until it is awaited"]
pub struct Unix {
    server: Server,
    path: PathBuf,
    limits: LineLimits,
}

impl Unix {
    /// Serves until the process receives a termination signal, or `stop` is ready. The calls of each client then get
    /// [`LineLimits::drain_timeout`](field@LineLimits::drain_timeout) to finish.
    ///
    /// ```no_run
    /// # async fn example(server: mcpwright_server::Builder) -> Result<(), mcpwright_transport::Error> {
    /// # async fn configuration_changed() {}
    /// use mcpwright_transport::LineLimits;
    ///
    /// let socket = mcpwright_transport::unix(server, "/run/user/1000/notes.sock", LineLimits::default());
    /// socket.run_until(configuration_changed()).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the socket cannot be created, or outside of a tokio runtime.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let Self { server, path, limits } = self;
        warn_without_callers(&server);
        warn_if_empty(&server);
        let (runtime, serving) = (TokioRuntime::current()?, server.start_serving());
        let mut clients = Clients::new(server.clone(), limits);
        let (mut signal, mut stop) = (Stop::new()?, pin!(stop));
        remove_abandoned(&path).await?;
        let listener = listen(&path)?;
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => clients.serve(stream),
                    // Too many open files, for example: some will be closed soon.
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a client");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(ended) = clients.serving.join_next() => log(ended),
                () = signal.wait() => break,
                () = &mut stop => break,
            }
        }
        let removed = std::fs::remove_file(&path);
        drop(listener);
        clients.finish().await;
        let server = server.with_runtime(Arc::new(runtime.clone()));
        shut_down(&server, serving, &runtime, limits.drain_timeout).await;
        // Another process may have removed it first.
        removed
            .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error.into()) })
    }
}

impl IntoFuture for Unix {
    type Output = Result<(), Error>;
    type IntoFuture = BoxFuture<'static, Result<(), Error>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run_until(std::future::pending()))
    }
}

/// Creates a socket that only its owner can ever connect to.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let socket = UnixSocket::new_stream()?;
    socket.bind(path)?;
    // Before it listens, no process can connect: the umask does not matter until this line.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    socket.listen(BACKLOG)
}

/// Removes a socket that no process listens on.
async fn remove_abandoned(path: &Path) -> io::Result<()> {
    if !std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        return Ok(());
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        // Then binding fails, with an error that states the reason.
        _ => Ok(()),
    }
}

/// The clients of a socket.
struct Clients {
    server: Server,
    limits: LineLimits,
    serving: JoinSet<Result<End, Error>>,
    stopping: watch::Sender<bool>,
    /// The last client was rejected.
    is_full: bool,
}

impl Clients {
    fn new(server: Server, limits: LineLimits) -> Self {
        let (serving, stopping) = (JoinSet::new(), watch::Sender::new(false));
        Self { server, limits, serving, stopping, is_full: false }
    }

    /// Serves a client, or rejects it if there are too many.
    fn serve(&mut self, stream: UnixStream) {
        while let Some(ended) = self.serving.try_join_next() {
            log(ended);
        }
        let was_full = std::mem::replace(&mut self.is_full, self.serving.len() >= self.limits.max_clients);
        if self.is_full {
            // Logged once: a rejected client may reconnect at once.
            if !was_full {
                tracing::warn!(max = self.limits.max_clients, "rejecting clients: there are too many");
            }
            return;
        }
        let (reader, writer) = stream.into_split();
        let mut stopping = self.stopping.subscribe();
        let stop = async move {
            // The sender is dropped after all clients.
            let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        };
        self.serving.spawn(serve_client(self.server.clone(), None, reader, writer, self.limits, stop));
    }

    /// Lets running calls finish, and starts no new ones.
    async fn finish(mut self) {
        self.stopping.send_replace(true);
        while self.serving.join_next().await.is_some() {}
    }
}

fn log(ended: Result<Result<End, Error>, JoinError>) {
    if let Ok(Err(error)) = ended {
        tracing::debug!(%error, "a client disconnected");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    /// A folder that is removed after the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("mcpwright-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn a_bound_socket_accepts_connections_only_after_its_permissions_are_set() {
        let folder = Folder::new("bound");
        let path = folder.0.join("socket");
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        let refused = UnixStream::connect(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused, "this is what `listen` relies on");
        drop(socket);
        remove_abandoned(&path).await.unwrap();
        let _listener = listen(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(UnixStream::connect(&path).is_ok());
    }

    #[tokio::test]
    async fn only_an_abandoned_socket_is_replaced() {
        let folder = Folder::new("abandoned");
        let (path, file) = (folder.0.join("socket"), folder.0.join("file"));
        let listener = listen(&path).unwrap();
        remove_abandoned(&path).await.unwrap();
        assert_eq!(listen(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(listener);
        remove_abandoned(&path).await.unwrap();
        assert!(!path.exists());
        std::fs::write(&file, "precious").unwrap();
        remove_abandoned(&file).await.unwrap();
        assert_eq!(listen(&file).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    }
}
