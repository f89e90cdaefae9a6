//! The notation of the conversations: `testdata/README.md` describes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

/// A conversation of a client with one server.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub(crate) file: PathBuf,
    pub(crate) title: String,
    /// The name of the server in [`servers`](crate::servers).
    pub(crate) server: String,
    /// The transports for which it is skipped.
    pub(crate) skipped: Vec<String>,
    /// The transports over which it fails for now.
    pub(crate) failing: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// A line of a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The number of the line in its file, from 1.
    pub(crate) line: usize,
    /// The number of its last line: a status has a line of its own.
    pub(crate) last_line: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `$name = …`: gives a value a name.
    Define(String, Value),
    /// `> …`: the client sends a message.
    Send(String, Option<Reply>),
    /// `>? …`: the client sends a request again until the answer is the one that follows.
    Poll(String),
    /// `< …`: the server sends a message.
    Receive(Value),
    /// `<* …`: the server sends a message. A run of these has no order.
    ReceiveUnordered(Value),
    /// `~ …`: an event on the server.
    Event(Event),
}

/// An event on the server, or a pause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// `~ close`: the server ends.
    Close,
    /// `~ sleep 100ms`.
    Sleep(Duration),
    /// Any other event, for the server of the conversation.
    Server(String),
}

/// `= 200 name: value, …`: status and headers of an HTTP response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

/// Reads all conversations of the folder `testdata`, or those whose file or title contains `MCPWRIGHT_CONVERSATION`.
pub(crate) fn read_all() -> Vec<Conversation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = entries.map(|entry| entry.expect("an entry of a folder").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "jsonl")).collect();
    files.sort();
    let wanted = std::env::var("MCPWRIGHT_CONVERSATION").unwrap_or_default();
    let is_wanted = |conversation: &Conversation| {
        conversation.file.to_string_lossy().contains(&wanted) || conversation.title.contains(&wanted)
    };
    files.iter().flat_map(|file| read(file)).filter(is_wanted).collect()
}

fn read(file: &Path) -> Vec<Conversation> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    parse(file, &text).unwrap_or_else(|error| panic!("{}:{error}", file.display()))
}

/// Reads the conversations of one file.
///
/// # Errors
///
/// Returns an error that starts with the line number if a line does not follow the notation.
pub(crate) fn parse(file: &Path, text: &str) -> Result<Vec<Conversation>, String> {
    let empty = |title: &str| Conversation {
        file: file.to_owned(),
        title: title.to_owned(),
        server: "demo".to_owned(),
        skipped: Vec::new(),
        failing: Vec::new(),
        steps: Vec::new(),
    };
    // The lines before the first title belong to every conversation of the file.
    let (mut preamble, mut conversations) = (empty(""), Vec::<Conversation>::new());
    for (number, line) in (1..).zip(text.lines()) {
        let current = conversations.last_mut().unwrap_or(&mut preamble);
        if let Some(title) = line.strip_prefix("## ") {
            conversations.push(Conversation { title: title.to_owned(), ..preamble.clone() });
        } else if !(line.is_empty() || line.starts_with('#')) {
            current.read_line(number, line).map_err(|error| format!("{number}: {error}"))?;
        }
    }
    Ok(conversations)
}

impl Conversation {
    fn read_line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let (sign, rest) = line.split_once(' ').ok_or("a line needs a sign, a space and more")?;
        let kind = match sign {
            "@" => return self.read_setting(rest),
            "=" => return self.read_reply(number, rest),
            ">" => Kind::Send(rest.to_owned(), None),
            ">?" => Kind::Poll(rest.to_owned()),
            "<" => Kind::Receive(json(rest)?),
            "<*" => Kind::ReceiveUnordered(json(rest)?),
            "~" => Kind::Event(Event::parse(rest)?),
            _ if sign.starts_with('$') => {
                let value = rest.strip_prefix("= ").ok_or("a name needs a value: `$name = …`")?;
                Kind::Define(sign[1..].to_owned(), json(value)?)
            }
            _ => return Err(format!("`{sign}` is no sign of a line")),
        };
        self.steps.push(Step { line: number, last_line: number, kind });
        Ok(())
    }

    /// Reads `@ server NAME`, `@ not TRANSPORT…: reason` or `@ fails TRANSPORT…: reason`.
    fn read_setting(&mut self, text: &str) -> Result<(), String> {
        let (name, rest) = text.split_once(' ').ok_or("a setting needs a value")?;
        if name == "server" {
            rest.clone_into(&mut self.server);
            return Ok(());
        }
        let (transports, reason) = rest.split_once(": ").ok_or("a reason must follow: `@ not http: …`")?;
        if reason.is_empty() {
            return Err("the reason is empty".to_owned());
        }
        let transports = transports.split(' ').map(str::to_owned);
        match name {
            "not" => self.skipped.extend(transports),
            "fails" => self.failing.extend(transports),
            _ => return Err(format!("`{name}` is no setting")),
        }
        Ok(())
    }

    /// Reads `= STATUS` with headers, which belongs to the message above.
    fn read_reply(&mut self, number: usize, text: &str) -> Result<(), String> {
        let (status, headers) = text.split_once(' ').unwrap_or((text, ""));
        let status = status.parse().map_err(|_| "an HTTP status must be a number")?;
        let pair = |header: &str| {
            let (name, value) = header.split_once(": ").ok_or("a header needs `: ` and a value")?;
            Ok::<_, String>((name.to_ascii_lowercase(), value.to_owned()))
        };
        let headers = headers.split("; ").filter(|header| !header.is_empty()).map(pair);
        let headers = headers.collect::<Result<_, _>>()?;
        match self.steps.last_mut() {
            Some(Step { kind: Kind::Send(_, reply @ None), last_line, .. }) => {
                *reply = Some(Reply { status, headers });
                *last_line = number;
                Ok(())
            }
            _ => Err("a status must follow the message of the client".to_owned()),
        }
    }
}

impl Event {
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(' ') {
            None if text == "close" => Ok(Self::Close),
            Some(("sleep", time)) => {
                let milliseconds = time.strip_suffix("ms").and_then(|time| time.parse().ok());
                let milliseconds = milliseconds.ok_or("a time is a number of milliseconds: `100ms`")?;
                Ok(Self::Sleep(Duration::from_millis(milliseconds)))
            }
            _ => Ok(Self::Server(text.to_owned())),
        }
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
