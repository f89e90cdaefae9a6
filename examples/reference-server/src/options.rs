//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::database::Settings;

/// A company's database and documents for a model to read: a sample of what a server can be.
///
/// On the first start the server makes its data, a shop called Northlight, in one SQLite file. It takes a few seconds and
/// gives the same data on every machine. Only large sorts write anything outside the data directory: temporary files, which
/// go to the directory that TMPDIR names.
#[derive(Clone, Debug, Parser)]
#[command(name = "reference-server", version)]
#[non_exhaustive]
pub struct Options {
    /// Directory of the data; it is made if it does not exist.
    #[arg(long, value_name = "DIR", env = "REFERENCE_SERVER_DATA", default_value = "reference-data")]
    pub data: PathBuf,

    /// Serve a client on standard input and output, without a word to whoever is at the terminal. Where input is no
    /// terminal, this makes no difference.
    #[arg(long)]
    pub stdio: bool,

    /// How much to write to standard error: off, error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", env = "REFERENCE_SERVER_LOG", default_value = "warn")]
    pub log: tracing::level_filters::LevelFilter,

    /// Make the data if it is not there, check all of it against its digest, and end.
    #[arg(long)]
    pub generate: bool,

    /// Statements that run at once, each with a thread and a connection of its own.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub readers: u16,

    /// How long a statement may run, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(10..=600_000))]
    pub timeout: u64,

    /// Rows of a result at most, whatever the request asks for.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_rows: u32,

    /// Memory that all statements together may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 192, value_parser = clap::value_parser!(u64).range(64..=65_536))]
    pub memory: u64,

    /// How much temporary files may grow while a statement runs, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(16..=1_048_576))]
    pub temporary: u64,
}

impl Options {
    /// What the options mean for the database.
    pub fn settings(&self) -> Settings {
        Settings {
            readers: self.readers.into(),
            timeout: Duration::from_millis(self.timeout),
            max_rows: self.max_rows,
            memory: self.memory << 20,
            temporary: self.temporary << 20,
            ..Settings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Options;
    use crate::database::Settings;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
        let options = Options::parse_from(["reference-server"]);
        let defaults = Settings::default();
        let settings = options.settings();
        assert_eq!(
            (settings.readers, settings.timeout, settings.max_rows, settings.memory, settings.temporary),
            (defaults.readers, defaults.timeout, defaults.max_rows, defaults.memory, defaults.temporary)
        );
    }
}
