//! Eras, workloads, and the requests of the driver.

use std::str::FromStr;

use serde_json::{Value, json};

/// The number of the first request. All numbers have seven digits, so that requests differ in these digits only, and so
/// do correct responses.
pub(crate) const FIRST_NUMBER: u32 = 1_000_000;

/// Number of digits of a request's number.
pub(crate) const DIGITS: usize = 7;

/// Maximum number of requests of a run.
pub(crate) const MAX_REQUESTS: u32 = 9_000_000;

/// The era of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// 2025-11-25: a handshake with `initialize`, then requests without versions.
    Legacy,
    /// 2026-07-28: no handshake; each request has the version and the client's information.
    Modern,
}

impl Era {
    /// Returns the name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }
}

impl FromStr for Era {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Legacy, Self::Modern].into_iter().find(|era| era.name() == name).ok_or(())
    }
}

/// The request that a run repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// The tool `echo` with a text of 100 bytes.
    Echo,
    /// The tool `blob` with a size of 64 KiB.
    Blob,
    /// `tools/list`, whose result has 103 tools.
    List,
    /// The tool `echo` with a text of 1 MiB.
    Big,
    /// `server/discover`, or in the legacy era `ping`.
    Discover,
}

impl Workload {
    const ALL: [Self; 5] = [Self::Echo, Self::Blob, Self::List, Self::Big, Self::Discover];

    /// The size of the text of [`Workload::Blob`], in bytes.
    pub(crate) const BLOB: usize = 64 * 1024;

    /// Returns the name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Blob => "blob",
            Self::List => "list",
            Self::Big => "big",
            Self::Discover => "discover",
        }
    }

    /// Returns the text of the `echo` call with this number.
    pub(crate) fn echo_text(self, number: u32) -> String {
        let length = if self == Self::Big { 1024 * 1024 } else { 100 };
        let mut text = format!("call {number}: ");
        text.extend(
            "the quick brown fox jumps over the lazy dog, ".chars().cycle().take(length - text.len()),
        );
        text
    }

    /// Returns the method and the params of the request with this number.
    fn request(self, era: Era, number: u32) -> (&'static str, Value) {
        match (self, era) {
            (Self::Echo | Self::Big, _) => {
                ("tools/call", json!({"name": "echo", "arguments": {"text": self.echo_text(number)}}))
            }
            (Self::Blob, _) => ("tools/call", json!({"name": "blob", "arguments": {"size": Self::BLOB}})),
            (Self::List, _) => ("tools/list", json!({})),
            (Self::Discover, Era::Legacy) => ("ping", json!({})),
            (Self::Discover, Era::Modern) => ("server/discover", json!({})),
        }
    }
}

impl FromStr for Workload {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|workload| workload.name() == name).ok_or(())
    }
}

/// A message to a server, with the values that transports repeat as headers.
pub(crate) struct Message {
    pub(crate) id: u32,
    pub(crate) method: String,
    /// The name of the tool or the URI of the resource.
    pub(crate) name: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Builds a request of an era.
    pub(crate) fn request(era: Era, id: u32, method: &str, mut params: Value) -> Self {
        let name = match method {
            "tools/call" => params["name"].as_str(),
            "resources/read" => params["uri"].as_str(),
            _ => None,
        };
        let name = name.map(str::to_owned);
        if era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "drive", "version": env!("CARGO_PKG_VERSION")},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        // Formatted without a map, so that the method precedes the params, as in requests of clients.
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{params}}}");
        Self { id, method: method.to_owned(), name, body: body.into_bytes() }
    }

    /// Builds the request of a workload with this number.
    pub(crate) fn of_workload(workload: Workload, era: Era, number: u32) -> Self {
        let (method, params) = workload.request(era, number);
        Self::request(era, number, method, params)
    }

    /// Builds a notification without params.
    pub(crate) fn notification(method: &str) -> Self {
        let body = json!({"jsonrpc": "2.0", "method": method}).to_string().into_bytes();
        Self { id: 0, method: method.to_owned(), name: None, body }
    }
}

/// The bytes of a request, in which only the digits of the number change from call to call.
pub(crate) struct RequestTemplate {
    bytes: Vec<u8>,
    numbers: Vec<usize>,
}

impl RequestTemplate {
    /// Creates a template from the request with the first number. Bytes before `start` are not searched for the number.
    pub(crate) fn new(bytes: Vec<u8>, start: usize) -> Self {
        let numbers = positions(&bytes[start..], FIRST_NUMBER).into_iter().map(|at| start + at).collect();
        Self { bytes, numbers }
    }

    /// Returns the request with this number.
    pub(crate) fn set_number(&mut self, number: u32) -> &[u8] {
        let digits = digits(number);
        for &at in &self.numbers {
            self.bytes[at..][..DIGITS].copy_from_slice(&digits);
        }
        &self.bytes
    }

    /// Returns the request with the last number.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Returns the positions of the digits of `number`.
pub(crate) fn positions(bytes: &[u8], number: u32) -> Vec<usize> {
    memchr::memmem::find_iter(bytes, &digits(number)).collect()
}

fn digits(mut number: u32) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_built_requests() {
        for era in [Era::Legacy, Era::Modern] {
            for workload in Workload::ALL {
                let first = Message::of_workload(workload, era, FIRST_NUMBER);
                let other = Message::of_workload(workload, era, FIRST_NUMBER + 2_345_678);
                let mut request = RequestTemplate::new(first.body, 0);
                assert_eq!(request.set_number(other.id), other.body, "{era:?} {workload:?}");
            }
        }
    }
}
