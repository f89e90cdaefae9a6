//! Requests to read or compare documents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::uri::DocumentUri;
use crate::schema::brief;

/// Default maximum size of a text, in bytes.
pub(super) const DEFAULT_BYTES: u32 = 32 << 10;
/// Upper bound of the maximum size that a request can specify, in bytes.
pub(super) const MAX_BYTES: u32 = 1 << 20;

/// The part of a document to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The whole text.
    #[default]
    Whole,
    /// A section with its subsections, by its id in the outline.
    Section(String),
    /// A range of lines, counted from 1. Both ends are inclusive.
    Lines {
        /// The first line.
        from: u64,
        /// The last line. Default: the end of the text.
        to: Option<u64>,
    },
    /// A range of characters, counted from 0.
    Characters {
        /// The first character.
        from: u64,
        /// The first character after the range. Default: the end of the text.
        to: Option<u64>,
    },
}

/// The form of a document's text. Both forms are equal for Markdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
pub enum Form {
    /// Text with Markdown headings.
    #[default]
    Readable,
    /// The unchanged source.
    Source,
}

/// A request to read a document or a part of it.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The URI of the document or of a version.
    pub uri: DocumentUri,
    /// The part to read.
    pub part: Part,
    /// The form of the text.
    pub form: Form,
    /// Maximum size of the text, in bytes. Default: 32 KiB.
    pub max_bytes: Option<u32>,
}

impl ReadRequest {
    /// Creates a request for the whole readable text of a document.
    pub fn new(uri: DocumentUri) -> Self {
        Self { uri, part: Part::Whole, form: Form::Readable, max_bytes: None }
    }
}

/// A request to compare two versions of a document.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// The document. The version of the URI is ignored.
    pub uri: DocumentUri,
    /// The earlier version. Default: the one before `to`.
    pub from: Option<u32>,
    /// The later version. Default: the latest one.
    pub to: Option<u32>,
    /// The form of the texts to compare.
    pub form: Form,
    /// Maximum size of the diff, in bytes. Default: 32 KiB.
    pub max_bytes: Option<u32>,
}

impl CompareRequest {
    /// Creates a request for the last change of a document.
    pub fn new(uri: DocumentUri) -> Self {
        Self { uri, from: None, to: None, form: Form::Readable, max_bytes: None }
    }
}
