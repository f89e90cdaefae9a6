//! The command-line program: `conformance-server --http PORT` or `conformance-server --stdio`.

use std::env::args;
use std::process::ExitCode;

use mcpwright::Result;

const USAGE: &str = "\
usage: conformance-server [--stdio | --http PORT]

  --stdio       serve one client over standard input and output (the default)
  --http PORT   serve http://127.0.0.1:PORT/mcp; with port 0, the system chooses a free port";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["--stdio"] => {
            mcpwright::stdio(conformance_server::server()).await.map(drop).map_err(Into::into)
        }
        ["--http", port] if port.parse::<u16>().is_ok() => http(port.parse().unwrap_or_default()).await,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("conformance-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn http(port: u16) -> Result<()> {
    let listening = mcpwright::http(conformance_server::server()).listen(("127.0.0.1", port)).await?;
    eprintln!("{}", listening.url());
    Ok(listening.run().await?)
}
