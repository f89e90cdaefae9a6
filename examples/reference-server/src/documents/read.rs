//! Reading a document: its outline, a section, a range, or all of it.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outline::{Section, sections};
use super::readable::{Format, readable};
use super::store::Stored;
use super::{Address, DocumentError};
use crate::schema::brief;

/// What to read of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Everything.
    #[default]
    Whole,
    /// A section with the sections below it, by the id that the outline gives.
    Section(String),
    /// Lines, both included, from 1.
    Lines {
        /// The first.
        from: u64,
        /// The last; the end of the text if not given.
        to: Option<u64>,
    },
    /// Characters from one, included, to another, not included, from 0.
    Characters {
        /// The first.
        from: u64,
        /// The first one after; the end of the text if not given.
        to: Option<u64>,
    },
}

/// Which text of a document is meant. For Markdown they are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(transform = brief(&[]))]
pub enum Form {
    /// As text with Markdown headings.
    #[default]
    Readable,
    /// As it was written.
    Source,
}

/// A part of a document, in a version and a form.
#[derive(Clone, Debug)]
pub struct Read {
    /// The document, and the version if not the latest.
    pub address: Address,
    /// What to read of it.
    pub part: Part,
    /// Which text.
    pub form: Form,
    /// Bytes that the text may have at most; 32 KiB if not given.
    pub max_bytes: Option<u32>,
}

impl Read {
    /// Everything of a document, as readable text.
    pub fn new(address: Address) -> Self {
        Self { address, part: Part::Whole, form: Form::Readable, max_bytes: None }
    }
}

/// A document, and the version of it that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Document {
    /// The document in this version.
    pub uri: String,
    /// Its title.
    pub title: String,
    /// How its source is written; programs are told by the end of its name.
    #[serde(skip)]
    pub format: Format,
    /// The version that was read.
    pub version: u32,
    /// The latest version there is.
    pub latest_version: u32,
    /// When that version was written.
    pub created_at: String,
}

/// What was read of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["truncated", "rest"]))]
#[non_exhaustive]
pub struct Reading {
    /// The document.
    #[serde(flatten)]
    pub document: Document,
    /// The text.
    pub text: String,
    /// The line with which it begins, counted from 1.
    pub first_line: u64,
    /// Lines of the whole text.
    pub total_lines: u64,
    /// Whether the part goes on after this text.
    pub truncated: bool,
    /// What is left: pass it as from_character and to_character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Characters>,
}

/// A range of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = brief(&[]))]
pub struct Characters {
    /// The first, counted from 0.
    pub from: u64,
    /// The first one after.
    pub to: u64,
}

/// The headings of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Outline {
    /// The document.
    #[serde(flatten)]
    pub document: Document,
    /// Its sections, in order.
    pub sections: Vec<OutlineEntry>,
    /// Lines of the whole text.
    pub total_lines: u64,
    /// Bytes of the whole text.
    pub total_bytes: u64,
}

/// A heading, and the size of what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["id", "bytes"]))]
#[non_exhaustive]
pub struct OutlineEntry {
    /// Pass it to read_document as section.
    pub id: String,
    /// The heading.
    pub title: String,
    /// 1 for the title, 2 for its sections, and so on; 0 for text before the first heading.
    pub level: u8,
    /// The line of the heading, from 1.
    pub line: u64,
    /// Bytes of the section with those below it.
    pub bytes: u64,
}

const DEFAULT_BYTES: u32 = 32 << 10;
const MOST_BYTES: u32 = 1 << 20;

pub(super) fn read(stored: &Stored, request: &Read) -> Result<Reading, DocumentError> {
    let text = stored.text(request.form);
    let part = range(&text, &request.part)?;
    let limit = request.max_bytes.unwrap_or(DEFAULT_BYTES).clamp(4, MOST_BYTES) as usize;
    let shown = part.start..cut(&text, &part, limit);
    let truncated = shown.end < part.end;
    let characters = |range: Range<usize>| text[range].chars().count() as u64;
    let shown_end = characters(0..shown.end);
    let rest = Characters { from: shown_end, to: shown_end + characters(shown.end..part.end) };
    Ok(Reading {
        document: stored.document(),
        first_line: lines(&text[..shown.start]) + 1,
        total_lines: text.lines().count() as u64,
        truncated,
        rest: truncated.then_some(rest),
        text: text[shown].to_owned(),
    })
}

pub(super) fn outline(stored: &Stored) -> Outline {
    let text = readable(stored.format, &stored.body);
    let entry = |section: Section| OutlineEntry {
        title: section.title().to_owned(),
        level: section.level,
        line: lines(&text[..section.start]) + 1,
        bytes: (section.end - section.start) as u64,
        id: section.id,
    };
    Outline {
        document: stored.document(),
        sections: sections(&text).into_iter().map(entry).collect(),
        total_lines: text.lines().count() as u64,
        total_bytes: text.len() as u64,
    }
}

fn lines(text: &str) -> u64 {
    text.matches('\n').count() as u64
}

/// The bytes that a part consists of.
fn range(text: &str, part: &Part) -> Result<Range<usize>, DocumentError> {
    match part {
        Part::Whole => Ok(0..text.len()),
        Part::Section(id) => {
            let sections = sections(text);
            let found =
                sections.iter().find(|section| section.id == *id).map(|section| section.start..section.end);
            found.ok_or_else(|| {
                let ids: Vec<&str> = sections.iter().map(|section| section.id.as_str()).collect();
                DocumentError::not_found(
                    format!("the section {id:?}"),
                    format!("Sections: {}", ids.join(", ")),
                )
            })
        }
        Part::Lines { from, to } => {
            let starts: Vec<usize> = text
                .split_inclusive('\n')
                .scan(0, |at, line| {
                    let start = *at;
                    *at += line.len();
                    Some(start)
                })
                .collect();
            let start = |line: u64| usize::try_from(line).ok().and_then(|line| starts.get(line)).copied();
            bounds(*from, to.map(|to| to.saturating_add(1)), 1, starts.len() as u64, "lines")?;
            Ok(start(from - 1).unwrap_or(text.len())..to.and_then(start).unwrap_or(text.len()))
        }
        Part::Characters { from, to } => {
            let start = |character: u64| {
                let character = usize::try_from(character).ok()?;
                text.char_indices().nth(character).map(|(at, _)| at)
            };
            bounds(*from, *to, 0, text.chars().count() as u64, "characters")?;
            Ok(start(*from).unwrap_or(text.len())..to.and_then(start).unwrap_or(text.len()))
        }
    }
}

fn bounds(from: u64, end: Option<u64>, first: u64, count: u64, what: &str) -> Result<(), DocumentError> {
    if from < first || end.is_some_and(|end| end < from) {
        return Err(DocumentError::Request(format!(
            "{what} are counted from {first}, and from comes before to"
        )));
    }
    if from >= first + count.max(1) {
        return Err(DocumentError::Request(format!("the text has {count} {what}")));
    }
    Ok(())
}

/// Where to stop so that at most `limit` bytes are shown: behind a line if possible, behind a character anyway.
fn cut(text: &str, part: &Range<usize>, limit: usize) -> usize {
    if part.len() <= limit {
        return part.end;
    }
    let end = floor(text, part.start + limit);
    match text[part.start..end].rfind('\n') {
        Some(line) => part.start + line + 1,
        None => end,
    }
}

/// The last boundary between characters that is not behind `at`.
pub(super) fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Part, cut, range};

    #[test]
    fn ranges_of_lines() {
        let text = "one\ntwo\nthree";
        let lines = |from, to| range(text, &Part::Lines { from, to }).map(|range| text[range].to_owned());
        assert_eq!(lines(1, Some(1)).unwrap(), "one\n");
        assert_eq!(lines(2, None).unwrap(), "two\nthree");
        assert_eq!(lines(3, Some(99)).unwrap(), "three");
        assert!(lines(4, None).is_err() && lines(0, None).is_err() && lines(3, Some(1)).is_err());
        assert!(lines(1, Some(u64::MAX)).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_cut_goes_on_where_it_stopped(text in "[aé\u{1F600}\n ]{0,60}", limit in 4_usize..20) {
            let mut read = String::new();
            let mut at = 0;
            while at < text.len() {
                let end = cut(&text, &(at..text.len()), limit);
                prop_assert!(end > at && end - at <= limit);
                read.push_str(&text[at..end]);
                at = end;
            }
            prop_assert_eq!(read, text);
        }

        #[test]
        fn characters_are_counted_not_bytes(text in "[aé\u{1F600}\n]{1,30}", from in 0_u64..30, length in 0_u64..30) {
            let whole: Vec<char> = text.chars().collect();
            let part = range(&text, &Part::Characters { from, to: Some(from + length) });
            if (from as usize) < whole.len() {
                let expected: String = whole.iter().skip(from as usize).take(length as usize).collect();
                prop_assert_eq!(&text[part.unwrap()], expected);
            } else {
                prop_assert!(part.is_err());
            }
        }
    }
}
