//! The command-line program of the reference server.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use mcpwright::transport;
use reference_server::database::Database;
use reference_server::{Options, ReferenceServer, banner, data, progress_bar};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(transport::stderr)
        .with_max_level(options.log)
        .with_ansi(false)
        .init();
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reference-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> mcpwright::Result<()> {
    let bar = progress_bar("Generating the sample data");
    let database = Database::start(options.data.clone(), options.settings(), bar).await?;
    if options.generate {
        database.verify().await?;
        eprintln!("{}: {}", options.data.join(data::FILE_NAME).display(), data::DIGEST);
        return Ok(());
    }
    let (server, documents) = ReferenceServer::build(database);
    tokio::spawn(documents.watch());
    if options.stdio {
        mcpwright::stdio(server).await?;
        return Ok(());
    }
    let listening = match options.serve(server.clone()).listen(&options.http).await {
        Ok(listening) => listening,
        Err(error @ transport::Error::Listen { .. }) => {
            return Err(format!("{error}; choose another address with --http").into());
        }
        Err(transport::Error::Settings(reason)) => {
            let options = "the options are --http, --public-url, --allowed-host and --cors";
            return Err(format!("{reason} ({options})").into());
        }
        Err(error) => return Err(error.into()),
    };
    let directory = std::fs::canonicalize(&options.data)?;
    let banner = banner(&server, &listening.url(), &directory, &std::env::current_exe()?);
    // The server runs even if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{banner}");
    Ok(listening.run().await?)
}
