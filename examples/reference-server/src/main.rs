//! The reference server. Until it speaks the protocol it only makes its data.

use std::process::ExitCode;

use clap::Parser;
use reference_server::database::Database;
use reference_server::{Options, bar, data};

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reference-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let store = data::ensure(&options.data, &mut bar("Making the sample data"))?;
    if options.generate {
        data::verify(&store.file)?;
        eprintln!("{}: {}", store.file.display(), data::DIGEST);
        return Ok(());
    }
    Database::open(store.file, options.settings())?;
    Err("it does not speak the protocol yet; --generate makes and checks the data".into())
}
