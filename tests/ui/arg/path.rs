use std::path::Path;

use mcpwright::server;

struct Notes;

#[server]
impl Notes {
    /// Read a file.
    #[tool]
    fn read(&self, path: &Path) {
        let _ = path;
    }
}

fn main() {}
