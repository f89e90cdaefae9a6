//! Ids of events.
//!
//! See [resumability](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery).

use std::fmt;

/// The purpose of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamKind {
    /// The answer to one request, or to a batch.
    Answer,
    /// Messages that answer no request.
    Standalone,
}

/// The id of an event, from which a client can resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) kind: StreamKind,
    pub(crate) stream: u64,
    /// The number of the message in its stream; 0 for the priming event.
    pub(crate) message: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == StreamKind::Answer { 'a' } else { 's' };
        write!(f, "{kind}{:016x}-{}", self.stream, self.message)
    }
}

impl EventId {
    /// Parses an id. Returns `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let kind = match kind {
            "a" => StreamKind::Answer,
            "s" => StreamKind::Standalone,
            _ => return None,
        };
        let (stream, message) = rest.split_once('-')?;
        let is_canonical = stream.len() == 16 && message.bytes().all(|byte| byte.is_ascii_digit());
        let stream = u64::from_str_radix(stream, 16).ok().filter(|_| is_canonical)?;
        Some(Self { kind, stream, message: message.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_ids_round_trip() {
        for text in ["a0000000000000007-0", "sffffffffffffffff-18446744073709551615"] {
            assert_eq!(EventId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        }
        for text in
            ["", "a", "a7-1", "x0000000000000007-1", "a0000000000000007", "a0000000000000007--1", "é-"]
        {
            assert_eq!(EventId::parse(text), None, "{text}");
        }
    }
}
