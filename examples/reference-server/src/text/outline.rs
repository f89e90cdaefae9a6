//! The sections of a Markdown text.

use std::collections::HashMap;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A heading and the text below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The section's id: the heading as a slug, unique within the document.
    pub(crate) id: String,
    /// The heading's level, from 1 for the title to 6; 0 for text before the first heading.
    pub(crate) level: u8,
    /// The titles of the parent headings and of this heading.
    pub(crate) path: Vec<String>,
    /// Start of the heading, in bytes.
    pub(crate) start: usize,
    /// Start of the next heading of any level, in bytes.
    pub(crate) own_end: usize,
    /// Start of the next heading of the same or a higher level, in bytes.
    pub(crate) end: usize,
}

impl Section {
    pub(crate) fn title(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// Returns the sections of a text, in order.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let headings = headings(text);
    let first = headings.first().map_or(text.len(), |heading| heading.start);
    if !text[..first].trim().is_empty() {
        sections.push(Section {
            id: "start".to_owned(),
            level: 0,
            path: Vec::new(),
            start: 0,
            own_end: first,
            end: first,
        });
    }
    let mut ids = HashMap::from([("start".to_owned(), 1)]);
    let mut parents: Vec<(u8, String)> = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let later = &headings[index + 1..];
        let next = later.first().map_or(text.len(), |next| next.start);
        let end = later.iter().find(|next| next.level <= heading.level).map_or(text.len(), |next| next.start);
        parents.retain(|(level, _)| *level < heading.level);
        parents.push((heading.level, heading.title.clone()));
        sections.push(Section {
            id: unique(&mut ids, &slug(&heading.title)),
            level: heading.level,
            path: parents.iter().map(|(_, title)| title.clone()).collect(),
            start: heading.start,
            own_end: next,
            end,
        });
    }
    sections
}

struct Heading {
    level: u8,
    title: String,
    start: usize,
}

/// Finds the headings with a Markdown parser, which ignores comments in code blocks and lines of dashes below tables.
fn headings(text: &str) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut open: Option<Heading> = None;
    let mut depth = 0_u32;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                open = Some(Heading { level: number(level), title: String::new(), start: range.start });
            }
            Event::End(TagEnd::Heading(_)) => headings.extend(open.take()),
            // A heading within a block quote or a list does not start a section.
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => depth += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => depth = depth.saturating_sub(1),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut open {
                    heading.title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    headings
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Converts `2. Returns & refunds` to `2-returns-refunds`.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "section".to_owned() } else { words.join("-") }
}

fn unique(ids: &mut HashMap<String, u32>, slug: &str) -> String {
    let mut id = slug.to_owned();
    loop {
        match ids.get_mut(&id) {
            None => break,
            Some(count) => {
                *count += 1;
                id = format!("{slug}-{count}");
            }
        }
    }
    ids.insert(id.clone(), 1);
    id
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn sections_nest_and_cover_the_text() {
        let text = "Before.\n\n# Title\n\nIntro\n\n## A\n\na\n\n### A `b`\n\n```\n# no heading\n```\n\n## A\n\nlast\n";
        let sections = sections(text);
        let ids: Vec<&str> = sections.iter().map(|section| section.id.as_str()).collect();
        assert_eq!(ids, ["start", "title", "a", "a-b", "a-2"]);
        assert_eq!(sections[3].path, ["Title", "A", "A b"]);
        assert_eq!(
            &text[sections[2].start..sections[2].end],
            "## A\n\na\n\n### A `b`\n\n```\n# no heading\n```\n\n"
        );
        assert_eq!(&text[sections[2].start..sections[2].own_end], "## A\n\na\n\n");
        assert_eq!(sections[1].end, text.len());
        let whole: String = sections.iter().map(|section| &text[section.start..section.own_end]).collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn headings_without_letters_have_ids() {
        let ids: Vec<String> =
            sections("# ***\n# !\n## Start\n# …\n").into_iter().map(|section| section.id).collect();
        assert_eq!(ids, ["section", "section-2", "start-2", "section-3"]);
    }
}
