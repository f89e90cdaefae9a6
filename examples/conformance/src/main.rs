//! `conformance-server --stdio`: the server as a process.

use std::env::args_os;
use std::process::ExitCode;

const USAGE: &str = "\
usage: conformance-server [--stdio]

  --stdio   serve one client over standard input and output, as without an argument";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = args_os().skip(1).collect();
    if !arguments.is_empty() && arguments != ["--stdio"] {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match mcpwright::stdio(conformance_server::server()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("conformance-server: {error}");
            ExitCode::FAILURE
        }
    }
}
