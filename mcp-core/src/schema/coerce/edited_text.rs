//! The text of a value that is checked, and the changes to it.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::cursor::TextCursor;

/// The text of a value, a position in it, and the changed text up to that position.
///
/// Text is only copied once something changes.
pub(super) struct EditedText<'t> {
    text: &'t str,
    pub(super) cursor: TextCursor<'t>,
    /// The changed text.
    changed: String,
    /// The end of the part of `text` that `changed` stands for.
    copied: usize,
}

/// A state of a [`EditedText`], to which it can return.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    position: usize,
    changed: usize,
    copied: usize,
}

impl<'t> EditedText<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, cursor: TextCursor::new(text), changed: String::new(), copied: 0 }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { position: self.cursor.position(), changed: self.changed.len(), copied: self.copied }
    }

    pub(super) fn restore(&mut self, checkpoint: Checkpoint) {
        self.cursor.set_position(checkpoint.position);
        self.changed.truncate(checkpoint.changed);
        self.copied = checkpoint.copied;
    }

    /// Replaces a part of the text, which must start at or after the end of the part replaced before.
    pub(super) fn replace(&mut self, part: Range<usize>, with: &str) {
        if self.changed.is_empty() {
            self.changed.reserve(self.text.len() - self.copied);
        }
        self.copy_to(part.start);
        self.changed.push_str(with);
        self.copied = part.end;
    }

    /// Returns the text since a checkpoint, with its changes, up to the current position.
    pub(super) fn since(&mut self, checkpoint: Checkpoint) -> &str {
        if self.copied <= checkpoint.position {
            return self.text.get(checkpoint.position..self.cursor.position()).unwrap_or_default();
        }
        let unchanged = checkpoint.position.saturating_sub(checkpoint.copied);
        self.copy_to(self.cursor.position());
        self.changed.get(checkpoint.changed + unchanged..).unwrap_or_default()
    }

    /// Returns the text with its changes.
    pub(super) fn finish(mut self) -> Cow<'t, str> {
        if self.copied == 0 && self.changed.is_empty() {
            return Cow::Borrowed(self.text);
        }
        self.copy_to(self.text.len());
        Cow::Owned(self.changed)
    }

    fn copy_to(&mut self, end: usize) {
        self.changed.push_str(self.text.get(self.copied..end).unwrap_or_default());
        self.copied = self.copied.max(end);
    }
}
