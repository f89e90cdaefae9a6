//! The messages of a stream that are pending or can be replayed.

use std::collections::VecDeque;

use mcpwright_core::Message;

use crate::http::edge::answer::encoded;
use crate::http::limits::{MAX_PENDING_NOTIFICATION_BYTES, MAX_PENDING_NOTIFICATIONS};

/// Maximum number of sent messages that are retained for replay.
const MAX_RETAINED_MESSAGES: usize = 1000;

/// Maximum number of bytes of the sent messages that are retained for replay.
const MAX_RETAINED_BYTES: usize = 1 << 20;

/// Maximum number of bytes that are retained of a stream that has ended: its client may have lost the last messages.
const MAX_RETAINED_AFTER_END: usize = 64 << 10;

/// The messages of a stream that have not been sent, and sent ones that can be replayed. Their numbers begin with 1.
#[derive(Debug)]
pub(crate) struct ReplayBuffer {
    messages: VecDeque<RetainedMessage>,
    /// The number of the first retained message.
    first: u64,
    bytes: usize,
    /// The number of the last message that was sent.
    sent: u64,
}

#[derive(Debug)]
struct RetainedMessage {
    message: Vec<u8>,
    is_answer: bool,
}

impl Default for ReplayBuffer {
    fn default() -> Self {
        Self { messages: VecDeque::new(), first: 1, bytes: 0, sent: 0 }
    }
}

impl ReplayBuffer {
    pub(crate) fn push(&mut self, message: &Message) {
        let bytes = encoded(message);
        self.bytes += bytes.len();
        let is_answer = matches!(message, Message::Response(_) | Message::Batch(_));
        self.messages.push_back(RetainedMessage { message: bytes, is_answer });
        self.evict_sent();
    }

    /// Returns `true` if so little is unsent that a further notification may be added.
    pub(crate) fn has_room(&self) -> bool {
        let bytes: usize = self.unsent().map(|retained| retained.message.len()).sum();
        self.unsent().count() < MAX_PENDING_NOTIFICATIONS && bytes < MAX_PENDING_NOTIFICATION_BYTES
    }

    /// Passes each unsent message with its number to `write`. They count as sent then.
    pub(crate) fn send(&mut self, mut write: impl FnMut(u64, &[u8])) {
        let mut number = self.sent.max(self.first - 1);
        for retained in self.unsent() {
            number += 1;
            write(number, &retained.message);
        }
        self.sent = number;
        self.evict_sent();
    }

    /// Sends the messages after this number again.
    pub(crate) fn resume_after(&mut self, message: u64) {
        self.sent = message.min(self.last());
    }

    /// Takes the only message that the stream has had, if it is an answer.
    pub(crate) fn take_single_answer(&mut self) -> Option<Vec<u8>> {
        if !(self.first == 1 && self.messages.len() == 1 && self.messages[0].is_answer) {
            return None;
        }
        self.bytes = 0;
        self.messages.pop_front().map(|retained| retained.message)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Returns `true` if a message is retained that is not an answer.
    pub(crate) fn has_other_than_answers(&self) -> bool {
        self.messages.iter().any(|retained| !retained.is_answer)
    }

    /// Returns the number of the last message.
    pub(crate) fn last(&self) -> u64 {
        self.first + self.messages.len() as u64 - 1
    }

    /// Returns the number of the last message that was sent.
    pub(crate) fn last_sent(&self) -> u64 {
        self.sent
    }

    /// Drops the oldest sent messages of a stream that has ended.
    pub(crate) fn evict_after_end(&mut self) {
        self.evict(MAX_RETAINED_AFTER_END);
    }

    /// Drops the oldest sent messages.
    fn evict_sent(&mut self) {
        self.evict(MAX_RETAINED_BYTES);
    }

    fn evict(&mut self, max_bytes: usize) {
        while self.first <= self.sent
            && (self.messages.len() > MAX_RETAINED_MESSAGES || self.bytes > max_bytes)
        {
            let Some(retained) = self.messages.pop_front() else { return };
            self.bytes -= retained.message.len();
            self.first += 1;
        }
    }

    fn unsent(&self) -> impl Iterator<Item = &RetainedMessage> {
        self.messages.range(self.sent_count()..)
    }

    /// Returns the number of retained messages that have been sent.
    fn sent_count(&self) -> usize {
        usize::try_from((self.sent + 1).saturating_sub(self.first))
            .unwrap_or(usize::MAX)
            .min(self.messages.len())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use mcpwright_core::{JsonText, Notification, RequestId, Response};

    use super::*;

    pub(crate) fn notification(number: usize) -> Message {
        let params = JsonText::parse(&format!(r#"{{"n":{number}}}"#)).expect("it is JSON");
        Notification { method: "n".into(), params: Some(params) }.into()
    }

    pub(crate) fn answer() -> Message {
        Response::ok(RequestId::from(1), JsonText::parse("{}").expect("it is JSON")).into()
    }

    /// Sends the unsent messages. Returns their numbers.
    fn send(buffer: &mut ReplayBuffer) -> Vec<u64> {
        let mut numbers = Vec::new();
        buffer.send(|number, _| numbers.push(number));
        numbers
    }

    #[test]
    fn unread_messages_are_bounded() {
        let mut buffer = ReplayBuffer::default();
        for number in 0..5000 {
            if buffer.has_room() {
                buffer.push(&notification(number));
            }
        }
        assert_eq!(buffer.messages.len(), MAX_PENDING_NOTIFICATIONS);
        assert_eq!(send(&mut buffer).len(), MAX_PENDING_NOTIFICATIONS);
        for number in 0..5000 {
            assert!(buffer.has_room());
            buffer.push(&notification(number));
            assert_eq!(send(&mut buffer), [buffer.last()]);
        }
        assert_eq!(buffer.messages.len(), MAX_RETAINED_MESSAGES);
    }

    #[test]
    fn messages_after_a_number_are_sent_again() {
        let mut buffer = ReplayBuffer::default();
        (0..3).for_each(|number| buffer.push(&notification(number)));
        assert_eq!(send(&mut buffer), [1, 2, 3]);
        assert!(send(&mut buffer).is_empty());
        buffer.resume_after(1);
        assert_eq!(send(&mut buffer), [2, 3]);
        buffer.resume_after(u64::MAX);
        assert_eq!((send(&mut buffer), buffer.last_sent()), (vec![], 3));
    }

    #[test]
    fn fewer_messages_are_retained_after_the_end() {
        let mut buffer = ReplayBuffer::default();
        let long =
            JsonText::parse(&format!("\"{}\"", "a".repeat(MAX_RETAINED_AFTER_END / 4))).expect("it is JSON");
        for _ in 0..10 {
            buffer.push(&Response::ok(RequestId::from(1), long.clone()).into());
        }
        buffer.evict_after_end();
        assert_eq!(buffer.messages.len(), 10, "unsent messages are kept");
        send(&mut buffer);
        assert_eq!(buffer.messages.len(), 10);
        buffer.evict_after_end();
        assert!(buffer.bytes <= MAX_RETAINED_AFTER_END && buffer.messages.len() == 3);
        buffer.resume_after(1);
        assert_eq!(send(&mut buffer), [8, 9, 10]);
    }

    #[test]
    fn only_a_single_answer_is_taken() {
        let mut buffer = ReplayBuffer::default();
        assert_eq!(buffer.take_single_answer(), None);
        buffer.push(&answer());
        assert!(buffer.take_single_answer().is_some() && buffer.is_empty());
        let mut buffer = ReplayBuffer::default();
        buffer.push(&notification(1));
        assert!(buffer.take_single_answer().is_none() && buffer.has_other_than_answers());
        buffer.push(&answer());
        assert_eq!(buffer.take_single_answer(), None);
    }
}
