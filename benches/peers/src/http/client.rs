//! A client with one connection, and in the legacy era one session.

use std::time::Duration;

use super::connection::Connection;
use super::endpoint::{Endpoint, Header, headers};
use crate::check::ServerMessage;
use crate::error::Result;
use crate::probe::{Exchange, initialize};
use crate::workload::{Era, FIRST_NUMBER, Message, RequestTemplate, Workload};

pub(crate) struct Client {
    pub(crate) connection: Connection,
    endpoint: Endpoint,
    era: Era,
    /// The session id, if the server assigned one.
    pub(crate) session: Option<String>,
    timeout: Duration,
}

impl Client {
    /// Connects, and in the legacy era performs the handshake.
    pub(crate) fn open(endpoint: &Endpoint, era: Era, timeout: Duration) -> Result<Self> {
        let connection = Connection::open(endpoint, timeout)?;
        let mut client = Self { connection, endpoint: endpoint.clone(), era, session: None, timeout };
        if era == Era::Legacy {
            client.begin_session()?;
        }
        Ok(client)
    }

    /// Starts a new session with a handshake.
    pub(crate) fn begin_session(&mut self) -> Result<()> {
        self.session = None;
        initialize(self)
    }

    /// Returns the template of the requests of a workload.
    pub(crate) fn request_template(&self, workload: Workload) -> RequestTemplate {
        let message = Message::of_workload(workload, self.era, FIRST_NUMBER);
        let head = self.endpoint.head(&self.headers(&message), message.body.len());
        let start = head.len();
        RequestTemplate::new([head, message.body].concat(), start)
    }

    /// Sends requests whose headers do not match the body or the session, and checks that the server rejects them.
    pub(crate) fn probe_headers(&self) -> Result<()> {
        let params = serde_json::json!({"name": "echo", "arguments": {"text": "headers"}});
        let message = Message::request(self.era, 1, "tools/call", params);
        let headers = self.headers(&message);
        for (index, (name, value)) in headers.iter().enumerate() {
            // Without a version, a legacy request is one of 2025-03-26.
            if self.era == Era::Legacy && *name == "MCP-Protocol-Version" {
                continue;
            }
            // A server may accept calls without a session.
            if *name != "Mcp-Session-Id" {
                let mut without = headers.clone();
                without.remove(index);
                self.expect_rejection(&without, &message, &format!("without {name}"))?;
            }
            let mut other = headers.clone();
            other[index].1 = other_value(value);
            self.expect_rejection(&other, &message, &format!("with {name}: {}", other[index].1))?;
        }
        Ok(())
    }

    fn headers(&self, message: &Message) -> Vec<Header> {
        headers(self.era, message, self.session.as_deref())
    }

    fn expect_rejection(&self, headers: &[Header], message: &Message, change: &str) -> Result<()> {
        let request = self.endpoint.post(headers, &message.body);
        // A new connection, since a server may close the connection after a rejection.
        let mut connection = Connection::open(&self.endpoint, self.timeout)?;
        match connection.exchange(&request)?.status {
            400..=499 => Ok(()),
            status => {
                Err(format!("{} {change}: expected a status from 400 to 499, got {status}", message.method)
                    .into())
            }
        }
    }
}

/// Returns another valid value of a header with this value.
fn other_value(value: &str) -> String {
    match value {
        "2026-07-28" => "2025-11-25",
        "tools/call" => "tools/list",
        "echo" => "add",
        _ => "00000000-0000-0000-0000-000000000000",
    }
    .to_owned()
}

impl Exchange for Client {
    fn request(&mut self, message: &Message) -> Result<ServerMessage> {
        let request = self.endpoint.post(&self.headers(message), &message.body);
        let response = self.connection.exchange(&request)?;
        if message.method == "initialize" {
            self.session = response.session.map(str::to_owned);
        }
        let status = response.status;
        let mut result = None;
        for line in response.messages()? {
            let parsed = ServerMessage::parse_response(message.id, &line)
                .map_err(|error| format!("status {status}: {error}"))?;
            if parsed.is_some() && std::mem::replace(&mut result, parsed).is_some() {
                return Err("the HTTP response contains two responses".into());
            }
        }
        let result = result
            .ok_or_else(|| format!("the HTTP response with the status {status} contains no response"))?;
        match status {
            200 => Ok(result),
            400..=499 if result.is_error() => Ok(result),
            _ => Err(format!("unexpected status {status}").into()),
        }
    }

    fn notify(&mut self, message: &Message) -> Result<()> {
        let request = self.endpoint.post(&self.headers(message), &message.body);
        match self.connection.exchange(&request)?.status {
            202 => Ok(()),
            status => Err(format!("{}: expected the status 202, got {status}", message.method).into()),
        }
    }
}
