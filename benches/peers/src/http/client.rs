//! A client with a connection of its own, and in the legacy era a session of its own.

use std::time::Duration;

use super::connection::Connection;
use super::endpoint::{Endpoint, Header, headers};
use crate::Result;
use crate::answer::Answer;
use crate::probe::{Peer, initialize};
use crate::request::{Era, FIRST_NUMBER, Message, Request, Workload};

pub(crate) struct Client {
    pub(crate) connection: Connection,
    endpoint: Endpoint,
    era: Era,
    /// The session that the server keeps, if it does.
    pub(crate) session: Option<String>,
    patience: Duration,
}

impl Client {
    /// Connects, and shakes hands where the era does.
    pub(crate) fn open(endpoint: &Endpoint, era: Era, patience: Duration) -> Result<Self> {
        let connection = Connection::open(endpoint, patience)?;
        let mut client = Self { connection, endpoint: endpoint.clone(), era, session: None, patience };
        if era == Era::Legacy {
            client.begin_session()?;
        }
        Ok(client)
    }

    /// Shakes hands, and forgets the session before.
    pub(crate) fn begin_session(&mut self) -> Result<()> {
        self.session = None;
        initialize(self)
    }

    /// The requests of a workload.
    pub(crate) fn requests(&self, workload: Workload) -> Request {
        let message = Message::of_workload(workload, self.era, FIRST_NUMBER);
        let head = self.endpoint.head(&self.headers(&message), message.body.len());
        let start = head.len();
        Request::new([head, message.body].concat(), start)
    }

    /// Asks with headers that are not those of the body or the session, all of which the server has to refuse.
    pub(crate) fn probe_headers(&self) -> Result<()> {
        let params = serde_json::json!({"name": "echo", "arguments": {"text": "headers"}});
        let message = Message::request(self.era, 1, "tools/call", params);
        let headers = self.headers(&message);
        for (at, (name, value)) in headers.iter().enumerate() {
            // A legacy client that says no version is one of 2025-03-26.
            if self.era == Era::Legacy && *name == "MCP-Protocol-Version" {
                continue;
            }
            // A server may have no need of a session for a call.
            if *name != "Mcp-Session-Id" {
                let mut without = headers.clone();
                without.remove(at);
                self.expect_refusal(&without, &message, &format!("without {name}"))?;
            }
            let mut other = headers.clone();
            other[at].1 = other_than(value);
            self.expect_refusal(&other, &message, &format!("with {name}: {}", other[at].1))?;
        }
        Ok(())
    }

    fn headers(&self, message: &Message) -> Vec<Header> {
        headers(self.era, message, self.session.as_deref())
    }

    fn expect_refusal(&self, headers: &[Header], message: &Message, how: &str) -> Result<()> {
        let request = self.endpoint.post(headers, &message.body);
        // A server may close the connection of a client that it refuses.
        let mut connection = Connection::open(&self.endpoint, self.patience)?;
        match connection.exchange(&request)?.status {
            400..=499 => Ok(()),
            status => Err(format!(
                "{} {how}: it has the status {status}, and should have been refused",
                message.method
            )
            .into()),
        }
    }
}

/// Another value that a header of this value might have.
fn other_than(value: &str) -> String {
    match value {
        "2026-07-28" => "2025-11-25",
        "tools/call" => "tools/list",
        "echo" => "add",
        _ => "00000000-0000-0000-0000-000000000000",
    }
    .to_owned()
}

impl Peer for Client {
    fn ask(&mut self, message: &Message) -> Result<Answer> {
        let request = self.endpoint.post(&self.headers(message), &message.body);
        let response = self.connection.exchange(&request)?;
        if message.method == "initialize" {
            self.session = response.session.map(str::to_owned);
        }
        let status = response.status;
        let mut answer = None;
        for line in response.messages()? {
            let found = Answer::to(message.id, &line).map_err(|error| format!("status {status}: {error}"))?;
            if found.is_some() && std::mem::replace(&mut answer, found).is_some() {
                return Err("two answers in one response".into());
            }
        }
        let answer =
            answer.ok_or_else(|| format!("no answer in the response, which has the status {status}"))?;
        match status {
            200 => Ok(answer),
            400..=499 if answer.is_error() => Ok(answer),
            _ => Err(format!("the response has the status {status}").into()),
        }
    }

    fn tell(&mut self, message: &Message) -> Result<()> {
        let request = self.endpoint.post(&self.headers(message), &message.body);
        match self.connection.exchange(&request)?.status {
            202 => Ok(()),
            status => Err(format!("{}: it has the status {status} in place of 202", message.method).into()),
        }
    }
}
