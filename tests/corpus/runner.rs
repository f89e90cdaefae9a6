//! Runs a conversation over a transport and compares every message.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::matching::Names;
use crate::notation::{Conversation, Event, Kind};
use crate::overwrite::Overwrite;
use crate::transport::{PATIENCE, Transport};

/// Time between two requests of a client that polls.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A message of a conversation as it was sent or received.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    ByClient(String),
    ByServer(Value),
}

/// Runs a conversation and returns its messages.
///
/// # Errors
///
/// Returns the first difference, with its file, line and transport.
pub(crate) fn check(
    conversation: &Conversation,
    name: &str,
    transport: &mut dyn Transport,
    overwrite: Option<&mut Overwrite>,
) -> Result<Vec<Sent>, String> {
    let mut runner = Runner {
        conversation,
        transport,
        names: Names::default(),
        messages: Vec::new(),
        position: 0,
        is_closed: false,
        overwrite,
    };
    let outcome = runner.run();
    let line =
        conversation.steps.get(runner.position).or(conversation.steps.last()).map_or(0, |step| step.line);
    let place = format!("{}:{line}", conversation.file.display());
    outcome.map_err(|error| format!("{place}: at {name}, in \"{}\":\n{error}", conversation.title))?;
    Ok(runner.messages)
}

struct Runner<'a> {
    conversation: &'a Conversation,
    transport: &'a mut dyn Transport,
    names: Names,
    messages: Vec<Sent>,
    position: usize,
    is_closed: bool,
    overwrite: Option<&'a mut Overwrite>,
}

impl Runner<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(kind) = self.kind() {
            match kind {
                Kind::Define(name, value) => self.names.define(name, value),
                Kind::Send(text, reply) => {
                    self.expect_nothing_yet()?;
                    let text = self.names.insert_into(&text)?;
                    self.messages.push(Sent::ByClient(text.clone()));
                    self.transport.send(&text, reply.as_ref())?;
                }
                Kind::Poll(text) => self.poll(&text)?,
                Kind::Receive(expected) => self.receive(&expected)?,
                Kind::ReceiveUnordered(_) => self.receive_unordered()?,
                Kind::Event(event) => {
                    self.expect_nothing_yet()?;
                    self.event(event)?;
                }
            }
            self.position += 1;
        }
        if !self.is_closed {
            self.expect_nothing_yet()?;
            self.event(Event::Close)?;
            let (line, is_more) = (self.last_line(), self.transport.wait()?);
            if let Some(overwrite) = self.overwrite.as_mut().filter(|_| is_more) {
                overwrite.insert_line_after(&self.conversation.file, line, "~ close");
            }
        }
        self.expect_nothing_more()
    }

    fn kind(&self) -> Option<Kind> {
        self.conversation.steps.get(self.position).map(|step| step.kind.clone())
    }

    fn event(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Close => {
                self.is_closed = true;
                self.transport.close()
            }
            Event::Sleep(time) => {
                self.transport.sleep(time);
                Ok(())
            }
            Event::Server(event) => self.transport.event(&event),
        }
    }

    /// Receives the message of one line.
    fn receive(&mut self, expected: &Value) -> Result<(), String> {
        loop {
            for (index, message) in self.transport.next().into_iter().enumerate() {
                if self.names.compare(expected, message).is_ok() {
                    self.take(index);
                    return Ok(());
                }
                if answers_the_same(expected, message) {
                    return self.differs(expected, index);
                }
            }
            let is_certain = self.transport.is_deterministic() && !self.transport.next().is_empty();
            if is_certain || !self.transport.wait()? {
                return if is_certain { self.differs(expected, 0) } else { Err(self.missing(expected)) };
            }
        }
    }

    fn take(&mut self, index: usize) -> Value {
        let message = self.transport.take(index);
        self.messages.push(Sent::ByServer(message.clone()));
        message
    }

    /// Fails with the difference, or has the expected message overwritten.
    fn differs(&mut self, expected: &Value, index: usize) -> Result<(), String> {
        let line = self.conversation.steps[self.position].line;
        if let Some(overwrite) = &mut self.overwrite {
            let message = self.transport.take(index);
            overwrite.replace(&self.conversation.file, line, expected, &message, &mut self.names)?;
            self.messages.push(Sent::ByServer(message));
            return Ok(());
        }
        let message = self.transport.next()[index].clone();
        let difference = self.names.compare(expected, &message).err().unwrap_or_default();
        Err(format!("{difference}\nexpected {expected}\nreceived {message}"))
    }

    fn missing(&self, expected: &Value) -> String {
        let next: Vec<_> = self.transport.next().into_iter().map(Value::to_string).collect();
        let next = if next.is_empty() { "nothing".to_owned() } else { next.join("\nor       ") };
        format!("expected {expected}\nreceived {next}")
    }

    /// Receives the messages of a run of lines that has no order.
    fn receive_unordered(&mut self) -> Result<(), String> {
        let mut expected = Vec::new();
        while let Some(Kind::ReceiveUnordered(message)) = self.kind() {
            expected.push(message);
            self.position += 1;
        }
        self.position -= 1;
        'messages: while !expected.is_empty() {
            for (index, message) in self.transport.next().into_iter().enumerate() {
                let found =
                    expected.iter().position(|expected| self.names.compare(expected, message).is_ok());
                if let Some(found) = found {
                    expected.remove(found);
                    self.take(index);
                    continue 'messages;
                }
            }
            let is_certain = self.transport.is_deterministic() && !self.transport.next().is_empty();
            if is_certain || !self.transport.wait()? {
                let expected: Vec<_> = expected.iter().map(Value::to_string).collect();
                return Err(self.missing(&expected.join("\nand      ").into()));
            }
        }
        Ok(())
    }

    /// Sends a request again until it gets the response in the next line.
    fn poll(&mut self, text: &str) -> Result<(), String> {
        self.expect_nothing_yet()?;
        let text = self.names.insert_into(text)?;
        self.position += 1;
        let Some(Kind::Receive(expected)) = self.kind() else {
            return Err("`>?` needs the answer in the next line".to_owned());
        };
        self.messages.push(Sent::ByClient(text.clone()));
        let start = Instant::now();
        loop {
            self.transport.send(&text, None)?;
            let index = self.wait_for_answer(&expected)?;
            let message = self.transport.next()[index].clone();
            if self.names.compare(&expected, &message).is_ok() {
                self.take(index);
                return Ok(());
            }
            if start.elapsed() > PATIENCE || self.overwrite.is_some() && start.elapsed() > POLL_INTERVAL * 20
            {
                return self.differs(&expected, index);
            }
            self.transport.take(index);
            self.transport.sleep(POLL_INTERVAL);
        }
    }

    fn wait_for_answer(&mut self, expected: &Value) -> Result<usize, String> {
        loop {
            let next = self.transport.next();
            if let Some(index) = next.iter().position(|message| answers_the_same(expected, message)) {
                return Ok(index);
            }
            if !self.transport.wait()? {
                return Err(self.missing(expected));
            }
        }
    }

    /// Fails if a message has arrived that no line expects, over a transport that can detect this.
    fn expect_nothing_yet(&mut self) -> Result<(), String> {
        if self.transport.is_deterministic() { self.reject_messages() } else { Ok(()) }
    }

    /// Fails if the server sends anything more before it has ended.
    fn expect_nothing_more(&mut self) -> Result<(), String> {
        loop {
            self.reject_messages()?;
            if !self.transport.wait()? {
                return Ok(());
            }
        }
    }

    fn last_line(&self) -> usize {
        last_line(self.conversation, self.position)
    }

    fn reject_messages(&mut self) -> Result<(), String> {
        while let Some(message) = self.transport.next().first() {
            let message = (*message).clone();
            let Some(overwrite) = &mut self.overwrite else {
                return Err(format!("expected nothing\nreceived {message}"));
            };
            let line = last_line(self.conversation, self.position);
            overwrite.insert_after(&self.conversation.file, line, &message, &mut self.names)?;
            self.take(0);
        }
        Ok(())
    }
}

/// The number of the line above the position.
fn last_line(conversation: &Conversation, position: usize) -> usize {
    position.checked_sub(1).map_or(0, |above| conversation.steps[above].last_line)
}

/// Returns `true` if both are responses to the same request.
fn answers_the_same(expected: &Value, message: &Value) -> bool {
    let is_response = |message: &Value| message.get("method").is_none() && message.is_object();
    is_response(expected) && is_response(message) && expected.get("id") == message.get("id")
}
