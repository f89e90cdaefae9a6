//! Results of the programs.

use std::error::Error;
use std::process::ExitCode;

/// Result of a run. The message of the error is for the user of the program.
pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Returns the exit code of a program. Prints an error to standard error, since standard output is reserved for reports.
pub fn exit(program: &str, result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}
