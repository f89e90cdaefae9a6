//! Lists and checks the public interface of the crates, from rustdoc's JSON output.
//!
//! ```text
//! mcpwright-public-api check FOLDER      compares with the snapshots, and checks that every type can be named
//! mcpwright-public-api update FOLDER     writes the snapshots
//! mcpwright-public-api examples FOLDER   counts the items of `mcpwright` that have an example
//! ```
//!
//! FOLDER contains the JSON files, one for each crate.

mod documents;
mod examples;
mod interface;
mod nameable;
mod snapshot;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use documents::Documents;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// The crate that servers are written with.
const FACADE: &str = "mcpwright";

/// Every crate that is published, as Rust spells it.
const CRATES: [&str; 5] =
    [FACADE, "mcpwright_core", "mcpwright_server", "mcpwright_transport", "mcpwright_macros"];

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns `true` if the check passes.
fn run(arguments: &[String]) -> Result<bool> {
    let [command, folder] = arguments else {
        return Err("usage: mcpwright-public-api check|update|examples FOLDER".into());
    };
    let documents = Documents::read(Path::new(folder))?;
    let snapshots = Path::new(env!("CARGO_MANIFEST_DIR"));
    match command.as_str() {
        "check" => {
            let is_same = snapshot::check(&documents, snapshots)?;
            Ok(nameable::check(&documents, &snapshots.join("unnameable.txt"))? && is_same)
        }
        "update" => snapshot::update(&documents, snapshots).map(|()| true),
        "examples" => Ok({
            examples::print(&documents);
            true
        }),
        _ => Err(format!("`{command}` must be `check`, `update` or `examples`").into()),
    }
}
