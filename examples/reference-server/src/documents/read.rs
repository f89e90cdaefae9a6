//! Reading of a document: its outline, a section, a range, or the whole text.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::DocumentError;
use super::request::{DEFAULT_BYTES, MAX_BYTES, Part, ReadRequest};
use super::store::{Document, Stored};
use crate::schema::brief;
use crate::text::floor_char_boundary;
use crate::text::outline::{Section, sections};
use crate::text::readable::readable;

/// The text of a document or of a part of it.
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
    /// The line of its first character, counted from 1.
    pub first_line: u64,
    /// Number of lines of the whole text.
    pub total_lines: u64,
    /// True if the text was cut off.
    pub truncated: bool,
    /// The remaining range: pass it as from_character and to_character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Characters>,
}

/// A range of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = brief(&[]))]
pub struct Characters {
    /// The first character, counted from 0.
    pub from: u64,
    /// The first character after the range.
    pub to: u64,
}

/// The sections of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&[]))]
#[non_exhaustive]
pub struct Outline {
    /// The document.
    #[serde(flatten)]
    pub document: Document,
    /// The sections, in order.
    pub sections: Vec<OutlineEntry>,
    /// Number of lines of the whole text.
    pub total_lines: u64,
    /// Size of the whole text, in bytes.
    pub total_bytes: u64,
}

/// A section of an outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = brief(&["id", "bytes"]))]
#[non_exhaustive]
pub struct OutlineEntry {
    /// Pass it to read_document as section.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The heading's level, from 1 for the title to 6; 0 for text before the first heading.
    pub level: u8,
    /// The line of the heading, counted from 1.
    pub line: u64,
    /// Size including subsections.
    pub bytes: u64,
}

/// Reads a part of a document.
pub(super) fn read(stored: &Stored, request: &ReadRequest) -> Result<Reading, DocumentError> {
    let text = stored.text(request.form);
    let part = range(&text, &request.part)?;
    let limit = request.max_bytes.unwrap_or(DEFAULT_BYTES).clamp(4, MAX_BYTES) as usize;
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

/// Returns the outline of a document.
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

/// Returns the byte range of a part.
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
            check_bounds(*from, to.map(|to| to.saturating_add(1)), 1, starts.len() as u64, "lines")?;
            Ok(start(from - 1).unwrap_or(text.len())..to.and_then(start).unwrap_or(text.len()))
        }
        Part::Characters { from, to } => {
            let start = |character: u64| {
                let character = usize::try_from(character).ok()?;
                text.char_indices().nth(character).map(|(at, _)| at)
            };
            check_bounds(*from, *to, 0, text.chars().count() as u64, "characters")?;
            Ok(start(*from).unwrap_or(text.len())..to.and_then(start).unwrap_or(text.len()))
        }
    }
}

fn check_bounds(
    from: u64,
    end: Option<u64>,
    first: u64,
    count: u64,
    unit: &str,
) -> Result<(), DocumentError> {
    if from < first || end.is_some_and(|end| end < from) {
        return Err(DocumentError::Request(format!(
            "{unit} are counted from {first}, and the start of a range must not be after its end"
        )));
    }
    if from >= first + count.max(1) {
        return Err(DocumentError::Request(format!("the text has only {count} {unit}")));
    }
    Ok(())
}

/// Returns the end of the text within `part` of at most `limit` bytes: after a line if possible, else after a character.
fn cut(text: &str, part: &Range<usize>, limit: usize) -> usize {
    if part.len() <= limit {
        return part.end;
    }
    let end = floor_char_boundary(text, part.start + limit);
    match text[part.start..end].rfind('\n') {
        Some(line) => part.start + line + 1,
        None => end,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cut, range};
    use crate::documents::request::Part;

    #[test]
    fn line_ranges() {
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
        fn pieces_of_a_cut_text_make_up_the_whole(text in "[aé\u{1F600}\n ]{0,60}", limit in 4_usize..20) {
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
        fn character_ranges_count_characters(text in "[aé\u{1F600}\n]{1,30}", from in 0_u64..30, length in 0_u64..30) {
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
