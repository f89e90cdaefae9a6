//! The reference server. Until it speaks the protocol it only makes its data.

use std::process::ExitCode;

use clap::Parser;
use reference_server::database::{Database, StartError};
use reference_server::{Options, bar, data};

fn main() -> ExitCode {
    let options = Options::parse();
    match futures::executor::block_on(run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reference-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), StartError> {
    let bar = bar("Making the sample data");
    let database = Database::start(options.data.clone(), options.settings(), bar).await?;
    if options.generate {
        database.verify().await?;
        eprintln!("{}: {}", options.data.join(data::FILE_NAME).display(), data::DIGEST);
    } else {
        eprintln!("The data is there. The protocol is not: nothing is served yet.");
    }
    Ok(())
}
