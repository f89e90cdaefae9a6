//! The text of documents: formats, sections, and the index over them.

pub(crate) mod index;
pub(crate) mod outline;
pub(crate) mod readable;

/// Returns the last character boundary of `text` at or before byte `index`.
pub(crate) fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}
