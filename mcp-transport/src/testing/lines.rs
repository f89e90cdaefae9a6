//! A test client over lines in memory.

use std::fmt;
use std::sync::{Arc, Mutex};

use mcpwright_core::{
    CancelledParams, ErrorObject, JsonText, Message, Notification, ProtocolVersion, RequestId, message,
    method,
};
use mcpwright_server::testing::{Client, ClientTransport, Delivery, Inbox};
use mcpwright_server::{Caller, Extensions, HeaderParam, Server, async_trait};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};

use crate::lines::limits::LineLimits;
use crate::lines::serve_session;
use crate::lines::session::LineSession;
use crate::runtime::TokioRuntime;
use crate::sync::lock;

/// The number of bytes that are on their way in each direction.
const BUFFER_BYTES: usize = 64 << 10;

/// Returns a client over lines in memory. It must run on a tokio runtime.
pub(crate) fn client(server: Server, version: ProtocolVersion) -> Client {
    Client::with_transport(version, |inbox| {
        Arc::new(LineClient {
            inbox,
            state: Mutex::new(LineState::New(server, Caller::anonymous(), Extensions::default())),
        })
    })
}

/// The client's end of a stream of lines.
struct LineClient {
    inbox: Inbox,
    state: Mutex<LineState>,
}

enum LineState {
    /// Nothing has been sent yet.
    New(Server, Caller, Extensions),
    /// The server serves the stream. The sender takes encoded messages.
    Open(UnboundedSender<Vec<u8>>),
}

impl LineClient {
    fn push(&self, message: &Message) -> Result<(), ErrorObject> {
        let mut state = lock(&self.state);
        if let LineState::New(server, caller, extensions) = &*state {
            *state = LineState::Open(open(server.clone(), caller.clone(), extensions.clone(), &self.inbox)?);
        }
        match &*state {
            LineState::Open(sender) => sender.send(encode(message)).map_err(|_| closed()),
            LineState::New(..) => Err(closed()),
        }
    }
}

#[async_trait]
impl ClientTransport for LineClient {
    async fn send(&self, message: Message, _: &[HeaderParam]) -> Result<Delivery, ErrorObject> {
        self.push(&message).map(|()| Delivery::InProgress)
    }

    fn cancel(&self, id: &RequestId) {
        // If the connection has ended, so has the call.
        let _ = self.push(&cancellation(id));
    }

    fn set_caller(&self, caller: Caller) {
        match &mut *lock(&self.state) {
            LineState::New(_, current, _) => *current = caller,
            LineState::Open(_) => panic!("the caller of a connection must be set before its first message"),
        }
    }

    fn set_extensions(&self, extensions: Extensions) {
        match &mut *lock(&self.state) {
            LineState::New(_, _, current) => *current = extensions,
            LineState::Open(_) => {
                panic!("the extensions of a connection must be set before its first message")
            }
        }
    }
}

impl fmt::Debug for LineClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineClient").finish_non_exhaustive()
    }
}

/// Serves a stream in memory, and returns the sender of its lines.
fn open(
    server: Server,
    caller: Caller,
    extensions: Extensions,
    inbox: &Inbox,
) -> Result<UnboundedSender<Vec<u8>>, ErrorObject> {
    let runtime = TokioRuntime::current().map_err(|error| ErrorObject::internal(error.to_string()))?;
    let session = LineSession::with_caller(server, &runtime, caller, extensions);
    let (client, ours) = tokio::io::duplex(BUFFER_BYTES);
    let (reader, writer) = tokio::io::split(ours);
    tokio::spawn(async move {
        let served =
            serve_session(session, None, reader, writer, LineLimits::default(), std::future::pending()).await;
        if let Err(error) = served {
            tracing::debug!(%error, "a test client disconnected");
        }
    });
    let (reader, writer) = tokio::io::split(client);
    let (sender, lines) = unbounded_channel();
    tokio::spawn(write(writer, lines));
    tokio::spawn(read(reader, inbox.clone(), sender.downgrade()));
    Ok(sender)
}

/// Writes messages until the client is dropped.
async fn write(mut writer: WriteHalf<DuplexStream>, mut lines: UnboundedReceiver<Vec<u8>>) {
    while let Some(line) = lines.recv().await {
        if writer.write_all(&line).await.is_err() {
            return;
        }
    }
    let _ = writer.shutdown().await;
}

/// Passes each line to the client, and sends its replies, until the server ends the stream.
async fn read(reader: ReadHalf<DuplexStream>, inbox: Inbox, sender: WeakUnboundedSender<Vec<u8>>) {
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match message::decode(line.as_bytes()) {
            Ok(message) => {
                let reply = inbox.receive(message);
                if let (Some(reply), Some(sender)) = (reply, sender.upgrade()) {
                    let _ = sender.send(encode(&reply));
                }
            }
            Err(error) => return inbox.close(ErrorObject::internal(format!("an invalid message: {error}"))),
        }
    }
    inbox.close(closed());
}

/// Returns the notification that cancels a request.
pub(crate) fn cancellation(id: &RequestId) -> Message {
    let params = JsonText::encode(&CancelledParams::new(id.clone())).ok();
    Notification { method: method::CANCELLED.into(), params }.into()
}

fn closed() -> ErrorObject {
    ErrorObject::internal("the server has closed the connection")
}

/// Returns a message as a line.
fn encode(message: &Message) -> Vec<u8> {
    let mut line = Vec::new();
    message.encode(&mut line);
    line.push(b'\n');
    line
}
