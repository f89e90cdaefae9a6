//! Encoding of server-sent events.
//!
//! A message is one line, so an event has one `data` field.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The keep-alive comment of a quiet stream, which clients ignore.
pub(crate) const COMMENT: &[u8] = b":\n\n";

/// Time before a client reconnects, in milliseconds.
const RETRY_MILLISECONDS: u32 = 1000;

/// Appends an event with a message.
pub(crate) fn event(
    out: &mut Vec<u8>,
    id: Option<&dyn std::fmt::Display>,
    message: impl FnOnce(&mut Vec<u8>),
) {
    self::id(out, id);
    out.extend_from_slice(b"data: ");
    let start = out.len();
    message(out);
    if !out[start..].is_ascii() {
        escape_line_separators(out, start);
    }
    out.extend_from_slice(b"\n\n");
}

/// Escapes the characters of the JSON text from `start` that some clients take for the end of a line: U+0085, U+2028, U+2029.
/// They can only be in its strings.
fn escape_line_separators(out: &mut Vec<u8>, start: usize) {
    let separator = |bytes: &[u8]| match bytes {
        [0xc2, 0x85, ..] => Some((2, b"\\u0085")),
        [0xe2, 0x80, 0xa8, ..] => Some((3, b"\\u2028")),
        [0xe2, 0x80, 0xa9, ..] => Some((3, b"\\u2029")),
        _ => None,
    };
    if !(start..out.len()).any(|index| separator(&out[index..]).is_some()) {
        return;
    }
    let text = out.split_off(start);
    let mut rest = &text[..];
    while let [byte, tail @ ..] = rest {
        match separator(rest) {
            Some((length, escape)) => {
                out.extend_from_slice(escape);
                rest = &rest[length..];
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}

/// Appends an event without a message, from whose id a client can resume.
pub(crate) fn priming(out: &mut Vec<u8>, id: &dyn std::fmt::Display) {
    self::id(out, Some(id));
    // A client dispatches no event without a `data` field, and would not receive the id.
    out.extend_from_slice(format!("retry: {RETRY_MILLISECONDS}\ndata: \n\n").as_bytes());
}

fn id(out: &mut Vec<u8>, id: Option<&dyn std::fmt::Display>) {
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
}

/// The keep-alive timer of a stream.
pub(crate) struct KeepAlive {
    interval: Duration,
    timer: Pin<Box<Sleep>>,
}

impl KeepAlive {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { interval, timer: Box::pin(tokio::time::sleep(interval)) }
    }

    /// Restarts the timer, because an event was sent.
    pub(crate) fn reset(&mut self) {
        self.timer.as_mut().reset(Instant::now() + self.interval);
    }

    /// Ready when a keep-alive comment is due.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        futures::ready!(self.timer.as_mut().poll(context));
        self.reset();
        // Polled once more, so that the timer registers the waker.
        let _ = self.timer.as_mut().poll(context);
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The JSON text of a string with these characters, as an event has it.
    fn data(text: &str) -> String {
        let mut out = b"before ".to_vec();
        event(&mut out, None, |out| serde_json::to_writer(out, text).expect("a string serializes"));
        let event = String::from_utf8(out).expect("it is text");
        event
            .strip_prefix("before data: ")
            .and_then(|it| it.strip_suffix("\n\n"))
            .expect("it is an event")
            .to_owned()
    }

    #[test]
    fn line_separators_are_escaped_and_mean_the_same() {
        for text in [
            "",
            "plain",
            "a\u{2028}b\u{2029}\u{85}",
            "\u{2028}",
            "é\u{2027}\u{202a}\u{84}€\u{10085}",
            "\\\u{2028}",
        ] {
            let data = data(text);
            assert!(!data.contains(['\u{85}', '\u{2028}', '\u{2029}']), "{data}");
            assert_eq!(serde_json::from_str::<String>(&data).ok().as_deref(), Some(text));
        }
        assert_eq!(data("é\u{2028}€"), r#""é\u2028€""#);
    }
}
