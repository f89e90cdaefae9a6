use std::path::Path;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Read a file.
    #[tool]
    fn read(&self, path: &Path, name: &std::ffi::OsStr, owned: &std::path::PathBuf) {
        let _ = (path, name, owned);
    }
}

fn main() {}
