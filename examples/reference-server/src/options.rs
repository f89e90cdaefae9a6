//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use mcpwright::{Key, Server, transport};

use crate::database::Settings;

/// A company's database and documents for a model to read: a sample of what a server can be. Nothing is changed, except that
/// versions of documents can be deleted once the user has agreed.
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

    /// Serve one client on standard input and output, instead of HTTP.
    #[arg(long, conflicts_with_all = ["http", "public_url", "allowed_hosts", "cors", "key", "http_sse"])]
    pub stdio: bool,

    /// Address at which to serve HTTP, at the path /mcp; port 0 stands for any that is free.
    #[arg(long, value_name = "ADDRESS", env = "REFERENCE_SERVER_HTTP", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,

    /// URL by which clients call the server, such as <https://mcp.example.com/mcp>. This or --allowed-host is needed where
    /// other machines can reach the address.
    #[arg(long, value_name = "URL", env = "REFERENCE_SERVER_PUBLIC_URL", value_parser = url)]
    pub public_url: Option<String>,

    /// Name by which clients may call the server, with or without a port; may be said more than once.
    #[arg(
        long = "allowed-host",
        value_name = "NAME",
        env = "REFERENCE_SERVER_ALLOWED_HOSTS",
        value_delimiter = ','
    )]
    pub allowed_hosts: Vec<String>,

    /// Origin whose pages may call the server from a browser, such as <https://app.example.com>; may be said more than once.
    #[arg(long, value_name = "ORIGIN", env = "REFERENCE_SERVER_CORS", value_delimiter = ',')]
    pub cors: Vec<String>,

    /// Key that all replicas share, of 32 bytes in base64 or hexadecimal: sessions then outlive a restart. In the
    /// environment it is not seen by other users of the machine.
    #[arg(long, value_name = "KEY", env = "REFERENCE_SERVER_KEY", hide_env_values = true)]
    pub key: Option<Key>,

    /// Serve HTTP+SSE of the protocol's first revision as well, at the path /sse.
    #[arg(long)]
    pub http_sse: bool,

    /// How much to write to standard error: off, error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", env = "REFERENCE_SERVER_LOG", default_value = "warn")]
    pub log: tracing::level_filters::LevelFilter,

    /// Make the data if it is not there, check all of it against its digest, and end. Data from which something was deleted
    /// is not what was made, and fails.
    #[arg(long)]
    pub generate: bool,

    /// Offer nothing that changes the data. This is also so where the system does not let the data be written.
    #[arg(long, env = "REFERENCE_SERVER_READ_ONLY", value_parser = clap::builder::FalseyValueParser::new())]
    pub read_only: bool,

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
            read_only: self.read_only,
            memory: self.memory << 20,
            temporary: self.temporary << 20,
            ..Settings::default()
        }
    }

    /// What the options mean for HTTP.
    pub fn serve(&self, server: Server) -> transport::http::Http {
        let mut http = mcpwright::http(server).cors(&self.cors);
        if let Some(url) = &self.public_url {
            http = http.public_url(url);
        }
        if !self.allowed_hosts.is_empty() {
            http = http.allowed_hosts(&self.allowed_hosts);
        }
        if let Some(key) = &self.key {
            http = http.key(key.clone());
        }
        if self.http_sse {
            http = http.http_sse("/sse");
        }
        http
    }
}

/// A URL with a scheme and a host.
fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest.and_then(|rest| rest.split('/').next()) {
        Some(host) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("it begins with https:// or http://, and a host".to_owned()),
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
