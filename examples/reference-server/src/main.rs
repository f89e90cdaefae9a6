//! The reference server: a company's database and documents for a model to read.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use mcpwright::transport;
use reference_server::database::Database;
use reference_server::{Options, ReferenceServer, bar, data, guide};

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
    let bar = bar("Making the sample data");
    let database = Database::start(options.data.clone(), options.settings(), bar).await?;
    if options.generate {
        database.verify().await?;
        eprintln!("{}: {}", options.data.join(data::FILE_NAME).display(), data::DIGEST);
        return Ok(());
    }
    let (server, documents) = ReferenceServer::over(database);
    tokio::spawn(documents.watch());
    if options.stdio {
        return Ok(mcpwright::stdio(server).await?);
    }
    let listening = match options.serve(server.clone()).listen(options.http).await {
        Ok(listening) => listening,
        Err(transport::Error::Io(error)) => {
            let address = options.http;
            return Err(format!("{address}: {error}; name another address with --http").into());
        }
        Err(transport::Error::Settings(_)) => {
            let address = options.http;
            let reason =
                "can be reached from other machines: say by which names, with --public-url or --allowed-host";
            return Err(format!("{address} {reason}").into());
        }
        Err(error) => return Err(error.into()),
    };
    let directory = std::fs::canonicalize(&options.data)?;
    let guide = guide(&server, &listening.url(), &directory, &std::env::current_exe()?);
    // Whoever started the server may have stopped reading what it says: it serves all the same.
    let _ = writeln!(std::io::stderr(), "{guide}");
    Ok(listening.run().await?)
}
