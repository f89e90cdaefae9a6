//! What the driver asks: the eras, the workloads, and the bytes of a request.

use std::str::FromStr;

use serde_json::{Value, json};

/// The first number that a request gets; all have seven digits, so that one request differs from the next in its
/// digits only, and so does one right answer from the next.
pub(crate) const FIRST_NUMBER: u32 = 1_000_000;

/// How many digits a number has.
pub(crate) const DIGITS: usize = 7;

/// How many numbers there are.
pub(crate) const NUMBERS: u32 = 9_000_000;

/// Which revision of the protocol a run speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// 2025-11-25: `initialize` first, then requests that say nothing of versions.
    Legacy,
    /// 2026-07-28: no handshake; each request carries the version and who asks.
    Modern,
}

impl Era {
    /// The name on the command line and in reports.
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

/// What a run asks for, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// The tool `echo` with a text of 100 bytes.
    Echo,
    /// The tool `blob` with a size of 64 KiB.
    Blob,
    /// `tools/list`, which answers with 103 tools.
    List,
    /// The tool `echo` with a text of 1 MiB.
    Big,
    /// `server/discover`; a legacy server has `ping` in its place.
    Discover,
}

impl Workload {
    const ALL: [Self; 5] = [Self::Echo, Self::Blob, Self::List, Self::Big, Self::Discover];

    /// The size of the text that [`Workload::Blob`] asks for.
    pub(crate) const BLOB: usize = 64 * 1024;

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Blob => "blob",
            Self::List => "list",
            Self::Big => "big",
            Self::Discover => "discover",
        }
    }

    /// The text that the call with this number sends, and gets back.
    pub(crate) fn echo_text(self, number: u32) -> String {
        let length = if self == Self::Big { 1024 * 1024 } else { 100 };
        let mut text = format!("call {number}: ");
        text.extend(
            "the quick brown fox jumps over the lazy dog, ".chars().cycle().take(length - text.len()),
        );
        text
    }

    /// The method and the parameters of the request with this number.
    fn ask(self, era: Era, number: u32) -> (&'static str, Value) {
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

/// A message to a server, and what of it a transport may have to repeat.
pub(crate) struct Message {
    pub(crate) id: u32,
    pub(crate) method: String,
    /// The name of what it asks for, where its method has such a name.
    pub(crate) name: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A request in the words of the era.
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
        // Written out rather than taken from a map, because clients put the method before its parameters.
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{params}}}");
        Self { id, method: method.to_owned(), name, body: body.into_bytes() }
    }

    /// The request of a workload with this number.
    pub(crate) fn of_workload(workload: Workload, era: Era, number: u32) -> Self {
        let (method, params) = workload.ask(era, number);
        Self::request(era, number, method, params)
    }

    /// A notification without parameters.
    pub(crate) fn notification(method: &str) -> Self {
        let body = json!({"jsonrpc": "2.0", "method": method}).to_string().into_bytes();
        Self { id: 0, method: method.to_owned(), name: None, body }
    }
}

/// The bytes of a request, built once; only its digits change from call to call.
pub(crate) struct Request {
    bytes: Vec<u8>,
    numbers: Vec<usize>,
}

impl Request {
    /// A request whose bytes have the first number wherever they have one, from `start` on.
    pub(crate) fn new(bytes: Vec<u8>, start: usize) -> Self {
        let numbers = positions(&bytes[start..], FIRST_NUMBER).into_iter().map(|at| start + at).collect();
        Self { bytes, numbers }
    }

    /// The request as it is with this number.
    pub(crate) fn numbered(&mut self, number: u32) -> &[u8] {
        let digits = digits(number);
        for &at in &self.numbers {
            self.bytes[at..][..DIGITS].copy_from_slice(&digits);
        }
        &self.bytes
    }

    /// The request as it was last numbered.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Where the digits of `number` occur.
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
    fn a_patched_request_is_the_request_built_for_its_number() {
        for era in [Era::Legacy, Era::Modern] {
            for workload in Workload::ALL {
                let first = Message::of_workload(workload, era, FIRST_NUMBER);
                let other = Message::of_workload(workload, era, FIRST_NUMBER + 2_345_678);
                let mut request = Request::new(first.body, 0);
                assert_eq!(request.numbered(other.id), other.body, "{era:?} {workload:?}");
            }
        }
    }
}
