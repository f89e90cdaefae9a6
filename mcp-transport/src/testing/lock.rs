//! A file with the published catalog, which fails a test if the catalog has changed.

use std::future::IntoFuture;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use futures::future::BoxFuture;
use mcpwright_server::IntoServer;
use mcpwright_server::testing::{CatalogChange, CatalogSnapshot, Client, Impact};

/// The variable that accepts changes, and its value.
const VARIABLE: &str = "MCPWRIGHT_LOCK";
const REWRITE: &str = "rewrite";

/// The variable in which cargo passes the folder of the tested package.
const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";

/// Compares the published catalog of a server with a file, and fails if it has changed.
///
/// The first time, it writes the file, which belongs into version control: a review then shows what a change of the program
/// does to its tools, prompts and resources. Later, it panics if the catalog has changed, with a line for each change, which
/// is [breaking](Impact::Breaking), [compatible](Impact::Compatible) or [prose](Impact::Prose). If the environment variable
/// `MCPWRIGHT_LOCK` is `rewrite`, it writes the file again instead.
///
/// A relative path begins at the folder of the package's `Cargo.toml`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use mcpwright_server::{Server, ToolHandler};
/// use mcpwright_transport::testing;
///
/// # let file = std::env::temp_dir().join(format!("mcpwright-lock-{}.json", std::process::id()));
/// let now = ToolHandler::function("now", [], || async { "noon" });
/// let server = Server::builder("clock", "1.0.0").tool(now).build();
/// // In a test: testing::lock(&server, "mcp.lock").await;
/// testing::lock(&server, &file).await;
/// assert!(std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"now\"")));
/// testing::lock(&server, &file).await;
/// # std::fs::remove_file(file).expect("the file exists");
/// # }
/// ```
pub fn lock(server: impl IntoServer, path: impl AsRef<Path>) -> CatalogLock {
    CatalogLock {
        client: Client::modern(server),
        path: path.as_ref().to_owned(),
        has_resources: true,
        allowed: Vec::new(),
    }
}

/// A comparison of a catalog with its file. Awaiting it runs it.
///
/// # Panics
///
/// The future panics if the catalog has changed, if the file cannot be read or written, or if the server answers a request
/// for a list with an error.
#[derive(Debug)]
#[must_use = "the catalog is compared when this is awaited"]
pub struct CatalogLock {
    client: Client,
    path: PathBuf,
    has_resources: bool,
    allowed: Vec<Impact>,
}

impl CatalogLock {
    /// Leaves the list of resources out, for a server whose resources are data that changes.
    pub fn without_resources(mut self) -> Self {
        self.has_resources = false;
        self
    }

    /// Allows changes of this impact: they do not fail, and the file stays as it is.
    pub fn allow(mut self, impact: Impact) -> Self {
        self.allowed.push(impact);
        self
    }

    /// Changes the client that requests the lists, for a server whose lists depend on the caller or on values of requests.
    pub fn client(mut self, change: impl FnOnce(Client) -> Client) -> Self {
        self.client = change(self.client);
        self
    }

    async fn run(self) {
        let path = env::var_os(MANIFEST_DIR)
            .map_or_else(|| self.path.clone(), |root| Path::new(&root).join(&self.path));
        let now = match CatalogSnapshot::fetch(&self.client).await {
            Ok(now) if self.has_resources => now,
            Ok(now) => now.without_resources(),
            Err(error) => panic!("the server does not list its catalog: {error}"),
        };
        let rewrites = env::var_os(VARIABLE).is_some_and(|value| value == REWRITE);
        let changes = match (fs::read_to_string(&path), rewrites) {
            (Ok(text), true) if text == now.to_text() => return,
            (Ok(_), true) => return write(&path, &now),
            (Ok(text), false) => match CatalogSnapshot::parse(&text) {
                Ok(before) => before.changes(&now),
                Err(error) => panic!("{}: {error}\n{}", path.display(), advice()),
            },
            (Err(error), _) if error.kind() == io::ErrorKind::NotFound => return write(&path, &now),
            (Err(error), _) => panic!("{} cannot be read: {error}", path.display()),
        };
        let is_allowed = |change: &CatalogChange| self.allowed.contains(&change.impact);
        let failing: Vec<_> = changes.iter().filter(|change| !is_allowed(change)).collect();
        assert!(failing.is_empty(), "{}", report(&path, &failing));
    }
}

impl IntoFuture for CatalogLock {
    type Output = ();
    type IntoFuture = BoxFuture<'static, ()>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

fn write(path: &Path, snapshot: &CatalogSnapshot) {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    if let Err(error) = folder.and_then(|()| fs::write(path, snapshot.to_text())) {
        panic!("{} cannot be written: {error}", path.display());
    }
}

/// Returns the text of a failure: the number of changes by impact, and a line for each.
fn report(path: &Path, changes: &[&CatalogChange]) -> String {
    let count = |impact| changes.iter().filter(|change| change.impact == impact).count();
    let counts = [Impact::Breaking, Impact::Compatible, Impact::Prose].map(|impact| (count(impact), impact));
    let counts =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, impact)| format!("{count} {impact}"));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let lines = changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    format!("the published catalog differs from {}: {counts}\n{lines}\n{}", path.display(), advice())
}

fn advice() -> String {
    format!("To accept the changes, run the test with {VARIABLE}={REWRITE}, and commit the file.")
}
