//! Command-line options.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use mcpwright::{Key, Server, transport};

use crate::database::Settings;

/// MCP server for the database and documents of a sample company. The data is read-only, except that versions of documents
/// can be deleted with the user's approval.
///
/// On the first start, the server generates its data, a shop called Northlight, in an SQLite file. This takes a few seconds.
/// The data is the same on every machine. Outside the data directory, the server writes only the temporary files of large
/// sorts, in the directory given by TMPDIR.
#[derive(Clone, Debug, Parser)]
#[command(name = "reference-server", version)]
#[non_exhaustive]
pub struct Options {
    /// Data directory, created if it does not exist.
    #[arg(long, value_name = "DIR", env = "REFERENCE_SERVER_DATA", default_value = "reference-data")]
    pub data: PathBuf,

    /// Serve one client over standard input and output instead of HTTP.
    #[arg(long, conflicts_with_all = ["http", "public_url", "allowed_hosts", "cors", "key", "http_sse"])]
    pub stdio: bool,

    /// Address to serve HTTP on, at the path /mcp: a host and a port, or a port after a colon for every address of the machine.
    /// With port 0, the system chooses a free port.
    #[arg(long, value_name = "ADDRESS", env = "REFERENCE_SERVER_HTTP", default_value = "127.0.0.1:8080")]
    pub http: String,

    /// Public URL of the server, such as <https://mcp.example.com/mcp>. If other machines can reach the address, this option
    /// or --allowed-host is required.
    #[arg(long, value_name = "URL", env = "REFERENCE_SERVER_PUBLIC_URL", value_parser = url)]
    pub public_url: Option<String>,

    /// Host name that requests may use, with or without a port. Can be given several times.
    #[arg(
        long = "allowed-host",
        value_name = "NAME",
        env = "REFERENCE_SERVER_ALLOWED_HOSTS",
        value_delimiter = ','
    )]
    pub allowed_hosts: Vec<String>,

    /// Origin that may call the server from a browser, such as <https://app.example.com>. Can be given several times.
    #[arg(long, value_name = "ORIGIN", env = "REFERENCE_SERVER_CORS", value_delimiter = ',')]
    pub cors: Vec<String>,

    /// Secret key shared by all replicas: 32 bytes in base64 or hexadecimal. With a key, sessions survive a restart. Prefer
    /// the environment variable, since other users of the machine can read command lines.
    #[arg(long, value_name = "KEY", env = "REFERENCE_SERVER_KEY", hide_env_values = true)]
    pub key: Option<Key>,

    /// Also serve HTTP+SSE, the transport of the first protocol revision, at the path /sse.
    #[arg(long)]
    pub http_sse: bool,

    /// Log level: off, error, warn, info, debug or trace. The log is written to standard error.
    #[arg(long, value_name = "LEVEL", env = "REFERENCE_SERVER_LOG", default_value = "warn")]
    pub log: tracing::level_filters::LevelFilter,

    /// Generate the data if it does not exist, verify its digest, and exit. Fails if anything was deleted from the data.
    #[arg(long)]
    pub generate: bool,

    /// Offer no tools that change the data. Implied if the data is not writable.
    #[arg(long, env = "REFERENCE_SERVER_READ_ONLY", value_parser = clap::builder::FalseyValueParser::new())]
    pub read_only: bool,

    /// Maximum number of statements that run at once, each on its own connection.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub readers: u16,

    /// Timeout of a statement, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(10..=600_000))]
    pub timeout: u64,

    /// Upper bound of the number of rows of a result.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_rows: u32,

    /// Maximum memory of all statements together, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 192, value_parser = clap::value_parser!(u64).range(64..=65_536))]
    pub memory: u64,

    /// Maximum growth of temporary files while a statement runs, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(16..=1_048_576))]
    pub temporary: u64,
}

impl Options {
    /// Returns the settings of the database.
    pub fn settings(&self) -> Settings {
        Settings {
            readers: self.readers.into(),
            timeout: Duration::from_millis(self.timeout),
            max_rows: self.max_rows,
            read_only: self.read_only,
            max_memory: self.memory << 20,
            max_temp_bytes: self.temporary << 20,
            ..Settings::default()
        }
    }

    /// Configures the HTTP transport.
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

/// Parses a URL with a scheme and a host.
fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest.and_then(|rest| rest.split('/').next()) {
        Some(host) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("the URL must start with https:// or http:// and have a host".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Options;
    use crate::database::Settings;

    #[test]
    fn defaults_match_the_settings() {
        Options::command().debug_assert();
        let options = Options::parse_from(["reference-server"]);
        let defaults = Settings::default();
        let settings = options.settings();
        assert_eq!(
            (
                settings.readers,
                settings.timeout,
                settings.max_rows,
                settings.max_memory,
                settings.max_temp_bytes
            ),
            (
                defaults.readers,
                defaults.timeout,
                defaults.max_rows,
                defaults.max_memory,
                defaults.max_temp_bytes
            )
        );
    }
}
